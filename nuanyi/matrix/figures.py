"""The figures that the matrix itself offers: how far responsibility reaches."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from nuanyi.lib import figures
from nuanyi.lib.figures import Counted, Counts, Figure, Window, offer
from nuanyi.lib.region_codes import township_of
from nuanyi.lib.rooms import Route
from nuanyi.places import queries as places
from nuanyi.units import queries as units


def _guided(asked: Window, by: tuple[str, ...]) -> Counts:
    """Establishments whose sector and place have a guiding unit of their own, not only the township's fallback."""
    cells = figures.offered()["census.establishments"].count(asked, ("sector", "township"))
    guided = units.guides()
    found: dict[tuple[str, ...], int] = {}
    for (sector, township), number in cells.items():
        if guided(sector, township):
            values = {"sector": sector, "township": township}
            key = tuple(values[dimension] for dimension in by)
            found[key] = found.get(key, 0) + number
    return found or {(): 0}


def _listed(asked: Window) -> list[Counted]:
    """The establishments themselves. All of the window are read: who guides is worked out, not kept with them."""
    listed = figures.offered()["census.establishments"].listed
    guided, moved = units.guides(), places.moved_now()
    return [
        one
        for one in (listed(asked) if listed is not None else ())
        if guided(one.sector, township_of(places.code_today(one.region, moved)))
    ]


offer(
    Figure(
        "responsibility.guided_establishments",
        _("Establishments with a guiding department"),
        _("establishments"),
        _guided,
        ("sector", "township"),
        Route("census:establishments", query={"heads": "once", "guided": "1"}),
        _(
            "Establishments for whose sector and place a unit guides by line; every one has a unit that holds it"
        ),
        listed=_listed,
        listed_permission="census.view",
        narrowed_by=("on", "region", "sector"),
    )
)
