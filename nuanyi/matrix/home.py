"""What the first page says of the matrix: what waits for a person, and to leaders where it is thin."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import ngettext

from nuanyi.lib.actor import Actor
from nuanyi.lib.roles import Role
from nuanyi.lib.rooms import Route, Task
from nuanyi.matrix.waiting import waiting_for

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
    from nuanyi.matrix import charts
    from nuanyi.matrix import cube as cubes

    query = {"rows": "sector", "columns": "place", "period": str(charts.last_year())}
    found = cubes.cube(cubes.view_of(query), actor)
    if not found.thin:
        return
    worst = found.thin[0]
    words = ngettext(
        "%(n)s place and sector gets too little: %(place)s, %(sector)s",
        "%(n)s places and sectors get too little, first of all %(place)s, %(sector)s",
        len(found.thin),
    ) % {"n": len(found.thin), "place": worst.column, "sector": worst.row}
    yield Task(words, Route("matrix:cube", query=query), len(found.thin))
