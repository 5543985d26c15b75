"""The office's face of alliances: members of every kind, shared rooms, joint activities, figures and the map."""

from __future__ import annotations

import math

from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from nuanyi.census.models import Establishment
from nuanyi.lib.access import actor_of, permission_required
from nuanyi.lib.actor import Actor
from nuanyi.lib.errors import BadInput, NotFound, Refusal
from nuanyi.lib.form_parsing import day_of, number_of, status_of, uuid_of
from nuanyi.lib.region_codes import township_of
from nuanyi.party import alliance_queries, queries
from nuanyi.party.forms import Deed
from nuanyi.party.ports import lists
from nuanyi.party.rules import ALLIANCES, COVERAGE, ORGANISE
from nuanyi.party.services import alliances
from nuanyi.places import queries as places

SHOWN = 50


@require_safe
@permission_required(ALLIANCES)
def alliance_list(request: HttpRequest) -> HttpResponse:
    """Which alliances are there?"""
    return render(request, "party/staff/alliances.html", {"belts": alliance_queries.belts(actor_of(request))})


def _degrees(text: str, field: str) -> float:
    """Degrees in WGS-84 that somebody typed. Raises BadInput."""
    try:
        found = float(text)
    except ValueError:
        found = math.nan
    if not math.isfinite(found) or not -180 <= found <= 180:
        raise BadInput(fields={field: _("Degrees in WGS-84, as 25.0571 or 110.3052.")})
    return found


def _share_room(actor: Actor, alliance: int, told: QueryDict) -> None:
    kind, _dash, number = told.get("whose", "").partition("-")
    room = alliances.RoomInput(
        told.get("name", ""),
        told.get("region", ""),
        told.get("offers", ""),
        told.get("hours", ""),
        unit=number_of(number) if kind == "unit" else None,
        firm=number_of(number) if kind == "firm" else None,
    )
    alliances.share_room(actor=actor, alliance=alliance, told=room)


def _plan_activity(actor: Actor, alliance: int, told: QueryDict) -> None:
    activity = alliances.ActivityInput(
        told.get("title", ""), day_of(told.get("on", ""), "on"), told.get("place", "")
    )
    alliances.plan_activity(actor=actor, alliance=alliance, told=activity)


DEEDS: dict[str, Deed] = {
    "firm": lambda actor, pk, told: alliances.take_firm(
        actor=actor,
        alliance=pk,
        establishment=uuid_of(told.get("establishment", "")),
        paper=told.get("paper", ""),
    ),
    "leave": lambda actor, _pk, told: alliances.let_firm_go(actor=actor, pk=number_of(told.get("firm", ""))),
    "branch": lambda actor, pk, told: alliances.take_branch(
        actor=actor,
        alliance=pk,
        organisation=number_of(told.get("organisation", "")),
        paper=told.get("branch-paper", ""),
    ),
    "branch-leaves": lambda actor, _pk, told: alliances.let_branch_go(
        actor=actor, pk=number_of(told.get("branch", ""))
    ),
    "room": _share_room,
    "close": lambda actor, _pk, told: alliances.close_room(actor=actor, pk=number_of(told.get("room", ""))),
    "station": lambda actor, _pk, told: alliances.open_as_station(
        actor=actor,
        pk=number_of(told.get("room", "")),
        lat_wgs84=_degrees(told.get("lat", ""), "lat"),
        lon_wgs84=_degrees(told.get("lon", ""), "lon"),
        how_to_find=told.get("how", ""),
    ),
    "held": lambda actor, _pk, told: alliances.hold_activity(
        actor=actor, pk=number_of(told.get("activity", "")), present=number_of(told.get("present", ""))
    ),
}


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(ALLIANCES)
def alliance(request: HttpRequest, pk: int) -> HttpResponse:
    """One alliance: who belongs to it, what they share, what they do."""
    actor, refusal = actor_of(request), None
    if request.method == "POST":
        try:
            DEEDS.get(request.POST.get("deed", ""), _plan_activity)(actor, pk, request.POST)
            return redirect("party:alliance", pk)
        except NotFound:
            raise
        except Refusal as wrong:
            refusal = wrong
    found = alliance_queries.belt(actor, pk)
    if found is None:
        raise NotFound()
    words, may_change = (
        request.GET.get("q", "").strip(),
        actor.can(ORGANISE) and found.alliance.ended_date is None,
    )
    near = Establishment.objects.exclude(pk__in=[firm.establishment_id for firm in found.firms])
    members = {row.organisation_id for row in found.branches}
    kept = queries.organisations_kept(actor) if may_change else []
    context = {
        "belt": found,
        "may_change": may_change,
        "near": near.filter(name__icontains=words).order_by("name")[:SHOWN] if words and may_change else [],
        "words": words,
        "posted": request.POST,
        "refusal": refusal,
        # how far branches and instructors reach, and how many members there are, is the offices' to know
        "may_count": actor.can(COVERAGE),
        "pledges": lists().of_units([unit.pk for unit in found.units]),
        "joinable": [one for one in kept if one.pk not in members],
        "middles": {code: places.middle_of(code) for code in {room.region_code for room in found.rooms}},
        "names": places.names_by_code(),
        "regions": places.township_choices(),
    }
    return render(request, "party/staff/alliance.html", context, status=status_of(refusal))


@require_safe
@permission_required(ALLIANCES)
def points(request: HttpRequest, pk: int) -> HttpResponse:
    """Firms and rooms on the map: one point a township, where its outline is known."""
    found = alliance_queries.belt(actor_of(request), pk)
    if found is None:
        raise NotFound()
    names, counts = places.names_by_code(), dict[str, int]()
    for code in [
        *(firm.establishment.region_code for firm in found.firms),
        *(room.region_code for room in found.rooms),
    ]:
        counts[township_of(code)] = counts.get(township_of(code), 0) + 1
    features = []
    for code, count in sorted(counts.items()):
        middle = places.middle_of(code)
        if middle is None:
            continue
        words = ngettext("%(place)s: %(n)d member or room", "%(place)s: %(n)d members and rooms", count)
        features.append(
            {
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": [middle[1], middle[0]]},
                "properties": {"kind": words % {"place": names.get(code, code), "n": count}, "count": count},
            }
        )
    return JsonResponse({"type": "FeatureCollection", "features": features})
