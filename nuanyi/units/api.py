"""Who answers, in the public API."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from nuanyi.lib.access import PUBLIC, permission_required
from nuanyi.lib.api_document import errors_of, told
from nuanyi.lib.errors import BadInput
from nuanyi.lib.geo import CRS_NAMES, to_wgs84
from nuanyi.lib.sectors import Sector
from nuanyi.places import queries as places
from nuanyi.units import queries as units

router = Router()


class AnswerOut(Schema):
    """A unit that answers, how, and why."""

    role: str
    unit: str
    phone: str
    reason: str


@router.get("/responsibility", response=list[AnswerOut], openapi_extra=errors_of(404, 422))
@permission_required(PUBLIC)
def responsibility(
    request: HttpRequest,
    sector: str = told("", enum=["", *Sector.values]),
    region: str = told("", pattern="^[0-9]{0,12}$"),
    lat: float | None = told(None, minimum=-90, maximum=90),
    lon: float | None = told(None, minimum=-180, maximum=180),
    crs: str = told("wgs84", enum=list(CRS_NAMES)),
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
