"""Places and grids: the map, and loading polygons."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from nuanyi.lib.access import PUBLIC, actor_of, permission_required
from nuanyi.lib.errors import Refusal
from nuanyi.places import base_map, queries, services
from nuanyi.places.models import Grid, Level, Region


class LoadForm(forms.Form):
    """A GeoJSON file with its coordinate system."""

    what = forms.ChoiceField(
        label=_("What it draws"), choices=[("grids", _("Grids")), ("regions", _("Regions"))]
    )
    crs = forms.ChoiceField(
        label=_("Coordinate system"),
        choices=[
            ("wgs84", _("WGS-84 (GPS, GeoJSON)")),
            ("gcj02", _("GCJ-02 (Amap, Tencent)")),
            ("bd09", _("BD-09 (Baidu)")),
        ],
    )
    file = forms.FileField(label=_("GeoJSON file"), help_text=_("Each feature needs a code and a name."))


@permission_required("places.view")
def places(request: HttpRequest) -> HttpResponse:
    """The tree, the map, and the form to load one's own polygons."""
    form, refusal = LoadForm(), None
    if request.method == "POST":
        form = LoadForm(request.POST, request.FILES)
        if form.is_valid():
            try:
                services.load_geojson(
                    actor=actor_of(request),
                    document=form.cleaned_data["file"].read(),
                    crs=form.cleaned_data["crs"],
                    what=form.cleaned_data["what"],
                )
            except Refusal as wrong:
                refusal = wrong
            else:
                return redirect("places:places")
    regions = queries.all_regions()
    tree = [
        (region, [child for child in regions if child.parent_id == region.code])
        for region in regions
        if region.level == Level.TOWNSHIP
    ]
    context = {"tree": tree, "grids": Grid.objects.count(), "form": form, "refusal": refusal}
    return render(request, "places/staff/places.html", context, status=422 if refusal or form.errors else 200)


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
            "attribution": base_map.ATTRIBUTION if drawn else "",
        }
    )
    response["Cache-Control"] = "public, max-age=300"
    return response
