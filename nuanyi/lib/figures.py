"""A figure (指标) is a number defined as a query. Each room offers its own in ``figures.py``; the matrix collects them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, overload

from django.db.models import QuerySet, Sum
from django.utils.translation import gettext as _

from nuanyi.lib import row_security
from nuanyi.lib.actor import Actor, system
from nuanyi.lib.errors import BadInput, Words
from nuanyi.lib.periods import period_of
from nuanyi.lib.region_codes import TOWNSHIP
from nuanyi.lib.rooms import Route
from nuanyi.lib.small_cells import INSIDE, coarse


@dataclass(frozen=True)
class Window:
    """What a figure is asked for: days (inclusive, China), a region's code with all below it."""

    first: date | None = None
    last: date | None = None
    region: str = ""


def window(period: str = "", region: str = "") -> Window:
    """The window of ``2022``, ``2022-Q2``, ``2022-06``, ``2022-01..2022-06`` or all time. Raises BadInput for another form."""
    if region and not (region.isdigit() and len(region) in (4, 6, 9, 12)):
        raise BadInput(
            f"{region}: a region is named by its 4, 6, 9 or 12 digit code, e.g. 450311", code="bad-region"
        )
    if not period:
        return Window(region=region)
    begins, _dots, ends = period.partition("..")
    try:
        first, last = period_of(begins).first, period_of(ends or begins).last
    except ValueError as exc:
        raise BadInput(f"{period}: write a period as 2022, 2022-Q2 or 2022-06", code="bad-period") from exc
    if last < first:
        raise BadInput(
            _("%(period)s: the period ends before it begins") % {"period": period}, code="bad-period"
        )
    return Window(first, last, region)


@dataclass(frozen=True)
class Counted:
    """One record that a figure counts, as a line of the list behind the number: when, what, where, how many, its page."""

    words: Words
    count: int = 1
    day: date | None = None
    region: str = ""
    sector: str = ""
    href: str = ""


_COUNTS = system("figures")
Counts = Mapping[tuple[str, ...], int]
Query = Callable[[Window, tuple[str, ...]], Counts]
InSight = Callable[[Window, Sequence[str]], Counts]
Listing = Callable[[Window], Sequence[Counted]]


@dataclass(frozen=True)
class _AsTheProgram:
    """A query that counts the rows of everybody, whoever asks for the number: row-level security shows rows to few."""

    query: Query

    def __call__(self, asked: Window, by: tuple[str, ...]) -> Counts:
        with row_security.reader(_COUNTS):
            return self.query(asked, by)


@dataclass(frozen=True)
class _InSightAsTheProgram:
    """The number as some townships' records say it: the question, not the database, binds it to them."""

    query: InSight

    def __call__(self, asked: Window, townships: Sequence[str]) -> Counts:
        with row_security.reader(_COUNTS):
            return self.query(asked, townships)


class Paged(Sequence[Counted]):
    """Records behind a number that may be very many: only those that are looked at are read, and the database says how
    many there are and what they sum to. ``rows`` have a ``count`` and the field ``sector``; ``line`` makes one of them a record.
    """

    def __init__(self, rows: QuerySet[Any], line: Callable[[Any], Counted], sector: str = "sector") -> None:
        self.rows, self.line, self.sector = rows, line, sector

    def __len__(self) -> int:
        with row_security.reader(_COUNTS):
            return self.rows.count()

    @overload
    def __getitem__(self, place: int) -> Counted: ...

    @overload
    def __getitem__(self, place: slice) -> list[Counted]: ...

    def __getitem__(self, place: int | slice) -> Counted | list[Counted]:
        with row_security.reader(_COUNTS):
            if isinstance(place, slice):
                return [self.line(row) for row in self.rows[place]]
            return self.line(self.rows[place])

    def __iter__(self) -> Iterator[Counted]:
        return iter(self[:])

    def of_sector(self, sector: str) -> Paged:
        """Those of one sector."""
        return Paged(self.rows.filter(**{self.sector: sector}), self.line, self.sector)

    def total(self) -> int:
        """What they sum to."""
        with row_security.reader(_COUNTS):
            return self.rows.order_by().aggregate(n=Sum("count"))["n"] or 0


@dataclass(frozen=True)
class _ListedAsTheProgram:
    """The records behind a number, read as the number itself is."""

    listing: Listing

    def __call__(self, asked: Window) -> Sequence[Counted]:
        with row_security.reader(_COUNTS):
            found = self.listing(asked)
            return found if isinstance(found, Paged) else list(found)


@dataclass(frozen=True)
class Figure:
    """A named number.

    ``count(window, by)`` returns ``{key: number}`` where a key holds one value per dimension in ``by``
    (``()`` for the total). ``route`` names the list that the number counts.
    """

    key: str
    title: Words
    unit: Words
    count: Query
    dimensions: tuple[str, ...] = ()
    route: Route | None = None
    definition: Words = field(default="")
    #: it counts people or what each of them did: small numbers are not for everybody (``lib.small_cells``)
    of_people: bool = False
    #: the very records that the number counts, their counts summing to it; None where the list at ``route`` alone shows them
    listed: Listing | None = None
    #: what somebody must have everywhere to read those records: each is more than the number says. "": who sees the number
    listed_permission: str = ""
    #: ``in_sight(window, townships)``: the number by sector and township as the records of these townships alone say it,
    #: for readers who see those one by one and no others. None where the records elsewhere do not change it
    in_sight: InSight | None = None
    #: fewer is the aim: hours until something is done, what is overdue. A target is then the most that may be
    less_is_better: bool = False
    #: what the list at ``route`` can be narrowed by in its address: "on" (a day), "region", "sector"
    narrowed_by: tuple[str, ...] = ()
    #: words that belong beside the number for who sees all of it: how sure it is, what waits. None where there are none
    beside: Callable[[], str] | None = None
    #: further names under which the command prints it
    also: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "count", _AsTheProgram(self.count))
        if self.listed is not None:
            object.__setattr__(self, "listed", _ListedAsTheProgram(self.listed))
        if self.in_sight is not None:
            object.__setattr__(self, "in_sight", _InSightAsTheProgram(self.in_sight))

    def list_of(self, asked: Window, sector: str = "") -> str:
        """The address of that list, narrowed to a window and a sector as far as the list can be; "" where there is none."""
        if self.route is None:
            return ""
        told = {
            "sector": sector,
            "region": asked.region,
            "on": asked.last.isoformat() if asked.last is not None else "",
        }
        query = {name: value for name, value in told.items() if value and name in self.narrowed_by}
        return replace(self.route, query={**self.route.query, **query}).address

    def words_beside(self, *, exact: bool) -> str:
        """What is told beside the number to a reader who sees all of it, "" for everybody else."""
        return self.beside() if exact and self.beside is not None else ""

    def total(self, asked: Window) -> int:
        """The number itself."""
        return self.count(asked, ()).get((), 0)

    def cells_shown(self, asked: Window, by: tuple[str, ...], *, exact: bool) -> dict[tuple[str, ...], int]:
        """The numbers as a reader is shown them: of people and not ``exact``, those of each month are coarse and sums are
        of what is shown, so that no choice of months tells of a few. Townships are those of nine digits.
        """
        coarsely = self.of_people and not exact
        finest = (*by, "month") if coarsely and "month" in self.dimensions and "month" not in by else by
        cells: dict[tuple[str, ...], int] = {}
        for values, number in self.count(asked, finest).items():
            told = zip(finest, values, strict=True)
            key = tuple(value[:TOWNSHIP] if name == "township" else value for name, value in told)
            cells[key] = cells.get(key, 0) + number
        shown: dict[tuple[str, ...], int] = {}
        for key, number in cells.items():
            value = coarse(max(number, 0), INSIDE) if coarsely else number
            shown[key[: len(by)]] = shown.get(key[: len(by)], 0) + value
        return shown

    def shown(self, asked: Window, *, exact: bool, sector: str = "") -> int:
        """The number as a reader is shown it; of one sector where it is counted by sectors."""
        if sector and "sector" in self.dimensions:
            return self.cells_shown(asked, ("sector",), exact=exact).get((sector,), 0)
        return self.cells_shown(asked, (), exact=exact).get((), 0)


_registry: dict[str, Figure] = {}
_exact: list[str] = []


def exact_for(permission: str) -> None:
    """Say which permission, held everywhere, shows counts of people as they are: whoever could count them one by one."""
    _exact[:] = [permission]


def exact_permission() -> str:
    """The permission that shows counts of people as they are; "" where no room has named one."""
    return _exact[0] if _exact else ""


def sees_exact(actor: Actor) -> bool:
    """Whether an actor is shown counts of people as they are; everybody else in steps (``lib.small_cells``)."""
    return bool(_exact) and actor.everywhere(_exact[0])


def offer(figure: Figure) -> Figure:
    """Register a figure. Raises ValueError where its key is taken by another."""
    if _registry.get(figure.key, figure) != figure:
        raise ValueError(f"two figures are called {figure.key}")
    _registry[figure.key] = figure
    return figure


def offered() -> dict[str, Figure]:
    """All figures by key, in the order in which the rooms offered them."""
    return dict(_registry)
