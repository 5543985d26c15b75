"""Sets ``request.actor`` for every request, from the account's roles as they are now."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from nuanyi.lib.actor import GUEST, Actor
from nuanyi.people.access import actor_for
from nuanyi.people.models import Account


class ActorMiddleware:
    """Looks the actor up when it is first asked for; a page that asks nobody costs no query."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request."""

        def find() -> Actor:
            user = request.user
            return actor_for(user) if isinstance(user, Account) or user.is_authenticated else GUEST

        request.actor = SimpleLazyObject(find)  # type: ignore[attr-defined]
        return self.get_response(request)
