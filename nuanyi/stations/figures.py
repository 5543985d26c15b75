"""The figures that the stations offer the matrix."""

from __future__ import annotations

from typing import Any

from django.db.models import Avg, Count, F, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nuanyi.ledger import queries as ledger
from nuanyi.lib import clock
from nuanyi.lib.figures import Counted, Counts, Figure, Window, offer
from nuanyi.lib.region_codes import township_of
from nuanyi.lib.rooms import Route
from nuanyi.places import queries as places
from nuanyi.stations import kinds
from nuanyi.stations.models import Amenity, Fault, Station
from nuanyi.stations.rules import FaultState, Function, State


def _within(rows: QuerySet[Any], asked: Window, field: str) -> QuerySet[Any]:
    """Rows of the region asked for; what lies in a township that was merged since, in the one of today."""
    return rows.filter(places.within(asked.region, places.moved_now(), field)) if asked.region else rows


def _in_service(asked: Window) -> QuerySet[Station]:
    """Stations in service (a pause does not end that), with a window as it was on its last day: opened by then and not yet
    given up."""
    rows = _within(Station.objects.all(), asked, "region_code")
    serving = Q(state__in=[State.OPEN, State.PAUSED])
    if asked.last is None:
        return rows.filter(serving)
    given_up_later = Q(merged_into=None, closed_date__gt=asked.last)
    return rows.filter(serving | given_up_later, opened_date__lte=asked.last)


def _open(asked: Window, by: tuple[str, ...]) -> Counts:
    if by == ("township",):
        rows = _in_service(asked).order_by().values_list("region_code").annotate(n=Count("pk"))
        moved, cells = places.moved_now(), dict[tuple[str, ...], int]()
        for region, number in rows:
            key = (township_of(places.code_today(region, moved)),)
            cells[key] = cells.get(key, 0) + number
        return cells
    return {(): _in_service(asked).count()}


def _kinds_of(asked: Window, by: tuple[str, ...]) -> Counts:
    rows = Amenity.objects.filter(station__in=_in_service(asked)).order_by()
    if by == ("amenity",):
        return {(kind,): n for kind, n in rows.values_list("kind").annotate(n=Count("pk"))}
    return {(): rows.values("kind").distinct().count()}


def _functions(asked: Window, by: tuple[str, ...]) -> Counts:
    return {
        (): len({word for words in _in_service(asked).values_list("functions", flat=True) for word in words})
    }


def _tiers(asked: Window, by: tuple[str, ...]) -> Counts:
    if by == ("tier",):
        return {
            (tier,): n
            for tier, n in _in_service(asked).order_by().values_list("tier").annotate(n=Count("pk"))
        }
    return {(): _in_service(asked).order_by().values("tier").distinct().count()}


def _page(station: Station) -> str:
    return reverse("stations:one", kwargs={"pk": station.pk})


def _listed(asked: Window) -> list[Counted]:
    """The stations themselves."""
    return [
        Counted(words=one.name, day=one.opened_date, region=one.region_code, href=_page(one))
        for one in _in_service(asked).order_by("opened_date", "pk")
    ]


def _gathered(found: dict[str, list[str]]) -> list[Counted]:
    return [Counted(words=f"{title}：{'、'.join(names)}") for title, names in found.items()]


def _listed_tiers(asked: Window) -> list[Counted]:
    found: dict[str, list[str]] = {}
    for one in _in_service(asked).order_by("tier", "pk"):
        found.setdefault(one.get_tier_display(), []).append(one.name)
    return _gathered(found)


def _listed_functions(asked: Window) -> list[Counted]:
    found: dict[str, list[str]] = {}
    titles = {str(code): str(title) for code, title in Function.choices}
    for one in _in_service(asked).order_by("pk"):
        for function in one.functions:
            found.setdefault(titles.get(function, function), []).append(one.name)
    return _gathered(found)


def _listed_amenities(asked: Window) -> list[Counted]:
    found: dict[str, list[str]] = {}
    rows = Amenity.objects.filter(station__in=_in_service(asked)).select_related("station")
    for one in rows.order_by("kind", "station_id"):
        found.setdefault(one.get_kind_display(), []).append(one.station.name)
    return _gathered(found)


def _late(asked: Window, by: tuple[str, ...]) -> Counts:
    rows = Fault.objects.filter(ended_at=None, due_at__lt=clock.now())
    return {(): _within(rows, asked, "station__region_code").count()}


def _mending_hours(asked: Window, by: tuple[str, ...]) -> Counts:
    rows = _within(Fault.objects.filter(state=FaultState.MENDED), asked, "station__region_code")
    rows = (
        rows.filter(ended_at__date__gte=asked.first, ended_at__date__lte=asked.last) if asked.last else rows
    )
    mean = rows.aggregate(mean=Avg(F("ended_at") - F("made_at")))["mean"]
    return {(): round(mean.total_seconds() / 3600)} if mean else {}


offer(
    Figure(
        "stations.open",
        _("Stations in service"),
        _("stations"),
        _open,
        ("township",),
        Route("stations:list"),
        _("Stations in service or paused on the last day of the time asked for"),
        listed=_listed,
    )
)
offer(
    Figure(
        "stations.tiers",
        _("Tiers with a station"),
        _("tiers"),
        _tiers,
        ("tier",),
        Route("stations:list"),
        _("Different tiers among the stations in service"),
        listed=_listed_tiers,
    )
)
offer(
    Figure(
        "stations.functions",
        _("Functions offered"),
        _("functions"),
        _functions,
        (),
        Route("stations:list"),
        _("Different functions among the stations in service"),
        listed=_listed_functions,
    )
)
offer(
    Figure(
        "stations.amenity_kinds",
        _("Kinds of amenities"),
        _("kinds"),
        _kinds_of,
        ("amenity",),
        Route("stations:list"),
        _("Different kinds of amenities among the stations in service"),
        listed=_listed_amenities,
    )
)
offer(
    Figure(
        "stations.visits",
        _("Visits to stations"),
        _("visits"),
        ledger.counter(kinds.VISITS),
        ("sector", "township", "month"),
        Route("stations:visits"),
        _("Check-ins, one device once an hour, by the hour"),
        of_people=True,
        listed=ledger.lister(kinds.VISITS),
    )
)
offer(
    Figure(
        "stations.faults_mended",
        _("Faults mended"),
        _("faults"),
        ledger.counter(kinds.MENDED),
        ("township", "month"),
        Route("stations:faults", query={"state": "mended"}),
        _("What workers told and keepers mended"),
        listed=ledger.lister(kinds.MENDED),
    )
)
offer(
    Figure(
        "stations.faults_late",
        _("Faults past the promised time"),
        _("faults"),
        _late,
        (),
        Route("stations:faults", query={"state": "late"}),
        _("Open faults whose promised time is over, now"),
        less_is_better=True,
    )
)
offer(
    Figure(
        "stations.mending_hours",
        _("Hours until mended, on average"),
        _("hours"),
        _mending_hours,
        (),
        Route("stations:faults", query={"state": "mended"}),
        _("From the hour of telling to the mending"),
        less_is_better=True,
    )
)
