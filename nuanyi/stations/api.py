"""Stations in the public API."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import Router, Schema

from nuanyi.lib import clock
from nuanyi.lib.access import PUBLIC, permission_required
from nuanyi.lib.api_document import DEGREES, errors_of, told
from nuanyi.lib.geo import CRS_NAMES
from nuanyi.stations import nearby
from nuanyi.stations import queries as stations
from nuanyi.stations.live import snapshot_now

router = Router()


class OwnerOut(Schema):
    """Whose room it is: the code of a kind (empty for the unit that answers) and a name (empty where only the kind is known)."""

    kind: str
    name: str


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
    grade: str
    owners: list[OwnerOut]
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


@router.get("/stations/nearby", response=NearbyOut, openapi_extra=errors_of(422))
@permission_required(PUBLIC)
def stations_nearby(
    request: HttpRequest,
    lat: str = told(..., pattern=DEGREES),
    lon: str = told(..., pattern=DEGREES),
    crs: str = told("wgs84", enum=list(CRS_NAMES)),
    open: str = "any",
    amenity: str = "",
    function: str = "",
    step_free: str = told("0", enum=["0", "1"]),
    limit: str = told("10", pattern="^([1-9]|[1-4][0-9]|50)$"),
) -> Any:
    """The nearest stations. ``open`` is ``now``, ``any`` or a moment within seven days; ``amenity`` and ``function`` hold
    codes with commas between them, all of which must be there. Answered ahead of this view where the snapshot is fresh."""
    asked = nearby.asked_of({key: value for key, value in request.GET.items() if isinstance(value, str)})
    moment = clock.now().timestamp()
    body = nearby.answer(asked, snapshot_now(), moment)
    return HttpResponse(body, content_type="application/json; charset=utf-8")


@router.get("/stations.geojson", openapi_extra=errors_of(422, content="application/geo+json"))
@permission_required(PUBLIC)
def stations_geojson(request: HttpRequest) -> Any:
    """All stations in service as GeoJSON (WGS-84)."""
    response = JsonResponse(stations.geojson(), content_type="application/geo+json")
    response["Cache-Control"] = "public, max-age=30"
    return response
