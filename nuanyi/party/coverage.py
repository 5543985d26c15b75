"""Both coverages by any two dimensions, worked out once and kept until something that they are made of changes.

What is kept is small: a cell for each township and sector (and alliance), never a list of establishments. Triggers write a
mark in the transaction that changes an establishment, a reach, an assignment or a visit; marks that are seen are other ones
as soon as that transaction is, and what was kept under the marks of before is not used any more. Each process keeps its own.
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from threading import Lock
from typing import Any

from django.db.models import (
    BooleanField,
    Count,
    ExpressionWrapper,
    F,
    Max,
    Q,
    QuerySet,
    Sum,
)
from django.db.models.functions import Substr
from django.utils.translation import gettext_lazy as _

from nuanyi.census.models import Establishment
from nuanyi.lib import clock, row_security
from nuanyi.lib.errors import Words
from nuanyi.lib.periods import month_end, shifted
from nuanyi.lib.region_codes import TOWNSHIP
from nuanyi.party import queries
from nuanyi.party.models.alliances import AllianceFirm
from nuanyi.party.models.coverage import CoverageDefinition, CoverageMark
from nuanyi.party.models.instructors import Assignment, Visit
from nuanyi.party.models.life import Meeting
from nuanyi.party.models.organisations import Reach
from nuanyi.party.models.speaking import Brought

#: Dimensions of the coverages, with their names.
DIMENSIONS: Mapping[str, Words] = {
    "sector": _("Sector"),
    "township": _("Township"),
    "alliance": _("Alliance"),
}
#: What a visit counts for where no definition of coverage is in force.
VISIT_WITHIN_DAYS = 90
#: So many days (and states of the records) a process keeps.
KEPT = 64

Counted = tuple[int, int, int]
Marks = tuple[object, ...]


@dataclass(frozen=True)
class Cell:
    """Establishments of a group, those reached by a branch, those followed with a visit in the period."""

    title: Words
    code: str
    total: int
    organised: int
    worked: int

    @property
    def organised_percent(self) -> int | None:
        """Organisation coverage, rounded down: 99.6 % is not everything."""
        return self.organised * 100 // self.total if self.total else None

    @property
    def worked_percent(self) -> int | None:
        """Work coverage."""
        return self.worked * 100 // self.total if self.total else None


def definition(on: date | None = None) -> CoverageDefinition | None:
    """What counted as covered on a day."""
    return CoverageDefinition.objects.filter(from_date__lte=on or clock.today()).first()


def of_either(rows: QuerySet[Any]) -> Q:
    """Whether an establishment has one of these, or a record that is counted with it has.

    Asked as two sets, each worked out once: an EXISTS of each establishment is asked 100,000 times.
    """
    linked = rows.filter(establishment__counted_with__isnull=False)
    return Q(pk__in=rows.values("establishment")) | Q(
        pk__in=linked.values("establishment__counted_with__head")
    )


def _active(since: date, day: date) -> Q:
    """Establishments with a regular activity after ``since`` and until ``day``: something was brought to them, their alliance did
    something together, or the branch that covers them met.

    Which establishments and branches these are is looked up as the program: whoever may see the coverages may not see what was
    brought or when a branch met, and what is counted must not depend on who asks.
    """
    taken_part = AllianceFirm.objects.filter(
        Q(until_date=None) | Q(until_date__gte=F("alliance__activities__activity_date")),
        from_date__lte=F("alliance__activities__activity_date"),
        alliance__activities__activity_date__gt=since,
        alliance__activities__activity_date__lte=day,
        alliance__activities__present__isnull=False,
    )
    with row_security.reader(queries.PROGRAM):
        brought = Brought.objects.filter(brought_date__gt=since, brought_date__lte=day)
        rows = brought.exclude(establishment=None).values_list(
            "establishment", "establishment__counted_with__head"
        )
        brought_to = {head or one for one, head in rows}
        met = Meeting.objects.filter(held_date__gt=since, held_date__lte=day)
        branches_met = set(met.order_by().values_list("organisation", flat=True))
    found = of_either(taken_part)
    if brought_to:
        found |= Q(pk__in=brought_to)
    if branches_met:
        found |= of_either(_reaching(day).filter(organisation__in=branches_met))
    return found


def _open_on(day: date) -> Q:
    return Q(until_date=None) | Q(until_date__gt=day)


def _reaching(day: date) -> QuerySet[Reach]:
    """What branches cover on a day; a temporary one nothing once its end has come, whether somebody ended it or not."""
    rows = Reach.objects.filter(_open_on(day), from_date__lte=day)
    return rows.filter(Q(organisation__until_date=None) | Q(organisation__until_date__gte=day))


def covered(on: date | None = None) -> QuerySet[Establishment]:
    """Establishments known by ``on`` with ``organised`` and ``worked`` on that day.

    A record that is counted with another is not counted again, as in the census: what either of them has counts for both.
    """
    day = on or clock.today()
    rule = definition(day)
    days = rule.visit_within_days if rule else VISIT_WITHIN_DAYS
    active_days = rule.activity_within_days if rule else VISIT_WITHIN_DAYS
    followers = Assignment.objects.filter(_open_on(day), from_date__lte=day)
    visits = Visit.objects.filter(visit_date__gt=day - timedelta(days=days), visit_date__lte=day)
    reached_by_work = of_either(visits) | _active(day - timedelta(days=active_days), day)
    rows: QuerySet[Establishment] = Establishment.objects.filter(
        first_seen_date__lte=day, counted_with=None
    ).annotate(
        organised=ExpressionWrapper(of_either(_reaching(day)), output_field=BooleanField()),
        worked=ExpressionWrapper(of_either(followers) & reached_by_work, output_field=BooleanField()),
    )
    return rows


def uncovered(*, sector: str = "", township: str = "", which: str = "organised") -> QuerySet[Establishment]:
    """Those that are not covered, as a list to work through."""
    rows = covered().filter(**{"worked" if which == "worked" else "organised": False})
    if sector:
        rows = rows.filter(sector=sector)
    if township:
        rows = rows.filter(region_code__startswith=township)
    return rows.order_by("region_code", "name")


@dataclass(frozen=True)
class Cube:
    """``(township, sector)`` and ``(township, sector, alliance)`` -> all, reached by a branch, reached by an instructor."""

    base: Mapping[tuple[str, str], Counted]
    belts: Mapping[tuple[str, str, str], Counted]


_kept: OrderedDict[tuple[object, ...], Cube] = OrderedDict()
_lock = Lock()


def marks() -> Marks:
    """What changes with every change of the records: how many marks there are, their sum, and the newest.

    A mark that is committed late has a smaller number than the newest, and where its statement swept one old mark there are
    as many as before; but what is swept is older, and its number smaller: the sum grows.
    """
    told = CoverageMark.objects.aggregate(n=Count("pk"), sum=Sum("pk"), last=Max("pk"))
    return told["n"], told["sum"], told["last"]


def cube(on: date | None = None, seen: Marks | None = None) -> Cube:
    """Both coverages on a day. One short query where they are known, three where not.

    ``seen``: the marks as they were read before, once for all that a page shows.
    """
    day = on or clock.today()
    rule = definition(day)
    # the marks are read first: what changes meanwhile makes the kept one stale, not wrong
    counts = (rule.visit_within_days, rule.activity_within_days) if rule else None
    name = (day, counts, *(marks() if seen is None else seen))
    with _lock:
        found = _kept.get(name)
        if found is not None:
            _kept.move_to_end(name)
            return found
    found = _worked_out(day)
    with _lock:
        _kept[name] = found
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return found


def _worked_out(day: date) -> Cube:
    counts = {
        "total": Count("pk"),
        "o": Count("pk", filter=Q(organised=True)),
        "w": Count("pk", filter=Q(worked=True)),
    }
    # whoever asks has the permission for the whole district: what one kept must not depend on who came first
    with row_security.reader(queries.PROGRAM):
        rows = covered(day).annotate(township=Substr("region_code", 1, TOWNSHIP)).order_by()
        base = {
            (township, sector): (total, o, w)
            for township, sector, total, o, w in rows.values_list("township", "sector").annotate(**counts)
        }
        open_then = Q(until_date=None) | Q(until_date__gt=day)
        firms = AllianceFirm.objects.filter(open_then, from_date__lte=day)
        of_firm = dict[object, set[int]]()
        of_records = firms.values_list(
            "establishment_id", "establishment__counted_with__head_id", "alliance_id"
        )
        for establishment, head, alliance in of_records:
            of_firm.setdefault(head or establishment, set()).add(alliance)
        belts: dict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
        wanted = rows.filter(of_either(firms)).values_list("pk", "township", "sector", "organised", "worked")
        for pk, township, sector, organised, worked in wanted if of_firm else ():
            for alliance in of_firm[pk]:
                cell = belts[township, sector, str(alliance)]
                cell[0] += 1
                cell[1] += organised
                cell[2] += worked
    return Cube(base, {key: (cell[0], cell[1], cell[2]) for key, cell in belts.items()})


def by_one(
    dimension: str, titles: Mapping[str, Words], on: date | None = None, seen: Marks | None = None
) -> list[Cell]:
    """Both coverages by ``sector`` or ``township``, and a last line over all."""
    place = ("township", "sector").index(dimension)
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for key, counted in cube(on, seen).base.items():
        for n, count in enumerate(counted):
            sums[key[place]][n] += count
    cells = [
        Cell(titles.get(code) or code or _("not known"), code, *sums[code])
        for code in _ordered(set(sums), titles)
    ]
    total, organised, worked = (sum(counted[n] for counted in sums.values()) for n in range(3))
    return [*cells, Cell(_("All"), "", total, organised, worked)]


def trend(months: int = 12, seen: Marks | None = None) -> list[tuple[date, Cell]]:
    """Both coverages at the end of each of the last months, and today."""
    today = clock.today()
    days = [*(month_end(shifted(today, -n)) for n in range(months - 1, 0, -1)), today]
    seen = marks() if seen is None else seen
    return [(day, by_one("sector", {}, day, seen)[-1]) for day in days]


@dataclass(frozen=True)
class Crossed:
    """A table of both coverages: ``lines`` is title and cells, a cell for each of ``columns``; None where there is nothing."""

    columns: Sequence[Words]
    lines: Sequence[tuple[Words, Sequence[Cell | None]]]


def crossed(
    down: str,
    across: str,
    titles: Mapping[str, Mapping[str, Words]],
    on: date | None = None,
    seen: Marks | None = None,
) -> Crossed:
    """Both coverages by two of ``DIMENSIONS``. An establishment of two alliances counts in both.

    Raises ValueError for a dimension that there is not, or one that is asked twice.
    """
    if down == across or not {down, across} <= set(DIMENSIONS):
        raise ValueError("two of the dimensions")
    now = cube(on, seen)
    sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    by_belt = "alliance" in (down, across)
    cells: Mapping[tuple[str, ...], Counted] = now.belts if by_belt else now.base  # type: ignore[assignment]
    for key, counted in cells.items():
        parts = dict(zip(("township", "sector", "alliance"), key, strict=False))
        for n, count in enumerate(counted):
            sums[parts[down], parts[across]][n] += count
    lines_wanted = _ordered({key[0] for key in sums}, titles[down])
    columns = _ordered({key[1] for key in sums}, titles[across])

    def title(dimension: str, code: str) -> Words:
        return titles[dimension].get(code) or code or _("not known")

    def cell(line: str, column: str) -> Cell | None:
        found = sums.get((line, column))
        return Cell(title(down, line), line, found[0], found[1], found[2]) if found is not None else None

    return Crossed(
        [title(across, code) for code in columns],
        [(title(down, line), [cell(line, column) for column in columns]) for line in lines_wanted],
    )


def _ordered(codes: set[str], titles: Mapping[str, Words]) -> list[str]:
    """Codes in the order of their titles, those without one last."""
    order = {code: n for n, code in enumerate(titles)}
    return sorted(codes, key=lambda code: (order.get(code, len(order)), code))
