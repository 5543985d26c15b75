"""The figures that Party work offers the matrix: about establishments, never about anybody's affiliation."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Value
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from nuanyi.ledger import queries as ledger
from nuanyi.lib import rooms
from nuanyi.lib.figures import Counted, Counts, Figure, Paged, Window, offer
from nuanyi.lib.region_codes import township_of
from nuanyi.lib.rooms import Route
from nuanyi.party import coverage, kinds, rules
from nuanyi.places import queries as places


def _covered(which: str) -> Any:
    def count(asked: Window, by: tuple[str, ...]) -> Counts:
        if not by and not asked.region:
            # worked out once and kept until something that it is made of changes: first pages ask it often
            place = ("total", "organised", "worked").index(which)
            return {(): sum(counts[place] for counts in coverage.cube(asked.last).base.values())}
        moved = places.moved_now() if asked.region or "township" in by else {}
        rows = coverage.covered(asked.last).filter(**{which: True}).order_by()
        if asked.region:
            rows = rows.filter(places.within(asked.region, moved))
        if not by:
            return {(): rows.count()}
        cells: dict[tuple[str, ...], int] = {}
        for sector, region, number in rows.values_list("sector", "region_code").annotate(n=Count("pk")):
            values = {"sector": sector, "township": township_of(places.code_today(region, moved))}
            key = tuple(values[dimension] for dimension in by)
            cells[key] = cells.get(key, 0) + number
        return cells

    return count


def _listed(which: str) -> Any:
    """The establishments that the coverage counts, a page of them at a time."""

    def line(one: Any) -> Counted:
        return Counted(
            words=one.name,
            day=one.first_seen_date,
            region=one.region_code,
            sector=one.sector,
            href=rooms.page_of("census.establishment", str(one.pk)),
        )

    def listing(asked: Window) -> Paged:
        here = places.within(asked.region, places.moved_now())
        rows = coverage.covered(asked.last).filter(here, **{which: True}).annotate(count=Value(1))
        return Paged(rows.order_by("first_seen_date", "pk"), line)

    return listing


offer(
    Figure(
        "party.organised",
        _("Establishments reached by a branch"),
        _("establishments"),
        _covered("organised"),
        ("township", "sector"),
        Route("party:coverage"),
        _("Establishments that a branch of any form covers at the end of the time asked for"),
        listed=_listed("organised"),
        listed_permission=rules.COVERAGE,
    )
)
offer(
    Figure(
        "party.worked",
        _("Establishments reached by an instructor"),
        _("establishments"),
        _covered("worked"),
        ("township", "sector"),
        Route("party:coverage"),
        _(
            "Establishments with an instructor, and a visit or a regular activity within the days that the definition in force"
            " names"
        ),
        listed=_listed("worked"),
        listed_permission=rules.COVERAGE,
    )
)
offer(
    Figure(
        kinds.VISITS,
        _("Visits and talks of instructors"),
        pgettext_lazy("times", "visits"),
        ledger.counter(kinds.VISITS),
        ("township", "month", "sector"),
        Route("party:coverage"),
        _("Visits and talks that instructors recorded at the establishments they follow"),
        of_people=True,
        listed=ledger.lister(kinds.VISITS),
        listed_permission=rules.COVERAGE,
    )
)
offer(
    Figure(
        kinds.JOINT_ACTIVITIES,
        _("Joint activities of alliances"),
        _("activities"),
        ledger.counter(kinds.JOINT_ACTIVITIES),
        ("month",),
        Route("party:alliances"),
        _("Activities that members of an alliance held together, counted when they took place"),
        listed=ledger.lister(kinds.JOINT_ACTIVITIES),
        listed_permission=rules.COVERAGE,
    )
)
offer(
    Figure(
        kinds.MEETINGS,
        _("Meetings, lessons and themed days of branches"),
        _("meetings"),
        ledger.counter(kinds.MEETINGS),
        ("township", "month", "sector"),
        Route("party:life"),
        _(
            "Branch assemblies, meetings of committees and groups, Party lessons and themed days, counted when held"
        ),
        listed=ledger.lister(kinds.MEETINGS),
        listed_permission=rules.COVERAGE,
    )
)
offer(
    Figure(
        kinds.BROUGHT,
        _("Brought to establishments and places"),
        _("times"),
        ledger.counter(kinds.BROUGHT),
        ("township", "month", "sector"),
        Route("party:brought"),
        _("Times that documents, government services or culture were brought to an establishment or a place"),
        listed=ledger.lister(kinds.BROUGHT),
        listed_permission=rules.COVERAGE,
    )
)
offer(
    Figure(
        kinds.MATTERS,
        _("Matters of joint committees that were done"),
        _("matters"),
        ledger.counter(kinds.MATTERS),
        ("township", "month"),
        Route("party:committees"),
        _("Matters that members of joint committees took on, counted on the day on which they were done"),
        listed=ledger.lister(kinds.MATTERS),
        listed_permission=rules.COMMITTEES,
    )
)
