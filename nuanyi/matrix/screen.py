"""The big screen: at most eight numbers, a map, two movements. Nobody on it; counts of people in fives, under five nothing.

It hangs where anybody walks past, so it shows the same to everybody, whoever signed it in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import F
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from nuanyi.lib import clock, figures
from nuanyi.lib.access import PUBLIC, actor_of, permission_required
from nuanyi.lib.dates import moment_words
from nuanyi.lib.errors import Refusal
from nuanyi.lib.figures import Window
from nuanyi.lib.form_parsing import number_of, status_of
from nuanyi.lib.small_cells import INSIDE, cell
from nuanyi.matrix import charts
from nuanyi.matrix import cube as cubes
from nuanyi.matrix.models import ScreenLink
from nuanyi.matrix.services import screens
from nuanyi.places import queries as places
from nuanyi.units.queries import of_own_units

#: Figures of the present, by their keys; the rest of the eight are all that was ever delivered.
NOW = ("census.establishments", "census.workers", "stations.open")
DELIVERED = (
    "stations.visits",
    cubes.DESK,
    "learning.attendances",
    "governance.community_problems_reported",
    "governance.volunteer_hours",
)
#: Seconds after which a screen asks again.
REFRESH_SECONDS = 60


@dataclass(frozen=True)
class Number:
    """One of the eight: None where it is too small to be shown."""

    key: str
    title: str
    value: int | None
    unit: str


def _now() -> list[Number]:
    offered = figures.offered()
    found = []
    for key in NOW:
        figure = offered.get(key)
        if figure is None:
            continue
        total = figure.total(Window())
        shown = cell(total, INSIDE) if figure.of_people else total
        found.append(Number(key, str(figure.title), shown, str(figure.unit)))
    return found


def _since_the_beginning(year: int, trend: charts.Chart) -> list[Number]:
    """All that was ever delivered, each number coarse by itself; what the desk did, in the year that the panels show."""
    offered = figures.offered()
    numbers = []
    for key in DELIVERED:
        if key == cubes.DESK:
            title = _("Requests brought to an end, %(year)s") % {"year": year}
            numbers.append(Number(key, title, trend.total, trend.unit))
        elif key in offered:
            figure = offered[key]
            total = figure.total(Window())
            shown = cell(total, INSIDE) if figure.of_people else total
            numbers.append(Number(key, str(figure.title), shown, str(figure.unit)))
    return numbers


def content() -> dict[str, Any]:
    """What the screen shows now. Nobody can filter it: each number is made coarse by itself, so that few in each of many cells
    are not told as nothing at all.
    """
    year = charts.last_year()
    view = cubes.View(kind=cubes.DESK)
    trend = charts.trend(view, year, None, step=INSIDE)
    return {
        "year": year,
        "as_of": moment_words(clock.now()),
        "numbers": [*_now(), *_since_the_beginning(year, trend)],
        "trend": trend,
        "map": charts.choropleth(view, year, None, step=INSIDE),
        "hours": charts.hours(year),
    }


def _page(request: HttpRequest, numbers: str) -> HttpResponse:
    district = places.district()
    found = content()
    context = {
        **found,
        "numbers_address": numbers,
        "district": district.name if district else "",
        "outlines": found["map"].outlines,
        "refresh": REFRESH_SECONDS,
    }
    return render(request, "matrix/staff/screen.html", context)


@require_safe
@permission_required("matrix.view")
def page(request: HttpRequest) -> HttpResponse:
    """The screen itself; it asks for new numbers every minute."""
    return _page(request, reverse("matrix:screen_numbers"))


@require_safe
@permission_required("matrix.view")
def numbers(request: HttpRequest) -> HttpResponse:
    """The same as JSON, for the screen that hangs already."""
    return _numbers()


@require_safe
@permission_required(PUBLIC, journaled=True)
def wall(request: HttpRequest, link: str) -> HttpResponse:
    """The screen on a wall where nobody is signed in, for whoever holds its link."""
    screens.open_link(link=link)
    response = _page(request, reverse("wall:numbers", kwargs={"link": link}))
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response


@require_safe
@permission_required(PUBLIC, journaled=True)
def wall_numbers(request: HttpRequest, link: str) -> HttpResponse:
    """The numbers for the screen on a wall."""
    screens.open_link(link=link)
    return _numbers()


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


def _numbers() -> HttpResponse:
    found = content()
    told = {
        "as_of": found["as_of"],
        "year": found["year"],
        "titles": {one.key: one.title for one in found["numbers"]},
        "tiles": {code: [value, shade] for code, _place, value, shade in found["map"].tiles},
        "numbers": {one.key: one.value for one in found["numbers"]},
        **{
            name: {"sentence": found[name].sentence, "spec": found[name].spec}
            for name in ("trend", "map", "hours")
        },
    }
    response = JsonResponse(told)
    response["Cache-Control"] = "no-store"
    return response
