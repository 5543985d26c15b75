"""The big screen: at most eight numbers, a map, two movements. Nobody on it; counts of people in fives, under five nothing.

It hangs where anybody walks past, so it shows what a guest may see, whoever signed it in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from nuanyi.lib import clock, figures
from nuanyi.lib.access import permission_required
from nuanyi.lib.actor import GUEST
from nuanyi.lib.dates import moment_words
from nuanyi.lib.figures import Window
from nuanyi.lib.small_cells import INSIDE, cell
from nuanyi.matrix import charts
from nuanyi.matrix import cube as cubes
from nuanyi.matrix.rules import Axis
from nuanyi.places import queries as places

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
    """One view for all of them: kinds by sector, as a guest sees it; what the desk did is the sum of the trend beside it."""
    view = cubes.View(rows=Axis.KIND, columns=Axis.SECTOR, period="all")
    found = cubes.cube(view, GUEST)
    totals = {row.code: (row, total.count, any(c.hidden for c in cells)) for row, cells, total in found.lines}
    numbers = []
    for key in DELIVERED:
        if key == cubes.DESK:
            done = sum(round(value or 0) for value in trend.series[0].values)
            title = _("Requests brought to an end, %(year)s") % {"year": year}
            numbers.append(Number(key, title, done, trend.unit))
        elif key in totals:
            row, count, hidden = totals[key]
            numbers.append(Number(key, row.title, count or (None if hidden else 0), row.note))
    return numbers


def content() -> dict[str, Any]:
    """What the screen shows now."""
    year = charts.last_year()
    view = cubes.View(kind=cubes.DESK)
    trend = charts.trend(view, year, GUEST)
    return {
        "year": year,
        "as_of": moment_words(clock.now()),
        "numbers": [*_now(), *_since_the_beginning(year, trend)],
        "trend": trend,
        "map": charts.choropleth(view, year, GUEST),
        "hours": charts.hours(year),
    }


@require_safe
@permission_required("matrix.view")
def page(request: HttpRequest) -> HttpResponse:
    """The screen itself; it asks for new numbers every minute."""
    district = places.district()
    found = content()
    context = {
        **found,
        "district": district.name if district else "",
        "outlines": found["map"].outlines,
        "refresh": REFRESH_SECONDS,
    }
    return render(request, "matrix/staff/screen.html", context)


@require_safe
@permission_required("matrix.view")
def numbers(request: HttpRequest) -> HttpResponse:
    """The same as JSON, for the screen that hangs already."""
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
