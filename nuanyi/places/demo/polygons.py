"""Made-up polygons: the outline cut by nearest seed (Voronoi cells), then each part again. Marked as synthetic."""

from __future__ import annotations

from typing import Any

from shapely import MultiPolygon, Polygon, make_valid, set_precision

Ring = list[list[float]]


def _cut(ring: Ring, a: float, b: float, c: float) -> Ring:
    """The part of a ring where ``a*x + b*y <= c`` (Sutherland-Hodgman against one half-plane)."""
    kept: Ring = []
    for index, point in enumerate(ring):
        before = ring[index - 1]
        now, was = a * point[0] + b * point[1] - c, a * before[0] + b * before[1] - c
        if (now <= 0) != (was <= 0):
            share = was / (was - now)
            kept.append(
                [before[0] + share * (point[0] - before[0]), before[1] + share * (point[1] - before[1])]
            )
        if now <= 0:
            kept.append(point)
    return kept


def cells(ring: Ring, seeds: list[tuple[float, float]]) -> list[Ring]:
    """For every seed the part of the ring that is nearer to it than to the others (open rings, degrees)."""
    found = []
    for x1, y1 in seeds:
        part = ring[:-1] if ring[0] == ring[-1] else ring
        for x2, y2 in seeds:
            if (x1, y1) != (x2, y2):
                part = _cut(part, 2 * (x2 - x1), 2 * (y2 - y1), x2 * x2 + y2 * y2 - x1 * x1 - y1 * y1)
        found.append(part)
    return found


def is_drawn(ring: Ring) -> bool:
    """Whether a part is more than a line: some hundred square metres at least."""
    return len(ring) >= 3 and make_valid(Polygon(ring)).area > 1e-8


def polygon(ring: Ring) -> dict[str, Any]:
    """A GeoJSON polygon, or several where a cut of the coarse outline crosses itself, with seven decimals."""
    whole = set_precision(make_valid(Polygon(ring)), 1e-7)
    parts = [part for part in getattr(whole, "geoms", [whole]) if isinstance(part, Polygon | MultiPolygon)]
    polygons = [piece for part in parts for piece in getattr(part, "geoms", [part])]
    rings = [
        [[[round(x, 7), round(y, 7)] for x, y in line.coords] for line in (piece.exterior, *piece.interiors)]
        for piece in polygons
    ]
    return {"type": "MultiPolygon", "coordinates": rings}


def spread(ring: Ring, count: int) -> list[tuple[float, float]]:
    """``count`` seeds inside a ring's box, from a low-discrepancy sequence, so that each part is of fair size."""
    xs, ys = [p[0] for p in ring], [p[1] for p in ring]
    width, height = max(xs) - min(xs), max(ys) - min(ys)
    return [
        (
            min(xs) + width * ((0.5 + i * 0.7548776662) % 1.0),
            min(ys) + height * ((0.5 + i * 0.5698402910) % 1.0),
        )
        for i in range(count)
    ]
