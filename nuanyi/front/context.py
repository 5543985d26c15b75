"""What every page's shell needs."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from nuanyi.lib import rooms
from nuanyi.lib.access import actor_of
from nuanyi.notices.home import unseen
from nuanyi.people import wecom
from nuanyi.people.access import owner_mark

#: As many lines of the rail stand on a laptop's screen without scrolling.
FITS = 16


def shell(request: HttpRequest) -> dict[str, Any]:
    """The rail (lazily: only the staff shell asks for it), the actor and the demo's sign."""
    actor = actor_of(request)

    def rail() -> list[dict[str, Any]]:
        """Its parts; those with many lines show only the part they are in, so that nobody scrolls to find where he is."""
        menu = rooms.menu()
        known = [item.href for _part, items in menu for item in items if request.path.startswith(item.href)]
        here = max(known, key=len, default="")
        here = "" if here == reverse("office") and request.path != here else here
        parts: list[dict[str, Any]] = []
        lines = 0
        for part, items in menu:
            shown = [
                {"link": item, "here": item.href == here} for item in items if actor.can(item.permission)
            ]
            if shown:
                is_open = any(line["here"] for line in shown)
                parts.append({"title": part.title, "links": shown, "open": is_open})
                lines += len(shown)
        return [part | {"open": True} for part in parts] if lines <= FITS else parts

    def bar() -> list[dict[str, Any]]:
        """The phone's bottom bar, with the place where the reader is."""
        match = request.resolver_match
        names = {*match.namespaces, match.url_name or ""} if match is not None else set()
        return [{"item": item, "here": bool(item.covers & names)} for item in rooms.bar()]

    return {
        "actor": actor,
        "rail": rail,
        "bar": bar,
        "unseen_notices": lambda: unseen(actor),
        "demo": settings.NUANYI_DEMO,
        "tiles_url": settings.NUANYI_TILES_URL,
        "whose": lambda: owner_mark(actor),
        "wecom_offered": lambda: wecom.configured() is not None,
    }
