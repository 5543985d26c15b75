"""DingTalk group robot (钉钉自定义机器人): signed with HMAC-SHA-256 over ``timestamp + newline + secret``; 20 messages a minute."""

from __future__ import annotations

import base64
import hmac
from urllib.parse import quote_plus

from django.utils.translation import gettext_lazy as _

from nuanyi.notices.channels.port import RobotChannel

HOST = "oapi.dingtalk.com"
#: 130101: sent too fast; -1: busy.
AGAIN = frozenset({-1, 130101})


def sign(secret: str, milliseconds: int) -> str:
    """The signature of a moment in milliseconds, in Base64."""
    told = f"{milliseconds}\n{secret}".encode()
    return base64.b64encode(hmac.new(secret.encode(), told, "sha256").digest()).decode()


def request(
    address: str, secret: str, title: str, text: str, link: str, now: float
) -> tuple[str, dict[str, object]]:
    """The address to post to and the body."""
    if secret:
        stamp = int(now * 1000)
        address = f"{address}&timestamp={stamp}&sign={quote_plus(sign(secret, stamp))}"
    body = f"#### {title}\n\n{text}\n\n[{link}]({link})"
    return address, {"msgtype": "markdown", "markdown": {"title": title, "text": body}}


def failure(answer: dict[str, object]) -> tuple[str, bool]:
    """What went wrong ("" for nothing) and whether it may be tried again."""
    code = answer.get("errcode")
    return ("", False) if code == 0 else (f"{code} {answer.get('errmsg', '')}"[:160], code in AGAIN)


CHANNEL = RobotChannel("dingtalk", _("DingTalk group robot"), 11, host=HOST, request=request, failure=failure)
