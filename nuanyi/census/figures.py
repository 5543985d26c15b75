"""The figures that the census offers the matrix."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Value
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nuanyi.census import queries
from nuanyi.census.linkage import queries as linkage
from nuanyi.census.models import CensusRound, Establishment, Worker
from nuanyi.census.rules import RoundState
from nuanyi.lib.figures import Counted, Counts, Figure, Paged, Window, exact_for, offer
from nuanyi.lib.region_codes import township_of
from nuanyi.lib.rooms import Route
from nuanyi.lib.sectors import KEY_SECTORS, Sector
from nuanyi.places import queries as places

#: How the source of 2022 groups sectors when it counts establishments.
GROUPS: dict[str, tuple[str, tuple[Sector, ...], Any]] = {
    "courier_and_delivery": (
        "courier,delivery",
        (Sector.COURIER, Sector.DELIVERY),
        _("Courier and delivery establishments"),
    ),
    "livestream": ("livestream", (Sector.LIVESTREAM,), _("Livestream commerce establishments")),
    "logistics": ("logistics", (Sector.LOGISTICS,), _("Logistics establishments")),
    "ecommerce": ("ecommerce", (Sector.ECOMMERCE,), _("E-commerce establishments")),
    "road_transport": ("road_transport", (Sector.ROAD_TRANSPORT,), _("Road transport establishments")),
}


def _count(
    model: Any, asked: Window, by: tuple[str, ...], sectors: tuple[Sector, ...] | None = None
) -> Counts:
    """Records known by the window's last day, as they were then, by ``sector``, ``township`` and ``region``
    (the finest place that is known) where asked. A township that was merged since counts as the one of today."""
    moved = places.moved_now() if asked.region or "township" in by else {}
    rows = model.objects.on(asked.last).filter(places.within(asked.region, moved, "region_then"))
    rows = rows.filter(
        counted_with=None
    )  # persons, shops: a record counted with an earlier one is no head more
    rows = rows.filter(sector_then__in=sectors) if sectors else rows
    if not by:
        return {(): rows.count()}
    cells: dict[tuple[str, ...], int] = {}
    for sector, region, number in (
        rows.order_by().values_list("sector_then", "region_then").annotate(n=Count("pk"))
    ):
        values = {
            "sector": sector,
            "township": township_of(places.code_today(region, moved)),
            "region": region,
        }
        key = tuple(values[dimension] for dimension in by)
        cells[key] = cells.get(key, 0) + number
    return cells


def _establishments_of(sectors: tuple[Sector, ...]) -> Any:
    return lambda asked, by: _count(Establishment, asked, by, sectors)


def _listed(sectors: tuple[Sector, ...] | None = None) -> Any:
    """The establishments themselves, as they were on the window's last day; a page of them at a time."""

    def line(one: Any) -> Counted:
        return Counted(
            words=one.name,
            day=one.first_seen_date,
            region=one.region_then,
            sector=one.sector_then,
            href=reverse("census:establishment", kwargs={"pk": one.pk}),
        )

    def rows(asked: Window) -> Paged:
        here = places.within(asked.region, places.moved_now(), "region_then")
        found = Establishment.objects.on(asked.last).filter(here, counted_with=None)
        found = found.filter(sector_then__in=sectors) if sectors else found
        found = found.annotate(count=Value(1)).order_by("first_seen_date", "pk")
        return Paged(found, line, sector="sector_then")

    return rows


def _listed_sectors(asked: Window) -> list[Counted]:
    """The sectors that were surveyed, each with the rounds that did it."""
    found: dict[str, list[str]] = {}
    for one in _closed_rounds(asked):
        for sector in one.sectors:
            if sector in KEY_SECTORS:
                found.setdefault(sector, []).append(one.name)
    address = reverse("census:rounds")
    return [
        Counted(words="、".join(names), sector=sector, href=address)
        for sector, names in sorted(found.items())
    ]


for _key, (_codes, _sectors, _title) in GROUPS.items():
    offer(
        Figure(
            f"establishments.{_key}",
            _title,
            _("establishments"),
            _establishments_of(_sectors),
            ("sector", "township"),
            Route("census:establishments", query={"sector": _codes, "heads": queries.ONCE}),
            _("Establishments on record in these sectors"),
            listed=_listed(_sectors),
            listed_permission="census.view",
            narrowed_by=("on", "region"),
        )
    )

exact_for("census.view")
offer(
    Figure(
        "census.establishments",
        _("Establishments on record"),
        _("establishments"),
        lambda asked, by: _count(Establishment, asked, by),
        ("sector", "township"),
        Route("census:establishments", query={"heads": queries.ONCE}),
        _("All establishments on record"),
        listed=_listed(),
        listed_permission="census.view",
        narrowed_by=("on", "region", "sector"),
        beside=lambda: linkage.words_beside(linkage.SHOPS),
    )
)
offer(
    Figure(
        "census.workers",
        _("Workers on record"),
        _("persons"),
        lambda asked, by: _count(Worker, asked, by),
        ("sector", "township", "region"),
        Route("census:workers", query={"heads": queries.ONCE}),
        _(
            "Persons on record; one person in several rosters is counted once, as far as the linkage is certain"
        ),
        of_people=True,
        in_sight=linkage.count_in_sight,
        narrowed_by=("on", "region", "sector"),
        beside=linkage.words_beside,
    )
)


def _closed_rounds(asked: Window) -> list[CensusRound]:
    closed = CensusRound.objects.filter(state=RoundState.CLOSED)
    closed = closed.filter(end_date__lte=asked.last) if asked.last else closed
    return [
        one
        for one in closed.order_by("pk")
        if any(code.startswith(asked.region) or asked.region.startswith(code) for code in one.region_codes)
    ]


def _key_sectors(asked: Window, by: tuple[str, ...]) -> Counts:
    """Key sectors that a closed census round has surveyed by the window's last day, in the window's region."""
    surveyed = {sector for one in _closed_rounds(asked) for sector in one.sectors if sector in KEY_SECTORS}
    return {(sector,): 1 for sector in sorted(surveyed)} if by == ("sector",) else {(): len(surveyed)}


offer(
    Figure(
        "census.key_sectors_surveyed",
        _("Key sectors surveyed"),
        _("sectors"),
        _key_sectors,
        ("sector",),
        Route("census:rounds"),
        _("Key sectors covered by a closed census round"),
        listed=_listed_sectors,
    )
)
