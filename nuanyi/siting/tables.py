"""The two tables of ``nuanyi site``, read and checked, and the plan made of them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix
from scipy.spatial import cKDTree

from nuanyi.lib import sheets
from nuanyi.lib.errors import BadInput
from nuanyi.lib.geo import EARTH_RADIUS_METRES
from nuanyi.siting.optimise import TIME_LIMIT, Plan, max_cover_within

_HALF_ROUND = math.pi * EARTH_RADIUS_METRES
YES = frozenset({"1", "1.0", "true", "yes", "y", "t", "是", "有", "已开", "已开放"})
NO = frozenset({"", "0", "0.0", "false", "no", "n", "f", "否", "无", "未开", "未开放"})
#: Beyond it sums lose single persons, and a number of that size is a slip.
MOST_WEIGHT = 1e12
#: More pairs of demand and venue within the radius than this do not fit into memory.
MOST_PAIRS = 30_000_000


@dataclass(frozen=True, slots=True)
class Demand:
    """So many people (``weight``) at a point, WGS-84 degrees."""

    id: str
    lat: float
    lon: float
    weight: float


@dataclass(frozen=True, slots=True)
class Venue:
    """A place that is open or could be; ``capacity`` is ``inf`` where the table gives none."""

    id: str
    lat: float
    lon: float
    capacity: float
    already_open: bool


@dataclass(frozen=True, slots=True)
class Siting:
    """What to open: ids of the new venues, the weight that is covered with them and what no choice can better."""

    open: list[str]
    plan: Plan
    demand: float


class _Row:
    def __init__(self, file: str, number: int, cells: dict[str, Any]) -> None:
        self.file, self.number, self.cells = file, number, cells

    def wrong(self, column: str, should: str) -> BadInput:
        shown = str(self.cells.get(column, ""))[:40]
        return BadInput(
            f"{self.file}, row {self.number}, column {column}: {shown!r} is not {should}", code="bad-table"
        )

    def text(self, column: str) -> str:
        cell = self.cells.get(column)
        if isinstance(cell, float) and cell.is_integer():
            cell = int(cell)
        return "" if cell is None else str(cell).strip()

    def number_in(self, column: str, should: str, least: float, most: float = math.inf) -> float:
        try:
            value = float(self.text(column))
        except ValueError:
            value = math.nan
        if not (math.isfinite(value) and least <= value <= most):
            raise self.wrong(column, should)
        return value

    def point(self) -> tuple[float, float]:
        return (
            self.number_in("lat", "a latitude from -90 to 90", -90, 90),
            self.number_in("lon", "a longitude from -180 to 180", -180, 180),
        )

    def yes(self, column: str) -> bool:
        word = self.text(column).lower()
        if word not in YES | NO:
            raise self.wrong(column, "1 or 0 (yes or no, 是 or 否)")
        return word in YES


def _rows(data: bytes, file: str, needed: tuple[str, ...]) -> list[_Row]:
    """The rows under the titles of the first sheet; numbered as in the sheet, from 1. Raises BadInput, BadSheet."""
    found: list[_Row] = []
    titles: list[str] | None = None
    try:
        for sheet in sheets.read(data):
            for number, cells in enumerate(sheet.rows, 1):
                if not any(cell is not None and str(cell).strip() for cell in cells):
                    continue
                if titles is None:
                    titles = [str(cell or "").strip().lower() for cell in cells]
                    missing = [name for name in needed if name not in titles]
                    if missing:
                        raise BadInput(
                            f"{file}: there is no column {', '.join(missing)}; "
                            f"the first row names the columns {', '.join(needed)}",
                            code="bad-table",
                        )
                    continue
                found.append(_Row(file, number, dict(zip(titles, cells, strict=False))))
            break
    except sheets.BadSheet as wrong:
        raise BadInput(f"{file}: {wrong}", code=wrong.code) from wrong
    if not found:
        raise BadInput(f"{file}: there are no rows under the titles", code="bad-table")
    return found


def _each_once(rows: list[_Row]) -> None:
    seen: dict[str, int] = {}
    for row in rows:
        name = row.text("id")
        if not name:
            raise row.wrong("id", "an identifier")
        if name in seen:
            raise row.wrong("id", f"new: row {seen[name]} has it too")
        seen[name] = row.number


def demand_of(data: bytes, file: str) -> list[Demand]:
    """The table ``id,lat,lon,weight`` (csv or a workbook). Raises BadInput with file, row and column."""
    rows = _rows(data, file, ("id", "lat", "lon", "weight"))
    _each_once(rows)
    return [
        Demand(
            row.text("id"),
            *row.point(),
            row.number_in("weight", "a number from 0 to 1,000,000,000,000", 0, MOST_WEIGHT),
        )
        for row in rows
    ]


def venues_of(data: bytes, file: str, *, capacity: bool) -> list[Venue]:
    """The table ``id,lat,lon,capacity,already_open``; without ``capacity`` that column may be absent or empty.

    ``already_open`` may be absent too: nothing is open then. Raises BadInput with file, row and column.
    """
    rows = _rows(data, file, ("id", "lat", "lon", "capacity") if capacity else ("id", "lat", "lon"))
    _each_once(rows)
    return [
        Venue(
            row.text("id"),
            *row.point(),
            row.number_in("capacity", "a number from 0 to 1,000,000,000,000", 0, MOST_WEIGHT)
            if capacity or row.text("capacity")
            else math.inf,
            row.yes("already_open"),
        )
        for row in rows
    ]


def _on_sphere(places: list[Demand] | list[Venue]) -> Any:
    lat = np.radians([place.lat for place in places])
    lon = np.radians([place.lon for place in places])
    return np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])


def within(demand: list[Demand], venues: list[Venue], radius: float) -> csr_matrix:
    """Which venue is within ``radius`` metres (great circle, inclusive) of which demand: bool, n x m.

    A chord of the unit sphere stands for the arc, so that a tree finds the pairs without a full matrix.
    """
    chord = 2.0 * math.sin(min(radius, _HALF_ROUND) / (2.0 * EARTH_RADIUS_METRES))
    points, places = cKDTree(_on_sphere(demand)), cKDTree(_on_sphere(venues))
    reach = chord + 1e-12  # six micrometres: rounding shuts nobody out who stands on the line
    if points.count_neighbors(places, reach) > MOST_PAIRS:
        raise BadInput(
            "The radius is too wide: nearly every venue reaches everybody.", code="radius-too-wide"
        )
    near = places.query_ball_point(points.data, reach, return_sorted=True)
    lengths = np.fromiter((len(one) for one in near), dtype=np.int64, count=len(demand))
    columns = np.fromiter((j for one in near for j in one), dtype=np.int64, count=int(lengths.sum()))
    starts = np.concatenate([[0], np.cumsum(lengths)])
    return csr_matrix((np.ones(len(columns), dtype=bool), columns, starts), shape=(len(demand), len(venues)))


def site(
    demand: list[Demand],
    venues: list[Venue],
    *,
    radius: float,
    count: int,
    capacity: bool = False,
    time_limit: float = TIME_LIMIT,
    tell: Callable[[str], None] = lambda words: None,
) -> Siting:
    """Which ``count`` venues to open beside those that are open. Raises BadInput where the numbers make no sense."""
    if not (math.isfinite(radius) and radius > 0):
        raise BadInput("The radius is a number of metres above 0.", code="bad-radius")
    shut = sum(not venue.already_open for venue in venues)
    if count < 0:
        raise BadInput("How many venues to open is a whole number of 0 or more.", code="bad-open")
    if count > shut:
        raise BadInput(
            f"{count} venues cannot open: of the {len(venues)} in the table {shut} are not open already.",
            code="bad-open",
        )
    covers = within(demand, venues, radius)
    tell(f"{covers.nnz} pairs within {radius:g} m …")
    plan = max_cover_within(
        covers,
        count,
        np.array([venue.capacity for venue in venues]) if capacity else None,
        np.array([one.weight for one in demand]),
        [at for at, venue in enumerate(venues) if venue.already_open],
        time_limit,
    )
    return Siting([venues[at].id for at in plan.open], plan, math.fsum(one.weight for one in demand))
