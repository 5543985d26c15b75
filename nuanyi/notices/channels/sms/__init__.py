"""SMS by Aliyun or Tencent Cloud, by their published signatures. One setting says which, with which account:

``aliyun://ID:SECRET@dysmsapi.aliyuncs.com/?sign=NAME&template=SMS_1`` or
``tencent://ID:SECRET@sms.tencentcloudapi.com/?app=1400000000&sign=NAME&template=1&region=ap-guangzhou``
(``lesson=ID`` names a second template for lessons, with a title and the code of a link, ``progress=ID`` a third for progress,
with a title; ``plain=1`` speaks http to a trial
server of one's own). Without it ``configured()`` is False and callers say so.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from nuanyi.lib import clock, outgoing
from nuanyi.lib.identity import Unreadable, read_mobile
from nuanyi.notices.channels import port
from nuanyi.notices.channels.sms import aliyun, tencent
from nuanyi.notices.channels.sms.message import Message

CLOUDS = {"aliyun": aliyun, "tencent": tencent}


def _account() -> tuple[SplitResult, dict[str, str]]:
    parts = urlsplit(settings.NUANYI_SMS_URL)
    return parts, dict(parse_qsl(parts.query))


def configured() -> bool:
    """Whether this installation can send an SMS at all."""
    parts, told = _account()
    return parts.scheme in CLOUDS and bool(
        parts.username and parts.password and told.get("sign") and told.get("template")
    )


def configured_for_lessons() -> bool:
    """Whether lessons can go out by SMS too: the cloud wants a template of its own for them."""
    return configured() and bool(_account()[1].get("lesson"))


def configured_for_progress() -> bool:
    """Whether progress can be told by SMS too: a template of its own, with a title."""
    return configured() and bool(_account()[1].get("progress"))


def send(phone: str, code: str) -> None:
    """Send a code. Raises ConnectionError (try again), ValueError (pointless: not configured, refused)."""
    _send(phone, "template", {"code": code})


def send_lesson(phone: str, title: str, code: str) -> None:
    """Send a lesson's title and the code of its link. Raises as ``send``."""
    _send(phone, "lesson", {"title": title[:20], "code": code})


def send_progress(phone: str, title: str) -> None:
    """Say that something moved. Raises as ``send``."""
    _send(phone, "progress", {"title": title[:20]})


def _send(phone: str, template: str, values: dict[str, str]) -> None:
    parts, told = _account()
    if not configured() or not told.get(template):
        raise ValueError("SMS is not configured")
    host = parts.hostname or ""
    base = f"{'http' if told.get('plain') else 'https'}://{host}" + (f":{parts.port}" if parts.port else "")
    identity, secret = unquote(parts.username or ""), unquote(parts.password or "")
    message = Message(phone, told["sign"], told[template], values)
    request = CLOUDS[parts.scheme].request(
        base, parts.netloc.rpartition("@")[2], identity, secret, told, message, clock.now()
    )
    status, answer = outgoing.call(
        "POST" if request.body is not None else "GET", request.url, request.body, request.headers
    )
    if status == 429 or status >= 500:
        raise ConnectionError(f"HTTP {status}")
    why, again = CLOUDS[parts.scheme].failure(_object(answer))
    if why:
        raise ConnectionError(why) if again else ValueError(why)


def _object(answer: bytes) -> dict[str, Any]:
    """The JSON object of an answer; an empty one for anything else, which the clouds' modules know as a failure."""
    try:
        found = json.loads(answer)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


class SmsChannel(port.Channel):
    """Codes and lessons by the installation's account with a cloud."""

    name = "sms"
    title = _("SMS")
    order = 22
    setting = "NUANYI_SMS_URL"
    example = "aliyun://ID:SECRET@dysmsapi.aliyuncs.com/?sign=NAME&template=SMS_1&lesson=SMS_2"
    a_minute = 300
    field = port.AddressField(
        _("Mobile number"),
        _("Your own mobile number"),
        _("A mobile number has 11 digits."),
        type="tel",
        inputmode="numeric",
        autocomplete="tel-national",
    )
    for_readers = proves_by_code = True

    def configured(self) -> bool:
        """Whether there is an account."""
        return configured()

    def configured_for_lessons(self) -> bool:
        """Whether it has a template for lessons too."""
        return configured_for_lessons()

    def speak(self, address: str, message: port.Message) -> None:
        """The title and the code of the link only, since clouds want templates."""
        send_lesson(address, message.title, message.code)

    def send_code(self, address: str, code: str, title: str, text: str) -> None:
        """The code by the cloud's template."""
        send(address, code)

    def in_form(self, text: str) -> str:
        """Eleven digits."""
        try:
            return read_mobile(text)
        except Unreadable as exc:
            raise ValueError("not a mobile number") from exc


CHANNEL = SmsChannel()
