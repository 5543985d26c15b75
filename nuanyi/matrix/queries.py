"""The matrix as a page shows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from django.utils.translation import gettext_lazy as _

from nuanyi.lib import figures
from nuanyi.lib.actor import Actor
from nuanyi.lib.errors import NotFound
from nuanyi.lib.figures import Window
from nuanyi.lib.region_codes import DISTRICT, township_of
from nuanyi.lib.sectors import Sector
from nuanyi.lib.small_cells import INSIDE, OUTSIDE, coarse
from nuanyi.matrix import ways
from nuanyi.matrix.rules import heat
from nuanyi.places import queries as places
from nuanyi.units import queries as units


@dataclass(frozen=True)
class Cell:
    """One cell: numbers, shade, who guides and holds, and the address of the records."""

    sector: str
    township: str
    establishments: int
    workers: int
    shade: int
    guide: str
    hold: str
    records: str
    worker_records: str

    @property
    def thin(self) -> bool:
        """Workers are on record here, and no department guides."""
        return self.workers + self.establishments > 0 and not self.guide


@dataclass(frozen=True)
class Sum:
    """Establishments and workers of a line or of all, and the lists that they count."""

    establishments: int
    workers: int
    records: str
    worker_records: str


@dataclass(frozen=True)
class Row:
    """A sector (``code`` empty: not known) across the townships, with its sums."""

    code: str
    title: str
    cells: list[Cell]
    sum: Sum


@dataclass(frozen=True)
class Matrix:
    """Sectors down, townships across. ``columns`` are ``(code, name)``."""

    columns: list[tuple[str, str]]
    rows: list[Row]
    sums: list[Sum]
    sum: Sum
    thin: int


def _known(actor: Actor | None, township: str) -> bool:
    """Whether an actor may see the records of a township one by one, and so their number; None is the program itself."""
    return actor is None or actor.can("census.view", regions=(township,))


def matrix(asked: Window, actor: Actor | None = None) -> Matrix:
    """Establishments and workers by sector and township, with the coverage of responsibility.

    Where the actor may not see the workers of a township, their numbers are coarse, and sums are sums of what is shown.
    """
    offered = figures.offered()
    by = ("sector", "township")
    shops = offered["census.establishments"].count(asked, by)
    people = _people(actor, offered["census.workers"], asked, by)
    columns = [
        (region.code, region.name)
        for region in places.townships()
        if region.code.startswith(township_of(asked.region))
    ]
    elsewhere = {key[1] for key in (*shops, *people)} - {code for code, _title in columns}
    columns += [(code, str(_("place not known"))) for code in sorted(elsewhere)]
    unknown = any(not key[0] for key in (*shops, *people))
    labels = [(code, str(title)) for code, title in Sector.choices] + (
        [("", str(_("sector not known")))] if unknown else []
    )
    largest = max(people.values(), default=0)
    try:
        book: units.Directory | None = units.directory()
    except NotFound:
        book = None
    lists = _lists(asked)
    rows = [_row(code, title, columns, shops, people, largest, book, lists) for code, title in labels]
    sums = [
        _sum([row.cells[i] for row in rows], *lists(_place(township), ""))
        for i, (township, _name) in enumerate(columns)
    ]
    everything = [cell for row in rows for cell in row.cells]
    return Matrix(
        columns, rows, sums, _sum(everything, *lists("", "")), sum(cell.thin for cell in everything)
    )


def _place(township: str) -> str:
    """How a column's place is written in an address."""
    return township if len(township) > DISTRICT else "none"


Lists = Callable[[str, str], tuple[str, str]]


def _lists(asked: Window) -> Lists:
    """The lists of establishments and of workers as they were on a window's last day, of a place and a sector."""
    offered = figures.offered()
    shops, people = (offered[key] for key in ("census.establishments", "census.workers"))

    def of(place: str, sector: str) -> tuple[str, str]:
        here = replace(asked, region=place or asked.region)
        return shops.list_of(here, sector), people.list_of(here, sector)

    return of


def _sum(cells: list[Cell], establishments: str, workers: str) -> Sum:
    """What some cells come to, and the lists that show it."""
    shops, people = sum(cell.establishments for cell in cells), sum(cell.workers for cell in cells)
    return Sum(shops, people, establishments, workers)


def _people(
    actor: Actor | None, workers: figures.Figure, asked: Window, by: tuple[str, ...]
) -> dict[tuple[str, ...], int]:
    """Persons by sector and township, as far as the actor may be told."""
    counted = dict(workers.count(asked, by))
    if actor is None or figures.sees_exact(actor):
        return counted
    own = [township for township in {key[1] for key in counted} if township and _known(actor, township)]
    shown = {key: coarse(n, INSIDE) for key, n in counted.items() if key[1] not in own}
    if own and workers.in_sight is not None:
        shown |= workers.in_sight(asked, own)
    return shown


def _row(
    code: str,
    title: str,
    columns: list[tuple[str, str]],
    shops: figures.Counts,
    people: figures.Counts,
    largest: int,
    book: units.Directory | None,
    lists: Lists,
) -> Row:
    cells = []
    for township, _name in columns:
        answering = (
            {a.role: book.units[a.unit_id].short_name for a in book.answers(code, township)} if book else {}
        )
        n, m = shops.get((code, township), 0), people.get((code, township), 0)
        cells.append(
            Cell(
                code,
                township,
                n,
                m,
                heat(m, largest),
                answering.get("guide", ""),
                answering.get("hold", ""),
                *lists(_place(township), code or "none"),
            )
        )
    return Row(code, title, cells, _sum(cells, *lists("", code or "none")))


@dataclass(frozen=True)
class Shown:
    """A figure with its number; ``records`` is the page of what it counts in the period and place asked for."""

    key: str
    title: str
    unit: str
    value: int
    records: str
    definition: str
    beside: str


def all_figures(asked: Window, actor: Actor | None = None, period: str = "") -> list[Shown]:
    """Every figure that the rooms offer, for a window (``period`` as it is written). Counts of people are coarse for whoever
    may not see all of them.
    """
    exact = actor is None or figures.sees_exact(actor)
    found = []
    for f in figures.offered().values():
        value = f.shown(asked, exact=exact)
        beside = f.words_beside(exact=exact)
        records = ways.records_address(f.key, period, asked.region)
        found.append(Shown(f.key, str(f.title), str(f.unit), value, records, str(f.definition), beside))
    return found


def beside_workers(actor: Actor | None) -> str:
    """What is told beside every count of workers to whoever sees all of them; "" for everybody else."""
    exact = actor is None or figures.sees_exact(actor)
    return figures.offered()["census.workers"].words_beside(exact=exact)


def public_cells(asked: Window) -> list[dict[str, object]]:
    """Establishments and workers by sector and township for everybody, in tens (``lib.small_cells``).

    Nobody is told as few are: that a place has one of a sector at all, where it had none last month, tells of that one.
    """
    found: list[dict[str, object]] = []
    for key in ("census.establishments", "census.workers"):
        counts = figures.offered()[key].count(asked, ("sector", "township"))
        townships = [region.code for region in places.townships() if region.code.startswith(asked.region)]
        for sector in Sector.values:
            for township in townships:
                value = coarse(counts.get((sector, township), 0), OUTSIDE) or None
                found.append({"figure": key, "sector": sector, "township": township, "value": value})
    return found
