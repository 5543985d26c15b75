"""Open311 GeoReport v2 (wiki.open311.org/GeoReport_v2): discovery, services, requests, in JSON and XML.

What a sender is (names, e-mail, device) may be sent and is not kept. A list is followed by ``after`` (``Link: rel=next``), never
by page numbers. ``Idempotency-Key`` makes a repeated POST one report.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any
from uuid import UUID, uuid4
from xml.etree import ElementTree

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import override
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from nuanyi.lib import clock
from nuanyi.lib.access import PUBLIC, permission_required
from nuanyi.lib.errors import BadInput, NotFound, Refusal
from nuanyi.lib.form_parsing import number_of
from nuanyi.lib.pictures import BadPicture
from nuanyi.places import queries as places
from nuanyi.reports import queries
from nuanyi.reports.models import Kind, Report
from nuanyi.reports.rules import DONE, SENT_AN_HOUR, State
from nuanyi.reports.services import settings as office
from nuanyi.reports.services.sending import ReportInput, place_words, send_report

#: A key that a unit's own platform holds sends for many people.
KEY_AN_HOUR = SENT_AN_HOUR * 20
SPAN, MOST, PAGE = timedelta(days=90), 200, 50
#: How reports are marked that came by this interface.
SOURCE = "open311"
#: Signs that XML 1.0 (section 2.2) cannot hold in any form.
NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
ITEMS = {
    "services": "service",
    "service_requests": "request",
    "errors": "error",
    "attributes": "attribute",
    "values": "value",
    "endpoints": "endpoint",
    "formats": "format",
}


class Wrong(Exception):
    """An error as the specification wants it."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status, self.words = status, words


def _element(name: str, value: Any) -> ElementTree.Element:
    made = ElementTree.Element(name)
    if isinstance(value, dict):
        made.extend(_element(key, part) for key, part in value.items())
    elif isinstance(value, list):
        made.extend(_element(ITEMS.get(name, "item"), part) for part in value)
    elif value is not None:
        made.text = str(value).lower() if isinstance(value, bool) else NOT_XML.sub(" ", str(value))
    return made


def _told(form: str, root: str, value: Any, status: int = 200) -> HttpResponse:
    if form == "xml":
        text = ElementTree.tostring(_element(root, value), encoding="utf-8", xml_declaration=True)
        return HttpResponse(text, content_type="text/xml; charset=utf-8", status=status)
    return JsonResponse(value, safe=False, status=status, json_dumps_params={"ensure_ascii": False})


Face = Callable[..., HttpResponse]


def _face(view: Face) -> Face:
    """Errors in the asked form, the district's own language inside."""

    @wraps(view)
    def faced(request: HttpRequest, *args: Any, form: str, **kwargs: Any) -> HttpResponse:
        try:
            if form not in ("json", "xml"):
                raise Wrong(404, "json or xml")
            with override("en" if request.headers.get("Accept-Language", "").startswith("en") else "zh-hans"):
                return view(request, *args, form=form, **kwargs)
        except Wrong as wrong:
            return _told(form, "errors", [{"code": wrong.status, "description": wrong.words}], wrong.status)
        except BadInput as wrong:
            words = "; ".join(f"{name}: {text}" for name, text in wrong.fields.items()) or str(wrong)
            return _told(form, "errors", [{"code": 400, "description": words}], 400)
        except NotFound as wrong:
            return _told(form, "errors", [{"code": 404, "description": str(wrong)}], 404)
        except (Refusal, BadPicture) as wrong:
            status = getattr(wrong, "status", 400)
            return _told(form, "errors", [{"code": status, "description": str(wrong)}], status)

    faced.error_form = _error_form  # type: ignore[attr-defined]
    return faced


def _error_form(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """An error that came before or around the view, as the specification wants it."""
    form = "xml" if request.path.endswith(".xml") else "json"
    return _told(form, "errors", [{"code": refusal.status, "description": str(refusal)}], refusal.status)


def _kind(code: str) -> Kind:
    found = queries.book().kinds.get(code)
    if found is None:
        raise Wrong(404, "service_code was not found")
    return found


@require_safe
@permission_required(PUBLIC)
@_face
def discovery(request: HttpRequest, *, form: str) -> HttpResponse:
    """Where the interface is and what it speaks."""
    base = settings.NUANYI_PUBLIC_URL.rstrip("/") or request.build_absolute_uri("/").rstrip("/")
    told = {
        "changeset": "2026-11-24T00:00:00+08:00",
        "contact": f"{base}/help/",
        "key_service": f"{base}/office/reports/keys/",
        "endpoints": [
            {
                "specification": "http://wiki.open311.org/GeoReport_v2",
                "url": f"{base}/open311/v2",
                "changeset": "2026-11-24T00:00:00+08:00",
                "type": "production",
                "formats": ["application/json", "text/xml"],
            }
        ],
    }
    return _told(form, "discovery", told)


@require_safe
@permission_required(PUBLIC)
@_face
def services(request: HttpRequest, *, form: str) -> HttpResponse:
    """What can be reported."""
    rows = [
        {
            "service_code": kind.code,
            "service_name": queries.title_of(kind),
            "description": kind.keywords.replace(" ", "、"),
            "metadata": True,
            "type": "realtime",
            "keywords": kind.keywords.replace(" ", ","),
            "group": "",
        }
        for kind in queries.book().kinds.values()
    ]
    return _told(form, "services", rows)


@require_safe
@permission_required(PUBLIC)
@_face
def service(request: HttpRequest, code: str, *, form: str) -> HttpResponse:
    """What is asked about one kind: where exactly, which helps whoever goes there."""
    kind = _kind(code)
    attribute = {
        "variable": True,
        "code": "where",
        "datatype": "string",
        "required": False,
        "datatype_description": "",
        "order": 1,
        "description": "位置说明，如路口东北角",
        "values": [],
    }
    told = {"service_code": kind.code, "attributes": [attribute]}
    return _told(form, "service_definition", told)


def _shown(report: Report, names: dict[str, str]) -> dict[str, Any]:
    """A report as everybody may see it: the thing and its state; not the words, which may tell of people."""
    closed = report.state in (*DONE, State.REFUSED, State.JOINED)
    moments = [
        moment for moment in (report.answered_at, report.mended_at, report.ended_at, report.hour_at) if moment
    ]
    # empty where the place was told in words alone: its address says where
    lat, lon = queries.corner_of(report) or (None, None)
    return {
        "service_request_id": report.ref,
        "status": "closed" if closed else "open",
        "status_notes": str(report.get_state_display()),
        "service_name": queries.title_of(report.kind),
        "service_code": report.kind.code,
        "description": None,
        "agency_responsible": report.unit.name,
        "service_notice": None,
        "requested_datetime": _day(report.hour_at),
        "updated_datetime": _day(max(moments)),
        "expected_datetime": _day(report.due_at),
        "address": place_words(report, names) or None,
        "address_id": None,
        "zipcode": None,
        "lat": lat,
        "long": lon,
        "media_url": None,
    }


def _stamp(moment: datetime) -> str:
    return moment.astimezone(clock.CHINA).isoformat(timespec="seconds")


def _day(moment: datetime) -> str:
    """The day only: everybody reads this, and who stood at that corner in that hour is nobody's business."""
    return _stamp(_midnight(moment))


def _midnight(moment: datetime) -> datetime:
    """The beginning of its day in China."""
    try:
        return moment.astimezone(clock.CHINA).replace(hour=0, minute=0, second=0, microsecond=0)
    except (OverflowError, ValueError) as exc:
        raise Wrong(400, "a moment between the years 1 and 9999") from exc


def _moment(text: str, field: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError as exc:
        raise Wrong(400, f"{field}: a moment as 2026-11-24T08:00:00+08:00 (ISO 8601)") from exc
    return found if found.tzinfo else found.replace(tzinfo=clock.CHINA)


@csrf_exempt  # senders carry a key, not a session
@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(PUBLIC)
@_face
def requests(request: HttpRequest, *, form: str) -> HttpResponse:
    """The list of reports (GET), or a new one (POST)."""
    return _sent(request, form) if request.method == "POST" else _list(request, form)


def _shown_to(request: HttpRequest) -> QuerySet[Report]:
    """What everybody may see: reports of days that are over. A platform with a key sees at once what platforms sent."""
    rows = Report.objects.select_related("kind", "unit").exclude(state=State.REFUSED)
    shown = rows.of_days_over()
    if office.key_of(request.GET.get("api_key", "")) is not None:
        shown |= rows.filter(source=SOURCE)
    return shown


def _list(request: HttpRequest, form: str) -> HttpResponse:
    asked = request.GET
    rows = _shown_to(request)
    if asked.get("service_request_id"):
        rows = rows.filter(ref__in=asked["service_request_id"].split(",")[:MOST])
    else:
        end = _moment(asked["end_date"], "end_date") if asked.get("end_date") else clock.now()
        begin = _moment(asked["start_date"], "start_date") if asked.get("start_date") else end - SPAN
        if end - begin > SPAN:
            raise Wrong(400, "a span of more than 90 days is not given at once")
        # whole days, as they are shown: a finer question would tell the hour
        rows = rows.filter(hour_at__gte=_midnight(begin), hour_at__lt=_midnight(end) + timedelta(days=1))
    if asked.get("service_code"):
        rows = rows.filter(kind__code__in=asked["service_code"].split(","))
    states = set(asked.get("status", "").split(",")) - {""}
    if states - {"open", "closed"}:
        raise Wrong(400, "status: open or closed")
    if states == {"open"}:
        rows = rows.filter(state__in=(State.NEW, State.TAKEN, State.OUTSIDE))
    elif states == {"closed"}:
        rows = rows.exclude(state__in=(State.NEW, State.TAKEN, State.OUTSIDE))
    if asked.get("page", "1") != "1":
        raise Wrong(400, "pages are not numbered here: follow Link rel=next")
    size = number_of(asked.get("page_size", "")) or PAGE
    size = min(max(size, 1), MOST)
    if number_of(asked.get("after", "")):
        rows = rows.filter(pk__lt=number_of(asked["after"]))
    found = list(rows.order_by("-pk")[: size + 1])
    names = places.names_by_code()
    answer = _told(form, "service_requests", [_shown(row, names) for row in found[:size]])
    if len(found) > size:
        query = asked.copy()
        query["after"] = str(found[size - 1].pk)
        answer["Link"] = f'<{request.build_absolute_uri(request.path)}?{query.urlencode()}>; rel="next"'
    return answer


def _number(text: str, field: str) -> float:
    try:
        return float(text)
    except ValueError as exc:
        raise Wrong(400, f"{field} was not provided as a number (WGS-84)") from exc


def _sent(request: HttpRequest, form: str) -> HttpResponse:
    post = request.POST
    key = office.key_of(post.get("api_key", "") or request.GET.get("api_key", ""))
    if key is None:
        raise Wrong(403, "Missing or invalid api_key")
    if not post.get("service_code"):
        raise Wrong(400, "service_code was not provided")
    kind = _kind(post["service_code"])
    if not post.get("lat") or not post.get("long"):
        raise Wrong(400, "lat and long were not provided; an address alone cannot be placed here")
    once = request.headers.get("Idempotency-Key", "")
    try:
        number = UUID(once) if once else uuid4()
    except ValueError as exc:
        raise Wrong(400, "Idempotency-Key must be a UUID") from exc
    told = ReportInput(
        kind=kind.code,
        words=post.get("description", ""),
        lat_wgs84=_number(post["lat"], "lat"),
        lon_wgs84=_number(post["long"], "long"),
        where=post.get("attribute[where]", "") or post.get("address_string", ""),
        source=SOURCE,
        photos=[file.read() for file in request.FILES.getlist("media")],
    )
    if not told.words and not told.photos:
        told.words = kind.title
    voice = send_report(key=number, told=told, network=f"key-{key.pk}", at_most=KEY_AN_HOUR)
    answer = [{"service_request_id": voice.report.ref, "service_notice": None, "account_id": None}]
    return _told(form, "service_requests", answer, 201)


@require_safe
@permission_required(PUBLIC)
@_face
def one(request: HttpRequest, ref: str, *, form: str) -> HttpResponse:
    """One report, in a list of one as the specification wants it."""
    found = _shown_to(request).filter(ref=ref).first()
    if found is None:
        raise Wrong(404, "service_request_id was not found")
    return _told(form, "service_requests", [_shown(found, places.names_by_code())])


@require_safe
@permission_required(PUBLIC)
@_face
def token(request: HttpRequest, ref: str, *, form: str) -> HttpResponse:
    """The number of a report by its token. Here a number is given at once, so that the two are the same."""
    if not _shown_to(request).filter(ref=ref).exists():
        raise Wrong(404, "token was not found")
    return _told(form, "service_requests", [{"service_request_id": ref, "token": ref}])
