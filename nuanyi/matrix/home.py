"""What the first page says of the matrix: what waits for a person, and to leaders where it is thin."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import ngettext

from nuanyi.lib.actor import Actor
from nuanyi.lib.roles import Role
from nuanyi.lib.rooms import Route, Task
from nuanyi.lib.sectors import Sector
from nuanyi.matrix.models import ThinCount
from nuanyi.matrix.waiting import waiting_for
from nuanyi.places import queries as places
from nuanyi.units.queries import own_district

#: Who is asked for where it is thin; others have their own work.
LEADERS = frozenset({Role.DISTRICT_OFFICE, Role.ORGANISATION})


def tasks_for(actor: Actor) -> Iterable[Task]:
    """Key tasks, supervision and good practice that wait; then where it is thin."""
    yield from waiting_for(actor)
    yield from _thin(actor)


def _thin(actor: Actor) -> Iterable[Task]:
    """Places and sectors that got too little of what the service desk does."""
    if not LEADERS & {Role(role) for role in actor.roles} or not actor.can("matrix.view"):
        return
    # counted each morning (``services.mornings``): this page is opened often, and the cube takes long
    kept = ThinCount.objects.filter(district=own_district(actor)).first()
    if kept is None or not kept.number:
        return
    query = {"rows": "sector", "columns": "place", "period": str(kept.year)}
    query |= {"region": kept.district} if kept.district else {}
    words = ngettext(
        "%(n)s place and sector gets too little: %(place)s, %(sector)s",
        "%(n)s places and sectors get too little, first of all %(place)s, %(sector)s",
        kept.number,
    ) % {
        "n": kept.number,
        "place": places.names_by_code().get(kept.region_code, kept.region_code),
        "sector": dict(Sector.choices).get(kept.sector, ""),
    }
    yield Task(words, Route("matrix:cube", query=query), kept.number)
