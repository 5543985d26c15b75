"""A route without a declared permission does not start; nor does a command, setting or event that is not documented (tests)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.checks import Error, register
from django.urls import URLPattern, URLResolver, get_resolver


def routes() -> Iterator[tuple[str, Any]]:
    """``(address pattern, view)`` of every route."""
    yield from _walk(get_resolver().url_patterns, "")


def _walk(patterns: list[Any], prefix: str) -> Iterator[tuple[str, Any]]:
    for pattern in patterns:
        whole = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, whole)
        elif isinstance(pattern, URLPattern):
            yield whole, pattern.callback


def act_of(view: Any) -> str | None:
    """The permission that a view declares by its door."""
    permission = getattr(view, "permission", None)
    return permission if isinstance(permission, str) else None


@register()
def every_route_has_a_door(**_options: Any) -> list[Error]:
    """Every view declares its permission. API operations declare theirs on the function that ninja calls."""
    from nuanyi.front.api import undeclared

    errors = [
        Error(
            f"the route {address!r} declares no permission: put lib.access.door on its view", id="nuanyi.E010"
        )
        for address, view in routes()
        if act_of(view) is None and not address.startswith("api/v1/")
    ]
    return errors + [
        Error(f"the API operation {name} declares no permission", id="nuanyi.E011") for name in undeclared()
    ]
