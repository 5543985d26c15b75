"""The district's units and alliances: make, change, close, merge, Excel in and out."""

from __future__ import annotations

import io

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from nuanyi.lib import downloads, sheets
from nuanyi.lib.access import actor_of, permission_required
from nuanyi.lib.actor import Actor
from nuanyi.lib.errors import BadInput, NotFound, Refusal
from nuanyi.lib.listing import Column, Filter, Listing, back_to, shown, shown_cells, typed_cells
from nuanyi.places import queries as places
from nuanyi.units import queries, reading, services
from nuanyi.units.models import Alliance, Unit, UnitKind
from nuanyi.units.reading import UnitInput


class UnitForm(forms.Form):
    """A unit."""

    name = forms.CharField(label=_("Full name"), max_length=80)
    short_name = forms.CharField(label=_("Short name"), max_length=20, required=False)
    kind = forms.ChoiceField(label=_("Kind of unit"), choices=UnitKind.choices)
    region_code = forms.ChoiceField(label=_("Place (for a township)"), required=False)
    public_phone = forms.CharField(label=_("Office telephone"), max_length=30, required=False)
    public_address = forms.CharField(label=_("Office address"), max_length=120, required=False)

    def __init__(self, *args: object, actor: Actor, **kwargs: object) -> None:
        """``actor``: in a city one district's units stand in its own places."""
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["region_code"].choices = [  # type: ignore[attr-defined]
            (code, name)
            for code, name in places.place_choices()
            if not code or actor.can(services.EDIT, regions=(code,))
        ]


COLUMNS = (
    Column("name", _("Unit"), "name", may_hide=False),
    Column("short", _("Short name"), "short_name"),
    Column("kind", _("Kind of unit"), "kind"),
    Column("place", _("Place"), "region_code"),
    Column("phone", _("Office telephone"), "public_phone"),
    Column("address", _("Office address"), "public_address"),
    Column("state", _("State"), "active"),
)


def _listing() -> Listing:
    """Every unit; they are public."""
    return Listing(
        "units.units",
        COLUMNS,
        [
            Filter("kind", _("Kind of unit"), UnitKind.choices, "kind"),
            Filter("state", _("State"), [("True", _("in use")), ("False", _("out of use"))], "active"),
            Filter("lacks", _("What is missing"), [("phone", _("No telephone"))]),
        ],
        queries.listed,
        order="pk",
        searches=_("Name of the unit"),
    )


@require_safe
@permission_required("units.view")
def units(request: HttpRequest) -> HttpResponse:
    """Every unit with its kind, place and telephone."""
    actor = actor_of(request)
    keeps = queries.of_own_units(Unit.objects.all(), actor, services.EDIT, "pk")
    own = set(keeps.values_list("pk", flat=True)) if actor.can(services.EDIT) else set()
    alliances = list(Alliance.objects.filter(ended_date=None).prefetch_related("members").order_by("name"))
    context = {
        "list": shown(request, _listing()),
        "names": places.names_by_code(),
        "own": own,
        "may_edit": actor.can(services.EDIT),
        "alliances": alliances,
        "own_alliances": {
            one.pk
            for one in alliances
            if actor.can(services.EDIT) and {member.pk for member in one.members.all()} <= own
        },
        "rows_template": "units/staff/units_rows.html",
        "extra_template": "units/staff/units_extra.html",
        "empty_template": "units/staff/units_empty.html",
        "edit_action": reverse("units:cells") if actor.can(services.EDIT) else "",
        "undo": request.session.pop("undo_units", None),
        "undo_template": "front/parts/cells_undo.html",
    }
    return render(request, "units/staff/units.html", context)


@require_POST
@permission_required(services.EDIT)
def cells(request: HttpRequest) -> HttpResponse:
    """Change one field in the list: of one unit, or of several (a column pasted from Excel), or take that back."""
    field = request.POST.get("field", "")
    done = services.change_cells(
        actor=actor_of(request),
        field=field,
        values=typed_cells(request, int),
        was=shown_cells(request, int),
    )
    if "undo" not in request.POST:
        request.session["undo_units"] = {"field": field, "cells": done}
    return redirect(back_to(request, reverse("units:units")))


@require_safe
@permission_required("units.view")
def export(request: HttpRequest) -> HttpResponse:
    """All open units as a workbook that can be sent back in."""
    out = io.BytesIO()
    writer = sheets.Writer(out)
    labels = dict(UnitKind.choices)
    page = writer.sheet("单位", ["单位代码", "单位名称", "简称", "类型", "电话", "地址"])
    for unit in Unit.objects.filter(active=True):
        kind = str(labels[UnitKind(unit.kind)])
        page.row([unit.code, unit.name, unit.short_name, kind, unit.public_phone, unit.public_address])
    writer.close()
    return downloads.workbook(out.getvalue(), downloads.dated(now("Units")))


@permission_required("units.edit_rules")
def unit(request: HttpRequest, pk: int = 0) -> HttpResponse:
    """Make or change a unit, close it, open it again, or merge it into another."""
    actor, found, refusal = actor_of(request), Unit.objects.filter(pk=pk).first(), None
    if pk and found is None:
        raise NotFound()
    if found is not None:
        services.require_own(actor, found)
    form = (
        UnitForm(request.POST, actor=actor)
        if request.method == "POST"
        else UnitForm(initial=_initial(found), actor=actor)
    )
    if request.method == "POST":
        try:
            if found and "close" in request.POST:
                services.close_unit(actor=actor, unit=found)
                return redirect("units:units")
            if found and "open" in request.POST:
                services.open_unit(actor=actor, unit=found)
                return redirect("units:unit", found.pk)
            if found and "merge" in request.POST:
                into = request.POST.get("into", "")
                other = Unit.objects.filter(pk=into if into.isdecimal() and len(into) < 12 else 0).first()
                if other is None:
                    raise BadInput(fields={"into": _("Choose a unit.")})
                services.merge_units(actor=actor, unit=found, into=other)
                return redirect("units:unit", other.pk)
            if form.is_valid():
                code = found.code if found else services.free_code()
                superior = found.superior if found else None
                saved = services.put_unit(actor=actor, code=code, superior=superior, **form.cleaned_data)
                return redirect("units:unit", saved.pk) if found else redirect("units:units")
        except Refusal as wrong:
            refusal = wrong
            if {"close", "open", "merge"} & set(request.POST):
                form = UnitForm(initial=_initial(found), actor=actor)
    context = {
        "form": form,
        "unit": found,
        "refusal": refusal,
        "blocking": services.blocking(found) if found and found.active else [],
        "others": queries.units_for(actor, services.EDIT).exclude(pk=pk),
    }
    bad = refusal or (form.is_bound and form.errors)
    return render(request, "units/staff/unit.html", context, status=422 if bad else 200)


def _initial(unit: Unit | None) -> dict[str, object]:
    names = ("name", "short_name", "kind", "region_code", "public_phone", "public_address")
    return {name: getattr(unit, name) for name in names} if unit else {"kind": UnitKind.DEPARTMENT}


@permission_required("units.edit_rules")
def import_units(request: HttpRequest) -> HttpResponse:
    """A list in: first what it would make and change, then the change."""
    refusal, rows = None, None
    pasted = request.POST.get("units", "")
    if request.method == "POST":
        try:
            file = request.FILES.get("file")
            rows = _sheet(file.read()) if file is not None else reading.pasted(pasted)
            if "sure" in request.POST:
                services.take_list(actor=actor_of(request), rows=rows)
                return redirect("units:units")
        except Refusal as wrong:
            refusal = wrong
    codes = set(Unit.objects.values_list("code", flat=True))
    names = set(Unit.objects.values_list("name", flat=True))
    context = {
        "rows": [(row, row.code in codes or row.name in names) for row in rows or []],
        "pasted": pasted or _as_text(rows or []),
        "refusal": refusal,
    }
    return render(request, "units/staff/import.html", context, status=422 if refusal else 200)


def _sheet(data: bytes) -> list[UnitInput]:
    for sheet in sheets.read(data):
        return reading.units_of(sheet.rows)
    raise BadInput(fields={"file": now("The file has no rows.")})


def _as_text(rows: list[UnitInput]) -> str:
    """A sent sheet as the lines that the second click sends again."""
    labels = dict(UnitKind.choices)
    lines = ["单位代码\t单位名称\t简称\t类型\t电话\t地址"]
    lines += [
        "\t".join((r.code, r.name, r.short_name, str(labels[UnitKind(r.kind)]), r.phone, r.address))
        for r in rows
    ]
    return "\n".join(lines) if rows else ""


@permission_required("units.edit_rules")
def alliance(request: HttpRequest, pk: int = 0) -> HttpResponse:
    """Make an alliance, change its name and members, or dissolve it."""
    found, refusal = Alliance.objects.filter(pk=pk, ended_date=None).first(), None
    if pk and found is None:
        raise NotFound()
    if found is not None:
        services.require_own(actor_of(request), *found.members.all())
    members = set(found.members.values_list("pk", flat=True)) if found else set()
    name = found.name if found else ""
    if request.method == "POST":
        actor = actor_of(request)
        members = {
            int(text) for text in request.POST.getlist("member") if text.isdecimal() and len(text) < 12
        }
        name = request.POST.get("name", "").strip()
        try:
            if found and "dissolve" in request.POST:
                services.dissolve_alliance(actor=actor, alliance=found)
            else:
                chosen = list(Unit.objects.filter(pk__in=members, active=True))
                services.save_alliance(actor=actor, alliance=found, name=name, members=chosen)
            return redirect("units:units")
        except Refusal as wrong:
            refusal = wrong
    context = {
        "alliance": found,
        "name": name,
        "lines": [(one, one.pk in members) for one in queries.units_for(actor_of(request), services.EDIT)],
        "refusal": refusal,
    }
    return render(request, "units/staff/alliance.html", context, status=422 if refusal else 200)
