"""The address that WeChat calls: checked, opened, answered in the same breath (被动回复)."""

from __future__ import annotations

import time
from typing import Any
from xml.sax.saxutils import escape

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from nuanyi.lib import clock, limits
from nuanyi.lib.access import PUBLIC, permission_required
from nuanyi.lib.errors import NotAllowed, NotFound, TooMuch
from nuanyi.notices.channels.wechat import Account, account, answers, envelope

#: How old a callback may be. An older one was kept by somebody and is played again.
FRESH_SECONDS = 300
MAX_BODY = 64 << 10


def _fields(body: bytes) -> dict[str, str]:
    if len(body) > MAX_BODY:
        raise envelope.BadEnvelope("length")
    return envelope.read(body)


def _told(request: HttpRequest, mine: Account) -> tuple[dict[str, str], bool]:
    """The message and whether it came encrypted. Raises BadEnvelope."""
    query = request.GET
    stamp, nonce = query.get("timestamp", ""), query.get("nonce", "")
    if not stamp.isdigit() or abs(clock.now().timestamp() - int(stamp)) > FRESH_SECONDS:
        raise envelope.BadEnvelope("timestamp")
    fields = _fields(request.body)
    if query.get("encrypt_type") != "aes":
        if mine.aes:
            raise envelope.BadEnvelope("plain")  # an account with a key takes nothing in clear
        envelope.check(query.get("signature", ""), mine.token, stamp, nonce)
        return fields, False
    told = fields.get("Encrypt", "")
    envelope.check(query.get("msg_signature", ""), mine.token, stamp, nonce, told)
    return envelope.read(envelope.opened(told, mine.aes, mine.app).encode()), True


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _message(told: dict[str, str]) -> answers.Message:
    return answers.Message(
        openid=told.get("FromUserName", ""),
        kind=told.get("MsgType", ""),
        text=told.get("Content", "").strip()[:200],
        event=told.get("Event", "").lower(),
        lat_gcj02=_number(told.get("Location_X", "")),
        lon_gcj02=_number(told.get("Location_Y", "")),
    )


def _reply(told: dict[str, str], text: str, mine: Account, *, encrypted: bool) -> HttpResponse:
    if not text:
        return HttpResponse("success", content_type="text/plain; charset=utf-8")
    now = str(int(time.time()))
    xml = (
        f"<xml><ToUserName>{escape(told.get('FromUserName', ''))}</ToUserName><FromUserName>{escape(told.get('ToUserName', ''))}"
        f"</FromUserName><CreateTime>{now}</CreateTime><MsgType>text</MsgType><Content>{escape(text)}</Content></xml>"
    )
    if encrypted:
        cipher, nonce = envelope.sealed(xml, mine.aes, mine.app), now[::-1]
        mark = envelope.signature(mine.token, now, nonce, cipher)
        xml = (
            f"<xml><Encrypt>{cipher}</Encrypt><MsgSignature>{mark}</MsgSignature>"
            f"<TimeStamp>{now}</TimeStamp><Nonce>{nonce}</Nonce></xml>"
        )
    return HttpResponse(xml, content_type="application/xml; charset=utf-8")


@csrf_exempt
@require_http_methods(["GET", "POST"])
@permission_required(PUBLIC, unkeyed="WeChat's server signs each message and numbers it")
def callback(request: HttpRequest) -> HttpResponse:
    """Prove to WeChat that the address is ours (GET); answer a follower (POST). The same callback twice does nothing twice."""
    mine = account()
    if mine is None:
        raise NotFound()
    query: Any = request.GET
    try:
        if request.method == "GET":
            envelope.check(
                query.get("signature", ""), mine.token, query.get("timestamp", ""), query.get("nonce", "")
            )
            return HttpResponse(query.get("echostr", ""), content_type="text/plain; charset=utf-8")
        told, encrypted = _told(request, mine)
    except envelope.BadEnvelope as exc:
        raise NotAllowed(code="bad-envelope") from exc
    try:
        limits.count(
            f"wechat:{query.get('msg_signature') or query.get('signature')}:{query.get('nonce')}",
            "",
            at_most=1,
        )
    except TooMuch:
        return HttpResponse("success", content_type="text/plain; charset=utf-8")
    with translation.override("zh-hans"):
        return _reply(told, answers.answer(_message(told)), mine, encrypted=encrypted)
