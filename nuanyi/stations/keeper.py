"""The keeper's face: a day at one station, on a phone."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import segno
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from nuanyi.lib import clock
from nuanyi.lib.access import PUBLIC, actor_of, permission_required
from nuanyi.lib.addresses import NoAddress, code_base, public_base
from nuanyi.lib.errors import BadInput, NotFound
from nuanyi.lib.form_parsing import day_or_none
from nuanyi.lib.rooms import Route
from nuanyi.people.access import owner_mark
from nuanyi.stations import queries
from nuanyi.stations.models import Fault, Photo, Station, Wish
from nuanyi.stations.rules import AmenityKind, AmenityState, CheckIn, State, Trouble
from nuanyi.stations.services import faults, keeping
from nuanyi.stations.services.stations import kept_station


def _kept(request: HttpRequest, code: str) -> Station:
    """A station that the actor keeps; one that he does not keep is as good as none."""
    actor = actor_of(request)
    found = Station.objects.kept_by(actor).filter(code=code).first()
    if found is None:
        raise NotFound()
    kept = kept_station(actor, found.pk, lock=False)
    return Station.objects.select_related("unit").prefetch_related("amenities", "exceptions").get(pk=kept.pk)


@require_safe
@permission_required("stations.keep")
def mine(request: HttpRequest) -> HttpResponse:
    """Which station do I keep? With ``wait``: where something of that kind waits, and how much."""
    actor, wait = actor_of(request), request.GET.get("wait", "")
    stations = queries.my_stations(actor)
    if len(stations) == 1:
        return redirect("keeper:today", code=stations[0].code)
    waiting = queries.waiting_at(actor, wait) if wait in (queries.TOLD, queries.EXPIRES) else {}
    shown = [s for s in stations if s.pk in waiting] or stations
    rows = [(s, queries.stands_now(s), waiting.get(s.pk, 0)) for s in shown]
    return render(request, "stations/keeper/mine.html", {"stations": rows, "part": wait if waiting else ""})


@require_safe
@permission_required(PUBLIC)
def kept(request: HttpRequest) -> HttpResponse:
    """The empty page on which, without network, the keeper's phone shows the stations that it kept sealed."""
    return render(request, "stations/keeper/kept.html")


@require_safe
@permission_required("stations.keep")
def today(request: HttpRequest, code: str) -> HttpResponse:
    """Today: the door, what workers told, supplies, first-aid dates, visits by hour, the note."""
    station = _kept(request, code)
    context = {
        "day": queries.keepers_day(station),
        "station": station,
        "titles": dict(AmenityKind.choices),
        "states": AmenityState.choices,
        "troubles": dict(Trouble.choices),
        "in_service": station.state == State.OPEN,
        "rotating": station.check_in == CheckIn.ROTATING,
        "now": clock.now(),
        "paper": queries.keepers_paper(actor_of(request)),
        "whose": owner_mark(actor_of(request)),
        "tapped": bool(station.live_until_at and station.live_until_at > clock.now()),
    }
    return render(request, "stations/keeper/today.html", context)


@require_POST
@permission_required("stations.keep")
def tap(request: HttpRequest, code: str) -> HttpResponse:
    """Open, shut, or back to the written hours."""
    station, actor, wanted = _kept(request, code), actor_of(request), request.POST.get("door", "")
    if wanted == "written":
        keeping.untap_door(actor=actor, station=station)
    elif wanted in ("open", "shut"):
        keeping.tap_door(actor=actor, station=station, is_open=wanted == "open")
    else:
        raise BadInput(code="bad-door")
    return redirect("keeper:today", code=station.code)


def _today(station: Station, part: str) -> str:
    """The part of the keeper's page that something was done in."""
    return Route("keeper:today", {"code": station.code}, part=part).address


def _number(text: str) -> int | None:
    if not text:
        return None
    if not text.isdecimal() or len(text) > 6:
        raise BadInput(code="bad-number")
    return int(text)


@require_POST
@permission_required("stations.keep")
def amenity(request: HttpRequest, code: str) -> HttpResponse:
    """How an amenity is, how much is left, when it expires."""
    station, post = _kept(request, code), request.POST
    keeping.set_amenity(
        actor=actor_of(request),
        station=station,
        kind=post.get("kind", ""),
        state=post.get("state") or None,
        left=_number(post.get("left", "")),
        threshold=_number(post.get("threshold", "")),
        inspected=bool(post.get("inspected")),
        expires=day_or_none(post.get("expires", ""), "expires"),
    )
    return redirect(_today(station, "supplies"))


@require_POST
@permission_required("stations.keep")
def fault(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Answer what a worker told."""
    station = _kept(request, code)
    found = Fault.objects.filter(pk=pk, station=station).first()
    if found is None:
        raise NotFound()
    keeping.move_fault(
        actor=actor_of(request),
        fault=found,
        state=request.POST.get("state", ""),
        answer=request.POST.get("answer", ""),
    )
    target = request.POST.get("next", "")
    return redirect(target if target.startswith(reverse("stations:list")) else _today(station, "told"))


@require_safe
@permission_required("stations.keep")
def fault_photo(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """The picture that a worker sent along."""
    station = _kept(request, code)
    found = Photo.objects.filter(pk__in=Fault.objects.filter(pk=pk, station=station).values("photo")).first()
    if found is None:
        raise NotFound()
    return HttpResponse(bytes(found.jpeg), content_type="image/jpeg")


@require_POST
@permission_required("stations.keep")
def wish(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Answer a wish."""
    station = _kept(request, code)
    found = Wish.objects.filter(pk=pk, station=station).first()
    if found is None:
        raise NotFound()
    keeping.answer_wish(
        actor=actor_of(request),
        wish=found,
        answer=request.POST.get("answer", ""),
        granted=request.POST.get("granted") == "1",
    )
    return redirect(_today(station, "wishes"))


@require_POST
@permission_required("stations.keep")
def note(request: HttpRequest, code: str) -> HttpResponse:
    """A note for the next keeper."""
    station = _kept(request, code)
    keeping.hand_over(actor=actor_of(request), station=station, words=request.POST.get("words", ""))
    return redirect(_today(station, "note"))


@require_safe
@permission_required("stations.keep")
def screen(request: HttpRequest, code: str) -> HttpResponse:
    """The code on a screen in the room; it changes every half minute."""
    context = {"station": _kept(request, code), "no_address": "" if public_base(request) else NoAddress()}
    return render(request, "stations/keeper/screen.html", context)


@require_safe
@permission_required("stations.keep")
def screen_code(request: HttpRequest, code: str) -> HttpResponse:
    """The code of these 30 seconds, as a picture."""
    station = _kept(request, code)
    word: Any = faults.screen_code(station, clock.now().timestamp())
    out = BytesIO()
    address = f"{code_base(request)}/s/{station.code}/?k={word}"
    segno.make(address, error="m").save(
        out, kind="svg", scale=8, border=4, dark="#000", light="#fff", xmldecl=False
    )
    response = HttpResponse(out.getvalue(), content_type="image/svg+xml")
    response["Cache-Control"] = "no-store"
    return response
