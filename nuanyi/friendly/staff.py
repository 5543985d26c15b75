"""The office's face: places, and what riders said of them."""

from __future__ import annotations

from uuid import UUID

from django.db.models.functions import Left
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nuanyi.friendly import queries
from nuanyi.friendly.forms import PlaceForm
from nuanyi.friendly.models import FriendlyPlace, Tip
from nuanyi.friendly.rules import Kind, State, TipState
from nuanyi.friendly.services import places as services
from nuanyi.lib.access import actor_of, permission_required
from nuanyi.lib.actor import Actor
from nuanyi.lib.errors import NotFound, Refusal
from nuanyi.lib.form_parsing import status_of
from nuanyi.lib.listing import Column, Filter, Listing, shown
from nuanyi.places import queries as places

COLUMNS = (
    Column("name", _("Name of the place"), "name", may_hide=False),
    Column("kind", _("Kind"), "kind"),
    Column("gate", _("At the gate"), "gate"),
    Column("region", _("Township"), "region_code"),
    Column("unit", _("Confirmed by"), "unit__short_name"),
    Column("confirmed", _("Confirmed on"), "confirmed_date"),
    Column("state", _("State"), "state"),
)


def _listing(actor: Actor) -> Listing:
    townships = [(region.code, region.name) for region in places.townships()]
    return Listing(
        "friendly.places",
        COLUMNS,
        [
            Filter("kind", _("Kind"), Kind.choices, "kind"),
            Filter("region", _("Township"), townships, Left("region_code", 9)),
            Filter("state", _("State"), State.choices, "state"),
        ],
        lambda filters: queries.listed(actor, filters),
        searches=_("Name or code"),
    )


@require_safe
@permission_required("friendly.view")
def places_list(request: HttpRequest) -> HttpResponse:
    """Which places know how to receive a rider?"""
    actor = actor_of(request)
    may, listed = actor.can("friendly.confirm"), shown(request, _listing(actor))
    own = FriendlyPlace.objects.changed_by(actor).filter(pk__in=[row.pk for row in listed.rows])
    context = {
        "list": listed,
        "own": set(own.values_list("pk", flat=True)) if may else set(),
        "names": places.names_by_code(),
        "may_confirm": may,
        "waiting": queries.open_tips(actor).count() if may else 0,
        "rows_template": "friendly/staff/list_rows.html",
        "extra_template": "friendly/staff/list_extra.html",
        "empty_template": "friendly/staff/list_empty.html",
    }
    return render(request, "friendly/staff/list.html", context)


def _page(
    request: HttpRequest, *, place: FriendlyPlace | None = None, tip: Tip | None = None
) -> HttpResponse:
    """The form of a place: a new one, a known one, or what a rider said of either."""
    source = tip or place
    region = next(
        (scope.region for scope in actor_of(request).scopes("friendly.confirm") if scope.region), ""
    )
    first = {}
    if source is not None:
        stands = place or source  # a correction says how it is, not where
        region = stands.region_code
        point = f"{stands.lat_wgs84:.6f}, {stands.lon_wgs84:.6f}"
        first = {**PlaceForm.first_of(source), "point": point, "crs": "wgs84"}
    form = PlaceForm(request.POST or None, request.FILES or None, initial=first)
    refusal = None
    if request.method == "POST" and form.is_valid():
        lat, lon = form.cleaned_data["point"]
        try:
            services.save_place(
                actor=actor_of(request),
                told=form.told(lat, lon, form.cleaned_data["crs"], region),
                place_id=place.pk if place else None,
                tip_id=tip.pk if tip else None,
            )
            return redirect("friendly_office:tips" if tip else "friendly_office:list")
        except Refusal as wrong:
            if "lat" in wrong.fields:
                wrong.fields["point"] = wrong.fields.pop("lat")
            refusal = wrong
    context = {
        "form": form,
        "refusal": refusal,
        "place": place,
        "tip": tip,
        "differences": queries.differences(tip) if tip else [],
    }
    return render(request, "friendly/staff/form.html", context, status=status_of(refusal, form))


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("friendly.confirm")
def new(request: HttpRequest) -> HttpResponse:
    """Enter a place."""
    return _page(request)


def _place(request: HttpRequest, pk: UUID) -> FriendlyPlace:
    found = FriendlyPlace.objects.changed_by(actor_of(request)).filter(pk=pk).defer("plan").first()
    if found is None:
        raise NotFound()
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("friendly.confirm")
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change a place, or confirm that it is still so."""
    return _page(request, place=_place(request, pk))


@require_POST
@permission_required("friendly.confirm")
def gone(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take a place off the map."""
    services.take_place_off(actor=actor_of(request), place_id=pk)
    return redirect("friendly_office:list")


@require_safe
@permission_required("friendly.confirm")
def tips(request: HttpRequest) -> HttpResponse:
    """What did riders say that nobody has confirmed yet?"""
    rows = [(one, queries.differences(one)) for one in queries.open_tips(actor_of(request))[:100]]
    return render(request, "friendly/staff/tips.html", {"rows": rows})


def _tip(request: HttpRequest, pk: int) -> Tip:
    found = Tip.objects.visible_to(actor_of(request)).select_related("place").filter(pk=pk).first()
    if found is None:
        raise NotFound()
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("friendly.confirm")
def tip(request: HttpRequest, pk: int) -> HttpResponse:
    """What a rider said, in the form of the place: confirm it, with what is to be put right."""
    found = _tip(request, pk)
    if found.state != TipState.OPEN:
        return redirect("friendly_office:tips")
    return _page(request, place=found.place, tip=found)


@require_safe
@permission_required("friendly.confirm")
def tip_plan(request: HttpRequest, pk: int) -> HttpResponse:
    """The picture that a rider sent along."""
    found = _tip(request, pk)
    if found.plan is None:
        raise NotFound()
    return HttpResponse(bytes(found.plan), content_type="image/jpeg")


@require_POST
@permission_required("friendly.confirm")
def decline(request: HttpRequest, pk: int) -> HttpResponse:
    """It is not so; say why."""
    services.decline_tip(actor=actor_of(request), tip_id=pk, answer=request.POST.get("answer", ""))
    return redirect("friendly_office:tips")
