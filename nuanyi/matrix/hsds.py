"""``/hsds/``: the service list and the stations as Open Referral's Human Services Data Specification 3.0, read only.

Organisations are units, services the lines of the service list and "warm station", locations the stations. Identifiers
are made from our own and stay. The specification pages by number, so these few lists do too.
Source: docs.openreferral.org, HSDS 3.0 schemas and API.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from nuanyi.cases.models import ServiceItem
from nuanyi.lib.access import PUBLIC, permission_required
from nuanyi.lib.errors import BadInput, NotFound
from nuanyi.stations.models import Station
from nuanyi.stations.rules import State
from nuanyi.units.models import Unit

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
MOST = 100


def identifier(what: str, key: object) -> str:
    """A UUID (version 5) for a record of ours."""
    return str(uuid5(NAMESPACE_URL, f"nuanyi:{what}:{key}"))


def organization(unit: Unit) -> dict[str, Any]:
    """A unit."""
    told: dict[str, Any] = {
        "id": identifier("unit", unit.pk),
        "name": unit.name,
        "description": unit.get_kind_display(),
    }
    if unit.public_phone:
        told["phones"] = [{"id": identifier("unit-phone", unit.pk), "number": unit.public_phone}]
    return told


def service(item: ServiceItem) -> dict[str, Any]:
    """A line of the service list."""
    pk = item.pk
    told: dict[str, Any] = {
        "id": identifier("item", pk),
        "name": item.title,
        "description": item.words,
        "status": "active",
        "eligibility_description": item.who,
        "application_process": item.law,
    }
    if item.promised_days:
        told["wait_time"] = gettext("within %(n)s days") % {"n": item.promised_days}
    if item.unit:
        told |= {"organization_id": identifier("unit", item.unit_id), "organization": organization(item.unit)}
    if item.desk_call:
        told["phones"] = [{"id": identifier("item-phone", pk), "number": item.desk_call}]
    if item.hours:
        told["schedules"] = [{"id": identifier("item-hours", pk), "description": item.hours}]
    if item.needed:
        told["required_documents"] = [{"id": identifier("item-needed", pk), "document": item.needed}]
    return told


def station_service() -> dict[str, Any]:
    """What every warm station offers."""
    return {
        "id": identifier("service", "station"),
        "name": gettext("Warm stations near you"),
        "status": "active",
    }


def service_at_location(station: Station) -> dict[str, Any]:
    """A station: the service, the place, the hours of each weekday."""
    pk = station.pk
    schedules = []
    for number, text in station.week_words:
        for part in text.split():
            opens, closes = part.split("-")
            schedules.append(
                {
                    "id": identifier("hours", f"{pk}:{number}:{part}"),
                    "freq": "WEEKLY",
                    "byday": DAYS[number - 1],
                    "wkst": "MO",
                    "opens_at": opens,
                    "closes_at": closes,
                    "timezone": 8,
                }
            )
    place: dict[str, Any] = {
        "id": identifier("station", pk),
        "location_type": "physical",
        "name": station.name,
        "description": station.place_words,
        "transportation": station.how_to_find,
        "latitude": station.lat_wgs84,
        "longitude": station.lon_wgs84,
        "external_identifier": station.code,
        "external_identifier_type": "nuanyi",
    }
    if station.step_free:
        place["accessibility"] = [{"id": identifier("step-free", pk), "description": gettext("No steps")}]
    status = "active" if station.state == State.OPEN else "temporarily closed"
    return {
        "id": identifier("at", pk),
        "service_id": identifier("service", "station"),
        "location_id": place["id"],
        "description": station.place_words,
        "location": place,
        "schedules": schedules,
        "service": {**station_service(), "status": status},
    }


def _page(request: HttpRequest, rows: Sequence[Any], told: Any) -> JsonResponse:
    try:
        number, size = int(request.GET.get("page", "1")), int(request.GET.get("per_page", "50"))
    except ValueError as exc:
        raise BadInput(code="bad-page", fields={"page": "page, per_page"}) from exc
    if number < 1 or not 1 <= size <= MOST:
        raise BadInput(code="bad-page", fields={"page": "page >= 1, per_page 1-100"})
    pages = max(1, math.ceil(len(rows) / size))
    part = [told(row) for row in rows[(number - 1) * size : number * size]]
    body = {
        "total_items": len(rows),
        "total_pages": pages,
        "page_number": number,
        "size": len(part),
        "first_page": number == 1,
        "last_page": number >= pages,
        "empty": not part,
        "contents": part,
    }
    return JsonResponse(body)


def _items() -> list[ServiceItem]:
    return list(ServiceItem.objects.filter(active=True).select_related("unit"))


def _stations() -> list[Station]:
    return list(Station.objects.public().order_by("code"))


def _one(key: UUID, what: str, rows: Sequence[Any], told: Any) -> JsonResponse:
    found = next((row for row in rows if identifier(what, row.pk) == str(key)), None)
    if found is None:
        raise NotFound()
    return JsonResponse(told(found))


@require_safe
@permission_required(PUBLIC)
def root(request: HttpRequest) -> JsonResponse:
    """Which version, and where its description is."""
    return JsonResponse(
        {
            "version": "3.0",
            "profile": "https://docs.openreferral.org/en/v3.0.0/hsds/",
            "openapi_url": request.build_absolute_uri("/api/v1/openapi.json"),
        }
    )


@require_safe
@permission_required(PUBLIC)
def services(request: HttpRequest, key: UUID | None = None) -> JsonResponse:
    """The service list, or one line of it."""
    return _one(key, "item", _items(), service) if key else _page(request, _items(), service)


@require_safe
@permission_required(PUBLIC)
def organizations(request: HttpRequest, key: UUID | None = None) -> JsonResponse:
    """The units, or one."""
    rows = list(Unit.objects.filter(active=True))
    return _one(key, "unit", rows, organization) if key else _page(request, rows, organization)


@require_safe
@permission_required(PUBLIC)
def service_at_locations(request: HttpRequest, key: UUID | None = None) -> JsonResponse:
    """The stations, or one."""
    return (
        _one(key, "at", _stations(), service_at_location)
        if key
        else _page(request, _stations(), service_at_location)
    )
