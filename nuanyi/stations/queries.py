"""Reads of the stations, ready to show."""

from __future__ import annotations

import heapq
import json
import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Count, F, Q, QuerySet, Sum
from django.utils import translation
from scipy.spatial import cKDTree

from nuanyi.lib import clock, distances
from nuanyi.lib.actor import Actor
from nuanyi.lib.geo import EARTH_RADIUS_METRES, metres_between, wgs84_to_gcj02
from nuanyi.lib.navigation import ways
from nuanyi.lib.sectors import Sector
from nuanyi.lib.small_cells import INSIDE, coarse
from nuanyi.places import queries as places
from nuanyi.stations import nearby
from nuanyi.stations.hours import Standing, standing
from nuanyi.stations.live import snapshot_now
from nuanyi.stations.models import (
    Amenity,
    Confirmation,
    Fault,
    HandOver,
    Rating,
    Station,
    StationPair,
    VisitCount,
    Wish,
)
from nuanyi.stations.rules import (
    CONFIRMED_HOURS,
    EXPIRY_DAYS,
    RIDE_METRES_A_MINUTE,
    SAME_STREET_METRES,
    WALK_METRES_A_MINUTE,
    AmenityKind,
    FaultState,
    Function,
    Grade,
    OwnerKind,
    State,
    Tier,
    Trouble,
    may_be_the_same,
    owner_names,
)
from nuanyi.stations.snapshot import DAYS_AHEAD, Near, Snapshot, on_sphere

#: Minutes on foot beyond which only the ride is told.
WALKED_AT_MOST = 60


@dataclass(frozen=True)
class Row:
    """A station in a worker's list."""

    code: str
    name: str
    place: str
    metres: float | None
    walk_minutes: int | None
    ride_minutes: int | None
    stands: Standing
    opens_in_minutes: int | None
    paused: bool
    reason: str
    amenities: list[str]
    broken: list[str]
    confirmed: int
    confirmed_hours: int
    owners: list[str]
    grade: str
    lat_wgs84: float
    lon_wgs84: float

    @property
    def is_near(self) -> bool:
        """Whether somebody would go there on foot."""
        return self.walk_minutes is not None and self.walk_minutes <= WALKED_AT_MOST

    def reached(self, moment: float) -> bool:
        """Whether it is open at ``moment`` and still so when somebody who starts then gets there by bike."""
        arrives = moment + 60 * (self.ride_minutes or 0)
        return self.stands.open and (self.stands.changes_at is None or arrives < self.stands.changes_at)

    @property
    def ways(self) -> dict[str, str]:
        """Addresses that open navigation by bike."""
        return ways(self.name, self.lat_wgs84, self.lon_wgs84)

    @property
    def distance(self) -> str:
        """``320 米``-style numbers without their unit: metres below a kilometre, else kilometres."""
        return "" if self.metres is None else distances.number_of(self.metres)[0]

    @property
    def far(self) -> bool:
        """Whether ``distance`` is in kilometres."""
        return self.metres is not None and distances.number_of(self.metres)[1]


def owned_by(owners: list[dict[str, str]]) -> str:
    """Owners in the first language: one file serves every phone, whatever its language."""
    with translation.override(settings.LANGUAGE_CODE):
        return "、".join(owner_names(owners))


def row_of(near: Near, moment: float, *, with_distance: bool) -> Row:
    """One answer of the snapshot as a row of a list."""
    head, stands = nearby.head_of(near), near.standing
    opens = None
    if not stands.open and stands.changes_at is not None:
        opens = max(0, math.ceil((stands.changes_at - moment) / 60))
    metres = near.metres if with_distance else None
    confirmed = head["confirmed"]
    hours = int((moment - confirmed["hour_at"]) // 3600) if confirmed else 0
    fresh = confirmed is not None and hours < CONFIRMED_HOURS
    return Row(
        head["code"],
        head["name"],
        head["place"],
        metres,
        None if metres is None else distances.minutes(metres, WALK_METRES_A_MINUTE),
        None if metres is None else distances.minutes(metres, RIDE_METRES_A_MINUTE),
        stands,
        opens,
        head["state"] == State.PAUSED,
        head["reason"],
        [kind for kind in AmenityKind.values if kind in head["amenities"]],
        head["broken"],
        confirmed["count"] if fresh else 0,
        hours,
        owner_names(head["owners"]),
        head["grade"],
        near.entry.lat_wgs84,
        near.entry.lon_wgs84,
    )


def nearest(asked: nearby.Asked, *, with_distance: bool = True) -> list[Row]:
    """The stations nearest to a point, filtered."""
    moment = clock.now().timestamp()
    found = nearby.found(asked, snapshot_now(), moment)
    return [row_of(near, asked.at or moment, with_distance=with_distance) for near in found]


def everywhere(bits: int, *, open_only: bool, at: float | None, most: int = 60) -> list[Row]:
    """All stations that fit, the open ones first, then by name; for somebody whose position is not known."""
    when = at or clock.now().timestamp()
    fits = (
        Near(entry, 0.0, stands)
        for entry, stands in snapshot_now().standings(when)
        if entry.bits & bits == bits and (stands.open or not open_only)
    )
    first = heapq.nsmallest(
        most, fits, key=lambda near: (not near.standing.open, nearby.head_of(near)["name"])
    )
    return [row_of(near, when, with_distance=False) for near in first]


#: How often the file for phones is made anew although nothing was heard of a change, in seconds.
FILE_STEP = 600
_file: dict[str, tuple[Snapshot, int, bytes]] = {}


def everything() -> bytes:
    """Every public station in one small JSON object, by which a phone answers without network.

    ``made_at`` and ``until`` are seconds since 1970 (until when the openings are known), ``kinds`` and
    ``functions`` name the bits, ``schedules`` are ``[from, to, from, to …]`` in minutes since 1970, and a
    station is ``[code, name, place, lat, lon (WGS-84, millionths of a degree), the same by GCJ-02, kinds,
    broken kinds, functions, flags (1: no steps, 2: paused), schedule, region, reason, owners, grade]``;
    owners and grade are numbers in ``owners`` (names) and ``grades`` (codes).
    """
    snapshot = snapshot_now()
    step = int(clock.now().timestamp()) // FILE_STEP
    kept = _file.get("last")
    if kept and kept[0] is snapshot and kept[1] == step:
        return kept[2]
    kinds, functions, grades = list(AmenityKind.values), list(Function.values), list(Grade.values)
    numbers: dict[tuple[int, ...], int] = {}
    owners: dict[str, int] = {}
    rows = []
    for entry, openings in snapshot.openings():
        head = json.loads(entry.head + b"}")
        minutes = tuple(moment // 60 for opening in openings for moment in opening)
        lat, lon = wgs84_to_gcj02(entry.lat_wgs84, entry.lon_wgs84)
        paused = head["state"] == State.PAUSED
        rows.append(
            [
                head["code"],
                head["name"],
                head["place"],
                *(round(degrees * 1e6) for degrees in (entry.lat_wgs84, entry.lon_wgs84, lat, lon)),
                sum(1 << kinds.index(kind) for kind in head["amenities"]),
                sum(1 << kinds.index(kind) for kind in head["broken"]),
                sum(1 << functions.index(one) for one in head["functions"] if one in functions),
                int(head["step_free"]) + 2 * int(paused),
                numbers.setdefault(minutes, len(numbers)),
                head["region"],
                head["reason"],
                owners.setdefault(owned_by(head["owners"]), len(owners)),
                grades.index(head["grade"]),
            ]
        )
    rows.sort()
    told = {
        "made_at": step * FILE_STEP,
        "until": int(clock.midnight(snapshot.clockwork.day + timedelta(days=DAYS_AHEAD)).timestamp()),
        "kinds": kinds,
        "functions": functions,
        "owners": list(owners),
        "grades": grades,
        "schedules": [list(minutes) for minutes in numbers],
        "stations": rows,
    }
    body = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
    _file["last"] = (snapshot, step, body)
    return body


def station_by_code(code: str, actor: Actor | None = None) -> Station | None:
    """One station with what its page shows; a public one without an actor."""
    rows = Station.objects.visible_to(actor) if actor else Station.objects.public()
    rows = rows.select_related("unit").prefetch_related("amenities", "exceptions")
    found = rows.filter(code=code.upper()).first()
    if found is not None and found.merged_into_id is None:
        return found
    # the sign on the wall of a record that turned out to be another's: its code leads there
    merged = Station.objects.filter(code=code.upper()).values("merged_into")
    return rows.filter(pk__in=merged).first() or found


def openings_of(station: Station) -> list[tuple[int, int]]:
    """When a station is open in the coming days, as seconds since 1970."""
    return station.schedule().openings(clock.today(), DAYS_AHEAD)


def stands_now(station: Station) -> Standing:
    """How a station stands now."""
    return standing(openings_of(station), clock.now().timestamp())


def confirmed(station: Station) -> tuple[int, int]:
    """How many confirmed lately that it is open, and how many hours ago the last did; (0, 0) where it has faded."""
    since = clock.now() - timedelta(hours=CONFIRMED_HOURS)
    rows = Confirmation.objects.filter(station=station, hour_at__gt=since).order_by("-hour_at")
    found = list(rows.values_list("hour_at", "count"))
    if not found:
        return 0, 0
    return sum(count for _hour, count in found), int((clock.now() - found[0][0]).total_seconds() // 3600)


def stars(station: Station) -> tuple[float, int]:
    """The mean of the last 90 days' ratings and how many they are."""
    rows = Rating.objects.filter(station=station, day__gt=clock.today() - timedelta(days=90))
    told = rows.aggregate(n=Sum("count"), total=Sum(F("stars") * F("count")))
    return (round(told["total"] / told["n"], 1), told["n"]) if told["n"] else (0.0, 0)


# the keeper --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class KeepersDay:
    """What a keeper's page shows of one station."""

    station: Station
    stands: Standing
    faults: list[Fault]
    wishes: list[Wish]
    amenities: list[Amenity]
    expiring: list[Amenity]
    visits_today: int
    hours: list[tuple[int, int]]
    most: int
    note: HandOver | None


def keepers_day(station: Station) -> KeepersDay:
    """Today at a station: a fixed number of queries."""
    begin = clock.midnight(clock.today())
    by_hour = dict.fromkeys(range(24), 0)
    rows = VisitCount.objects.filter(station=station, hour_at__gte=begin).order_by().values_list("hour_at")
    for hour, count in rows.annotate(n=Sum("count")):
        by_hour[hour.astimezone(clock.CHINA).hour] = count
    amenities = list(station.amenities.all())
    order = {kind: place for place, kind in enumerate(AmenityKind.values)}
    amenities.sort(key=lambda a: order[a.kind])
    return KeepersDay(
        station,
        stands_now(station),
        list(
            Fault.objects.filter(station=station, ended_at=None)
            .select_related("photo")
            .order_by("due_at")[:50]
        ),
        list(Wish.objects.filter(station=station, answered_at=None).order_by("pk")[:20]),
        amenities,
        [a for a in amenities if a.expires_soon],
        sum(by_hour.values()),
        [(hour, count) for hour, count in by_hour.items() if 6 <= hour <= 22 or count],
        max(1, *by_hour.values()),
        HandOver.objects.filter(station=station).select_related("account").order_by("-pk").first(),
    )


def my_stations(actor: Actor) -> list[Station]:
    """The stations that an actor is named the keeper of; for an office all that it may keep."""
    kept = Station.objects.filter(keepers__account_id=actor.account_id or 0).order_by("name")
    found = list(kept.prefetch_related("exceptions")[:100])
    return found or list(Station.objects.kept_by(actor).order_by("name").prefetch_related("exceptions")[:100])


def keepers_paper(actor: Actor) -> list[dict[str, Any]]:
    """What a keeper's phone keeps of his stations: ``{"pk", "code", "name", "openings"}``, openings in seconds since 1970."""
    return [
        {
            "pk": str(station.pk),
            "code": station.code,
            "name": station.name,
            "openings": [moment for span in openings_of(station) for moment in span],
        }
        for station in my_stations(actor)[:20]
    ]


#: What waits at a keeper's stations: what workers told, what expires soon.
TOLD, EXPIRES = "told", "expires"


def waiting_at(actor: Actor, what: str) -> dict[UUID, int]:
    """``{station: how many}`` of the open faults (``TOLD``) or of what expires soon, at the stations that an actor keeps.

    One query; stations at which nothing waits are left out.
    """
    kept = Station.objects.kept_by(actor).values("pk")
    if what == TOLD:
        rows: QuerySet[Any] = Fault.objects.filter(station__in=kept, ended_at=None)
    else:
        soon = clock.today() + timedelta(days=EXPIRY_DAYS)
        rows = Amenity.objects.filter(station__in=kept, expires_date__lte=soon)
    return dict(rows.order_by().values_list("station").annotate(n=Count("pk")))


# the office --------------------------------------------------------------------------------------

FILTERS = ("state", "tier", "region", "q", "trouble", "owner", "grade", "kept")
#: Values of the filter by state that are no state.
IN_SERVICE, OPEN_NOW = "service", "now"


def _open_now() -> list[str]:
    """The stations whose doors are open at this moment."""
    moment = clock.now().timestamp()
    return [entry.id for entry, stands in snapshot_now().standings(moment) if stands.open]


@dataclass(frozen=True)
class Pair:
    """Two stations that may be one room: which, how far from each other in metres."""

    station: Station
    other: Station
    metres: int


def likely_doubles(actor: Actor, most: int = 100) -> list[Pair]:
    """Stations that the actor may change both of, that are near and alike, and of which nobody has decided; the nearest first.
    Three queries, however many stations there are."""
    rows = list(
        Station.objects.kept_by(actor)
        .exclude(state=State.CLOSED)
        .select_related("unit")
        .prefetch_related("amenities")
        .order_by("pk")
    )
    if len(rows) < 2:
        return []
    decided = {frozenset(pair) for pair in StationPair.objects.values_list("station_id", "other_id")}
    points = on_sphere([s.lat_wgs84 for s in rows], [s.lon_wgs84 for s in rows])
    reach = 2 * math.sin(SAME_STREET_METRES / EARTH_RADIUS_METRES / 2)
    found = []
    for first, second in cKDTree(points).query_pairs(reach):
        one, two = rows[first], rows[second]
        metres = metres_between(one.lat_wgs84, one.lon_wgs84, two.lat_wgs84, two.lon_wgs84)
        same_call = bool(one.desk_call) and one.desk_call == two.desk_call
        if frozenset((one.pk, two.pk)) in decided:
            continue
        if may_be_the_same(metres=metres, one=one.name, other=two.name, same_call=same_call):
            found.append(Pair(one, two, round(metres)))
    return sorted(found, key=lambda pair: (pair.metres, pair.station.name))[:most]


def merged_stations(actor: Actor) -> QuerySet[Station]:
    """Records that turned out to be of another's room, those that the actor may change."""
    rows = Station.objects.kept_by(actor).exclude(merged_into=None)
    return rows.select_related("merged_into").order_by("-changed_at")[:50]


def listed(actor: Actor, filters: dict[str, str]) -> QuerySet[Station]:
    """Stations for the office's list, with what the rows show."""
    rows = Station.objects.visible_to(actor)
    if filters.get("state") == IN_SERVICE:
        rows = rows.filter(state__in=[State.OPEN, State.PAUSED])
    elif filters.get("state") == OPEN_NOW:
        rows = rows.filter(pk__in=_open_now())
    elif filters.get("state") in State.values:
        rows = rows.filter(state=filters["state"])
    if filters.get("kept"):
        rows = rows.filter(pk__in=Station.objects.kept_by(actor).values("pk"))
    if filters.get("tier") in Tier.values:
        rows = rows.filter(tier=filters["tier"])
    if filters.get("region"):
        rows = rows.filter(region_code__startswith=filters["region"])
    if filters.get("owner") in OwnerKind.values:
        rows = rows.filter(owners__contains=[{"kind": filters["owner"]}])
    if filters.get("grade") in Grade.values:
        rows = rows.filter(grade=filters["grade"])
    if filters.get("q"):
        rows = rows.filter(Q(name__icontains=filters["q"]) | Q(code__iexact=filters["q"]))
    if filters.get("trouble") == "late":
        rows = rows.filter(
            pk__in=Fault.objects.filter(ended_at=None, due_at__lt=clock.now()).values("station")
        )
    if filters.get("trouble") == "expires":
        soon = clock.today() + timedelta(days=EXPIRY_DAYS)
        rows = rows.filter(pk__in=Amenity.objects.filter(expires_date__lte=soon).values("station"))
    return rows


def decorated(rows: Sequence[Station]) -> list[tuple[Station, Standing, int, int, int]]:
    """``(station, how it stands, open faults, late ones, visits of 30 days)`` for the rows of one page: three queries."""
    pks = [row.pk for row in rows]
    loaded = {
        row.pk: row
        for row in Station.objects.filter(pk__in=pks).select_related("unit").prefetch_related("exceptions")
    }
    late_by = Count("pk", filter=Q(due_at__lt=clock.now()))
    faults = {
        pk: (n, late)
        for pk, n, late in Fault.objects.filter(station__in=pks, ended_at=None)
        .order_by()
        .values_list("station")
        .annotate(n=Count("pk"), late=late_by)
    }
    since = clock.now() - timedelta(days=30)
    visits = dict(
        VisitCount.objects.filter(station__in=pks, hour_at__gte=since)
        .order_by()
        .values_list("station")
        .annotate(n=Sum("count"))
    )
    return [(loaded[pk], stands_now(loaded[pk]), *faults.get(pk, (0, 0)), visits.get(pk, 0)) for pk in pks]


@dataclass(frozen=True)
class DistrictDay:
    """The district's numbers above its list of stations."""

    in_service: int
    open_now: int
    visits_30_days: int
    late: int
    expiring: int


def any_in_service() -> bool:
    """Whether workers could see any station at all."""
    return Station.objects.filter(state__in=[State.OPEN, State.PAUSED]).exists()


def district_day(actor: Actor) -> DistrictDay:
    """Counts of now, each a query: of the stations that the actor sees, and the same that its link lists."""
    seen = Station.objects.visible_to(actor).values("pk")
    since = clock.now() - timedelta(days=30)
    visits = VisitCount.objects.filter(hour_at__gte=since, station__in=seen)
    return DistrictDay(
        listed(actor, {"state": IN_SERVICE}).count(),
        listed(actor, {"state": OPEN_NOW}).count(),
        visits.aggregate(n=Sum("count"))["n"] or 0,
        faults_listed(actor, {"state": "late"}).count(),
        listed(actor, {"trouble": "expires"}).count(),
    )


def faults_listed(actor: Actor, filters: dict[str, str]) -> QuerySet[Fault]:
    """Faults for the office's list: those still open, unless a state is asked for (``all`` for every one)."""
    rows = Fault.objects.filter(station__in=Station.objects.visible_to(actor)).select_related("station")
    state = filters.get("state", "")
    if state == "late":
        rows = rows.filter(ended_at=None, due_at__lt=clock.now())
    elif state in FaultState.values:
        rows = rows.filter(state=state)
    elif state != "all":
        rows = rows.filter(ended_at=None)
    if filters.get("kept"):
        rows = rows.filter(station__in=Station.objects.kept_by(actor).values("pk"))
    if filters.get("trouble") in Trouble.values:
        rows = rows.filter(trouble=filters["trouble"])
    if filters.get("q"):
        rows = rows.filter(station__name__icontains=filters["q"])
    return rows


def visits_table(first: date, last: date, region: str = "") -> dict[str, Any]:
    """Visits by station and month, by hour of the day and by sector, between two days, of all stations or of those in one
    region: three queries.

    In fives, and under five nothing (``lib.small_cells``): one or two visits in a month are one or two people, whom a
    keeper knows. Sums are sums of what is shown.
    """
    rows = VisitCount.objects.filter(
        hour_at__gte=clock.midnight(first), hour_at__lt=clock.midnight(last + timedelta(days=1))
    ).order_by()
    if region:
        rows = rows.filter(places.within(region, places.moved_now(), "station__region_code"))
    counted: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    by_hour: dict[int, int] = dict.fromkeys(range(24), 0)
    for name, hour, count in rows.values_list("station__name", "hour_at").annotate(n=Sum("count")):
        local = hour.astimezone(clock.CHINA)
        counted[name][f"{local:%Y-%m}"] += count
        by_hour[local.hour] += count
    columns = sorted({month for table in counted.values() for month in table})
    months = {
        name: [coarse(table.get(month, 0), INSIDE) for month in columns]
        for name, table in sorted(counted.items())
    }
    hours = {hour: coarse(count, INSIDE) for hour, count in by_hour.items()}
    sectors = dict(rows.values_list("sector").annotate(n=Sum("count")))
    names = dict(Sector.choices)
    return {
        "columns": columns,
        "hours": list(hours.items()),
        "most": max(1, *hours.values()),
        "rows": [(name, counts, sum(counts)) for name, counts in months.items()],
        "sectors": sorted(
            ((names.get(code, ""), coarse(n, INSIDE)) for code, n in sectors.items()),
            key=lambda part: -part[1],
        ),
        "total": sum(sum(counts) for counts in months.values()),
        "any": any(by_hour.values()),
    }


def geojson() -> dict[str, Any]:
    """All public stations as a GeoJSON FeatureCollection (RFC 7946, WGS-84)."""
    moment = clock.now().timestamp()
    features = []
    for entry, stands in snapshot_now().standings(moment):
        head = nearby.head_of(Near(entry, 0.0, stands))
        features.append(
            {
                "type": "Feature",
                "id": head["code"],
                "geometry": {
                    "type": "Point",
                    "coordinates": [round(entry.lon_wgs84, 6), round(entry.lat_wgs84, 6)],
                },
                "properties": {
                    **{
                        name: head[name]
                        for name in ("code", "name", "tier", "venue", "place", "amenities", "functions")
                    },
                    "open": stands.open,
                    "changes_at": nearby.iso(stands.changes_at) if stands.changes_at else None,
                },
            }
        )
    return {"type": "FeatureCollection", "features": features}


def wishes_shown(station: Station) -> list[Wish]:
    """The latest answered wishes: what comes of a wish is for everybody to see."""
    return list(Wish.objects.filter(station=station).exclude(answered_at=None).order_by("-answered_at")[:5])
