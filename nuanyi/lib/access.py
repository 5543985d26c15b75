"""Every route declares its permission. A route without a door does not start (see ``front.checks``)."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from nuanyi.lib import row_security
from nuanyi.lib.actor import GUEST, Actor
from nuanyi.lib.errors import NotAllowed, Refusal, SignInFirst
from nuanyi.lib.proxies import client_address

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


def address_of(request: HttpRequest) -> str:
    """The address that asks, and which of the browsers behind it (``address|token``); for limits only, it is kept nowhere."""
    token = request.COOKIES.get(settings.CSRF_COOKIE_NAME, "")[:64]
    address = client_address(request.META)
    return f"{address}|{token}" if token else address


def permission_required(permission: str) -> Callable[[View], View]:
    """Let a request in only if its actor may do ``permission``; run the view in one transaction under row-level security."""

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
            with row_security.reading_as(actor):
                try:
                    return view(request, *args, **kwargs)
                except Refusal as refusal:
                    # answered inside the transaction: the refused service has rolled its own part back, and what
                    # it journaled about the refusal stays
                    return _answer[0](request, refusal)

        guarded.permission = permission  # type: ignore[attr-defined]
        return cast(View, guarded)

    return build
