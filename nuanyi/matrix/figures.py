"""The figures that the matrix itself offers: how far responsibility reaches."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from nuanyi.lib import figures
from nuanyi.lib.errors import NotFound
from nuanyi.lib.figures import Counts, Figure, Window, offer
from nuanyi.lib.rooms import Route
from nuanyi.units import queries as units
from nuanyi.units.rules import GUIDE


def _guided(asked: Window, by: tuple[str, ...]) -> Counts:
    """Establishments whose sector and place have a guiding unit of their own, not only the township's fallback."""
    cells = figures.offered()["census.establishments"].count(asked, ("sector", "township"))
    try:
        book = units.directory()
    except NotFound:
        return {(): 0} if not by else {}
    found: dict[tuple[str, ...], int] = {}
    for (sector, township), number in cells.items():
        if any(answer.role == GUIDE for answer in book.answers(sector, township)):
            values = {"sector": sector, "township": township}
            key = tuple(values[dimension] for dimension in by)
            found[key] = found.get(key, 0) + number
    return found or {(): 0}


offer(
    Figure(
        "responsibility.guided_establishments",
        _("Establishments with a guiding department"),
        _("establishments"),
        _guided,
        ("sector", "township"),
        Route("census:establishments"),
        _(
            "Establishments for whose sector and place a unit guides by line; every one has a unit that holds it"
        ),
    )
)
