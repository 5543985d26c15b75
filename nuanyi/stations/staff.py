"""The office's face: the list, one station, lists in and out, faults, visits, posters."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from django.db.models.functions import Left
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nuanyi.journal import services as journal
from nuanyi.lib import clock
from nuanyi.lib.access import actor_of, permission_required
from nuanyi.lib.actor import Actor
from nuanyi.lib.addresses import code_base, public_base
from nuanyi.lib.downloads import dated, saved_as, workbook
from nuanyi.lib.errors import BadInput, NotFound, Refusal
from nuanyi.lib.figures import window
from nuanyi.lib.form_parsing import MAPS, chosen, day_or_none, status_of
from nuanyi.lib.listing import Column, Filter, Listing, back_to, picked, shown, shown_cells, typed_cells
from nuanyi.lib.paper import SIZES
from nuanyi.lib.rooms import Route
from nuanyi.people.models import Account, RoleGrant
from nuanyi.places import queries as places
from nuanyi.stations import events, posters, queries
from nuanyi.stations.forms import StationForm
from nuanyi.stations.models import Station, StationList
from nuanyi.stations.rules import (
    MOVES,
    Access,
    AmenityKind,
    FaultState,
    Function,
    Grade,
    OwnerKind,
    State,
    Tier,
    Trouble,
    Venue,
)
from nuanyi.stations.services import doubles as pair_services
from nuanyi.stations.services import faults as fault_services
from nuanyi.stations.services import keeping, lists, stations


def _found(request: HttpRequest, pk: UUID) -> Station:
    rows = Station.objects.visible_to(actor_of(request)).select_related("unit")
    found = rows.prefetch_related("amenities", "exceptions").filter(pk=pk).first()
    if found is None:
        raise NotFound()
    return found


COLUMNS = (
    Column("name", _("Station's name"), "name", may_hide=False),
    Column("code", _("Code"), "code"),
    Column("now", _("Now"), "state"),
    Column("tier", _("Tier"), "tier"),
    Column("region", _("Township"), "region_code"),
    Column("unit", _("Unit"), "unit__short_name"),
    Column("owner", _("Owner")),
    Column("grade", _("Grade"), "grade"),
    Column("call", _("Telephone"), "desk_call"),
    Column("capacity", _("Seats"), "capacity", is_number=True, is_summed=True),
    Column("faults", _("Open faults"), is_number=True),
    Column("visits", _("Visits, 30 days"), is_number=True),
)


#: Of all that one sees, what one answers for.
KEPT = [("1", _("Us"))]


def _listing(actor: Actor) -> Listing:
    """The stations as one actor may see them."""
    troubles = [("late", _("Faults past the promised time")), ("expires", _("First aid expires"))]
    townships = [(region.code, region.name) for region in places.townships()]
    return Listing(
        "stations.stations",
        COLUMNS,
        [
            Filter(
                "state",
                _("State"),
                [
                    *State.choices,
                    (queries.IN_SERVICE, _("In service or paused")),
                    (queries.OPEN_NOW, _("Doors open now")),
                ],
                "state",
                uncounted=(queries.IN_SERVICE, queries.OPEN_NOW),
            ),
            Filter("tier", _("Tier"), Tier.choices, "tier"),
            Filter("region", _("Township"), townships, Left("region_code", 9)),
            Filter("owner", _("Owner"), OwnerKind.choices),
            Filter("grade", _("Grade"), Grade.choices, "grade"),
            Filter("trouble", _("Trouble"), troubles),
            Filter("kept", _("Kept by"), KEPT),
        ],
        lambda filters: queries.listed(actor, filters),
        searches=_("Name or code"),
    )


@require_safe
@permission_required("stations.view")
def stations_list(request: HttpRequest) -> HttpResponse:
    """Which stations are open, and where is something amiss?"""
    actor = actor_of(request)
    page = shown(request, _listing(actor))
    page.rows = queries.decorated(page.rows)
    may_edit = actor.can("stations.edit")
    undo = request.session.pop("undo_stations", None)
    context = {
        "list": page,
        "names": places.names_by_code(),
        "day": queries.district_day(actor),
        "may_edit": may_edit,
        "rows_template": "stations/staff/list_rows.html",
        "bulk_action": reverse("stations:bulk_hours") if may_edit else "",
        "bulk_template": "stations/staff/list_bulk.html" if may_edit else "",
        "extra_template": "stations/staff/list_extra.html",
        "empty_template": "stations/staff/list_empty.html",
        "undo": undo or request.session.pop("undo_hours", None),
        "undo_template": "front/parts/cells_undo.html" if undo else "stations/staff/list_undo.html",
        "edit_action": reverse("stations:cells") if may_edit else "",
    }
    return render(request, "stations/staff/list.html", context)


@require_POST
@permission_required("stations.edit")
def cells(request: HttpRequest) -> HttpResponse:
    """Change one field in the list: of one station, or of several (a column pasted from Excel), or take that back."""
    field = request.POST.get("field", "")
    values = typed_cells(request, UUID)
    was = shown_cells(request, UUID)
    done = stations.change_cells(actor=actor_of(request), field=field, values=values, was=was)
    if "undo" not in request.POST:
        request.session["undo_stations"] = {"field": field, "cells": done}
    return redirect(back_to(request, reverse("stations:list")))


@require_POST
@permission_required("stations.edit")
def bulk_hours(request: HttpRequest) -> HttpResponse:
    """Other hours for some days at all picked stations, or those just entered taken back."""
    actor, post = actor_of(request), request.POST
    if "undo" in post:
        pks = [int(text) for text in post["undo"][:30_000].split(",") if text.isdecimal() and len(text) < 19]
        stations.drop_exceptions(actor=actor, pks=pks)
        return redirect(back_to(request, reverse("stations:list")))
    first = day_or_none(post.get("first", ""), "first")
    if first is None:
        raise BadInput(fields={"first": gettext("Which day?")})
    made = stations.add_exceptions(
        actor=actor,
        stations=picked(request, _listing(actor)),
        first=first,
        last=day_or_none(post.get("last", ""), "last") or first,
        text=post.get("hours", ""),
        reason=post.get("reason", ""),
    )
    request.session["undo_hours"] = {"count": len(made), "pks": ",".join(str(one.pk) for one in made)}
    return redirect(back_to(request, reverse("stations:list")))


@require_safe
@permission_required("stations.view")
def one(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One station: how it stands, what it offers, who keeps it, what was told."""
    found, actor = _found(request, pk), actor_of(request)
    may_edit = actor.can("stations.edit") and Station.objects.kept_by(actor).filter(pk=pk).exists()
    keepers = [keeper.account for keeper in found.keepers.select_related("account")]
    with_role = RoleGrant.objects.filter(role="keeper").values("account")
    context = {
        "station": found,
        "stands": queries.stands_now(found),
        "amenities": found.amenities.all(),
        "titles": dict(AmenityKind.choices),
        "names": places.names_by_code(),
        "tier_names": dict(Tier.choices),
        "venue_names": dict(Venue.choices),
        "access_names": dict(Access.choices),
        "may_edit": may_edit,
        "moves": [(state, str(State(state).label)) for state in State.values if state in MOVES[found.state]],
        "exceptions": sorted(found.exceptions.all(), key=lambda e: e.first_date),
        "keepers": keepers,
        "may_keep": Account.objects.filter(pk__in=with_role, is_active=True).order_by("username")[:200],
        "may_grant": actor.can("people.manage_accounts"),
        "faults": found.faults.order_by("-pk")[:20],
        "troubles": dict(Trouble.choices),
        "photos": {p.shows: p for p in found.photos.defer("jpeg").exclude(shows="fault")},
        "functions": [dict(Function.choices)[f] for f in found.functions if f in Function.values],
        "link": _address(request, found) if public_base(request) else "",
    }
    return render(request, "stations/staff/station.html", context)


def _address(request: HttpRequest, station: Station) -> str:
    """What the code on the wall opens: the public address of this installation. Raises NoAddress."""
    path = reverse("station:check_in", args=[station.code])
    return f"{code_base(request)}{path}?k={fault_services.wall_code(station)}"


def _form(request: HttpRequest, station: Station | None) -> HttpResponse:
    refusal = None
    form = (
        StationForm(request.POST, initial={"region": station.region_code if station else ""})
        if request.method == "POST"
        else StationForm.of(station)
        if station
        else StationForm()
    )
    if request.method == "POST" and form.is_valid():
        try:
            saved = stations.save_station(actor=actor_of(request), draft=form.draft(), station=station)
            return redirect("stations:one", pk=saved.pk)
        except Refusal as wrong:
            wrong.fields = {form.named(name): words for name, words in wrong.fields.items()}
            refusal = wrong
    status = status_of(refusal, form)
    return render(
        request,
        "stations/staff/form.html",
        {"form": form, "station": station, "refusal": refusal},
        status=status,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("stations.edit")
def new(request: HttpRequest) -> HttpResponse:
    """Enter a station."""
    return _form(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("stations.edit")
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change a station."""
    if not Station.objects.kept_by(actor_of(request)).filter(pk=pk).exists():
        raise NotFound()
    return _form(request, _found(request, pk))


@require_POST
@permission_required("stations.keep")
def door(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Open or shut for today, from a phone that perhaps had no network when it was said."""
    wanted = request.POST.get("door", "")
    if wanted not in ("open", "shut"):
        raise BadInput(code="bad-door")
    station = keeping.tap_door(
        actor=actor_of(request),
        station=Station(pk=pk),
        is_open=wanted == "open",
        day=day_or_none(request.POST.get("day", ""), "day"),
    )
    return redirect("keeper:today", code=station.code)


@require_POST
@permission_required("stations.edit")
def move(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Open, pause, give up."""
    post = request.POST
    stations.move_station(
        actor=actor_of(request),
        station=_found(request, pk),
        state=post.get("state", ""),
        reason=post.get("reason", ""),
        back=day_or_none(post.get("back", ""), "back"),
    )
    return redirect("stations:one", pk=pk)


@require_POST
@permission_required("stations.keep")
def exceptions(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Other hours for some days, or those taken back."""
    post, actor, station = request.POST, actor_of(request), _found(request, pk)
    if post.get("drop", "").isdecimal():
        stations.drop_exception(actor=actor, station=station, pk=int(post["drop"]))
    else:
        stations.add_exception(
            actor=actor,
            station=station,
            first=day_or_none(post.get("first", ""), "first"),
            last=day_or_none(post.get("last", ""), "last"),
            text=post.get("hours", ""),
            reason=post.get("reason", ""),
        )
    return redirect(Route("stations:one", {"pk": pk}, part="exceptions").address)


@require_POST
@permission_required("stations.keep")
def set_photo(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Put a picture up."""
    sent = request.FILES.get("photo")
    if sent is None:
        raise BadInput(fields={"photo": gettext("Choose a picture.")})
    stations.set_photo(
        actor=actor_of(request),
        station=_found(request, pk),
        shows=request.POST.get("shows", ""),
        data=sent.read(),
    )
    return redirect(Route("stations:one", {"pk": pk}, part="photos").address)


@require_POST
@permission_required("stations.edit")
def keepers(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Name the keepers."""
    chosen = [int(text) for text in request.POST.getlist("keeper") if text.isdecimal() and len(text) < 12]
    accounts = list(Account.objects.filter(pk__in=chosen, is_active=True))
    stations.set_keepers(actor=actor_of(request), station=_found(request, pk), accounts=accounts)
    return redirect(Route("stations:one", {"pk": pk}, part="keepers").address)


# on paper ----------------------------------------------------------------------------------------


def _pdf(body: bytes, name: str) -> HttpResponse:
    response = HttpResponse(body, content_type="application/pdf")
    saved_as(response, f"{name}.pdf", shown=True)
    return response


def _typed(address: str) -> str:
    """An address as somebody types it: without what only the code on the wall proves, and without the scheme."""
    parts = urlsplit(address)
    return f"{parts.netloc}{parts.path}"


@require_safe
@permission_required("stations.view", journaled=True)
def poster(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The poster of a station, ready to print."""
    station, size = _found(request, pk), request.GET.get("size", "A4")
    if size not in SIZES:
        raise BadInput(code="bad-size")
    titles = dict(AmenityKind.choices)
    address = _address(request, station)
    told = posters.Poster(
        name=station.name,
        tier=str(dict(Tier.choices)[Tier(station.tier)]),
        place=station.place_words,
        hours=posters.hours_lines(station),
        functions=[str(dict(Function.choices)[f]) for f in station.functions if f in Function.values],
        amenities=[str(titles[AmenityKind(a.kind)]) for a in station.amenities.all()],
        address=address,
        how_to_find=station.how_to_find,
        call=station.desk_call,
        head=gettext("Warm station · a seat for those on the road"),
        scan=gettext("Scan: hours, check in, tell the keeper"),
        typed=gettext("Or type: %(address)s") % {"address": _typed(address)},
        offers=gettext("Here you find"),
        made_up=gettext("Made up for the demo") if station.synthetic else "",
    )
    journal.record(actor_of(request), events.POSTER_PRINTED, station, size=size)
    title = gettext("Poster")
    return _pdf(posters.poster(told, size), f"{title} {station.code}-{size}")


@require_safe
@permission_required("stations.view", journaled=True)
def codes(request: HttpRequest) -> HttpResponse:
    """The codes of the filtered stations, on pages to cut out."""
    actor = actor_of(request)
    rows = queries.listed(actor, chosen(request.GET, queries.FILTERS)).order_by("code")[:480]
    told = [(station.name, station.code, _address(request, station)) for station in rows]
    journal.record(actor, events.POSTER_PRINTED, None, codes=len(told))
    return _pdf(posters.codes(told, gettext("Codes of stations")), dated(gettext("Codes of stations")))


# lists -------------------------------------------------------------------------------------------


@require_safe
@permission_required("stations.view", journaled=True)
def export(request: HttpRequest) -> HttpResponse:
    """The filtered list as Excel; it can be sent back in."""
    return workbook(
        lists.export_list(actor=actor_of(request), filters=chosen(request.GET, queries.FILTERS)),
        dated(gettext("Stations")),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("stations.edit")
def send(request: HttpRequest) -> HttpResponse:
    """Send a list of stations."""
    refusal = None
    if request.method == "POST":
        sent = request.FILES.get("file")
        try:
            if sent is None:
                raise BadInput(fields={"file": gettext("Choose a file.")})
            made = lists.send_list(
                actor=actor_of(request),
                key=UUID(request.POST.get("key", "")),
                file_name=sent.name or "",
                data=sent.read(),
                crs=request.POST.get("crs", ""),
                owner_kind=request.POST.get("owner_kind", ""),
                owner_name=request.POST.get("owner_name", ""),
            )
            return redirect("stations:sent", pk=made.pk)
        except ValueError as exc:
            raise BadInput(code="bad-key") from exc
        except Refusal as wrong:
            refusal = wrong
    context = {"key": uuid4(), "systems": MAPS, "owner_kinds": OwnerKind.choices, "refusal": refusal}
    return render(request, "stations/staff/send.html", context, status=status_of(refusal))


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("stations.edit")
def sent_list(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What a list would do; say what its likely doubles are, take it in, or take it back."""
    actor, post = actor_of(request), request.POST
    if request.method == "POST":
        if post.get("undo"):
            lists.undo_list(actor=actor, pk=pk)
        elif post.get("decide"):
            lists.decide_rows(actor=actor, pk=pk, decisions=_decisions(request))
        else:
            lists.take_list_in(actor=actor, pk=pk)
        return redirect(request.path)
    found = StationList.objects.filter(pk=pk, account_id=actor.account_id or 0).first()
    if found is None:
        raise NotFound()
    counts = {
        does: sum(row["does"] == does for row in found.rows)
        for does in ("new", "double", "change", "same", "bad")
    }
    context = {
        "sent": found,
        "counts": counts,
        "undecided": lists.undecided(found),
        "useful": counts["new"] + counts["change"] + counts["double"],
    }
    return render(request, "stations/staff/sent.html", context)


def _decisions(request: HttpRequest) -> dict[int, str]:
    """``row.12=new`` as ``{12: "new"}``; what was left open is left out."""
    return {
        int(name[4:]): str(value)[:40]
        for name, value in request.POST.items()
        if name.startswith("row.") and name[4:].isdecimal() and len(name) < 12 and value
    }


@require_safe
@permission_required("stations.edit")
def doubles(request: HttpRequest) -> HttpResponse:
    """Which stations may be one and the same?"""
    actor = actor_of(request)
    context = {
        "pairs": queries.likely_doubles(actor),
        "merged": queries.merged_stations(actor),
        "titles": dict(AmenityKind.choices),
    }
    return render(request, "stations/staff/doubles.html", context)


def _pk(request: HttpRequest, name: str) -> UUID:
    try:
        return UUID(request.POST.get(name, ""))
    except ValueError as exc:
        raise BadInput(code="bad-key") from exc


@require_POST
@permission_required("stations.edit")
def decide_pair(request: HttpRequest) -> HttpResponse:
    """One room, two rooms, or two after all."""
    actor, wanted = actor_of(request), request.POST.get("decided", "")
    if wanted == "split":
        pair_services.split_station(actor=actor, other_id=_pk(request, "other"))
    elif wanted == "two":
        pair_services.tell_stations_apart(
            actor=actor, station_id=_pk(request, "station"), other_id=_pk(request, "other")
        )
    elif wanted in ("station", "other"):
        other = "other" if wanted == "station" else "station"
        pair_services.merge_stations(
            actor=actor, station_id=_pk(request, wanted), other_id=_pk(request, other)
        )
    else:
        raise BadInput(code="bad-decision")
    return redirect("stations:doubles")


# what workers told, who came ---------------------------------------------------------------------


FAULT_COLUMNS = (
    Column("station", _("Station"), "station__name", may_hide=False),
    Column("trouble", _("What it is"), "trouble"),
    Column("words", _("In their words")),
    Column("state", _("State"), "state"),
    Column("due", _("Promised"), "due_at"),
    Column("answer", _("Answer")),
)


def _fault_listing(actor: Actor) -> Listing:
    """What workers told of stations, as one actor may see it."""
    return Listing(
        "stations.faults",
        FAULT_COLUMNS,
        [
            Filter(
                "state",
                _("State"),
                [("late", _("Past the promised time")), *FaultState.choices, ("all", _("All of them"))],
                "state",
                _("Still open"),
                ("late", "all"),
                "all",
            ),
            Filter("trouble", _("What it is"), Trouble.choices, "trouble"),
            Filter("kept", _("Kept by"), KEPT),
        ],
        lambda filters: queries.faults_listed(actor, filters),
        searches=_("Name of the station"),
    )


@require_safe
@permission_required("stations.view")
def faults(request: HttpRequest) -> HttpResponse:
    """What did workers tell, and what became of it?"""
    context = {
        "list": shown(request, _fault_listing(actor_of(request))),
        "troubles": dict(Trouble.choices),
        "titles": dict(AmenityKind.choices),
        "now": clock.now(),
        "rows_template": "stations/staff/faults_rows.html",
        "empty_template": "stations/staff/faults_empty.html",
    }
    return render(request, "stations/staff/faults.html", context)


@require_safe
@permission_required("stations.view")
def visits(request: HttpRequest) -> HttpResponse:
    """Who comes when: by station and month, by hour, by sector. Counts, never people."""
    period = request.GET.get("period", "")
    asked = window(period)
    last = asked.last or clock.today()
    first = asked.first or (last - timedelta(days=364)).replace(day=1)
    return render(
        request,
        "stations/staff/visits.html",
        {"table": queries.visits_table(first, last), "first": first, "last": last},
    )


@require_safe
@permission_required("stations.view")
def map_json(request: HttpRequest) -> JsonResponse:
    """All stations with their state, for the map."""
    rows: list[dict[str, Any]] = []
    for station in Station.objects.visible_to(actor_of(request)).prefetch_related("exceptions")[:5000]:
        stands = queries.stands_now(station)
        rows.append(
            {
                "code": station.code,
                "name": station.name,
                "lat": station.lat_wgs84,
                "lon": station.lon_wgs84,
                "open": stands.open,
                "state": station.state,
                "href": reverse("stations:one", args=[station.pk]),
            }
        )
    return JsonResponse({"stations": rows, "rings": [500, 1000, 2000]})
