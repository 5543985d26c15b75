"""SMS by Aliyun or Tencent Cloud, by their published signatures. One setting says which, with which account:

``aliyun://ID:SECRET@dysmsapi.aliyuncs.com/?sign=NAME&template=SMS_1`` or
``tencent://ID:SECRET@sms.tencentcloudapi.com/?app=1400000000&sign=NAME&template=1&region=ap-guangzhou``
(``lesson=ID`` names a second template for lessons, with a title and the code of a link; ``plain=1`` speaks http to a trial
server of one's own). Without it ``configured()`` is False and callers say so.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from django.conf import settings

from nuanyi.lib import clock
from nuanyi.notices.sms import aliyun, tencent
from nuanyi.notices.sms.message import Message

SECONDS = 10
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


def send(phone: str, code: str) -> None:
    """Send a code. Raises ConnectionError (try again), ValueError (pointless: not configured, refused)."""
    _send(phone, "template", {"code": code})


def send_lesson(phone: str, title: str, code: str) -> None:
    """Send a lesson's title and the code of its link. Raises as ``send``."""
    _send(phone, "lesson", {"title": title[:20], "code": code})


def _send(phone: str, template: str, values: dict[str, str]) -> None:
    parts, told = _account()
    if not configured() or not told.get(template):
        raise ValueError("SMS is not configured")
    host = parts.hostname or ""
    base = f"{'http' if told.get('plain') else 'https'}://{host}" + (f":{parts.port}" if parts.port else "")
    identity, secret = unquote(parts.username or ""), unquote(parts.password or "")
    message = Message(phone, told["sign"], told[template], values)
    request: urllib.request.Request = CLOUDS[parts.scheme].request(
        base, parts.netloc.rpartition("@")[2], identity, secret, told, message, clock.now()
    )
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310 - the address is a setting
            said: dict[str, Any] = json.loads(answer.read(64 << 10))
    except urllib.error.HTTPError as exc:
        said = _said(exc)
    except (OSError, json.JSONDecodeError) as exc:
        raise ConnectionError(str(exc)[:120]) from exc
    why, again = CLOUDS[parts.scheme].failure(said)
    if why:
        raise ConnectionError(why) if again else ValueError(why)


def _said(exc: urllib.error.HTTPError) -> dict[str, Any]:
    if exc.code >= 500 or exc.code == 429:
        raise ConnectionError(f"HTTP {exc.code}") from exc
    try:
        told = json.loads(exc.read(64 << 10))
    except json.JSONDecodeError:
        told = {}
    return told if isinstance(told, dict) else {}
