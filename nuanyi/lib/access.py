"""Every route declares its permission. A route without a door does not start (see ``front.checks``)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache, wraps
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from django.conf import settings
from django.db import InternalError, connection
from django.http import HttpRequest, HttpResponseBase
from django.urls import resolve
from psycopg.pq import TransactionStatus

from nuanyi.lib import known_browsers, limits, row_security
from nuanyi.lib.actor import GUEST, Actor
from nuanyi.lib.errors import NotAllowed, Refusal, SignInFirst
from nuanyi.lib.once import once
from nuanyi.lib.proxies import client_address

log = logging.getLogger("nuanyi.access")
View = TypeVar("View", bound=Callable[..., HttpResponseBase])

#: The permission of a page that anybody may see. It is a declaration too: forgetting it is not the same.
PUBLIC = "public"
#: Any signed-in account, whatever its roles.
SIGNED_IN = "signed-in"


Answer = Callable[[HttpRequest, Refusal], HttpResponseBase]
_answer: list[Answer] = []


def refusals_are_answered_by(answer: Answer) -> None:
    """The roof says how a refusal becomes a page (called once, when the program starts)."""
    _answer[:] = [answer]


def actor_of(request: HttpRequest) -> Actor:
    """Who makes this request; a guest where nobody signed in."""
    return cast(Actor, getattr(request, "actor", GUEST))


@lru_cache(maxsize=1024)
def _permission_of(path: str) -> str:
    """The permission of the door at ``path``; addresses do not change while the program runs, and the matrix
    asks for sixty at once.
    """
    return getattr(resolve(path).func, "permission", PUBLIC)


def opens(actor: Actor, address: str) -> bool:
    """Whether the page at ``address`` lets this actor in by its door: a link that leads to a refusal is no link."""
    permission = _permission_of(urlsplit(address).path)
    return (
        permission == PUBLIC or (permission == SIGNED_IN and actor.kind != "guest") or actor.can(permission)
    )


def address_of(request: HttpRequest) -> str:
    """The address that asks, and which of the browsers behind it (``address|token``); for limits only, it is kept nowhere."""
    address = client_address(request.META)
    if known := known_browsers.known_mark(request.COOKIES.get(known_browsers.COOKIE, "")):
        return f"{address}|{limits.MARK}{known}"
    token = request.COOKIES.get(settings.CSRF_COOKIE_NAME, "")[:64].lstrip(limits.MARK)
    return f"{address}|{token}" if token else address


def browser_of(request: HttpRequest) -> str:
    """What tells this browser from others for as long as it keeps its cookies; "" where it has none. Kept nowhere as it is."""
    return request.COOKIES.get(settings.CSRF_COOKIE_NAME, "")[:64]


#: A write in a transaction that can only read.
WRITES_NOT_ALLOWED = "25006"


@contextmanager
def only_reading_as(actor: Actor) -> Iterator[None]:
    """One transaction in which the database shows what ``actor`` may see, and lets nothing be written."""
    connection.ensure_connection()
    raw = connection.connection
    fresh = raw.info.transaction_status == TransactionStatus.IDLE
    if fresh:
        raw.read_only = True  # said with BEGIN: no question of its own
    try:
        with row_security.reading_as(actor):
            if not fresh:
                with connection.cursor() as cursor:
                    cursor.execute("SET TRANSACTION READ ONLY")
            yield
    finally:
        if fresh and not raw.closed:
            raw.read_only = None


def wrote_while_reading(view: str, exc: Exception) -> None:
    """A page that writes and does not say so is made again in a transaction that may; the log names it (tests end there)."""
    log.warning("%s writes while it reads: give its door journaled=True (%s)", view, exc)


@contextmanager
def while_posted() -> Iterator[None]:
    """Around every POST; tests look here whether each write stands in a transaction of a service."""
    yield


def permission_required(
    permission: str, *, unkeyed: str = "", journaled: bool = False
) -> Callable[[View], View]:
    """Let a request in only if its actor may do ``permission``, and let the database know who reads.

    A page that reads runs in one transaction that can only read, unless its reading is ``journaled``. Around a POST there is
    none: the service that it calls opens its own, so that no row is locked while a page is made. A POST is carried out once
    for each key of its sender (``lib.once``), but where ``unkeyed`` says why not.
    """

    def build(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            actor = actor_of(request)
            # worked out before the first statement is told who reads: within it, asking would ask the database itself
            guest = actor.kind == "guest"
            if permission != PUBLIC:
                if guest:
                    raise SignInFirst()
                if permission != SIGNED_IN and not actor.can(permission):
                    raise NotAllowed(permission=permission)

            def run() -> HttpResponseBase:
                try:
                    return view(request, *args, **kwargs)
                except Refusal as refusal:
                    # answered while it is known who reads, and in the transaction of a page: what was journaled about
                    # the refusal stays
                    return _answer[0](request, refusal)

            if request.method == "POST":
                with row_security.reader(actor), while_posted():
                    return run() if unkeyed else once(request, actor, run)
            if not journaled:
                try:
                    with only_reading_as(actor):
                        return run()
                except InternalError as exc:
                    if getattr(exc.__cause__, "sqlstate", "") != WRITES_NOT_ALLOWED:
                        raise
                    wrote_while_reading(f"{view.__module__}.{view.__qualname__}", exc)
            with row_security.reading_as(actor):
                return run()

        guarded.permission = permission  # type: ignore[attr-defined]
        guarded.unkeyed = unkeyed  # type: ignore[attr-defined]
        return cast(View, guarded)

    return build
