"""Reads of reports, ready to show."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from time import monotonic
from typing import Any

from django.db.models import Avg, Count, DurationField, ExpressionWrapper, F, Q, QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from nuanyi.lib import clock
from nuanyi.lib.actor import Actor
from nuanyi.lib.errors import Words
from nuanyi.lib.geo import metres_between
from nuanyi.lib.navigation import search, ways
from nuanyi.lib.periods import shifted
from nuanyi.lib.region_codes import township_of
from nuanyi.lib.small_cells import OUTSIDE, coarse
from nuanyi.people.models import Account, RoleGrant, keys
from nuanyi.people.rules import Role
from nuanyi.places import queries as places
from nuanyi.reports import doubles, rules
from nuanyi.reports.models import ACT, DispatchRule, GridDuty, Kind, Report, ReportQuerySet
from nuanyi.reports.rules import DONE, OPEN, State
from nuanyi.units.models import Unit
from nuanyi.workflow import handover
from nuanyi.workflow import queries as workflow

#: For how long a process may dispatch by what it read before; its own changes count at once.
BOOK_SECONDS = 20
#: A number of mended things below this is not shown by place.


@dataclass(frozen=True)
class Book:
    """What is needed to take a report in, without asking the database each time."""

    kinds: dict[str, Kind]
    rules: list[DispatchRule]
    grids: dict[str, int]


_book: list[tuple[float, Book]] = []


def forget_books() -> None:
    """Read kinds, rules and grid roles anew when they are next needed."""
    _book.clear()


def book() -> Book:
    """Kinds in use, dispatch rules, grid workers; read anew after 20 seconds, or at once where this process changed one."""
    now = monotonic()
    if not _book or _book[0][0] < now:
        found = Book(
            {kind.code: kind for kind in Kind.objects.filter(active=True)},
            list(DispatchRule.objects.select_related("unit", "kind")),
            dict(GridDuty.objects.values_list("grid_code", "account_id")),
        )
        _book[:] = [(now + BOOK_SECONDS, found)]
    return _book[0][1]


def title_of(kind: Kind) -> str:
    """A kind's name in the present language."""
    return kind.english if kind.english and (get_language() or "").startswith("en") else kind.title


def kind_choices() -> list[tuple[str, str]]:
    """Kinds in use for a list."""
    return [(kind.code, title_of(kind)) for kind in book().kinds.values()]


def keywords() -> dict[str, list[str]]:
    """The words that tell of each kind, for the phone and for us."""
    return {code: kind.keywords.split() for code, kind in book().kinds.items()}


def dispatch(
    kind_id: int, region_code: str, known: Iterable[DispatchRule] | None = None
) -> tuple[Unit, Words]:
    """The unit that gets a kind of thing in a region and why; never nobody: without a rule the place holds it.

    Where the place has nobody who can sign in, the district office gets it.
    """
    found = _by_the_rules(kind_id, region_code, book().rules if known is None else known)
    return workflow.where_somebody_answers(*found) if known is None else found


def _by_the_rules(kind_id: int, region_code: str, known: Iterable[DispatchRule]) -> workflow.Destination:
    fits = [
        rule for rule in known if rule.kind_id in (None, kind_id) and region_code.startswith(rule.region_code)
    ]
    if not fits:
        return workflow.holder(region_code)[0], _("the place holds it")
    best = max(fits, key=lambda rule: (bool(rule.kind_id), len(rule.region_code), -(rule.pk or 0)))
    return best.unit, best.because or (best.kind.title if best.kind else best.unit.name)


def would_move(change: DispatchRule, most: int = workflow.DRY_RUN_ROWS) -> list[tuple[str, str, str]]:
    """``(report, unit now, unit then)`` of the latest reports that a new or changed rule would send elsewhere."""
    before = list(DispatchRule.objects.select_related("unit", "kind"))
    change.pk = change.pk or 1 << 30
    after = workflow.with_change(before, change, lambda rule: (rule.kind_id, rule.region_code))
    return workflow.would_move(
        Report.objects.order_by("-pk")[:most],
        lambda report: dispatch(report.kind_id, report.region_code, before),
        lambda report: dispatch(report.kind_id, report.region_code, after),
    )


def may_judge(report: Report, *, good: bool) -> bool:
    """Whether a sender may say now that it is mended (``good``), or that it is not."""
    return rules.PROOFS.why_not(good, report.state, report.ended_at, clock.now()) is None


def words_of(report: Report) -> str:
    """The words, opened; "" where they are forgotten."""
    return (
        keys().open("person", bytes(report.sealed_words), report.ref.encode()) if report.sealed_words else ""
    )


# doubles -----------------------------------------------------------------------------------------


def seen(report: Report) -> doubles.Seen:
    """What is compared of a report that has a position; another lies in no cell and is nobody's neighbour."""
    if report.point is None:
        raise ValueError(f"{report.ref} has no position")
    hours = report.hour_at.timestamp() / 3600
    return doubles.Seen(*report.point, hours, str(report.kind_id), doubles.grams(words_of(report)))


def _around(lat_wgs84: float, lon_wgs84: float, now: datetime) -> ReportQuerySet:
    return Report.objects.filter(
        cell__in=doubles.cells_around(lat_wgs84, lon_wgs84),
        state__in=OPEN,
        hour_at__gte=now - timedelta(days=doubles.DAYS),
    )


def neighbours(lat_wgs84: float, lon_wgs84: float, now: datetime) -> list[Report]:
    """Open reports around a point, told within the last three weeks; by the index of cells. For the program alone."""
    return list(_around(lat_wgs84, lon_wgs84, now).order_by("-hour_at")[:60])


def likely_double(asked: doubles.Seen, around: Iterable[Report]) -> tuple[Report | None, float]:
    """The report that most likely tells of the same, and how likely; None below the bar."""
    best, most = None, 0.0
    for report in around:
        likeness = doubles.likeness(asked, seen(report))
        if likeness > most:
            best, most = report, likeness
    return (best, most) if most >= doubles.ENOUGH else (None, most)


@dataclass(frozen=True)
class Near:
    """An open report near by, as a phone sees it before sending: nothing of who or what was written, nor when or just where.

    ``metres``: from a place told to 3 decimals of a degree, in steps of 50. ``voices``: in tens, 0 under ten.
    """

    ref: str
    title: str
    metres: int
    voices: int
    state: str


def corner_of(report: Report) -> tuple[float, float] | None:
    """A report's place as everybody is told it: latitude and longitude to 3 decimals; None where it has no position."""
    return (round(report.point[0], 3), round(report.point[1], 3)) if report.point else None


def near(lat_wgs84: float, lon_wgs84: float, kind: str = "") -> list[Near]:
    """Open reports of days that are over, within 150 metres, the kind's first, the nearest first; at most five.

    Anybody may ask this, for any point and as often as he likes: one who waits at a place must not see that a report
    has just come from it, nor find out step by step where its sender stood. What was told today is joined when it is sent.
    """
    found = []
    for report in _around(lat_wgs84, lon_wgs84, clock.now()).of_days_over().order_by("-hour_at")[:60]:
        corner = corner_of(report)
        if corner and (metres := metres_between(lat_wgs84, lon_wgs84, *corner)) <= doubles.REACH:
            found.append((report, metres))
    known = book().kinds
    kinds, wanted = {row.pk: row for row in known.values()}, known.get(kind)
    found.sort(key=lambda pair: (kind != "" and kinds.get(pair[0].kind_id) is not wanted, pair[1]))
    return [
        Near(
            report.ref,
            title_of(kinds[report.kind_id]),
            round(metres / 50) * 50,
            coarse(report.voices_count, OUTSIDE),
            str(report.get_state_display()),
        )
        for report, metres in found[:5]
        if report.kind_id in kinds
    ]


# lists -------------------------------------------------------------------------------------------


def _units(actor: Actor) -> list[int]:
    """The units for which an actor answers an offer: who handles reports everywhere answers for his own."""
    units = actor.units(ACT)
    if actor.everywhere(ACT) and actor.unit_id is not None:
        units = [*units, actor.unit_id]
    return units


def listed(actor: Actor, filters: dict[str, str]) -> QuerySet[Report]:
    """Reports for staff, filtered by what stands in the address."""
    rows = Report.objects.visible_to(actor).select_related(
        "kind", "unit", "offered_unit", "account", "double_of"
    )
    state = filters.get("state", "")
    if state in State.values:
        rows = rows.filter(state=state)
    elif state != "all":
        rows = rows.filter(state__in=OPEN)
    if filters.get("kind"):
        rows = rows.filter(kind__code=filters["kind"])
    if filters.get("region"):
        rows = rows.filter(region_code__startswith=filters["region"])
    if filters.get("late"):
        rows = rows.filter(state__in=OPEN, due_at__lte=clock.now())
    rows = handover.offered(rows, filters.get("offered", ""), _units(actor))
    if filters.get("double"):
        rows = rows.filter(double_of__isnull=False, state__in=OPEN)
    if filters.get("q"):
        rows = rows.filter(ref__icontains=filters["q"][:16]) | rows.filter(where__icontains=filters["q"][:40])
    return rows


def of_grids(actor: Actor) -> list[Report]:
    """Open reports of a grid worker: those of his grids, or of his place where he has none."""
    rows = (
        Report.objects.visible_to(actor)
        .filter(state__in=(*OPEN, State.MENDED))
        .select_related("kind", "unit")
    )
    own = list(GridDuty.objects.filter(account=actor.account_id or 0).values_list("grid_code", flat=True))
    if own:
        rows = rows.filter(Q(grid_code__in=own) | Q(account=actor.account_id or 0))
    return list(rows.order_by("due_at", "pk")[:100])


def way_to(report: Report) -> dict[str, str]:
    """Addresses that open the map app on the way to a report; one that names no place is called by its kind, one without
    position is looked for by its words.
    """
    name = report.where or str(shown_kind(report))
    return ways(name, *report.point) if report.point else search(name)


def on_paper(report: Report, names: dict[str, str]) -> dict[str, Any]:
    """What a grid worker's phone keeps of a report to find it without network: no words, no reporter. Degrees of WGS 84."""
    lat, lon = report.point or (None, None)
    place = f"{report.where} {names.get(report.region_code, '')}".strip()
    return {
        "pk": report.pk,
        "ref": report.ref,
        "kind": shown_kind(report),
        "place": place,
        "state": str(report.get_state_display()),
        "due": report.due_at.isoformat(),
        "lat": lat,
        "lon": lon,
        "ways": way_to(report),
    }


def in_walking_order(rows: list[Report], lat_wgs84: float, lon_wgs84: float) -> list[tuple[Report, int]]:
    """Reports as somebody walks them from a point: always to the nearest that is left. With the metres of each way.

    Those without position come last, in the order in which they were given, with no metres.
    """
    here, way = (lat_wgs84, lon_wgs84), []
    left = [(row, row.point) for row in rows if row.point]
    while left:
        nearest = min(left, key=lambda one: metres_between(*here, *one[1]))
        way.append((nearest[0], round(metres_between(*here, *nearest[1]))))
        here = nearest[1]
        left.remove(nearest)
    return way + [(row, 0) for row in rows if not row.point]


def mended() -> ReportQuerySet:
    """What was mended, for everybody: no reporter, no words, no hour."""
    return Report.objects.filter(state__in=DONE, mended_at__isnull=False).select_related("kind")


def month_card(month: date) -> dict[str, Any]:
    """What came of a month's reports, for a group: told, mended, by kind, the quickest. In tens, and under ten nothing."""
    begin = clock.midnight(month.replace(day=1))
    end = clock.midnight(shifted(month, 1))
    # of days that are over, and in tens: who asks again and again must not see one report come
    told = Report.objects.of_days_over().filter(hour_at__gte=begin, hour_at__lt=end)
    told = told.exclude(state=State.JOINED)
    done = Report.objects.filter(mended_at__gte=begin, mended_at__lt=end, state__in=DONE)
    counted = dict(done.order_by().values_list("kind").annotate(n=Count("pk")))
    by_kind = [
        (title_of(kind), coarse(counted[kind.pk], OUTSIDE)) for kind in Kind.objects.filter(pk__in=counted)
    ]
    names = places.names_by_code()
    by_place = [
        (names.get(township_of(row["region_code"]), ""), coarse(row["n"], OUTSIDE))
        for row in done.order_by().values("region_code").annotate(n=Count("pk")).order_by("-n")
    ]
    return {
        "any": told.exists() or done.exists(),
        "told": in_tens(told.count()),
        "mended": in_tens(done.count()),
        "kinds": sorted((row for row in by_kind if row[1]), key=lambda row: (-row[1], row[0]))[:6],
        "places": [row for row in by_place if row[1]][:6],
        "open": in_tens(told.filter(state__in=OPEN).count()),
    }


def in_tens(count: int) -> str:
    """A count for everybody: in tens, "<10" where there are fewer, "0" where there is nothing."""
    return str(coarse(count, OUTSIDE) or (f"<{OUTSIDE}" if count else 0))


# figures -----------------------------------------------------------------------------------------


def within(first: date | None, last: date | None, region: str = "") -> QuerySet[Report]:
    """Reports told within a window of days and a region; joined ones count with the one they joined."""
    rows = Report.objects.exclude(state=State.JOINED)
    if first:
        rows = rows.filter(hour_at__gte=clock.midnight(first))
    if last:
        rows = rows.filter(hour_at__lt=clock.midnight(last + timedelta(days=1)))
    return rows.filter(places.within(region, places.moved_now())) if region else rows


def _span(field: str) -> Avg:
    return Avg(ExpressionWrapper(F(field) - F("hour_at"), output_field=DurationField()))


def _share(part: int, whole: int) -> int | None:
    return round(100 * part / whole) if whole else None


def _hours(span: timedelta | None) -> float | None:
    return round(span.total_seconds() / 3600, 1) if span is not None else None


def quality(rows: QuerySet[Report]) -> dict[str, float | int | None]:
    """How reports went: number, share mended, told back, reopened; hours to the first answer and to mending, on average."""
    found = rows.aggregate(
        n=Count("pk"),
        mended=Count("pk", filter=Q(mended_at__isnull=False)),
        told=Count("pk", filter=Q(told_back=True)),
        again=Count("pk", filter=Q(reopened__gt=0)),
        answer=_span("answered_at"),
        mend=_span("mended_at"),
        confirmed=Count("pk", filter=Q(state=State.CLOSED)),
    )
    n = found["n"]
    return {
        "reports": n,
        "share_mended": _share(found["mended"], n),
        "share_told_back": _share(found["told"], n),
        "share_reopened": _share(found["again"], n),
        "share_confirmed": _share(found["confirmed"], n),
        "hours_to_answer": _hours(found["answer"]),
        "hours_to_mend": _hours(found["mend"]),
    }


def funnel(rows: QuerySet[Report]) -> dict[str, int]:
    """How many were told, got a first answer, were mended, and were found mended by who told of them."""
    answered = Q(answered_at__isnull=False) | Q(mended_at__isnull=False)
    found: dict[str, int] = rows.aggregate(
        told=Count("pk"),
        answered=Count("pk", filter=answered),
        mended=Count("pk", filter=Q(mended_at__isnull=False)),
        confirmed=Count("pk", filter=Q(mended_at__isnull=False, state=State.CLOSED)),
    )
    return found


def shown_kind(report: Report) -> str:
    """A report's kind in words."""
    return title_of(report.kind)


def guess_kind(words: str) -> str:
    """The code of the kind that a text tells of; "" for none."""
    return rules.guess(words, keywords())


def grids() -> list[tuple[Any, int | None, int]]:
    """``(grid, account of its worker, open reports)`` of every grid. Three statements."""
    on_duty = dict(GridDuty.objects.values_list("grid_code", "account_id"))
    open_by = dict(Report.objects.open().order_by().values_list("grid_code").annotate(n=Count("pk")))
    return [(grid, on_duty.get(grid.code), open_by.get(grid.code, 0)) for grid in places.all_grids()]


def grid_workers() -> list[tuple[int, str]]:
    """Accounts with the role of a grid worker."""
    holders = RoleGrant.objects.filter(role=Role.GRID_WORKER).values("account")
    return list(
        Account.objects.filter(is_active=True, pk__in=holders)
        .order_by("username")
        .values_list("pk", "username")
    )
