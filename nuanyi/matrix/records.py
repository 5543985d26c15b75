"""The very records behind a number: what a brief, the page of a year and a task lead to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nuanyi.lib import clock, figures
from nuanyi.lib.actor import Actor
from nuanyi.lib.errors import NotFound
from nuanyi.lib.figures import Counted, Figure, Paged, Window
from nuanyi.lib.sectors import Sector
from nuanyi.matrix import task_board
from nuanyi.places import queries as places

#: How many lines a page shows.
MOST = 500


@dataclass(frozen=True)
class Behind:
    """A figure, its number, and the records that sum to it. ``rows`` is None where only the figure's own list
    shows them, to each reader what they may see."""

    figure: Figure
    value: int
    rows: Sequence[Counted] | None
    all: int
    total: int
    hidden: bool
    #: the figure's own list, narrowed to the period, place and sector as far as it can be; "" where it has none
    list: str
    #: whether that list shows its reader all that is counted
    whole: bool = True


def of_task(actor: Actor, key: str, pk: int) -> tuple[Window, str]:
    """The window and the sector in which a task counts its figure. Raises NotAllowed, NotFound."""
    task = task_board.one(actor, pk).task
    if task.figure != key:
        raise NotFound()
    return task_board.window_of(task, clock.today()), task.sector


def behind(actor: Actor, key: str, asked: Window, sector: str = "") -> Behind:
    """What a figure counts. Counts of people, and records that say more than the number does, are shown one by one only
    to those who may see all of them. Raises NotFound."""
    actor.require("matrix.view")
    figure = figures.offered().get(key)
    if figure is None:
        raise NotFound()
    exact = not figure.of_people or figures.sees_exact(actor)
    value = figure.shown(asked, exact=exact, sector=sector)
    own_list = figure.list_of(asked, sector)
    if figure.listed is None:
        return Behind(figure, value, None, 0, 0, hidden=not exact, list=own_list)
    if not exact:
        return Behind(figure, value, [], 0, 0, hidden=True, list="")
    if figure.listed_permission and not actor.everywhere(figure.listed_permission):
        return Behind(figure, value, None, 0, 0, hidden=False, list=own_list, whole=False)
    found = figure.listed(asked)
    if isinstance(found, Paged):
        found = found.of_sector(sector) if sector and "sector" in figure.dimensions else found
        return Behind(figure, value, found[:MOST], len(found), found.total(), hidden=False, list=own_list)
    if sector and "sector" in figure.dimensions:
        found = [one for one in found if one.sector == sector]
    total = sum(one.count for one in found)
    return Behind(figure, value, found[:MOST], len(found), total, hidden=False, list=own_list)


def names() -> dict[str, dict[str, str]]:
    """The names of places and sectors by their codes, for the list."""
    return {
        "places": places.names_by_code(),
        "sectors": {str(code): str(title) for code, title in Sector.choices},
    }
