"""From a point to its grid, without the database: boxes in cells of a degree net, then the even-odd rule on the few that remain."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from math import floor
from typing import Any

from nuanyi.lib import geo

#: Cells of some 500 metres; a grid of a community covers a few of them.
CELL = 0.005
#: A shape over more cells than this (a township, a district) is looked at for every point instead.
MOST_CELLS = 400

Rings = list[list[list[float]]]


class Finder:
    """Shapes by the cells that their boxes touch. Points and shapes in WGS-84."""

    def __init__(self, shapes: Iterable[tuple[str, dict[str, Any]]]) -> None:
        self._cells: dict[tuple[int, int], list[tuple[str, Rings]]] = defaultdict(list)
        self._wide: list[tuple[str, tuple[float, float, float, float], Rings]] = []
        for code, geometry in shapes:
            for rings in geo.polygons_of(geometry):
                self._put(code, rings)

    def _put(self, code: str, rings: Rings) -> None:
        west, south, east, north = geo.bounds_of({"type": "Polygon", "coordinates": rings})
        columns = range(floor(west / CELL), floor(east / CELL) + 1)
        rows = range(floor(south / CELL), floor(north / CELL) + 1)
        if len(columns) * len(rows) > MOST_CELLS:
            self._wide.append((code, (west, south, east, north), rings))
            return
        for column in columns:
            for row in rows:
                self._cells[column, row].append((code, rings))

    def found(self, *, lat: float, lon: float) -> list[str]:
        """The codes of the shapes that hold a point."""
        near = self._cells.get((floor(lon / CELL), floor(lat / CELL)), [])
        codes = [code for code, rings in near if _holds(rings, lat, lon)]
        for code, (west, south, east, north), rings in self._wide:
            if west <= lon <= east and south <= lat <= north and _holds(rings, lat, lon):
                codes.append(code)
        return codes


def _holds(rings: Rings, lat: float, lon: float) -> bool:
    return geo.ring_holds(rings[0], lat=lat, lon=lon) and not any(
        geo.ring_holds(hole, lat=lat, lon=lon) for hole in rings[1:]
    )
