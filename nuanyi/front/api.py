"""The public API root: ``/api/v1/`` with its OpenAPI 3.1 document. Reads only; small cells are hidden."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI, Schema
from ninja.errors import ValidationError

from nuanyi import __version__
from nuanyi.front.refusals import problem
from nuanyi.lib.doors import PUBLIC, door
from nuanyi.lib.errors import BadInput, Refusal
from nuanyi.lib.figures import window
from nuanyi.lib.geo import to_wgs84
from nuanyi.lib.sectors import Sector
from nuanyi.matrix import queries as matrix
from nuanyi.places import queries as places
from nuanyi.units import queries as units

api = NinjaAPI(
    title="Nuanyi", version=__version__, urls_namespace="api", docs_url=None,
    description="The service matrix of a district. Errors are problem+json with a stable `code`.",
)  # fmt: skip


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
@door(PUBLIC)
def regions(request: HttpRequest) -> Any:
    """The tree of regions: district, townships, communities."""
    return [{"code": r.code, "name": r.name, "level": r.level, "parent": r.parent_id} for r in places.all_regions()]


@api.get("/responsibility", response=list[AnswerOut], tags=["units"])
@door(PUBLIC)
def responsibility(
    request: HttpRequest, sector: str = "", region: str = "", lat: float | None = None, lon: float | None = None,
    crs: str = "wgs84",
) -> Any:  # fmt: skip
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


@api.get("/figures/cells", response=list[CellOut], tags=["matrix"])
@door(PUBLIC)
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
        if not hasattr(operation.view_func, "act")
    ]
