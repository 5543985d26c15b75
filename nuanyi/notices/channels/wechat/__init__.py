"""A WeChat official account (微信公众号) by its published interface. One setting says which:

``wechat://APPID:SECRET@api.weixin.qq.com/?token=TOKEN&aes=ENCODINGAESKEY&template=ID&fields=thing1,thing2``
(``way=subscribe`` sends subscription notices instead of template messages; ``plain=1`` speaks http to a trial server of
one's own). Without it ``configured()`` is False and callers say so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from nuanyi.lib import outgoing
from nuanyi.lib.errors import Words
from nuanyi.notices.channels.port import AddressField, Channel, Message

#: Told as "later again": busy, called too often, the access token is old (a new one is fetched at once).
AGAIN = frozenset({-1, 45009, 45011})
STALE_TOKEN = frozenset({40001, 40014, 42001})
#: Told as "never again": not a follower any more, does not want it, no such reader.
GONE = frozenset({43004, 43101, 40003})
#: An OpenID is a follower's name towards one account; WeChat gives 28 signs and promises no length.
OPENID = re.compile(r"[A-Za-z0-9_-]{10,64}")
#: A "thing" field holds at most 20 signs.
MOST_SIGNS = 20


@dataclass(frozen=True)
class Account:
    """The account of this installation."""

    base: str
    app: str
    secret: str
    token: str
    aes: str
    template: str
    fields: tuple[str, ...]
    way: str


def account() -> Account | None:
    """The account, or None where none is set."""
    parts = urlsplit(settings.NUANYI_WECHAT_URL)
    told = {name: values[0] for name, values in parse_qs(parts.query).items()}
    if parts.scheme != "wechat" or not (parts.username and parts.password and told.get("token")):
        return None
    base = f"{'http' if told.get('plain') else 'https'}://{parts.netloc.rpartition('@')[2]}"
    return Account(
        base,
        unquote(parts.username),
        unquote(parts.password),
        told["token"],
        told.get("aes", ""),
        told.get("template", ""),
        tuple(told.get("fields", "thing1,thing2").split(",")),
        told.get("way", "template"),
    )


def configured() -> bool:
    """Whether messages can be sent: an account and a template."""
    found = account()
    return found is not None and bool(found.template)


_tokens: dict[str, str] = {}


def _access_token(mine: Account, *, fresh: bool) -> str:
    """The access token, kept in memory only. ``stable_token`` gives every process the same one until it ends."""
    if fresh or mine.app not in _tokens:
        told = outgoing.tell(
            "POST",
            f"{mine.base}/cgi-bin/stable_token",
            {
                "grant_type": "client_credential",
                "appid": mine.app,
                "secret": mine.secret,
                "force_refresh": False,
            },
        )
        if "access_token" not in told:
            raise _failure(told)
        _tokens[mine.app] = str(told["access_token"])
    return _tokens[mine.app]


def _failure(told: dict[str, object]) -> Exception:
    code = told.get("errcode")
    words = f"{code} {told.get('errmsg', '')}"[:160]
    if code in GONE:
        return outgoing.Gone(words)
    return ConnectionError(words) if code in AGAIN or code in STALE_TOKEN else ValueError(words)


def send(openid: str, title: str, text: str, link: str) -> None:
    """Send one message. Raises ConnectionError (later again), Gone (never again), ValueError (pointless: not configured)."""
    mine = account()
    if mine is None or not mine.template:
        raise ValueError("WeChat is not configured")
    words = dict(zip(mine.fields, (title, text), strict=False))
    data = {name: {"value": words[name][:MOST_SIGNS]} for name in words}
    body: dict[str, object] = {"touser": openid, "template_id": mine.template, "data": data}
    body |= {"page": link} if mine.way == "subscribe" else {"url": link}
    path = "message/subscribe/bizsend" if mine.way == "subscribe" else "message/template/send"
    for turn in (0, 1):
        token = _access_token(mine, fresh=turn > 0)
        told = outgoing.tell("POST", f"{mine.base}/cgi-bin/{path}?access_token={token}", body)
        if told.get("errcode") == 0:
            return
        if told.get("errcode") not in STALE_TOKEN:
            break
    raise _failure(told)


class WeChatChannel(Channel):
    """Lessons to followers of the official account, who ask for them there."""

    name = "wechat"
    title = _("WeChat official account")
    order = 21
    setting = "NUANYI_WECHAT_URL"
    example = "wechat://APPID:SECRET@api.weixin.qq.com/?token=TOKEN&aes=ENCODINGAESKEY&template=ID&fields=thing1,thing2"
    a_minute = 3000
    field = AddressField(
        "",
        _("Your own OpenID (the account's console shows it)"),
        _("This is not an OpenID of a follower."),
    )
    for_readers = True
    callback = "learn:wechat"

    def configured(self) -> bool:
        """Whether there is an account and a template."""
        return configured()

    def speak(self, address: str, message: Message) -> None:
        """As a template message or a subscription notice."""
        send(address, message.title, message.text, message.link)

    def in_form(self, text: str) -> str:
        """The OpenID."""
        if not OPENID.fullmatch(text.strip()):
            raise ValueError("not an OpenID")
        return text.strip()

    def how_to_follow(self) -> Words:
        """Followers ask in the account itself."""
        return _("Follow our account and answer 1.") if account() is not None else ""


CHANNEL = WeChatChannel()
