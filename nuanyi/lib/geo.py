"""Coordinates. Everything is stored in WGS-84; Chinese web maps speak GCJ-02 (Amap, Tencent) or BD-09 (Baidu).

Points are ``(longitude, latitude)`` in degrees in lists taken from GeoJSON, and keyword arguments
``lat=``/``lon=`` elsewhere; the coordinate system stands in every name that carries one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from nuanyi.lib.errors import BadInput

Ring = Sequence[Sequence[float]]
#: The sphere on which distances are measured: the mean radius of the Earth (IUGG).
EARTH_RADIUS_METRES = 6_371_008.8
_A = 6378245.0  # Krasovsky 1940 semi-major axis, metres, as GCJ-02 uses it
_EE = 0.00669342162296594323
_X_PI = math.pi * 3000.0 / 180.0
CRS_NAMES = ("wgs84", "gcj02", "bd09")


def _offset(lat: float, lon: float) -> tuple[float, float]:
    x, y = lon - 105.0, lat - 35.0
    dlat = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x))
    dlat += (20.0 * math.sin(6.0 * x * math.pi) + 20.0 * math.sin(2.0 * x * math.pi)) * 2.0 / 3.0
    dlat += (20.0 * math.sin(y * math.pi) + 40.0 * math.sin(y / 3.0 * math.pi)) * 2.0 / 3.0
    dlat += (160.0 * math.sin(y / 12.0 * math.pi) + 320 * math.sin(y * math.pi / 30.0)) * 2.0 / 3.0
    dlon = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x))
    dlon += (20.0 * math.sin(6.0 * x * math.pi) + 20.0 * math.sin(2.0 * x * math.pi)) * 2.0 / 3.0
    dlon += (20.0 * math.sin(x * math.pi) + 40.0 * math.sin(x / 3.0 * math.pi)) * 2.0 / 3.0
    dlon += (150.0 * math.sin(x / 12.0 * math.pi) + 300.0 * math.sin(x / 30.0 * math.pi)) * 2.0 / 3.0
    radians = lat / 180.0 * math.pi
    magic = 1 - _EE * math.sin(radians) ** 2
    root = math.sqrt(magic)
    dlat = (dlat * 180.0) / ((_A * (1 - _EE)) / (magic * root) * math.pi)
    dlon = (dlon * 180.0) / (_A / root * math.cos(radians) * math.pi)
    return dlat, dlon


def wgs84_to_gcj02(lat: float, lon: float) -> tuple[float, float]:
    """WGS-84 to GCJ-02 (degrees)."""
    dlat, dlon = _offset(lat, lon)
    return lat + dlat, lon + dlon


def gcj02_to_wgs84(lat: float, lon: float) -> tuple[float, float]:
    """GCJ-02 to WGS-84 (degrees), by fixed-point iteration to under a millimetre."""
    guess_lat, guess_lon = lat, lon
    for _step in range(8):
        back_lat, back_lon = wgs84_to_gcj02(guess_lat, guess_lon)
        guess_lat, guess_lon = guess_lat + lat - back_lat, guess_lon + lon - back_lon
    return guess_lat, guess_lon


def gcj02_to_bd09(lat: float, lon: float) -> tuple[float, float]:
    """GCJ-02 to BD-09 (degrees)."""
    z = math.hypot(lon, lat) + 0.00002 * math.sin(lat * _X_PI)
    theta = math.atan2(lat, lon) + 0.000003 * math.cos(lon * _X_PI)
    return z * math.sin(theta) + 0.006, z * math.cos(theta) + 0.0065


def bd09_to_gcj02(lat: float, lon: float) -> tuple[float, float]:
    """BD-09 to GCJ-02 (degrees), by fixed-point iteration."""
    guess_lat, guess_lon = lat - 0.006, lon - 0.0065
    for _step in range(8):
        back_lat, back_lon = gcj02_to_bd09(guess_lat, guess_lon)
        guess_lat, guess_lon = guess_lat + lat - back_lat, guess_lon + lon - back_lon
    return guess_lat, guess_lon


def to_wgs84(lat: float, lon: float, crs: str) -> tuple[float, float]:
    """A point of any known system in WGS-84. Raises BadInput for an unknown system or an impossible point."""
    if not (math.isfinite(lat) and math.isfinite(lon) and -90 <= lat <= 90 and -180 <= lon <= 180):
        raise BadInput(code="bad-point", fields={"lat": "lat", "lon": "lon"})
    if crs == "wgs84":
        return lat, lon
    if crs == "gcj02":
        return gcj02_to_wgs84(lat, lon)
    if crs == "bd09":
        return gcj02_to_wgs84(*bd09_to_gcj02(lat, lon))
    raise BadInput(code="bad-crs", fields={"crs": ", ".join(CRS_NAMES)})


def metres_between(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Great-circle distance in metres between two WGS-84 points (sphere of radius 6,371,008.8 m)."""
    phi1, phi2 = math.radians(lat1), math.radians(lat2)
    a = math.sin((phi2 - phi1) / 2) ** 2
    a += math.cos(phi1) * math.cos(phi2) * math.sin(math.radians(lon2 - lon1) / 2) ** 2
    return 2 * EARTH_RADIUS_METRES * math.asin(math.sqrt(min(1.0, a)))


def ring_holds(ring: Ring, *, lat: float, lon: float) -> bool:
    """Whether a closed ring of ``[lon, lat]`` pairs holds the point (even-odd rule)."""
    inside = False
    x2, y2 = ring[-1][0], ring[-1][1]
    for point in ring:
        x1, y1 = point[0], point[1]
        if (y1 > lat) != (y2 > lat) and lon < (x2 - x1) * (lat - y1) / (y2 - y1) + x1:
            inside = not inside
        x2, y2 = x1, y1
    return inside


def polygons_of(geometry: dict[str, Any]) -> list[list[list[list[float]]]]:
    """The polygons (each a list of rings) of a GeoJSON Polygon or MultiPolygon (RFC 7946). Raises BadInput."""
    kind, coordinates = geometry.get("type"), geometry.get("coordinates")
    polygons: list[Any] | None = (
        [coordinates] if kind == "Polygon" else coordinates if kind == "MultiPolygon" else None
    )
    try:
        checked = [
            [[[float(x), float(y)] for x, y, *_rest in ring] for ring in polygon]
            for polygon in polygons or []
            if polygon
        ]
    except (TypeError, ValueError) as exc:
        raise BadInput(code="bad-geometry") from exc
    if not checked or any(not rings or any(len(ring) < 4 for ring in rings) for rings in checked):
        raise BadInput(code="bad-geometry")
    return checked


def geometry_holds(geometry: dict[str, Any], *, lat: float, lon: float) -> bool:
    """Whether a GeoJSON Polygon or MultiPolygon in WGS-84 holds the point, holes left out."""
    return any(
        ring_holds(rings[0], lat=lat, lon=lon) and not any(ring_holds(h, lat=lat, lon=lon) for h in rings[1:])
        for rings in polygons_of(geometry)
    )


def bounds_of(geometry: dict[str, Any]) -> tuple[float, float, float, float]:
    """West, south, east, north (degrees) of a geometry."""
    points = [point for rings in polygons_of(geometry) for ring in rings for point in ring]
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    return min(xs), min(ys), max(xs), max(ys)


def geometry_to_wgs84(geometry: dict[str, Any], crs: str) -> dict[str, Any]:
    """The same polygon(s) as a GeoJSON MultiPolygon in WGS-84. Raises BadInput."""

    def turned(point: list[float]) -> list[float]:
        lat, lon = to_wgs84(point[1], point[0], crs)
        return [round(lon, 7), round(lat, 7)]

    polygons = [[[turned(p) for p in ring] for ring in rings] for rings in polygons_of(geometry)]
    return {"type": "MultiPolygon", "coordinates": polygons}
