"""The one way out: every call to a server of others goes through here (``ruff`` bans the other HTTP clients).

An address is parsed once and rebuilt from its parts, so that no second reader can understand it differently; its host is
resolved once, must be public, and the connection goes to exactly the address that was looked at. No redirects, no proxies of
the environment, answers of bounded size and time. Whatever kept an answer from coming, the caller gets one and the same word:
what it says must not tell open ports from closed ones.

Calls are made by jobs, not by a page that somebody waits for, and never while a transaction holds rows: ``call`` refuses there.
"""

from __future__ import annotations

import ipaddress
import json
import logging
import re
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

import urllib3
from django.conf import settings
from django.db import connections
from urllib3.exceptions import HTTPError

log = logging.getLogger("nuanyi.outgoing")

#: Seconds for one step (connecting, the next piece of an answer), and for the whole call.
SECONDS, WHOLE_SECONDS = 10, 30
MAX_ANSWER = 1 << 20
MAX_ADDRESS = 2000
PORTS = {"https": 443, "http": 80}
HOST_NAME = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))+", re.ASCII)
#: Printable ASCII without what browsers, Python and servers read differently.
PLAIN = re.compile(r"[!-~]+", re.ASCII)
NO_ANSWER = "no answer"

_serving: ContextVar[bool] = ContextVar("serving", default=False)
_exchanging: ContextVar[bool] = ContextVar("exchanging", default=False)
_POOL = urllib3.PoolManager(num_pools=64, maxsize=16, block=True, retries=False)


class Gone(ValueError):
    """Whoever was written to is not there any more; nothing should be sent there again."""


class CalledTooEarly(RuntimeError):
    """A mistake in the program: a call was made by a page or inside a transaction instead of by a job."""


class BadAddress(ValueError):
    """An address that this server never calls."""


@dataclass(frozen=True)
class Destination:
    """An address in parts: scheme and host in small letters, the port as a number, ``target`` as path and query."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def netloc(self) -> str:
        """``host`` or ``host:port``, the port left off where it is the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """The address, rebuilt."""
        return f"{self.scheme}://{self.netloc}{self.target}"

    @property
    def named(self) -> bool:
        """Whether the installation's settings name this host and port: it may be private, odd and without TLS."""
        return f"{self.netloc}" in settings.NUANYI_OUTGOING_HOSTS


def parse(url: str) -> Destination:
    """The parts of an address.

    Only ``https`` on its own port to a host name; anything else (http, another port, a bare IP address) only where
    ``NUANYI_OUTGOING_HOSTS`` names it. Raises BadAddress, also for whatever two readers could read differently.
    """
    if len(url) > MAX_ADDRESS or not PLAIN.fullmatch(url) or "\\" in url or "#" in url:
        raise BadAddress("not an address")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as exc:
        raise BadAddress("not an address") from exc
    if parts.scheme not in PORTS or "@" in parts.netloc or "%" in parts.netloc or not parts.hostname:
        raise BadAddress("not an address")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    # what is escaped stays escaped, what should have been is
    target = quote(target, safe="/?%:@!$&'()*+,;=~-._")
    found = Destination(parts.scheme, parts.hostname, PORTS[parts.scheme] if port is None else port, target)
    if found.named:
        return found
    if found.scheme != "https" or found.port != PORTS["https"] or not HOST_NAME.fullmatch(found.host):
        raise BadAddress("not a public address")
    if found.host.rpartition(".")[2].isdigit():
        raise BadAddress("not a public address")  # an IPv4 address in one of its many spellings
    return found


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open internet, looked at through mappings of IPv4 into IPv6."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        if found in ipaddress.ip_network("64:ff9b::/96") or int(found) >> 32 == 0:
            inner = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if inner is not None and not is_public(str(inner)):
            return False
    return found.is_global and not found.is_multicast


def _pinned(to: Destination) -> str:
    """The IP address that the connection goes to. Raises ConnectionError (none, or one of them is not public)."""
    rows = socket.getaddrinfo(to.host, to.port, type=socket.SOCK_STREAM)
    addresses = [str(row[4][0]) for row in rows]
    if not addresses or not (to.named or all(is_public(address) for address in addresses)):
        raise ConnectionError("resolves to an address that is not public")
    return addresses[0]


# when a call may be made ---------------------------------------------------------------------


@contextmanager
def serving() -> Iterator[None]:
    """A request is being answered: nothing outside may be asked until it is."""
    token = _serving.set(True)
    try:
        yield
    finally:
        _serving.reset(token)


@contextmanager
def exchange() -> Iterator[None]:
    """Somebody signs in with a code that another service must turn into a name: the one call that a page makes itself, for
    there is nothing to show before; and it too never while a transaction is open."""
    token = _exchanging.set(True)
    try:
        yield
    finally:
        _exchanging.reset(token)


def require_quiet() -> None:
    """Return where a call may be made. Raises CalledTooEarly inside a request or a transaction."""
    if _serving.get() and not _exchanging.get():
        raise CalledTooEarly("a page asks a server of others: leave it to a job")
    for connection in connections.all(initialized_only=True):
        # the transaction that a test is wrapped in belongs to the test
        if any(not getattr(block, "_from_testcase", False) for block in connection.atomic_blocks):
            raise CalledTooEarly("a server of others is asked while a transaction is open")


# calls ---------------------------------------------------------------------------------------


def call(
    method: str, url: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
) -> tuple[int, bytes]:
    """Status and answer.

    Raises BadAddress, ConnectionError (always with the same word).
    """
    require_quiet()
    to = parse(url)
    try:
        return _call(method, to, body, headers or {})
    except (HTTPError, OSError, ValueError) as exc:
        log.info("no answer from %s: %s", to.netloc, type(exc).__name__)
        raise ConnectionError(NO_ANSWER) from None


def _call(method: str, to: Destination, body: bytes | None, headers: Mapping[str, str]) -> tuple[int, bytes]:
    address, until = _pinned(to), time.monotonic() + WHOLE_SECONDS
    # the certificate is the name's, the connection the address's
    tls = {"server_hostname": to.host, "assert_hostname": to.host} if to.scheme == "https" else {}
    pool = _POOL.connection_from_host(address, to.port, to.scheme, pool_kwargs=tls)
    sent = {name: value for name, value in headers.items() if name.lower() != "host"}
    answer = pool.urlopen(
        method,
        to.target,
        body=body,
        headers={**sent, "Host": to.netloc},
        redirect=False,
        retries=False,
        assert_same_host=False,
        timeout=urllib3.Timeout(SECONDS),
        preload_content=False,
        decode_content=False,
    )
    said = b""
    try:
        while piece := answer.read1(1 << 16, decode_content=False):
            said += piece
            if len(said) > MAX_ANSWER or time.monotonic() > until:
                raise ConnectionError("too long")
    except BaseException:
        answer.close()  # what is left of a long answer is not waited for
        raise
    answer.release_conn()
    return answer.status, said


def tell(
    method: str, url: str, body: object = None, headers: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Send JSON, read a JSON object. Raises ConnectionError (later again: no answer, 429, 5xx), ValueError (pointless)."""
    raw = None if body is None else json.dumps(body, ensure_ascii=False).encode()
    head = (
        {"Content-Type": "application/json; charset=utf-8", **(headers or {})} if raw is not None else headers
    )
    status, answer = call(method, url, raw, head)
    if status == 429 or status >= 500:
        raise ConnectionError(f"HTTP {status}")
    if status >= 300:
        raise ValueError(f"HTTP {status}")
    try:
        found = json.loads(answer)
    except ValueError as exc:
        raise ConnectionError("the answer is not JSON") from exc
    return found if isinstance(found, dict) else {}
