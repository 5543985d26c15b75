"""The office: home by role, search."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from nuanyi.lib import figures, rooms
from nuanyi.lib.access import actor_of, permission_required
from nuanyi.lib.figures import Window
from nuanyi.lib.roles import Role

FIRST_STEPS = 4


@require_safe
@permission_required("front.office")
def home(request: HttpRequest) -> HttpResponse:
    """What to do next, by role; then the figures that this person works on."""
    actor = actor_of(request)
    shown = []
    if actor.can("matrix.view"):
        offered = figures.offered()
        chosen = [offered[key] for key in rooms.home_figures() if key in offered]
        shown = [(figure, figure.total(Window())) for figure in chosen]
    context = {
        "tasks": rooms.tasks(actor),
        "figures": shown,
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
