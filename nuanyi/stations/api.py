"""Stations in the public API."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import Router, Schema

from nuanyi.lib import clock
from nuanyi.lib.access import PUBLIC, permission_required
from nuanyi.stations import nearby
from nuanyi.stations import queries as stations
from nuanyi.stations.live import snapshot_now

router = Router()


class StationOut(Schema):
    """A station near a point. ``metres`` by great circle; codes of amenities and functions as in the office's lists."""

    code: str
    name: str
    tier: str
    venue: str
    region: str
    place: str
    access: str
    step_free: bool
    capacity: int
    functions: list[str]
    amenities: list[str]
    broken: list[str]
    low: list[str]
    state: str
    reason: str
    check_in: str
    confirmed: dict[str, int] | None
    lat: float
    lon: float
    metres: float
    walk_minutes: int
    ride_minutes: int
    open: bool
    changes_at: str | None
    opens_in_minutes: int | None


class NearbyOut(Schema):
    """The nearest first; ``lat`` and ``lon`` in ``crs``."""

    crs: str
    stations: list[StationOut]


@router.get("/stations/nearby", response=NearbyOut)
@permission_required(PUBLIC)
def stations_nearby(
    request: HttpRequest,
    lat: str,
    lon: str,
    crs: str = "wgs84",
    open: str = "any",
    amenity: str = "",
    function: str = "",
    step_free: str = "0",
    limit: str = "10",
) -> Any:
    """The nearest stations. ``open`` is ``now``, ``any`` or a moment within seven days; ``amenity`` and ``function`` hold
    codes with commas between them, all of which must be there. Answered ahead of this view where the snapshot is fresh."""
    asked = nearby.asked_of({key: value for key, value in request.GET.items() if isinstance(value, str)})
    moment = clock.now().timestamp()
    body = nearby.answer(asked, snapshot_now(), moment)
    return HttpResponse(body, content_type="application/json; charset=utf-8")


@router.get("/stations.geojson")
@permission_required(PUBLIC)
def stations_geojson(request: HttpRequest) -> Any:
    """All stations in service as GeoJSON (WGS-84)."""
    response = JsonResponse(stations.geojson(), content_type="application/geo+json")
    response["Cache-Control"] = "public, max-age=30"
    return response
