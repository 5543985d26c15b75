"""Reading sums from the roll-up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any

from django.db.models import Case, CharField, F, Max, Min, Model, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Concat, Left, Length, TruncMonth
from django.utils.translation import gettext as _

from nuanyi.ledger import rules
from nuanyi.ledger.models import CubeRow, LedgerEntry, RollUp
from nuanyi.lib import rooms
from nuanyi.lib.figures import Counted, Counts, Listing, Paged, Query, Window
from nuanyi.lib.periods import month_end, shifted
from nuanyi.lib.region_codes import TOWNSHIP
from nuanyi.places import queries as places

DIMENSIONS = ("month", "region_code", "sector", "unit_id")


#: A span of days, both ends included; None is without end.
Days = tuple[date | None, date | None]


def _spans(asked: Window) -> tuple[Days | None, list[Days]]:
    """A window as the whole months that lie in it (None: not one does) and the days at its ends that are none."""
    first, last = asked.first, asked.last
    begins = first if first is None or first.day == 1 else shifted(first, 1)
    ends = last if last is None or last == month_end(last) else last.replace(day=1) - timedelta(days=1)
    if begins is not None and ends is not None and begins > ends:
        return None, [(first, last)]
    cut: list[Days] = []
    if first is not None and begins != first:
        cut.append((first, month_end(first)))
    if last is not None and ends != last:
        cut.append((last.replace(day=1), last))
    return (begins, ends), cut


def _between(rows: QuerySet[Any], field: str, days: Days) -> QuerySet[Any]:
    first, last = days
    if first is not None:
        rows = rows.filter(**{f"{field}__gte": first})
    return rows if last is None else rows.filter(**{f"{field}__lte": last})


def sums(kinds: tuple[str, ...], asked: Window, by: tuple[str, ...] = ()) -> Counts:
    """Sums of some kinds within a window, by some of ``DIMENSIONS``. Whole months read the roll-up, the days of months
    that the window cuts their entries. A place that was merged or got another code counts as the one of today.
    """
    moved = places.moved_now() if asked.region or "region_code" in by else {}
    here = places.within(asked.region, moved) if asked.region else Q()
    whole, cut = _spans(asked)
    rows = [] if whole is None else [_between(RollUp.objects.all(), "month", whole)]
    for days in cut:
        rows.append(_between(LedgerEntry.objects.annotate(month=TruncMonth("day")), "day", days))
    found: dict[tuple[str, ...], int] = {} if by else {(): 0}
    for part in rows:
        part = part.filter(here, kind__in=kinds).order_by()
        if not by:
            found[()] += part.aggregate(n=Sum("count"))["n"] or 0
            continue
        for *values, count in part.values_list(*by).annotate(n=Sum("count")):
            key = tuple(
                places.code_today(value, moved) if name == "region_code" else str(value)
                for name, value in zip(by, values, strict=True)
            )
            found[key] = found.get(key, 0) + count
    return found


def known(kind: str, source: Model) -> bool:
    """Whether a record put something of a kind into the ledger already."""
    rows = LedgerEntry.objects.filter(source_type=source._meta.label_lower, source_id=str(source.pk))
    return rows.filter(kind=kind).exists()


def listed(kind: str, asked: Window) -> Paged:
    """The entries that :func:`sums` adds up for one kind, the newest first; what was taken back stands with its reversal.

    They are read a page at a time, however many there are.
    """
    rows = _between(LedgerEntry.objects.filter(kind=kind), "day", (asked.first, asked.last))
    if asked.region:
        rows = rows.filter(places.within(asked.region, places.moved_now()))
    title = rules.kind(kind).title
    back = _("%(what)s, taken back") % {"what": title}

    def line(row: LedgerEntry) -> Counted:
        return Counted(
            words=back if row.reverses_id else title,
            count=row.count,
            day=row.day,
            region=row.region_code,
            sector=row.sector,
            href=rooms.page_of(row.source_type, row.source_id),
        )

    return Paged(rows.order_by("-day", "-pk"), line)


#: What a dimension of a figure is called in the roll-up.
COLUMNS = {"sector": "sector", "township": "region_code", "month": "month"}


def counter(*kinds: str) -> Query:
    """How a figure counts that is the sum of some kinds of the ledger."""

    def count(asked: Window, by: tuple[str, ...]) -> Counts:
        return sums(kinds, asked, tuple(COLUMNS[dimension] for dimension in by))

    return count


def lister(kind: str) -> Listing:
    """How a figure lists its records that counts one kind of the ledger."""

    def listing(asked: Window) -> Paged:
        return listed(kind, asked)

    return listing


@dataclass(frozen=True)
class Slice:
    """What the cube is asked for: kinds, whole months (``None``: without end), a region with all below it, a sector.

    ``sector`` None is any, "" is not known. ``region`` is a prefix of codes; ``place`` one place of the axis whose codes
    have ``digits`` digits, where "" is what is known less exactly than that. ``moved`` says under which code of today what
    was delivered in a place that was merged or got another code since is counted; without it every place is as it was.
    """

    kinds: tuple[str, ...]
    first: date | None = None
    last: date | None = None
    region: str = ""
    sector: str | None = None
    place: str | None = None
    digits: int = 9
    moved: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    today: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


def _code_of(moved: Mapping[str, str]) -> Case | F:
    if not moved:
        return F("region_code")
    longest_first = sorted(moved.items(), key=lambda pair: -len(pair[0]))
    of_today = [When(region_code__startswith=old, then=Value(new)) for old, new in longest_first]
    return Case(*of_today, default=F("region_code"), output_field=CharField())


def _placed(asked: Slice, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Rows of a slice, each with the ``place`` of its axis: a code of ``digits`` digits, or "" where less is known."""
    rows = rows.annotate(code=_code_of(asked.moved))
    if asked.region:
        rows = rows.filter(code__startswith=asked.region)
    rows = rows.alias(length=Length("code"))
    known = When(length__gte=asked.digits, then=Left("code", asked.digits))
    rows = rows.annotate(place=Case(known, default=Value(""), output_field=CharField()))
    if asked.place is not None:
        rows = rows.filter(place=asked.place)
    if asked.sector is not None:
        rows = rows.filter(sector=asked.sector)
    return rows.filter(kind__in=asked.kinds)


def cube(asked: Slice, by: tuple[str, ...]) -> dict[tuple[str, ...], int]:
    """Sums of a slice by some of ``kind``, ``sector``, ``place``, ``month`` (its first day, ISO), ``atom``. One statement."""
    rows = _placed(asked, CubeRow.objects.order_by())
    if "atom" in by:
        was, now = (Left(code, TOWNSHIP) for code in (F("region_code"), _code_of(asked.today)))
        rows = rows.annotate(atom=Concat(was, Value(">"), now, output_field=CharField()))
    if asked.first:
        rows = rows.filter(month__gte=asked.first.replace(day=1))
    if asked.last:
        rows = rows.filter(month__lte=asked.last)
    if not by:
        return {(): rows.aggregate(n=Sum("count"))["n"] or 0}
    grouped = rows.values_list(*by).annotate(n=Sum("count"))
    return {tuple(str(value) for value in row[:-1]): row[-1] for row in grouped if row[-1]}


def entries(asked: Slice) -> QuerySet[LedgerEntry]:
    """Exactly the entries that ``cube`` sums for a slice, the latest first."""
    rows = _placed(asked, LedgerEntry.objects.order_by("-day", "-pk"))
    if asked.first:
        rows = rows.filter(day__gte=asked.first.replace(day=1))
    if asked.last:
        rows = rows.filter(day__lte=asked.last)
    return rows


def months(kinds: tuple[str, ...] = ()) -> tuple[date, date] | None:
    """The first and the last month in which anything (of some kinds) was delivered; None where nothing ever was."""
    rows = CubeRow.objects.filter(kind__in=kinds) if kinds else CubeRow.objects.all()
    found = rows.aggregate(first=Min("month"), last=Max("month"))
    return (found["first"], found["last"]) if found["first"] else None
