"""Feishu group robot (飞书自定义机器人): signed with HMAC-SHA-256 of nothing, keyed by ``timestamp + newline + secret``, in seconds."""

from __future__ import annotations

import base64
import hmac

from django.utils.translation import gettext_lazy as _

from nuanyi.notices.channels.port import RobotChannel

HOST = "open.feishu.cn"
#: 9499 and 11232: called too often.
AGAIN = frozenset({9499, 11232})


def sign(secret: str, seconds: int) -> str:
    """The signature of a moment in seconds, in Base64."""
    return base64.b64encode(hmac.new(f"{seconds}\n{secret}".encode(), b"", "sha256").digest()).decode()


def request(
    address: str, secret: str, title: str, text: str, link: str, now: float
) -> tuple[str, dict[str, object]]:
    """The address to post to and the body."""
    lines = [[{"tag": "text", "text": text}], [{"tag": "a", "text": link, "href": link}]]
    body: dict[str, object] = {
        "msg_type": "post",
        "content": {"post": {"zh_cn": {"title": title, "content": lines}}},
    }
    if secret:
        body |= {"timestamp": str(int(now)), "sign": sign(secret, int(now))}
    return address, body


def failure(answer: dict[str, object]) -> tuple[str, bool]:
    """What went wrong ("" for nothing) and whether it may be tried again."""
    code = answer.get("code", answer.get("StatusCode"))
    return ("", False) if code == 0 else (f"{code} {answer.get('msg', '')}"[:160], code in AGAIN)


CHANNEL = RobotChannel("feishu", _("Feishu group robot"), 12, host=HOST, request=request, failure=failure)
