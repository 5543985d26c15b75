"""WeCom group robot (企业微信群机器人): markdown messages of at most 4,096 bytes, 20 a minute; no signature, the key
is in the address.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from nuanyi.notices.channels.port import RobotChannel

HOST = "qyapi.weixin.qq.com"
MAX_BYTES = 4096
#: 45009: called too often; -1: busy.
AGAIN = frozenset({-1, 45009, 45033})


def request(
    address: str, secret: str, title: str, text: str, link: str, now: float
) -> tuple[str, dict[str, object]]:
    """The address to post to and the body."""
    end = f"\n[{link}]({link})"
    room = MAX_BYTES - len(f"**{title}**\n{end}".encode())
    short = text.encode()[:room].decode(errors="ignore")
    return address, {"msgtype": "markdown", "markdown": {"content": f"**{title}**\n{short}{end}"}}


def failure(answer: dict[str, object]) -> tuple[str, bool]:
    """What went wrong ("" for nothing) and whether it may be tried again."""
    code = answer.get("errcode")
    return ("", False) if code == 0 else (f"{code} {answer.get('errmsg', '')}"[:160], code in AGAIN)


CHANNEL = RobotChannel("wecom", _("WeCom group robot"), 10, host=HOST, request=request, failure=failure)
