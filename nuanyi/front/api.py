"""The public API root: ``/api/v1/`` with its OpenAPI 3.1 document. Reads only; small cells are hidden."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI, Schema
from ninja.errors import ValidationError

from nuanyi import __version__
from nuanyi.front.refusals import problem
from nuanyi.lib import clock
from nuanyi.lib.access import PUBLIC, permission_required
from nuanyi.lib.errors import BadInput, Refusal
from nuanyi.lib.figures import window
from nuanyi.lib.geo import to_wgs84
from nuanyi.lib.sectors import Sector
from nuanyi.matrix import queries as matrix
from nuanyi.places import queries as places
from nuanyi.stations import nearby
from nuanyi.stations import queries as stations
from nuanyi.stations.live import snapshot_now
from nuanyi.units import queries as units

api = NinjaAPI(
    title="Nuanyi",
    version=__version__,
    urls_namespace="api",
    docs_url=None,
    description="The service matrix of a district. Errors are problem+json with a stable `code`.",
)


class RegionOut(Schema):
    """A node of the tree of regions."""

    code: str
    name: str
    level: str
    parent: str | None


class AnswerOut(Schema):
    """A unit that answers, how, and why."""

    role: str
    unit: str
    phone: str
    reason: str


class CellOut(Schema):
    """One public cell; ``value`` is null where it is hidden."""

    figure: str
    sector: str
    township: str
    value: int | None


@api.exception_handler(Refusal)
def refused(_request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """A refusal as problem+json."""
    return problem(refusal)


@api.exception_handler(ValidationError)
def invalid(_request: HttpRequest, wrong: ValidationError) -> HttpResponse:
    """A parameter that does not fit, with its name."""
    fields = {str(part["loc"][-1]): str(part["msg"]) for part in wrong.errors}
    return problem(BadInput(code="bad-input", fields=fields))


@api.get("/regions", response=list[RegionOut], tags=["places"])
@permission_required(PUBLIC)
def regions(request: HttpRequest) -> Any:
    """The tree of regions: district, townships, communities."""
    return [
        {"code": r.code, "name": r.name, "level": r.level, "parent": r.parent_id}
        for r in places.all_regions()
    ]


@api.get("/responsibility", response=list[AnswerOut], tags=["units"])
@permission_required(PUBLIC)
def responsibility(
    request: HttpRequest,
    sector: str = "",
    region: str = "",
    lat: float | None = None,
    lon: float | None = None,
    crs: str = "wgs84",
) -> Any:
    """Who answers for a sector in a region, or at a point (``crs``: wgs84, gcj02 or bd09). Never empty."""
    if sector and sector not in Sector.values:
        raise BadInput(code="bad-sector", fields={"sector": ", ".join(Sector.values)})
    if lat is not None and lon is not None:
        lat_wgs84, lon_wgs84 = to_wgs84(lat, lon, crs)
        found = places.place_at(lat_wgs84=lat_wgs84, lon_wgs84=lon_wgs84)
        region = found.region.code if found.region else ""
    elif region and not region.isdigit():
        raise BadInput(code="bad-region", fields={"region": region})
    return [
        {"role": a.role, "unit": a.unit.name, "phone": a.unit.public_phone, "reason": a.reason}
        for a in units.who_answers(sector=sector, region_code=region)
    ]


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


@api.get("/stations/nearby", response=NearbyOut, tags=["stations"])
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


@api.get("/stations.geojson", tags=["stations"])
@permission_required(PUBLIC)
def stations_geojson(request: HttpRequest) -> Any:
    """All stations in service as GeoJSON (WGS-84)."""
    response = JsonResponse(stations.geojson(), content_type="application/geo+json")
    response["Cache-Control"] = "public, max-age=30"
    return response


@api.get("/figures/cells", response=list[CellOut], tags=["matrix"])
@permission_required(PUBLIC)
def cells(request: HttpRequest, period: str = "", region: str = "") -> Any:
    """Establishments and workers by sector and township; cells under 10 are hidden, also against subtraction."""
    return matrix.public_cells(window(period, region))


def undeclared() -> list[str]:
    """API operations whose function has no door."""
    return [
        f"{','.join(operation.methods)} {path}"
        for _prefix, router in api._routers
        for path, view in router.path_operations.items()
        for operation in view.operations
        if not hasattr(operation.view_func, "permission")
    ]
