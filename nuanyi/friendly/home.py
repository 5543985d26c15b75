"""What waits in this room for a person, and what the office's search finds of it."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from nuanyi.friendly import queries
from nuanyi.friendly.models import FriendlyPlace
from nuanyi.lib.actor import Actor
from nuanyi.lib.rooms import Hit, Hits, Route, Task


def tasks_for(actor: Actor) -> Iterator[Task]:
    """What riders said of places where this actor may confirm it."""
    if not actor.can("friendly.confirm"):
        return
    number = queries.open_tips(actor).count()
    words = ngettext("%d thing riders said of places waits", "%d things riders said of places wait", number)
    yield Task(words % number, Route("friendly_office:tips"), number)


def _page_of(actor: Actor, place: FriendlyPlace) -> Route:
    if actor.can("friendly.confirm", regions=(place.region_code,)):
        return Route("friendly_office:edit", {"pk": place.pk})
    return Route("friendly_office:list", query={"q": place.code})


def search_for(actor: Actor, text: str) -> Iterator[Hits]:
    """Places by a part of their name."""
    rows = queries.listed(actor, {"q": text})[:10]
    hits = [Hit(row.name, _page_of(actor, row), row.get_kind_display()) for row in rows]
    yield Hits(_("Rider-friendly places"), hits, _("part of the name"))
