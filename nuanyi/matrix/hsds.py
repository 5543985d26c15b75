"""``/hsds/``: the service list and the stations as Open Referral's Human Services Data Specification 3.0, read only.

Organisations are units, services the lines of the service list and "warm station", locations the stations. Identifiers
are made from our own and stay. The specification pages by number, so these few lists do too.
Source: docs.openreferral.org, HSDS 3.0 schemas and API.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from nuanyi.cases.models import ServiceItem
from nuanyi.cases.rules import Part
from nuanyi.lib import clock
from nuanyi.lib.access import PUBLIC, permission_required
from nuanyi.lib.errors import BadInput, NotFound
from nuanyi.stations.models import Station
from nuanyi.stations.rules import State
from nuanyi.units.models import Unit

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
MOST = 100
#: Its published description: what is answered here is a part of it.
OPENAPI = "https://raw.githubusercontent.com/openreferral/specification/3.0/schema/openapi.json"


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
    part = Part(item.part)
    told["attributes"] = [
        {
            "id": identifier("item-part", pk),
            "link_id": told["id"],
            "link_entity": "service",
            "taxonomy_term_id": identifier("part", part.value),
            "taxonomy_term": term(part),
        }
    ]
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


#: Of a record where only the least is asked for (``minimal``).
LEAST = ("id", "name", "description", "status", "organization_id", "service_id", "location_id")
#: The parts of the service list, as the one taxonomy that there is.
TAXONOMY = {"id": identifier("taxonomy", "parts"), "name": "服务清单", "description": "服务清单的六个方面"}
Record = dict[str, Any]


def term(part: Part) -> Record:
    """A part of the service list, as a term of the taxonomy."""
    return {
        "id": identifier("part", part.value),
        "code": part.value,
        "name": str(part.label),
        "description": str(part.label),
        "taxonomy": TAXONOMY["name"],
        "taxonomy_detail": TAXONOMY,
    }


def _flag(request: HttpRequest, name: str) -> bool:
    told = request.GET.get(name, "false").lower()
    if told not in ("true", "false"):
        raise BadInput(code="bad-filter", fields={name: "true, false"})
    return told == "true"


def _asked_after(request: HttpRequest) -> datetime | None:
    told = request.GET.get("modified_after", "")
    if not told:
        return None
    try:
        moment = datetime.fromisoformat(told.replace(" ", "+"))
    except ValueError as exc:
        fields = {"modified_after": "2026-11-26, 2026-11-26T08:00:00+08:00"}
        raise BadInput(code="bad-filter", fields=fields) from exc
    return moment if moment.tzinfo else moment.replace(tzinfo=clock.CHINA)


#: What is asked of the records themselves; where nothing of it is, only one page of them is made.
FILTERS = ("search", "modified_after", "organization_id", "taxonomy_term_id", "taxonomy_id")


def _fits(asked: Mapping[str, str], record: Record, changed: datetime | None, after: datetime | None) -> bool:
    """Whether a record is among what the filters of the specification ask for.

    A line of the service list keeps no moment of its last change: it may have changed up to now.
    """
    if after is not None and (changed or clock.now()) <= after:
        return False
    wanted = asked.get("search", "").casefold()
    words = [record.get("name"), record.get("description"), (record.get("location") or {}).get("name")]
    if wanted and not any(wanted in (text or "").casefold() for text in words):
        return False
    of = {record.get("organization_id"), (record.get("service") or {}).get("organization_id")}
    if asked.get("organization_id") and asked["organization_id"].lower() not in of:
        return False
    terms = [one["taxonomy_term"] for one in record.get("attributes", [])]
    if asked.get("taxonomy_term_id") and asked["taxonomy_term_id"].lower() not in [
        one["id"] for one in terms
    ]:
        return False
    taxonomies = [one["taxonomy_detail"]["id"] for one in terms]
    taxonomies += [record["taxonomy_detail"]["id"]] if "taxonomy_detail" in record else []
    return not asked.get("taxonomy_id") or asked["taxonomy_id"].lower() in taxonomies


def _page(
    request: HttpRequest,
    rows: Sequence[Any],
    told: Callable[[Any], Record],
    changed: Callable[[Any], datetime | None],
) -> JsonResponse:
    asked = request.GET.dict()
    if asked.get("format", "json") != "json":
        raise BadInput(code="bad-filter", fields={"format": "json"})
    try:
        number, size = int(asked.get("page", "1")), int(asked.get("per_page", "50"))
    except ValueError as exc:
        raise BadInput(code="bad-page", fields={"page": "page, per_page"}) from exc
    if number < 1 or not 1 <= size <= MOST:
        raise BadInput(code="bad-page", fields={"page": "page >= 1, per_page 1-100"})
    first, after, least = (number - 1) * size, _asked_after(request), _flag(request, "minimal")
    if any(asked.get(name) for name in FILTERS):
        records = [record for row in rows if _fits(asked, record := told(row), changed(row), after)]
        total, part = len(records), records[first : first + size]
    else:
        total, part = len(rows), [told(row) for row in rows[first : first + size]]
    if least:
        part = [{name: row[name] for name in LEAST if name in row} for row in part]
    pages = max(1, math.ceil(total / size))
    body = {
        "total_items": total,
        "total_pages": pages,
        "page_number": number,
        "size": len(part),
        "first_page": number == 1,
        "last_page": number >= pages,
        "empty": not part,
        "contents": part,
    }
    return JsonResponse(body)


def _as_it_is(record: Record) -> Record:
    return record


def _never_said(_row: Any) -> datetime | None:
    return None


def _answered(
    request: HttpRequest,
    key: UUID | None,
    rows: Sequence[Any],
    told: Callable[[Any], Record] = _as_it_is,
    changed: Callable[[Any], datetime | None] = _never_said,
) -> JsonResponse:
    """A page of what is ``told`` of rows, or the one of this key. Raises NotFound, BadInput (a filter that cannot be read)."""
    if key is None:
        return _page(request, rows, told, changed)
    found = next((record for row in rows if (record := told(row))["id"] == str(key)), None)
    if found is None:
        raise NotFound()
    return JsonResponse(found)


def _services() -> list[Record]:
    items = ServiceItem.objects.filter(active=True).select_related("unit")
    return [*map(service, items), station_service()]


@require_safe
@permission_required(PUBLIC)
def root(request: HttpRequest) -> JsonResponse:
    """Which version, and where its description is."""
    return JsonResponse(
        {
            "version": "3.0",
            "profile": "https://docs.openreferral.org/en/v3.0.0/hsds/",
            "openapi_url": OPENAPI,
        }
    )


@require_safe
@permission_required(PUBLIC)
def services(request: HttpRequest, key: UUID | None = None) -> JsonResponse:
    """The service list and what stations offer, or one of them."""
    return _answered(request, key, _services())


@require_safe
@permission_required(PUBLIC)
def organizations(request: HttpRequest, key: UUID | None = None) -> JsonResponse:
    """The units, or one; with their services where all is asked for (``full``, ``full_service``)."""
    records = [organization(unit) for unit in Unit.objects.filter(active=True)]
    if _flag(request, "full") or _flag(request, "full_service"):
        offered = _services()
        for record in records:
            record["services"] = [
                {name: value for name, value in one.items() if name != "organization"}
                for one in offered
                if one.get("organization_id") == record["id"]
            ]
    return _answered(request, key, records)


@require_safe
@permission_required(PUBLIC)
def service_at_locations(request: HttpRequest, key: UUID | None = None) -> JsonResponse:
    """The stations, or one."""
    stations = list(Station.objects.public().order_by("code"))
    return _answered(request, key, stations, service_at_location, lambda one: one.changed_at)


@require_safe
@permission_required(PUBLIC)
def taxonomies(request: HttpRequest, key: UUID | None = None) -> JsonResponse:
    """By what services are sorted: the parts of the service list."""
    return _answered(request, key, [TAXONOMY])


@require_safe
@permission_required(PUBLIC)
def taxonomy_terms(request: HttpRequest, key: UUID | None = None) -> JsonResponse:
    """The parts of the service list, or one."""
    return _answered(request, key, [term(part) for part in Part])
