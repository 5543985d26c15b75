"""The figures that the service desk offers the matrix."""

from __future__ import annotations

from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from nuanyi.cases import kinds
from nuanyi.cases.models import ServiceItem
from nuanyi.ledger import queries as ledger
from nuanyi.ledger import rules
from nuanyi.lib.figures import Counted, Counts, Figure, Window, offer
from nuanyi.lib.rooms import Route


def _parts(asked: Window, by: tuple[str, ...]) -> Counts:
    rows = ServiceItem.objects.filter(active=True).order_by()
    if by == ("part",):
        return {(part,): n for part, n in rows.values_list("part").annotate(n=Count("pk"))}
    return {(): rows.values("part").distinct().count()}


def _listed_parts(asked: Window) -> list[Counted]:
    rows = ServiceItem.objects.filter(active=True).order_by("part", "place", "pk")
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row.get_part_display(), []).append(row.title)
    return [Counted(words=f"{part}：{'、'.join(titles)}") for part, titles in found.items()]


offer(
    Figure(
        "service.list_parts",
        _("Parts of the service list"),
        _("parts"),
        _parts,
        ("part",),
        Route("help:list"),
        _("Different parts among the active lines of the service list"),
        listed=_listed_parts,
    )
)
for _name in kinds.SERVED.values():
    offer(
        Figure(
            _name,
            rules.kinds()[_name].title,
            _("cases"),
            ledger.counter(_name),
            ("sector", "township", "month"),
            Route("cases:served"),
            _("Cases that a unit solved, and lines of registers that were taken in"),
            of_people=True,
            listed=ledger.lister(_name),
        )
    )
