"""The cube: kind of service x sector x place x month, any two on the axes, the others as filters.

Read from the ledger's own sums. Whoever may see all people sees exact counts, and totals are the sums of their parts; for
everybody else counts of people are coarse (``lib.small_cells``): those of one kind and sector in one township and month, of
which whatever is shown is a sum. So no two views can be subtracted from each other for more than each of these says.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.utils.translation import gettext as _

from nuanyi.ledger import queries as ledger
from nuanyi.ledger import rules as kinds
from nuanyi.ledger.queries import Slice
from nuanyi.lib import clock, figures, periods, rooms
from nuanyi.lib.actor import Actor
from nuanyi.lib.dates import day_words
from nuanyi.lib.errors import BadInput, NotFound
from nuanyi.lib.figures import Window
from nuanyi.lib.periods import month_end, months_between, shifted
from nuanyi.lib.region_codes import CITY, DISTRICT, TOWNSHIP, VILLAGE, township_of
from nuanyi.lib.sectors import Sector
from nuanyi.lib.small_cells import INSIDE, coarse
from nuanyi.matrix import rules, targets
from nuanyi.matrix.rules import Axis, Measure, Thin, Thinness
from nuanyi.places import queries as places
from nuanyi.places.models import Region, RegionChange
from nuanyi.units import queries as units
from nuanyi.units.rules import GUIDE, HOLD

#: The requests of workers that the service desk brings to an end: what the cube shows where no kind is chosen.
DESK = "service"
#: How a sector or place that is not known is written in an address.
UNKNOWN = "none"
MOST_MONTHS = 36
#: The years that a period may lie in.
FIRST_YEAR, LAST_YEAR = 1950, 2100


@dataclass(frozen=True)
class View:
    """A view of the cube, as its address holds it. ``period`` is 2022, 2022-06, 2022-03..2022-09 or "all"."""

    rows: Axis = Axis.KIND
    columns: Axis = Axis.PLACE
    kind: str = ""
    sector: str = ""
    region: str = ""
    period: str = ""
    measure: Measure = Measure.COUNT
    of_then: bool = False

    @property
    def axes(self) -> tuple[Axis, Axis]:
        """Both axes, down and across."""
        return self.rows, self.columns

    def address(self, **other: Any) -> str:
        """The view as the part of an address behind the question mark, with some of it changed."""
        view = replace(self, **other)
        told = {
            "rows": view.rows.value,
            "columns": view.columns.value,
            "kind": view.kind,
            "sector": view.sector,
            "region": view.region,
            "period": view.period,
            "measure": view.measure.value if view.measure is not Measure.COUNT else "",
            "places": "then" if view.of_then else "",
        }
        return "?" + urlencode({name: value for name, value in told.items() if value})


def _one_of(enum: type[Any], text: str, usual: Any, name: str) -> Any:
    if not text:
        return usual
    try:
        return enum(text)
    except ValueError as exc:
        words = _("%(what)s: “%(typed)s” is none of %(choices)s.") % {
            "what": name,
            "typed": text[:40],
            "choices": "、".join(member.value for member in enum),
        }
        raise BadInput(words, code="bad-view") from exc


def view_of(query: Mapping[str, str]) -> View:
    """The view that an address asks for. Raises BadInput, which names what does not fit."""
    told = {name: str(query.get(name, "")).strip() for name in query}
    rows = _one_of(Axis, told.get("rows", ""), Axis.KIND, "rows")
    columns = _one_of(Axis, told.get("columns", ""), Axis.PLACE, "columns")
    if rows is columns:
        raise BadInput(
            _("Rows and columns cannot be the same. Choose another for one of them."), code="bad-view"
        )
    kind, sector, region = (told.get(name, "") for name in ("kind", "sector", "region"))
    if kind and kind != DESK and kind not in kinds.kinds():
        raise BadInput(_("“%(typed)s” is no kind of service.") % {"typed": kind[:60]}, code="bad-view")
    if sector and sector != UNKNOWN and sector not in Sector.values:
        raise BadInput(_("“%(typed)s” is no sector.") % {"typed": sector[:40]}, code="bad-view")
    if region and region != UNKNOWN and not (region.isdigit() and len(region) in (4, 6, 9, 12)):
        raise BadInput(
            _("“%(typed)s” is no code of a place. A code has 6, 9 or 12 digits.") % {"typed": region[:40]},
            code="bad-view",
        )
    then = told.get("places", "")
    if then not in ("", "now", "then"):
        raise BadInput(
            _("“%(typed)s”: places are those of now or of then.") % {"typed": then[:40]}, code="bad-view"
        )
    return View(
        rows,
        columns,
        kind,
        sector,
        region,
        period_of(told.get("period", "")),
        _one_of(Measure, told.get("measure", ""), Measure.COUNT, "measure"),
        then == "then",
    )


def period_of(text: str) -> str:
    """A period that can be read, as it was typed. Raises BadInput."""
    if text not in ("", "all"):
        bounds(text)
    return text


def bounds(period: str) -> tuple[date, date]:
    """First and last month (their first days) of 2022, 2022-Q2, 2022-06 or 2022-03..2022-09. Raises BadInput."""
    first, _dots, last = period.partition("..")
    try:
        begin, end = periods.period_of(first).first, periods.period_of(last or first).last
    except ValueError as exc:
        raise BadInput(
            _("“%(typed)s” is no period. Write 2022, 2022-Q2, 2022-06 or 2022-03..2022-09.")
            % {"typed": period[:40]},
            code="bad-period",
        ) from exc
    if not FIRST_YEAR <= begin.year <= end.year <= LAST_YEAR and begin <= end:
        raise BadInput(
            _("The period %(typed)s does not lie between %(first)s and %(last)s.")
            % {"typed": period[:40], "first": FIRST_YEAR, "last": LAST_YEAR},
            code="bad-period",
        )
    if end < begin:
        raise BadInput(
            _("The period %(typed)s ends before it begins.") % {"typed": period[:40]}, code="bad-period"
        )
    return begin, end.replace(day=1)


@dataclass(frozen=True)
class Member:
    """One line of an axis: its code ("" where not known), its words."""

    code: str
    title: str
    note: str = ""
    #: the view of this place alone; "" where there is none
    href: str = ""


@dataclass(frozen=True)
class Cell:
    """One cell. ``value`` is what is shown (None: nothing can be said), ``count`` the count behind it, exact or coarse."""

    value: float | None
    count: int
    shade: int = 0
    hidden: bool = False
    thin: Thin | None = None
    records: str = ""
    sign: str = ""
    aim: int | None = None


@dataclass(frozen=True)
class ThinCell:
    """A thin cell in words: where, why, who answers, and what to do next."""

    row: str
    column: str
    why: str
    who: str
    next: str
    href: str
    row_code: str
    column_code: str


@dataclass(frozen=True)
class Cube:
    """A view with its numbers. ``exact``: totals are the sums of their parts; else small cells are hidden."""

    view: View
    first: date | None
    last: date | None
    rows: list[Member]
    columns: list[Member]
    cells: list[list[Cell]]
    row_totals: list[Cell]
    column_totals: list[Cell]
    total: Cell
    exact: bool
    unit: str
    workers: int
    book: Book
    heads: Mapping[str, int] = field(default_factory=dict)
    thin: list[ThinCell] = field(default_factory=list)
    lead: str = ""
    asked_at: Any = None
    #: what the targets are compared with, where that is not simply the target of the year that is shown
    target_note: str = ""

    @property
    def lines(self) -> list[tuple[Member, list[Cell], Cell]]:
        """Rows ready for a table: the member, its cells, its total."""
        return list(zip(self.rows, self.cells, self.row_totals, strict=True))

    @property
    def shown_lines(self) -> list[tuple[Member, list[Cell], Cell]]:
        """The rows in which there is anything, now or before."""
        return [line for line in self.lines if _says_something(line[1])]

    @property
    def silent(self) -> list[str]:
        """The rows in which there is nothing: told in one line."""
        return [row.title for row, cells, _total in self.lines if not _says_something(cells)]

    @property
    def empty(self) -> bool:
        """Whether nothing at all was delivered."""
        return not any(cell.count or cell.hidden for row in self.cells for cell in row)


def _says_something(cells: list[Cell]) -> bool:
    return any(cell.count or cell.hidden or cell.value or cell.thin or cell.aim for cell in cells)


@dataclass(frozen=True)
class Book:
    """What names places and says under which code each is counted, read once."""

    regions: dict[str, Region]
    changes: list[RegionChange]
    digits: int
    root: str

    @cached_property
    def moved(self) -> dict[str, str]:
        """Codes of then and of today."""
        return places.moved(self.changes)


def book(view: View, *, exact: bool = True) -> Book:
    """The tree of places and its changes; the axis of places shows those one step below the region.

    Where counts are not ``exact``, nothing stands below a township. Raises BadInput.
    """
    regions = {region.code: region for region in places.all_regions()}
    root = min(regions, key=len, default="")
    within = view.region if view.region and view.region != UNKNOWN else root
    steps = {
        CITY: DISTRICT,
        DISTRICT: TOWNSHIP,
        TOWNSHIP: VILLAGE,
        VILLAGE: VILLAGE,
    }
    known = places.changes()
    if within and within not in regions and not any(within == change.old_code for change in known):
        raise BadInput(_("No place here has the code %(typed)s.") % {"typed": within[:40]}, code="bad-view")
    digits = steps.get(len(within), TOWNSHIP)
    if not exact:
        if len(within) > TOWNSHIP:
            words = _("The numbers of single villages are shown only to those who may see all people.")
            raise BadInput(words, code="bad-view")
        digits = min(digits, TOWNSHIP)
    return Book(regions, known, digits, root)


def window_of(view: View) -> tuple[date | None, date | None, View]:
    """The first and the last month, and the view with its period where none was chosen: the last year with anything in it."""
    if view.period == "all":
        found = ledger.months()
        first, last = found or (None, None)
        if first and last and Axis.MONTH in view.axes:
            first = max(first, shifted(last, 1 - MOST_MONTHS))
        return first, last, view
    if not view.period:
        found = ledger.months()
        view = replace(view, period=str(found[1].year if found else clock.today().year))
    first, last = bounds(view.period)
    if Axis.MONTH in view.axes and len(months_between(first, last)) > MOST_MONTHS:
        raise BadInput(
            _("At most %(n)s months can stand on an axis. Choose a shorter period.") % {"n": MOST_MONTHS},
            code="bad-period",
        )
    return first, last, view


def kinds_of(view: View) -> list[kinds.LedgerKind]:
    """The kinds that a view counts. Where they do not stand on an axis and none is chosen: what the desk brought to an end."""
    known = kinds.kinds()
    if view.kind and view.kind != DESK:
        return [known[view.kind]]
    if view.kind == DESK or Axis.KIND not in view.axes:
        desk = [kind for kind in known.values() if kind.name.startswith(f"{DESK}.")]
        unit = str(desk[0].unit) if desk else ""
        return [kind for kind in desk if str(kind.unit) == unit]
    return list(known.values())


def _slice(view: View, names: tuple[str, ...], first: date | None, last: date | None, of: Book) -> Slice:
    return Slice(
        names,
        first,
        month_end(last) if last else None,
        region="" if view.region == UNKNOWN else view.region,
        sector={"": None, UNKNOWN: ""}.get(view.sector, view.sector),
        place="" if view.region == UNKNOWN else None,
        digits=of.digits,
        moved={} if view.of_then else of.moved,
        today=of.moved,
    )


Counts = dict[tuple[str, str], int]


@dataclass(frozen=True)
class _Counted:
    """Counts by the two axes as they may be shown, and which cells hold something that is not shown."""

    shown: Counts
    hidden: frozenset[tuple[str, str]]


def _count(
    view: View, of: Book, counted: list[kinds.LedgerKind], first: date | None, last: date | None, exact: bool
) -> _Counted:
    by = tuple(axis.value for axis in view.axes)
    if exact:
        found = ledger.cube(_slice(view, _names(counted), first, last, of), by)
        return _Counted({(key[0], key[1]): number for key, number in found.items()}, frozenset())
    # whatever stands on the axes, the same cells are made coarse: otherwise a range of months less another, or all sectors
    # less one, would give the count of a single cell
    asked = tuple(dict.fromkeys((*by, *(axis.value for axis in Axis), "atom")))
    named = {kind.name: kind for kind in counted}
    place = asked.index(Axis.KIND.value)
    shown: Counts = defaultdict(int)
    hidden = set()
    for key, number in ledger.cube(_slice(view, _names(counted), first, last, of), asked).items():
        cell = (key[0], key[1])
        of_people = named[key[place]].of_people
        value = coarse(max(number, 0), INSIDE) if of_people else number
        shown[cell] += value
        if of_people and not value:
            hidden.add(cell)
    return _Counted(dict(shown), frozenset(cell for cell in hidden if not shown[cell]))


def _names(counted: list[kinds.LedgerKind]) -> tuple[str, ...]:
    return tuple(kind.name for kind in counted)


def _workers(view: View, of: Book, last: date | None, exact: bool) -> Counts:
    """Workers on record at the end of the period by sector and place: persons, each once as far as the linkage is certain."""
    offered = figures.offered().get("census.workers")
    if offered is None:
        return {}
    day = min(month_end(last), clock.today()) if last else None
    parts: dict[tuple[str, str, str], int] = defaultdict(int)
    moved = {} if view.of_then else of.moved
    for (sector, region), number in offered.count(Window(None, day), ("sector", "region")).items():
        code = places.code_today(region, moved)
        if view.region and view.region != UNKNOWN and not code.startswith(view.region):
            continue
        place = code[: of.digits] if len(code) >= of.digits else ""
        if view.region == UNKNOWN and place:
            continue
        if view.sector and sector != ("" if view.sector == UNKNOWN else view.sector):
            continue
        parts[sector, place, township_of(region)] += number
    found: Counts = defaultdict(int)
    for (sector, place, _township), number in parts.items():
        found[sector, place] += number if exact else coarse(number, INSIDE)
    return dict(found)


@dataclass(frozen=True)
class _Heads:
    """Workers for any member of an axis."""

    cells: Counts

    def by_place(self) -> dict[str, int]:
        """Workers of each place of the axis."""
        found: dict[str, int] = defaultdict(int)
        for (_sector, place), number in self.cells.items():
            found[place] += number
        return dict(found)

    def of(self, sector: str | None, place: str | None) -> int:
        """Workers in a sector and a place; None is any."""
        return sum(
            number
            for (one, other), number in self.cells.items()
            if sector in (None, one) and place in (None, other)
        )


def members(
    axis: Axis, of: Book, view: View, counted: list[kinds.LedgerKind], found: _Counted
) -> list[Member]:
    """The lines of an axis: all that there are, and an unknown one where something is counted there."""
    at = view.axes.index(axis)
    seen = {key[at] for key in (*found.shown, *found.hidden)}
    if axis is Axis.KIND:
        return [Member(kind.name, str(kind.title), str(kind.unit)) for kind in counted]
    if axis is Axis.SECTOR:
        lines = [Member(code, str(title)) for code, title in Sector.choices]
        if view.sector:
            lines = [line for line in lines if line.code == view.sector]
        return lines + ([Member("", _("Sector not known"))] if "" in seen or view.sector == UNKNOWN else [])
    if axis is Axis.MONTH:
        return []
    return _places(of, view, seen)


def _places(of: Book, view: View, seen: set[str]) -> list[Member]:
    within = view.region if view.region != UNKNOWN else ""
    lines = []
    for code, region in of.regions.items():
        if len(code) == of.digits and code.startswith(within) and (not region.ended_date or code in seen):
            lines.append(Member(code, *_named(of, view, code, region.name)))
    known = {line.code for line in lines}
    for code in sorted(seen - known - {""}):
        before = [change for change in of.changes if change.old_code == code]
        name = before[-1].old_name if before else code
        lines.append(Member(code, *_named(of, view, code, name)))
    if view.region == UNKNOWN:
        lines = []
    if "" in seen or view.region == UNKNOWN:
        lines.append(Member("", _("Place not known")))
    return lines


def _named(of: Book, view: View, code: str, name: str) -> tuple[str, str]:
    """How a place was called in the period, and what became of it."""
    if not view.of_then:
        return name, ""
    last = month_end(bounds(view.period)[1]) if view.period not in ("", "all") else None
    for change in of.changes:
        if change.old_code != code or (change.old_code == change.new_code and change.old_name == name):
            continue
        words = _("%(new)s since %(day)s") if change.new_code != code else _("until %(day)s, then %(new)s")
        note = words % {"new": change.new_name, "day": day_words(change.day)}
        if change.new_code != code or last is None or change.day > last:
            return change.old_name, note
        return name, _("%(old)s until %(day)s") % {"old": change.old_name, "day": day_words(change.day)}
    return name, ""


def cube(view: View, actor: Actor | None = None) -> Cube:
    """A view with its numbers, as an actor may see them (None: the program itself). Raises BadInput."""
    exact = actor is None or figures.sees_exact(actor)
    of = book(view, exact=exact)
    first, last, view = window_of(view)
    if Axis.KIND not in view.axes and not view.kind:
        view = replace(view, kind=DESK)
    counted = kinds_of(view)
    found = _count(view, of, counted, first, last, exact)
    axes = {axis: members(axis, of, view, counted, found) for axis in view.axes}
    if Axis.MONTH in axes:
        listed = months_between(first, last) if first and last else []
        axes[Axis.MONTH] = [Member(month.isoformat(), month.strftime("%Y-%m")) for month in listed]
    heads = _Heads(_workers(view, of, last, exact))
    if Axis.PLACE in axes:
        axes[Axis.PLACE] = [
            replace(member, href=_view_of_place(view, of, member.code, exact)) for member in axes[Axis.PLACE]
        ]
    worked = _Work(view, of, counted, found, axes, heads, exact, first, last, actor)
    return worked.cube()


def _view_of_place(view: View, of: Book, code: str, exact: bool) -> str:
    """The view of a place that stands on an axis; below a township only where counts are exact."""
    if code not in of.regions or code == view.region or (len(code) > TOWNSHIP and not exact):
        return ""
    return view.address(region=code)


def way_down(view: View, of: Book) -> list[Member]:
    """The places that hold the view's own, from the whole to it, each with its view: how one comes back up."""
    if view.region not in of.regions:
        return []
    above = [code for code in of.regions if view.region.startswith(code) and len(code) >= len(of.root)]
    return [
        Member(code, of.regions[code].name, href=view.address(region="" if code == of.root else code))
        for code in sorted(above, key=len)
    ]


def opens_records(actor: Actor | None, region: str, place: str) -> bool:
    """Whether the entries of a region, or of one place of an axis, are open to an actor: whoever sees all people there one
    by one (None: the program itself).
    """
    inside = tuple(code for code in (region, place) if code and code != UNKNOWN)
    return actor is None or (
        actor.can("matrix.records", regions=inside) and actor.can(figures.exact_permission(), regions=inside)
    )


@dataclass
class _Work:
    """One view while it is worked out."""

    view: View
    of: Book
    counted: list[kinds.LedgerKind]
    found: _Counted
    axes: dict[Axis, list[Member]]
    heads: _Heads
    exact: bool
    first: date | None
    last: date | None
    actor: Actor | None

    def cube(self) -> Cube:
        rows, columns = (self.axes[axis] for axis in self.view.axes)
        counts = [[self.found.shown.get((row.code, column.code), 0) for column in columns] for row in rows]
        before = self._before()
        aims, target_note = self._aims()
        by_row = Axis.KIND in self.view.axes and self.view.rows is Axis.KIND
        weights = [
            [self._weight(counts[r][c], (row, column)) for c, column in enumerate(columns)]
            for r, row in enumerate(rows)
        ]
        largest = max((max(line, default=0) for line in weights), default=0)
        cells, thin = [], []
        for r, row in enumerate(rows):
            top = max(weights[r], default=0) if by_row else largest
            line = []
            for c, column in enumerate(columns):
                is_hidden = (row.code, column.code) in self.found.hidden and not counts[r][c]
                reason = None if is_hidden else self._thin(r, c, counts, rows, columns)
                line.append(
                    self._cell(
                        counts[r][c],
                        (row, column),
                        top,
                        before.get((row.code, column.code), 0),
                        aims,
                        reason,
                    )
                )
                if reason:
                    thin.append((reason, row, column))
            cells.append(line)
        addable_rows = self._addable(self.view.columns)
        addable_columns = self._addable(self.view.rows)
        row_totals = [
            self._total(
                sum(counts[r]), (row, None), sum(before.get((row.code, c.code), 0) for c in columns), aims
            )
            if addable_rows
            else Cell(None, 0)
            for r, row in enumerate(rows)
        ]
        column_totals = [
            self._total(
                sum(line[c] for line in counts),
                (None, column),
                sum(before.get((row.code, column.code), 0) for row in rows),
                aims,
            )
            if addable_columns
            else Cell(None, 0)
            for c, column in enumerate(columns)
        ]
        total = (
            self._total(sum(map(sum, counts)), (None, None), sum(before.values()), aims)
            if addable_rows and addable_columns
            else Cell(None, sum(map(sum, counts)))
        )
        made = Cube(
            self.view,
            self.first,
            self.last,
            rows,
            columns,
            cells,
            row_totals,
            column_totals,
            total,
            self.exact,
            self._unit(),
            self.heads.of(None, None),
            self.of,
            self.heads.by_place(),
            asked_at=clock.now(),
            target_note=target_note,
        )
        told = self._in_words(thin)
        return replace(made, thin=told, lead=self._lead(made, len(told)))

    def _aims(self) -> tuple[targets.Targets, str]:
        """The targets that the cells are held against, and what must be said of them: they are set for whole years."""
        if self.view.measure is not Measure.TARGET or not self.first or not self.last:
            return {}, ""
        years = range(self.first.year, self.last.year + 1)
        by_year = {year: found for year in years if (found := targets.of_year(year))}
        if len(years) > 1:
            added = targets.added(list(by_year.values()))
            told = {"years": "、".join(map(str, by_year))}
            return added, _("Compared with the targets of %(years)s, added up.") % told if added else ""
        months = len(months_between(self.first, self.last))
        if months == 12 or not by_year:
            return by_year.get(years[0], {}), ""
        words = _(
            "Compared with the target of the whole year %(year)s; the period shown is %(months)s of its 12 months."
        )
        return by_year[years[0]], words % {"year": years[0], "months": months}

    # what a cell stands for ---------------------------------------------------------------------

    def _codes(self, cell: tuple[Member | None, Member | None]) -> dict[Axis, str]:
        return {
            axis: member.code for axis, member in zip(self.view.axes, cell, strict=True) if member is not None
        }

    def _heads_of(self, cell: tuple[Member | None, Member | None]) -> int:
        codes = self._codes(cell)
        return self.heads.of(codes.get(Axis.SECTOR), codes.get(Axis.PLACE))

    def _addable(self, along: Axis) -> bool:
        """Whether the members of an axis can be summed: kinds only where all count the same thing."""
        return along is not Axis.KIND or len({str(kind.unit) for kind in self.counted}) == 1

    def _unit(self) -> str:
        found = {str(kind.unit) for kind in self.counted}
        return found.pop() if len(found) == 1 else ""

    def _before(self) -> Counts:
        if self.view.measure not in (Measure.CHANGE, Measure.YEAR) or not self.first or not self.last:
            return {}
        back = 12
        if self.view.measure is Measure.CHANGE:
            length = len(months_between(self.first, self.last))
            back = 1 if Axis.MONTH in self.view.axes else length
        first, last = shifted(self.first, -back), shifted(self.last, -back)
        found = _count(self.view, self.of, self.counted, first, last, self.exact).shown
        if Axis.MONTH not in self.view.axes:
            return found
        at = self.view.axes.index(Axis.MONTH)
        moved: Counts = {}
        for key, number in found.items():
            later = shifted(date.fromisoformat(key[at]), back).isoformat()
            moved[(later, key[1]) if at == 0 else (key[0], later)] = number
        return moved

    def _value(
        self,
        count: int,
        cell: tuple[Member | None, Member | None],
        before: int,
        aims: targets.Targets,
    ) -> tuple[float | None, str, int | None]:
        measure = self.view.measure
        if measure is Measure.PER_100:
            return rules.per_100(count, self._heads_of(cell)), "", None
        if measure in (Measure.CHANGE, Measure.YEAR):
            step = count - before
            return step, "up" if step > 0 else "down" if step < 0 else "", None
        if measure is Measure.TARGET:
            aim = self._aim(cell, aims)
            return (round(100 * count / aim) if aim else None), "", aim
        return count, "", None

    def _aim(self, cell: tuple[Member | None, Member | None], aims: targets.Targets) -> int | None:
        codes = self._codes(cell)
        if Axis.MONTH in codes or codes.get(Axis.SECTOR) is not None or self.view.sector:
            return None
        names = [codes[Axis.KIND]] if Axis.KIND in codes else [kind.name for kind in self.counted]
        place = codes.get(Axis.PLACE, self.view.region)
        found = [aims[name, place] for name in names if (name, place) in aims]
        return sum(found) if found else None

    def _cell(
        self,
        count: int,
        cell: tuple[Member, Member],
        top: int,
        before: int,
        aims: targets.Targets,
        reason: Thin | None,
    ) -> Cell:
        value, sign, aim = self._value(count, cell, before, aims)
        hidden = (cell[0].code, cell[1].code) in self.found.hidden and not count
        address = self._records(cell) if count or hidden else ""
        shade = rules.heat(self._weight(count, cell), top)
        return Cell(value, count, shade, hidden, reason, address, sign, aim)

    def _weight(self, count: int, cell: tuple[Member, Member]) -> int:
        """What a cell's shade is worked out from: its count, or its share of its workers; changes have none."""
        if self.view.measure is Measure.COUNT:
            return count
        if self.view.measure is Measure.PER_100:
            return round(10 * (rules.per_100(count, self._heads_of(cell)) or 0))
        return 0

    def _total(
        self, count: int, cell: tuple[Member | None, Member | None], before: int, aims: targets.Targets
    ) -> Cell:
        value, sign, aim = self._value(count, cell, before, aims)
        return Cell(value, count, 0, False, None, self._records(cell) if count else "", sign, aim)

    @cached_property
    def _from(self) -> str:
        """The view, as its records name where they were opened."""
        return self.view.address().removeprefix("?")

    @cached_property
    def _opened(self) -> dict[str, bool]:
        """Whether the entries of a place are the actor's to see, asked once for each place."""
        return {}

    def _records(self, cell: tuple[Member | None, Member | None]) -> str:
        """The address of exactly the entries that a cell or a sum counts; "" where they are not the actor's to see."""
        place = self._codes(cell).get(Axis.PLACE, "")
        if place not in self._opened:
            self._opened[place] = opens_records(self.actor, self.view.region, place)
        if not self._opened[place]:
            return ""
        told = {
            "kind": self.view.kind or ("" if Axis.KIND in self.view.axes else DESK),
            "sector": self.view.sector,
            "region": self.view.region,
            "period": self.view.period,
            "places": "then" if self.view.of_then else "",
            "level": str(self.of.digits),
        }
        if Axis.MONTH in self.view.axes and self.first and self.last:
            told["period"] = f"{self.first:%Y-%m}..{self.last:%Y-%m}"
        for axis, code in self._codes(cell).items():
            if axis is Axis.MONTH:
                told["period"] = code[:7]
            elif axis is Axis.PLACE:
                told["place"] = code or UNKNOWN
            else:
                told[axis.value] = code or UNKNOWN
        told["from"] = self._from
        return urlencode({name: value for name, value in told.items() if value})

    # what stands out ------------------------------------------------------------------------------

    def _thin(
        self, r: int, c: int, counts: list[list[int]], rows: list[Member], columns: list[Member]
    ) -> Thin | None:
        row, column = rows[r], columns[c]
        codes = self._codes((row, column))
        if not codes.get(Axis.PLACE, "x") or not codes.get(Axis.SECTOR, "x"):
            return None  # what is not known needs another step: to find it out
        people = Axis.PLACE in codes or Axis.SECTOR in codes
        if people and Axis.MONTH not in codes:
            along = Axis.KIND in codes and self.view.rows is Axis.KIND
            across = Axis.KIND in codes and self.view.columns is Axis.KIND
            if along:
                of_all = sum(counts[r])
            elif across:
                of_all = sum(line[c] for line in counts)
            else:
                of_all = sum(map(sum, counts))
            return rules.thin(counts[r][c], self._heads_of((row, column)), of_all, self.heads.of(None, None))
        if Axis.MONTH in codes:
            today = clock.today().isoformat()[:7]
            if codes[Axis.MONTH][:7] > today:
                return None
            others = (
                [line for n, line in enumerate(counts[r]) if n != c]
                if self.view.columns is Axis.MONTH
                else [line[c] for n, line in enumerate(counts) if n != r]
            )
            return rules.fell(counts[r][c], others)
        return None

    def _in_words(self, thin: list[tuple[Thin, Member, Member]]) -> list[ThinCell]:
        try:
            directory: units.Directory | None = units.directory() if thin else None
        except NotFound:
            directory = None
        told = []
        for reason, row, column in sorted(thin, key=lambda line: line[0].own - line[0].usual):
            codes = self._codes((row, column))
            kind = codes.get(Axis.KIND) or self.view.kind or DESK
            step = rooms.where_thin(kind)
            told.append(
                ThinCell(
                    row.title,
                    column.title,
                    _reason(reason),
                    self._who(directory, codes),
                    str(step.title),
                    step.route.address,
                    row.code,
                    column.code,
                )
            )
        return told

    def _who(self, directory: units.Directory | None, codes: dict[Axis, str]) -> str:
        if directory is None:
            return ""
        place = codes.get(Axis.PLACE) or self.view.region or self.of.root
        sector = codes.get(Axis.SECTOR) or self.view.sector
        answers = directory.answers("" if sector == UNKNOWN else sector, "" if place == UNKNOWN else place)
        names = [
            directory.units[answer.unit_id].short_name
            for role in (HOLD, GUIDE)
            for answer in answers
            if answer.role == role
        ]
        return "、".join(dict.fromkeys(names[:2]))

    def _lead(self, made: Cube, thin: int) -> str:
        """What a leader reads first: how many, for how many people, where most, how much is thin."""
        if made.empty:
            return _("Nothing was delivered in this period.")
        said = []
        if made.total.value is not None or made.unit:
            count, unit = made.total.count, made.unit
            rate = rules.per_100(count, made.workers)
            said.append(
                _("%(n)s %(unit)s in all") % {"n": f"{count:,}", "unit": unit}
                if rate is None
                else _("%(n)s %(unit)s in all, %(rate)s for each 100 workers")
                % {"n": f"{count:,}", "unit": unit, "rate": rate}
            )
        most = self._most(made)
        if most:
            said.append(most)
        said.append(_("%(n)s cells are thin") % {"n": thin} if thin else _("no cell is thin"))
        return _("; ").join(said) + _(".")

    def _most(self, made: Cube) -> str:
        """Which member of an axis has most; kinds that count different things are not compared."""
        axes = (
            (made.column_totals, made.columns, self.view.columns),
            (made.row_totals, made.rows, self.view.rows),
        )
        for totals, axis, name in axes:
            if not self._addable(name):
                continue
            best = max(zip(totals, axis, strict=True), key=lambda pair: pair[0].count, default=None)
            if best and best[0].value is not None and best[0].count:
                return _("most in %(where)s (%(n)s)") % {"where": best[1].title, "n": f"{best[0].count:,}"}
        return ""


def _reason(thin: Thin) -> str:
    if thin.why is Thinness.NONE:
        return _("nothing was delivered here; the average is %(usual)s for each 100 workers") % {
            "usual": f"{thin.usual:.1f}"
        }
    if thin.why is Thinness.SHARE:
        return _("%(own)s for each 100 workers, less than half of the average of %(usual)s") % {
            "own": f"{thin.own:.1f}",
            "usual": f"{thin.usual:.1f}",
        }
    return _("nothing in this month; the other months have %(usual)s on average") % {
        "usual": f"{thin.usual:.1f}"
    }


# drill-down -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Records:
    """Which entries a cell counts, and how it is called."""

    slice: Slice
    titles: list[str]
    #: the view of the cube from which they were opened, as the part of an address behind the question mark
    back: str


def records_of(query: Mapping[str, str]) -> Records:
    """The entries that an address of a cell means. Raises BadInput, which names what does not fit."""
    told = {name: str(query.get(name, "")).strip() for name in query}
    base = {name: told.get(name, "") for name in ("kind", "sector", "region", "places")}
    if base["kind"] == UNKNOWN:
        base["kind"] = ""
    view = view_of(base | {"period": told.get("period", "")})
    of = book(view)
    counted = kinds_of(view) if view.kind else list(kinds.kinds().values())
    first, last, view = window_of(replace(view, rows=Axis.KIND, columns=Axis.SECTOR))
    digits = told.get("level", "")
    if digits and digits not in ("6", "9", "12"):
        raise BadInput(_("“%(typed)s” is no level of places.") % {"typed": digits[:10]}, code="bad-view")
    of = replace(of, digits=int(digits)) if digits else of
    asked = _slice(view, tuple(kind.name for kind in counted), first, last, of)
    place = told.get("place", "")
    if place and place != UNKNOWN and not place.isdigit():
        raise BadInput(
            _("“%(typed)s” is no code of a place. A code has 6, 9 or 12 digits.") % {"typed": place[:40]}
        )
    if place:
        asked = replace(asked, place="" if place == UNKNOWN else place)
    names = {code: region.name for code, region in of.regions.items()}
    titles = [str(counted[0].title)] if len(counted) == 1 else [_("Several kinds")]
    if view.sector:
        titles.append(_("Sector not known") if view.sector == UNKNOWN else str(Sector(view.sector).label))
    shown = place or view.region
    if shown:
        titles.append(_("Place not known") if shown == UNKNOWN else names.get(shown, shown))
    titles.append(_("All time") if view.period == "all" else view.period)
    return Records(asked, titles, _back(told.get("from", "")))


def _back(text: str) -> str:
    """The address of the view that was named; "" where it is none: it is read as a view, so that it leads nowhere else."""
    try:
        return view_of(dict(parse_qsl(text))).address() if text else ""
    except BadInput:
        return ""
