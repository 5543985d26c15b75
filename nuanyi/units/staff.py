"""Who answers? The question, the rules behind it, and a dry run before a rule changes."""

from __future__ import annotations

from collections.abc import Iterable

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from nuanyi.lib import geo
from nuanyi.lib.access import actor_of, permission_required
from nuanyi.lib.actor import Actor
from nuanyi.lib.errors import BadInput, NotFound, Refusal
from nuanyi.lib.form_parsing import day_of
from nuanyi.lib.sectors import Sector
from nuanyi.places import queries as places
from nuanyi.units import queries, services
from nuanyi.units.models import Alliance, ResponsibilityRule, Role


class RuleForm(forms.Form):
    """One rule."""

    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)
    sector = forms.ChoiceField(label=_("Sector"), required=False)
    region_code = forms.ChoiceField(label=_("Place"), required=False)
    unit = forms.TypedChoiceField(label=_("Unit"), coerce=int)
    because = forms.CharField(label=_("Why (law, document)"), required=False, max_length=200)
    from_date = forms.DateField(
        label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    until_date = forms.DateField(
        label=_("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args: object, actor: Actor, **kwargs: object) -> None:
        """``actor``: in a city the rules of one district are for its own places and units."""
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["sector"].choices = [("", _("Any sector")), *Sector.choices]  # type: ignore[attr-defined]
        regions = [
            (region.code, region.name)
            for region in places.all_regions()
            if actor.can(services.EDIT, regions=(region.code,))
        ]
        anywhere = [("", _("Any place"))] if actor.everywhere(services.EDIT) else []
        self.fields["region_code"].choices = [*anywhere, *regions]  # type: ignore[attr-defined]
        units = queries.units_for(actor, services.EDIT).order_by("pk")
        self.fields["unit"].choices = list(units.values_list("pk", "name"))  # type: ignore[attr-defined]


@require_safe
@permission_required("units.view")
def ask(request: HttpRequest) -> HttpResponse:
    """Who answers for a sector in a place, or at a point; and why."""
    sector, region = request.GET.get("sector", ""), request.GET.get("region", "")
    point, refusal, on = None, None, None
    if request.GET.get("on"):
        try:
            on = day_of(request.GET["on"], "on")
        except Refusal as wrong:
            refusal = wrong
    if request.GET.get("point"):
        try:
            point = _point(request.GET["point"], request.GET.get("crs", "wgs84"))
            region = point.region.code if point.region else ""
        except Refusal as wrong:
            refusal = wrong
    sector = sector if sector in Sector.values else ""
    region_code = region if region.isdigit() else ""
    answers = queries.who_answers(sector=sector, region_code=region_code, on=on)
    context = {
        "answers": [(answer, queries.REASONS[answer.reason]) for answer in answers],
        "led": queries.who_led(sector=sector, region_code=region_code),
        "sectors": Sector.choices,
        "regions": [(r.code, r.name) for r in places.all_regions()],
        "sector": sector,
        "region": region,
        "region_name": places.names_by_code().get(region, ""),
        "point": point,
        "on": on,
        "refusal": refusal,
        "alliances": Alliance.objects.filter(ended_date=None).prefetch_related("members"),
    }
    return render(request, "units/staff/ask.html", context, status=422 if refusal else 200)


def _point(text: str, crs: str) -> places.Place:
    try:
        lat, lon = (float(part) for part in text.replace("，", ",").split(","))
    except ValueError as exc:
        raise BadInput(fields={"point": _("Write latitude, comma, longitude, as 25.08, 110.40.")}) from exc
    if lat > 90 and lon < 90:
        lat, lon = lon, lat
    lat_wgs84, lon_wgs84 = geo.to_wgs84(lat, lon, crs)
    return places.place_at(lat_wgs84=lat_wgs84, lon_wgs84=lon_wgs84)


@require_safe
@permission_required("units.view")
def rules(request: HttpRequest) -> HttpResponse:
    """The responsibility matrix as data."""
    rows = ResponsibilityRule.objects.select_related("unit")
    actor = actor_of(request)
    context = {
        "own": {rule.pk for rule in rows if services.keeps_rule(actor, rule)},
        "may_add": actor.can(services.EDIT),
        "rules": rows,
        "names": places.names_by_code(),
        "sectors": dict(Sector.choices),
    }
    return render(request, "units/staff/rules.html", context)


def _counted(moves: Iterable[queries.Move]) -> dict[str, int]:
    """How many establishments and workers stand behind moves; one sum of both would count nothing that there is."""
    counted = {"establishments": 0, "workers": 0}
    for move in moves:
        counted[move.subjects.title] += move.subjects.count
    return counted


@permission_required("units.edit_rules")
def edit(request: HttpRequest, pk: int = 0) -> HttpResponse:
    """Add, change or remove a rule: first what would move, then the change."""
    rule = ResponsibilityRule.objects.filter(pk=pk).first()
    if pk and rule is None:
        raise NotFound()
    if rule is not None:
        services.require_rule(actor_of(request), rule.region_code, rule.unit)
    initial: dict[str, object] = {"role": "guide"}
    if rule:
        initial = {
            "role": rule.role,
            "sector": rule.sector,
            "region_code": rule.region_code,
            "unit": str(rule.unit_id),
            "because": rule.because,
            "from_date": rule.from_date,
            "until_date": rule.until_date,
        }
    actor = actor_of(request)
    form, moves, refusal = RuleForm(initial=initial, actor=actor), None, None
    if request.method == "POST":
        form = RuleForm(request.POST, actor=actor)
        if form.is_valid():
            change = _edit_of(form, pk, remove="remove" in request.POST)
            try:
                if "sure" in request.POST:
                    services.change_rule(actor=actor, edit=change)
                    return redirect("units:rules")
                moves = services.preview(change)
            except Refusal as wrong:
                refusal = wrong
    context = {
        "form": form,
        "rule": rule,
        "moves": moves,
        "remove": "remove" in request.POST,
        "refusal": refusal,
        "names": places.names_by_code(),
        "sectors": dict(Sector.choices),
        "looked": moves is not None,
        "moved": _counted(moves or []),
        "unguided": _counted(
            move for move in moves or [] if move.role == Role.GUIDE and move.after == queries.NOBODY
        ),
    }
    return render(request, "units/staff/edit.html", context, status=422 if refusal or form.errors else 200)


def _edit_of(form: RuleForm, pk: int, remove: bool) -> services.RuleEdit:
    told = form.cleaned_data
    return services.RuleEdit(
        told["role"],
        told["sector"],
        told["region_code"],
        told["unit"],
        told["because"],
        rule_id=pk,
        remove=remove,
        from_date=told["from_date"],
        until_date=told["until_date"],
    )
