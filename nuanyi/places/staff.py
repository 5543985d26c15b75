"""Places and grids: the map, and loading polygons."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from nuanyi.lib import sheets
from nuanyi.lib.access import PUBLIC, actor_of, permission_required
from nuanyi.lib.actor import Actor
from nuanyi.lib.errors import BadInput, Refusal
from nuanyi.lib.form_parsing import day_of
from nuanyi.lib.ids import new_id
from nuanyi.places import base_map, queries, services
from nuanyi.places.models import Grid, Level, Region


class LoadForm(forms.Form):
    """A GeoJSON file with its coordinate system."""

    what = forms.ChoiceField(
        label=_("What it draws"),
        choices=[
            ("grids", _("Grids")),
            ("regions", _("Regions")),
            ("table", _("A table of regions without shapes (Excel)")),
        ],
    )
    crs = forms.ChoiceField(
        label=_("Coordinate system"),
        choices=[
            ("wgs84", _("WGS-84 (GPS, GeoJSON)")),
            ("gcj02", _("GCJ-02 (Amap, Tencent)")),
            ("bd09", _("BD-09 (Baidu)")),
        ],
    )
    file = forms.FileField(
        label=_("GeoJSON file"),
        help_text=_("Each feature needs a code and a name (编码, 名称); a table needs 代码 and 名称."),
    )


#: How long a looked-at file waits for the second click; shapes name nobody.
KEPT_SECONDS = 1800


def _kept(actor: Actor, key: str) -> str:
    return f"places-load:{actor.account_id}:{key[:40]}"


def _rows(document: bytes) -> list[list[Any]]:
    for sheet in sheets.read(document):
        return [list(row) for row in sheet.rows]
    return []


@permission_required("places.view")
def places(request: HttpRequest) -> HttpResponse:
    """The tree, the map, and the form to load one's own polygons."""
    form, refusal, seen = LoadForm(), None, None
    if request.method == "POST":
        actor, kept = actor_of(request), request.POST.get("kept", "")
        form = LoadForm(request.POST, request.FILES)
        if kept and not request.FILES:
            form.fields["file"].required = False
        if form.is_valid():
            what, crs = form.cleaned_data["what"], form.cleaned_data["crs"]
            file = form.cleaned_data["file"]
            document = file.read() if file else cache.get(_kept(actor, kept))
            try:
                if document is None:
                    raise BadInput(fields={"file": _("Choose the file once more.")})
                if what == "table":
                    services.load_table(actor=actor, rows=_rows(document))
                    return redirect("places:places")
                if "sure" in request.POST:
                    services.load_geojson(actor=actor, document=document, crs=crs, what=what)
                    cache.delete(_kept(actor, kept))
                    return redirect("places:places")
                made, changed = services.look_at_geojson(actor=actor, document=document, crs=crs, what=what)
                kept = kept or new_id().hex
                cache.set(_kept(actor, kept), document, KEPT_SECONDS)
                seen = {"made": made, "changed": changed, "kept": kept}
            except Refusal as wrong:
                refusal = wrong
    regions = queries.all_regions()
    tree = [
        (region, [child for child in regions if child.parent_id == region.code])
        for region in regions
        if region.level == Level.TOWNSHIP and region.ended_date is None
    ]
    context = {
        "tree": tree,
        "grids": Grid.objects.count(),
        "form": form,
        "refusal": refusal,
        "seen": seen,
        "changes": queries.changes(),
        "load": queries.last_load(),
    }
    return render(request, "places/staff/places.html", context, status=422 if refusal or form.errors else 200)


@require_POST
@permission_required("places.load")
def change(request: HttpRequest) -> HttpResponse:
    """A place is renamed, gets another code, or becomes part of another, from a day on."""
    told = {name: request.POST.get(name, "").strip() for name in ("old_code", "new_code", "name", "because")}
    services.change_region(
        actor=actor_of(request),
        day=day_of(request.POST.get("day", ""), "day"),
        **{**told, "new_code": told["new_code"] or told["old_code"]},
    )
    return redirect("places:places")


@require_POST
@permission_required("places.load")
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Put back what stood before the last load."""
    services.take_load_back(actor=actor_of(request), pk=pk)
    return redirect("places:places")


def _map_words() -> dict[str, dict[str, str]]:
    """What the buttons of a map are called, in every language: the answer is kept for all of them."""
    words = {}
    for code, _name in settings.LANGUAGES:
        with override(code):
            words[code] = {
                "close": gettext("Close"),
                "zoomIn": gettext("Zoom in"),
                "zoomOut": gettext("Zoom out"),
            }
    return words


@require_safe
@permission_required(PUBLIC)
def geojson(request: HttpRequest) -> JsonResponse:
    """The plain base map: the river, townships and grids in WGS-84."""
    drawn = Region.objects.filter(pk=base_map.DISTRICT).exists()
    response = JsonResponse(
        {
            "base": base_map.layers() if drawn else {"outline": [], "river": []},
            "townships": queries.outlines(Level.TOWNSHIP),
            "grids": queries.grids_geojson(),
            "attribution": base_map.ATTRIBUTION if drawn else None,
            "words": _map_words(),
        }
    )
    response["Cache-Control"] = "public, max-age=300"
    return response
