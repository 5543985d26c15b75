"""The rider's face: how do I get in, where do I leave the bike, where do I swap and eat; and saying how it really is."""

from __future__ import annotations

from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from nuanyi.friendly import queries
from nuanyi.friendly.forms import TipForm
from nuanyi.friendly.models import FriendlyPlace
from nuanyi.friendly.rules import OLD_DAYS, Gate, Kind
from nuanyi.friendly.services import places
from nuanyi.lib.access import PUBLIC, address_of, permission_required
from nuanyi.lib.downloads import kept_json
from nuanyi.lib.errors import NotFound, Refusal
from nuanyi.lib.form_parsing import status_of
from nuanyi.lib.sent import refuse_program, sent

#: How many the page itself holds; the phone's file has all.
MOST = 60


@require_safe
@permission_required(PUBLIC)
def home(request: HttpRequest) -> HttpResponse:
    """All places, each with everything that is known: one tap here, one on the place.

    ``kind`` and ``q`` say which; a script that has the phone's file asks for neither.
    """
    kind, wanted = request.GET.get("kind", ""), request.GET.get("q", "").strip()[:60]
    rows = queries.public_places(wanted).order_by("name")
    if kind in Kind.values:
        rows = rows.filter(kind=kind)
    context = {
        "places": rows[:MOST],
        "kinds": Kind.choices,
        "gates": dict(Gate.choices),
        "kind": kind if kind in Kind.values else "",
        "wanted": wanted,
        "old_days": OLD_DAYS,
    }
    return render(request, "friendly/worker/home.html", context)


@require_safe
@permission_required(PUBLIC)
def everything(request: HttpRequest) -> HttpResponse:
    """Every place in one file: what a phone keeps, to answer without network."""
    return kept_json(request, queries.everything())


@require_safe
@permission_required(PUBLIC)
def plan(request: HttpRequest, code: str) -> HttpResponse:
    """The plan of the buildings."""
    found = FriendlyPlace.objects.shown().filter(code=code).exclude(plan=None).first()
    if found is None or found.plan is None:
        raise NotFound()
    response = HttpResponse(bytes(found.plan), content_type="image/jpeg")
    response["Cache-Control"] = "public, max-age=86400"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(PUBLIC)
def tell(request: HttpRequest, code: str = "") -> HttpResponse:
    """Say how a place is, a new one or (``code``) a known one; the answer is a secret link to come back by."""
    known = FriendlyPlace.objects.shown().filter(code=code).defer("plan").first() if code else None
    if code and known is None:
        raise NotFound()
    first = TipForm.first_of(known) | {"code": known.code} if known else {}
    form = TipForm(request.POST or None, request.FILES or None, initial={"key": uuid4(), **first})
    refusal = None
    if request.method == "POST" and form.is_valid():
        try:
            return _sent(request, form)
        except Refusal as wrong:
            refusal = wrong
    refuse_program(request, form, refusal)
    context = {"form": form, "place": known, "refusal": refusal}
    return render(request, "friendly/worker/tell.html", context, status=status_of(refusal, form))


def _sent(request: HttpRequest, form: TipForm) -> HttpResponse:
    said = form.cleaned_data
    lat, lon = said["lat"], said["lon"]
    if said["code"] and (lat is None or lon is None):
        known = FriendlyPlace.objects.shown().filter(code=said["code"]).first()
        if known is None:
            raise NotFound()
        lat, lon = known.lat_wgs84, known.lon_wgs84
    tip = places.tell_tip(
        key=said["key"],
        told=form.told(lat, lon, "wgs84"),
        code=said["code"],
        network=address_of(request),
    )
    return sent(request, reverse("friendly:tip", args=[places.link_of(tip)]), title=said["name"])


@require_safe
@permission_required(PUBLIC)
def tip(request: HttpRequest, link: str) -> HttpResponse:
    """What became of what I said: only whoever has the link sees this page."""
    found = places.tip_by_link(link)
    response = render(
        request, "friendly/worker/tip.html", {"tip": found, "differences": queries.differences(found)}
    )
    response["Cache-Control"] = "no-store"
    return response
