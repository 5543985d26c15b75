"""Signing in with WeCom (企业微信) by its published protocol: 网页授权登录 and 扫码登录 of an application of one's own.

One setting says which: ``wecom://CORPID:SECRET@qyapi.weixin.qq.com/?agent=1000002`` (``plain=1`` speaks http to a trial
server of one's own). Without it ``configured()`` is None and pages say so. What is asked: ``/cgi-bin/gettoken`` and
``/cgi-bin/auth/getuserinfo`` (https://developer.work.weixin.qq.com/document/path/91023, 98179).
"""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic
from urllib.parse import parse_qs, quote, unquote, urlencode, urlsplit

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from nuanyi.lib import outgoing
from nuanyi.lib.errors import Refusal

#: Where a browser shows the code to scan, and where a page inside WeCom asks by itself.
SCAN = "https://login.work.weixin.qq.com/wwlogin/sso/login"
INSIDE = "https://open.weixin.qq.com/connect/oauth2/authorize"
#: The token is no longer good: a new one is asked for once.
STALE_TOKEN = frozenset({40001, 40014, 42001})
#: Renewed so many seconds before WeCom says it ends.
EARLY = 300


class NoAnswer(Refusal):
    """WeCom did not say who it is."""

    code = "wecom"
    status = 403
    message = _("WeCom did not confirm who you are. Try again, or sign in with your password.")


@dataclass(frozen=True)
class Application:
    """The application of this installation in the WeCom of its office."""

    base: str
    corp: str
    secret: str
    agent: str


def configured() -> Application | None:
    """The application, or None where none is set."""
    parts = urlsplit(settings.NUANYI_WECOM_URL)
    given = {name: values[0] for name, values in parse_qs(parts.query).items()}
    if parts.scheme != "wecom" or not (parts.username and parts.password and given.get("agent")):
        return None
    base = f"{'http' if given.get('plain') else 'https'}://{parts.netloc.rpartition('@')[2]}"
    return Application(base, unquote(parts.username), unquote(parts.password), given["agent"])


def address_to_ask(mine: Application, *, callback: str, state: str, inside: bool) -> str:
    """Where the browser is sent to; ``inside`` where the page is open in WeCom itself."""
    if inside:
        query = urlencode(
            {
                "appid": mine.corp,
                "redirect_uri": callback,
                "response_type": "code",
                "scope": "snsapi_base",
                "state": state,
                "agentid": mine.agent,
            }
        )
        return f"{INSIDE}?{query}#wechat_redirect"
    query = urlencode(
        {
            "login_type": "CorpApp",
            "appid": mine.corp,
            "agentid": mine.agent,
            "redirect_uri": callback,
            "state": state,
        }
    )
    return f"{SCAN}?{query}"


_tokens: dict[str, tuple[str, float]] = {}


def _token(mine: Application, *, fresh: bool) -> str:
    """The access token, kept in memory only until shortly before it ends."""
    kept, ends = _tokens.get(mine.corp, ("", 0.0))
    if fresh or monotonic() >= ends:
        query = urlencode({"corpid": mine.corp, "corpsecret": mine.secret})
        answer = outgoing.tell("GET", f"{mine.base}/cgi-bin/gettoken?{query}")
        if answer.get("errcode") or not answer.get("access_token"):
            raise ValueError(f"gettoken: {answer.get('errcode')}")
        kept = str(answer["access_token"])
        _tokens[mine.corp] = (kept, monotonic() + max(0, int(answer.get("expires_in", 0)) - EARLY))
    return kept


def member_of(mine: Application, code: str) -> str:
    """The member (``userid``) for whom WeCom made a code; a code is good once, for five minutes.

    Raises NoAnswer: no answer, a code that was used, or somebody who is no member of this WeCom.
    """
    try:
        # a person waits on this very page for what WeCom says: there is nothing to show before
        with outgoing.exchange():
            answer = _asked(mine, code)
    except (ConnectionError, ValueError) as wrong:
        raise NoAnswer() from wrong
    member = answer.get("userid") or answer.get("UserId")
    if answer.get("errcode") or not member:
        raise NoAnswer()
    return f"{mine.corp}/{member}"


def _asked(mine: Application, code: str) -> dict[str, object]:
    answer: dict[str, object] = {}
    for fresh in (False, True):
        token = _token(mine, fresh=fresh)
        address = (
            f"{mine.base}/cgi-bin/auth/getuserinfo?access_token={quote(token)}&code={quote(code, safe='')}"
        )
        answer = outgoing.tell("GET", address)
        if answer.get("errcode") not in STALE_TOKEN:
            break
    return answer
