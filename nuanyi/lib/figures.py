"""A figure (指标) is a number defined as a query. Each room offers its own in ``figures.py``; the matrix collects them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from nuanyi.lib import row_security
from nuanyi.lib.actor import system
from nuanyi.lib.clock import period_bounds
from nuanyi.lib.errors import BadInput, Words


@dataclass(frozen=True)
class Window:
    """What a figure is asked for: days (inclusive, China), a region's code with all below it."""

    first: date | None = None
    last: date | None = None
    region: str = ""


def window(period: str = "", region: str = "") -> Window:
    """The window of ``2022``, ``2022-06`` or all time. Raises BadInput for another form."""
    if region and not (region.isdigit() and len(region) in (4, 6, 9, 12)):
        raise BadInput(
            f"{region}: a region is named by its 4, 6, 9 or 12 digit code, e.g. 450311", code="bad-region"
        )
    if not period:
        return Window(region=region)
    try:
        first, last = period_bounds(period)
    except ValueError as exc:
        raise BadInput(f"{period}: write a period as 2022 or 2022-06", code="bad-period") from exc
    return Window(first, last, region)


_COUNTS = system("figures")
Counts = Mapping[tuple[str, ...], int]
Query = Callable[[Window, tuple[str, ...]], Counts]


@dataclass(frozen=True)
class _AsTheProgram:
    """A query that counts the rows of everybody, whoever asks for the number: row-level security shows rows to few."""

    query: Query

    def __call__(self, asked: Window, by: tuple[str, ...]) -> Counts:
        with row_security.reader(_COUNTS):
            return self.query(asked, by)


@dataclass(frozen=True)
class Figure:
    """A named number.

    ``count(window, by)`` returns ``{key: number}`` where a key holds one value per dimension in ``by``
    (``()`` for the total). ``records`` is the address of the list that the number counts, with
    ``{region}``, ``{sector}`` filled in where known.
    """

    key: str
    title: Words
    unit: Words
    count: Query
    dimensions: tuple[str, ...] = ()
    records: str = ""
    definition: Words = field(default="")
    #: it counts people or what each of them did: small numbers are not for everybody (``lib.small_cells``)
    of_people: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "count", _AsTheProgram(self.count))

    def total(self, asked: Window) -> int:
        """The number itself."""
        return self.count(asked, ()).get((), 0)


_registry: dict[str, Figure] = {}


def offer(figure: Figure) -> Figure:
    """Register a figure. Raises ValueError where its key is taken by another."""
    if _registry.get(figure.key, figure) != figure:
        raise ValueError(f"two figures are called {figure.key}")
    _registry[figure.key] = figure
    return figure


def offered() -> dict[str, Figure]:
    """All figures by key, in the order in which the rooms offered them."""
    return dict(_registry)
