"""The office: home by role, search."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from nuanyi.lib import clock, figures, periods, rooms
from nuanyi.lib.access import actor_of, permission_required
from nuanyi.lib.actor import Actor
from nuanyi.lib.figures import Figure, Window
from nuanyi.lib.region_codes import DISTRICT
from nuanyi.lib.roles import Role
from nuanyi.lib.rooms import Route
from nuanyi.places import queries as places
from nuanyi.units import queries as units

FIRST_STEPS = 4
#: Months behind a figure's small line, and the field that it is drawn on.
MONTHS, WIDTH, HEIGHT = 12, 110, 24


@dataclass(frozen=True)
class Shown:
    """A figure, its number, and the line of its last months ("" where it has none); ``href`` is what it counts."""

    figure: Figure
    value: int
    line: str
    beside: str
    href: str


def _shown(figure: Figure, actor: Actor, region: str) -> Shown:
    """Of a place ("": everywhere) as this actor may see it: who may not see all people sees counts of them in fives."""

    exact, line = figures.sees_exact(actor), ""
    if "month" in figure.dimensions:
        months = [periods.shifted(clock.today(), n - MONTHS + 1) for n in range(MONTHS)]
        found = figure.cells_shown(Window(months[0], clock.today(), region), ("month",), exact=exact)
        line = _line([found.get((month.isoformat(),), 0) for month in months])
    value = figure.shown(Window(region=region), exact=exact)
    query = {"region": region} if region else {}
    href = Route("matrix:records", {"key": figure.key}, query).address
    return Shown(figure, value, line, figure.words_beside(exact=exact), href)


def _line(values: list[int]) -> str:
    """The points of a small line (SVG), "" where there is nothing to see."""
    most = max(values)
    if most <= 0:
        return ""
    step = WIDTH / (len(values) - 1)
    return " ".join(
        f"{n * step:.0f},{HEIGHT - 2 - (HEIGHT - 4) * value / most:.1f}" for n, value in enumerate(values)
    )


@require_safe
@permission_required("front.office")
def home(request: HttpRequest) -> HttpResponse:
    """What to do next, by role; then the figures that this person works on."""
    actor = actor_of(request)
    shown, region = [], ""
    if actor.can("matrix.view"):
        offered = figures.offered()
        chosen = [offered[key] for key in rooms.home_figures(actor) if key in offered]
        region = units.own_place(actor)
        shown = [_shown(figure, actor, region) for figure in chosen]
    tasks = rooms.tasks(actor)
    context = {
        "tasks": tasks,
        "figures": shown,
        # a row of zeros tells nobody what to do next
        "begins_first": not tasks or not any(one.value or one.line for one in shown),
        "of_a_city": len(places.districts()) > 1 and not region,
        "place": places.names_by_code().get(region, "") if len(region) > DISTRICT else "",
        "roles": [Role(role).label for role in actor.roles],
        "first_steps": [step for step in rooms.steps() if actor.can(step.permission)][:FIRST_STEPS],
    }
    return render(request, "front/office_home.html", context)


@require_safe
@permission_required("front.office", journaled=True)
def search(request: HttpRequest) -> HttpResponse:
    """What is there of that name or number, and where it was looked for."""
    actor, text = actor_of(request), request.GET.get("q", "").strip()[:80]
    looked = rooms.search(actor, text) if text else []
    context = {"q": text, "looked": looked, "found": [hits for hits in looked if hits.rows]}
    return render(request, "front/search.html", context)
