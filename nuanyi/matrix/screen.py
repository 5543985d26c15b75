"""The big screen: at most eight numbers, a map, two movements. Nobody on it; counts of people in fives, under five nothing.

It hangs where anybody walks past, so it shows the same to everybody, whoever signed it in; in a city that of each district
shows this district, and the city's own its districts side by side.
"""

from __future__ import annotations

from typing import Any

from django.db.models import F
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from nuanyi.lib.access import PUBLIC, actor_of, permission_required
from nuanyi.lib.errors import Refusal
from nuanyi.lib.form_parsing import number_of, status_of
from nuanyi.matrix import screen_content
from nuanyi.matrix.models import ScreenLink
from nuanyi.matrix.services import screens
from nuanyi.places import queries as places
from nuanyi.units import queries as units
from nuanyi.units.queries import of_own_units

#: Seconds after which a screen asks again.
REFRESH_SECONDS = 60


def _page(request: HttpRequest, numbers: str, district: str) -> HttpResponse:
    served = places.names_by_code().get(district) if district else None
    root = places.district()
    found = screen_content.content(district)
    context = {
        **found,
        "numbers_address": numbers,
        "district": served or (root.name if root else ""),
        "outlines": found["map"].outlines,
        "refresh": REFRESH_SECONDS,
    }
    return render(request, "matrix/staff/screen.html", context)


@require_safe
@permission_required("matrix.view", journaled=True)
def page(request: HttpRequest) -> HttpResponse:
    """The screen itself; it asks for new numbers every minute."""
    return _page(request, reverse("matrix:screen_numbers"), units.own_district(actor_of(request)))


@require_safe
@permission_required("matrix.view", journaled=True)
def numbers(request: HttpRequest) -> HttpResponse:
    """The same as JSON, for the screen that hangs already."""
    return _numbers(units.own_district(actor_of(request)))


@require_safe
@permission_required(PUBLIC, journaled=True)
def wall(request: HttpRequest, link: str) -> HttpResponse:
    """The screen on a wall where nobody is signed in, for whoever holds its link."""
    district = _district_of(screens.open_link(link=link))
    response = _page(request, reverse("wall:numbers", kwargs={"link": link}), district)
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response


@require_safe
@permission_required(PUBLIC, journaled=True)
def wall_numbers(request: HttpRequest, link: str) -> HttpResponse:
    """The numbers for the screen on a wall."""
    return _numbers(_district_of(screens.open_link(link=link)))


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(screens.GIVE)
def links(request: HttpRequest) -> HttpResponse:
    """On which walls does it hang? Make a link for one, or revoke it."""
    actor, post, refusal, made = actor_of(request), request.POST, None, ""
    if request.method == "POST":
        try:
            if "revoke" in post:
                screens.revoke_link(actor=actor, pk=number_of(post["revoke"]))
                return redirect("matrix:screen_links")
            _row, link = screens.make_link(actor=actor, name=post.get("name", ""))
            made = request.build_absolute_uri(reverse("wall:screen", kwargs={"link": link}))
        except Refusal as wrong:
            refusal = wrong
    context = {
        "rows": of_own_units(ScreenLink.objects.select_related("made_by"), actor, screens.GIVE).order_by(
            F("revoked_at").desc(nulls_first=True), "-pk"
        ),
        "made": made,
        "name": "" if made else post.get("name", ""),
        "refusal": refusal,
    }
    response = render(request, "matrix/staff/screen_links.html", context, status=status_of(refusal))
    response["Cache-Control"] = "no-store"
    return response


def _district_of(link: ScreenLink) -> str:
    """The district of a city whose unit hung the screen up; "" where it shows all."""
    return units.district_served(link.unit) if link.unit is not None else ""


def _numbers(district: str) -> HttpResponse:
    found = screen_content.content(district)
    told: dict[str, Any] = {
        "as_of": found["as_of"],
        "year": found["year"],
        "titles": {one.key: one.title for one in found["numbers"]},
        "tiles": {code: [value, shade] for code, _place, value, shade in found["map"].tiles},
        "numbers": {one.key: one.value for one in found["numbers"]},
        "districts": {row.code: list(row.values.values()) for row in found["districts"]},
        "heads": found["heads"],
        **{
            name: {"sentence": found[name].sentence, "spec": found[name].spec}
            for name in ("trend", "map", "hours")
            if found[name] is not None
        },
    }
    response = JsonResponse(told)
    response["Cache-Control"] = "no-store"
    return response
