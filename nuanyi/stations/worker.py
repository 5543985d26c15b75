"""The worker's face: find, look, check in, confirm, rate, tell, wish. No account, no name."""

from __future__ import annotations

import secrets
from typing import Any
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nuanyi.lib import clock
from nuanyi.lib.access import PUBLIC, actor_of, address_of, permission_required
from nuanyi.lib.addresses import public_base
from nuanyi.lib.downloads import kept_json
from nuanyi.lib.errors import BadInput, NotFound, Refusal
from nuanyi.lib.form_parsing import status_of
from nuanyi.lib.navigation import ways
from nuanyi.lib.rooms import Route
from nuanyi.lib.sectors import Sector
from nuanyi.lib.sent import refuse_program, sent
from nuanyi.places import queries as places
from nuanyi.stations import cards, nearby, queries
from nuanyi.stations.forms import TellForm
from nuanyi.stations.models import Photo, Station
from nuanyi.stations.rules import (
    FAR_METRES,
    GRADES,
    AmenityKind,
    CheckIn,
    FaultState,
    Function,
    Grade,
    State,
    Trouble,
    star_row,
)
from nuanyi.stations.services import faults

DEVICE, DEVICE_SECONDS = "ny-d", 86_400
#: What people on the road ask for first stands first; the rest is behind "more".
FIRST = (
    AmenityKind.CHARGING,
    AmenityKind.TOILET,
    AmenityKind.DRINKING_WATER,
    AmenityKind.MICROWAVE,
    AmenityKind.BATTERY_SWAP,
)


def device_of(request: HttpRequest) -> str:
    """A random word that this phone carries for a day, so that it counts once an hour."""
    kept = request.COOKIES.get(DEVICE, "")
    return kept if 20 <= len(kept) <= 40 else secrets.token_urlsafe(16)


def with_device(request: HttpRequest, response: HttpResponse, device: str) -> HttpResponse:
    """Let the phone keep its word."""
    response.set_cookie(
        DEVICE, device, max_age=DEVICE_SECONDS, httponly=True, samesite="Lax", secure=request.is_secure()
    )
    return response


def _station(code: str, request: HttpRequest | None = None) -> Station:
    found = queries.station_by_code(code, actor_of(request) if request else None)
    if found is None:
        raise NotFound(gettext("No station has this code."))
    return found


def _question(request: HttpRequest) -> dict[str, Any]:
    """What the address asks for, as the page's state. A wrong part is told, not obeyed."""
    get = request.GET
    asked: dict[str, Any] = {
        "amenity": [kind for kind in get.getlist("amenity") if kind in AmenityKind.values],
        "function": get.get("function", "") if get.get("function", "") in Function.values else "",
        "open": get.get("open", ""),
        "place": get.get("place", ""),
        "step_free": get.get("step_free") == "1",
        "lat": get.get("lat", ""),
        "lon": get.get("lon", ""),
        "crs": get.get("crs", "wgs84"),
        "wrong": "",
    }
    return asked


def _rows(asked: dict[str, Any]) -> tuple[list[queries.Row], bool]:
    """The rows and whether they are by distance from where the rider is. From the middle of an area they are in that
    order, but no distance is told: nobody stands in the middle of an area."""
    bits = nearby.bits_of(",".join(asked["amenity"]), asked["function"], step_free=asked["step_free"])
    open_only = asked["open"] not in ("", "any")
    at = nearby.moment_of(asked["open"])
    here = bool(asked["lat"] and asked["lon"])
    point = None
    if here:
        point = nearby.point_of(asked["lat"], asked["lon"], asked["crs"])
    elif asked["place"]:
        point = places.middle_of(asked["place"])
    if point is None:
        return queries.everywhere(bits, open_only=open_only, at=at), False
    question = nearby.Asked(*point, "wgs84", bits, open_only, at, 30)
    return queries.nearest(question, with_distance=here), here


def _reached(row: queries.Row, when: str) -> bool:
    """Whether a station is open when somebody is there: now and a ride later, or at the moment that was asked for."""
    if nearby.moment_of(when) is not None:
        return row.stands.open
    return row.reached(clock.now().timestamp())


@require_safe
@permission_required(PUBLIC)
def nearest(request: HttpRequest) -> HttpResponse:
    """The first page: which station is open, near, and has what I need."""
    code = request.GET.get("code", "").strip().upper()
    if code:
        found = queries.station_by_code(code)
        if found:
            return redirect("station:station", code=found.code)
    asked = _question(request)
    try:
        rows, by_distance = _rows(asked)
    except BadInput as wrong:
        asked["wrong"] = " ".join(str(words) for words in wrong.fields.values()) or str(wrong)
        asked["lat"] = asked["lon"] = ""
        asked["open"] = "" if wrong.code == "bad-moment" else asked["open"]
        rows, by_distance = _rows(asked)
    if code:
        asked["wrong"] = gettext("No station has the code %(code)s.") % {"code": code[:12]}
    titles = dict(AmenityKind.choices)
    context = {
        "asked": asked,
        "rows": rows,
        "none_yet": not rows and not queries.any_in_service(),
        "by_distance": by_distance,
        "far": bool(by_distance and rows and (rows[0].metres or 0) > FAR_METRES),
        "best": next((r for r in rows if _reached(r, asked["open"])), None) if by_distance else None,
        "made_at": int(clock.now().timestamp()),
        "first": [(kind.value, titles[kind]) for kind in FIRST],
        "more": [(value, title) for value, title in AmenityKind.choices if value not in FIRST],
        "titles": titles,
        "grades": dict(Grade.choices),
        "townships": places.townships(),
        "at": asked["open"] if asked["open"] not in ("", "now", "any") else "",
    }
    template = (
        "stations/worker/rows.html" if request.GET.get("part") == "rows" else "stations/worker/nearest.html"
    )
    response = render(request, template, context)
    response["Vary"] = "Cookie, Accept-Language"
    return response


@require_safe
@permission_required(PUBLIC)
def all_stations(request: HttpRequest) -> HttpResponse:
    """Every station with its hours: what a phone keeps, to answer without network."""
    return kept_json(request, queries.everything())


@require_safe
@permission_required(PUBLIC)
def kept(request: HttpRequest) -> HttpResponse:
    """The page of a station that was never opened with network: empty, the phone fills it from what it keeps."""
    return render(request, "stations/worker/kept.html", {"titles": dict(AmenityKind.choices)})


@require_safe
@permission_required(PUBLIC)
def station(request: HttpRequest, code: str) -> HttpResponse:
    """One station: is it open, what is there, how do I get in; then what I can say about it."""
    found = _station(code, request)
    if code != found.code:
        return redirect("station:station", code=found.code)
    return _page(request, found)


def _page(request: HttpRequest, found: Station, refusal: Refusal | None = None) -> HttpResponse:
    count, hours = queries.confirmed(found)
    stars, ratings = queries.stars(found)
    titles = dict(AmenityKind.choices)
    context = {
        "station": found,
        "refusal": refusal,
        "stands": queries.stands_now(found),
        "paused": found.state == State.PAUSED,
        "confirmed": count,
        "confirmed_hours": hours,
        "stars": stars,
        "star_row": star_row(stars),
        "ratings": ratings,
        "ways": ways(found.name, found.lat_wgs84, found.lon_wgs84),
        "openings": [moment for span in queries.openings_of(found) for moment in span],
        "made_at": int(clock.now().timestamp()),
        "wishes": queries.wishes_shown(found),
        "amenities": sorted(found.amenities.all(), key=lambda a: AmenityKind.values.index(a.kind)),
        "titles": titles,
        "grade_rules": GRADES,
        "photos": {p.shows: p for p in found.photos.defer("jpeg").exclude(shows="fault")},
        "wish_key": uuid4(),
        "said": request.GET.get("said", ""),
    }
    response = render(request, "stations/worker/station.html", context, status=status_of(refusal))
    return with_device(request, response, device_of(request))


@require_safe
@permission_required(PUBLIC)
def card(request: HttpRequest, code: str) -> HttpResponse:
    """The station as a picture, for groups in which nobody opens links."""
    found = _station(code, request)
    base = public_base(request)
    link = f"{base}{reverse('station:station', args=[found.code])}" if base else ""
    return HttpResponse(
        cards.picture(found, link),
        content_type="image/png",
        headers={"Cache-Control": "public, max-age=3600", "Vary": "Cookie, Accept-Language"},
    )


@require_safe
@permission_required(PUBLIC)
def photo(request: HttpRequest, code: str, pk: UUID) -> HttpResponse:
    """A picture of the door or the room."""
    found = Photo.objects.filter(pk=pk, station__code=code).exclude(shows="fault").first()
    if found is None:
        raise NotFound()
    response = HttpResponse(bytes(found.jpeg), content_type="image/jpeg")
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


def _said(found: Station, what: str) -> str:
    """The station's page, with thanks for what was said."""
    return Route("station:station", {"code": found.code}, {"said": what}).address


def _position(request: HttpRequest) -> tuple[float, float] | None:
    lat, lon = request.POST.get("lat", ""), request.POST.get("lon", "")
    return nearby.point_of(lat, lon, "wgs84") if lat and lon else None


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(PUBLIC)
def check_in(request: HttpRequest, code: str) -> HttpResponse:
    """Where the code on the wall leads: two taps, no account."""
    found, device = _station(code), device_of(request)
    wall = request.GET.get("k", "") or request.POST.get("k", "")
    context: dict[str, Any] = {
        "station": found,
        "code": wall[:40],
        "sectors": Sector.choices,
        "stands": queries.stands_now(found),
        "needs_position": found.check_in == CheckIn.POSITION,
    }
    if request.method == "POST":
        try:
            context["counted"] = faults.check_in(
                station=found,
                device=device,
                code=wall,
                position=_position(request),
                sector=request.POST.get("sector", ""),
                network=address_of(request),
            )
            context["done"] = True
        except Refusal as refusal:
            context["refusal"] = refusal
    response = render(
        request, "stations/worker/check_in.html", context, status=status_of(context.get("refusal"))
    )
    return with_device(request, response, device)


@require_POST
@permission_required(PUBLIC)
def confirm(request: HttpRequest, code: str) -> HttpResponse:
    """ "I am here and it is open"."""
    found, device = _station(code), device_of(request)
    try:
        faults.confirm_open(
            station=found, device=device, position=_position(request), network=address_of(request)
        )
    except Refusal as refusal:
        return _page(request, found, refusal)
    return with_device(request, redirect(_said(found, "open")), device)


@require_POST
@permission_required(PUBLIC)
def rate(request: HttpRequest, code: str) -> HttpResponse:
    """One tap, one to five stars."""
    found, device = _station(code), device_of(request)
    stars = request.POST.get("stars", "")
    faults.rate(
        station=found,
        device=device,
        stars=int(stars) if stars.isdecimal() and len(stars) < 3 else 0,
        network=address_of(request),
    )
    return with_device(request, redirect(_said(found, "stars")), device)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(PUBLIC)
def tell(request: HttpRequest, code: str) -> HttpResponse:
    """Tell the keeper; the answer is a secret link to come back by."""
    found = _station(code)
    form = TellForm(
        request.POST or None,
        request.FILES or None,
        station=found,
        initial={"key": uuid4(), "trouble": Trouble.BROKEN, "kind": request.GET.get("kind", "")},
    )
    refusal = None
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            fault = faults.tell_fault(
                station=found,
                key=told["key"],
                trouble=told["trouble"],
                kind=told["kind"],
                words=told["words"],
                photo=told["photo"].read() if told["photo"] else None,
                network=address_of(request),
            )
            return sent(
                request,
                reverse("station:told", args=[faults.link_of(fault)]),
                title=f"{found.name} {fault.get_trouble_display()}",
            )
        except Refusal as wrong:
            refusal = wrong
    refuse_program(request, form, refusal)
    status = status_of(refusal, form)
    return render(
        request,
        "stations/worker/tell.html",
        {"station": found, "form": form, "refusal": refusal},
        status=status,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(PUBLIC)
def told(request: HttpRequest, link: str) -> HttpResponse:
    """What became of what I told: only whoever has the link sees this page."""
    fault = faults.fault_by_link(link)
    if request.method == "POST":
        faults.reopen_fault(link=link)
        return redirect(request.path)
    steps = [
        (FaultState.OPEN, gettext("The keeper was told")),
        (FaultState.SEEN, gettext("The keeper is on it")),
        (FaultState.MENDED, gettext("Mended")),
    ]
    context = {
        "fault": fault,
        "steps": steps,
        "titles": dict(AmenityKind.choices),
        "ended": fault.state in (FaultState.MENDED, FaultState.UNFOUNDED),
    }
    response = render(request, "stations/worker/told.html", context)
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@permission_required(PUBLIC)
def wish(request: HttpRequest, code: str) -> HttpResponse:
    """A small wish for this station."""
    found = _station(code)
    try:
        key = UUID(request.POST.get("key", ""))
    except ValueError as exc:
        raise BadInput(code="bad-key") from exc
    faults.wish(station=found, key=key, words=request.POST.get("words", ""), network=address_of(request))
    return redirect(_said(found, "wish"))
