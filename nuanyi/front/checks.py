"""A route without a declared permission does not start; nor does a command, setting or event that is not documented (tests)."""

from __future__ import annotations

from collections.abc import Iterator
from inspect import unwrap
from typing import Any

from django.core.checks import Error, register
from django.urls import URLPattern, URLResolver, get_resolver

from nuanyi.lib import rooms
from nuanyi.lib.access import PUBLIC, SIGNED_IN


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


def written_at(view: Any) -> str:
    """The file and line of a view, for whoever has to mend it."""
    code = getattr(unwrap(view), "__code__", None)
    return f"{code.co_filename}:{code.co_firstlineno}" if code is not None else repr(view)


@register()
def every_route_has_a_permission(**_options: Any) -> list[Error]:
    """Every view declares its permission, one that a room declares. API operations say theirs on the function of ninja."""
    from nuanyi.front.api_root import undeclared

    errors = []
    for address, view in routes():
        permission = act_of(view)
        if permission is None and not address.startswith("api/v1/"):
            errors.append(
                Error(
                    f"the route {address!r} declares no permission: put lib.access.permission_required on its view",
                    hint=written_at(view),
                    id="nuanyi.E010",
                )
            )
        elif permission not in (None, PUBLIC, SIGNED_IN) and permission not in rooms.permissions():
            errors.append(
                Error(
                    f"the route {address!r} asks for {permission!r}, which no room declares in its room.py",
                    hint=written_at(view),
                    id="nuanyi.E012",
                )
            )
    return errors + [
        Error(f"the API operation {name} declares no permission", id="nuanyi.E011") for name in undeclared()
    ]


@register()
def rooms_say_nothing_that_cannot_stand(**_options: Any) -> list[Error]:
    """Declarations of two rooms that contradict each other, or that name what is not there."""
    return [Error(found.words, hint=found.written_at, id="nuanyi.E013") for found in rooms.problems()]
