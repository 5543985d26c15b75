"""The office's face of the three lists: needs, resources, projects on one page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nuanyi.cases import queries
from nuanyi.cases.forms import NeedForm, PledgeForm
from nuanyi.cases.models import Project
from nuanyi.cases.rules import Part
from nuanyi.cases.services import lists
from nuanyi.lib import clock
from nuanyi.lib.access import actor_of, permission_required
from nuanyi.lib.errors import Refusal
from nuanyi.lib.form_parsing import day_of, number_of, status_of
from nuanyi.places import queries as places
from nuanyi.units.queries import units_for


@require_safe
@permission_required("cases.lists")
def three_lists(request: HttpRequest) -> HttpResponse:
    """What is needed, what is offered, what meets where?"""
    needs, pledges = lists.open_needs(), lists.open_pledges()
    context = {
        "needs": needs,
        "pledges": pledges,
        "matches": lists.matches(needs, pledges),
        "part_names": dict(Part.choices),
        "names": places.names_by_code(),
        "today": clock.today(),
        "told": queries.told_needs() if actor_of(request).can("cases.oversee") else [],
        "projects": Project.objects.select_related("need", "pledge__unit").order_by("-pk")[:100],
    }
    return render(request, "cases/staff/lists.html", context)


def _line(request: HttpRequest, form: Any, save: Any, title: str) -> HttpResponse:
    refusal: Refusal | None = None
    if request.method == "POST" and form.is_valid():
        try:
            save(actor=actor_of(request), told=form.told())
            return redirect("cases:lists")
        except Refusal as wrong:
            refusal = wrong
    status = status_of(refusal, form)
    return render(
        request, "cases/staff/line.html", {"form": form, "refusal": refusal, "title": title}, status=status
    )


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("cases.lists")
def need(request: HttpRequest) -> HttpResponse:
    """Enter a need."""
    first = {name: request.GET[name][:20] for name in ("part", "region", "amount") if request.GET.get(name)}
    form = NeedForm(request.POST or None, units=units_for(actor_of(request), lists.ACT), initial=first)
    return _line(request, form, lists.add_need, gettext("A need"))


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("cases.lists")
def pledge(request: HttpRequest) -> HttpResponse:
    """Enter what a unit offers."""
    form = PledgeForm(
        request.POST or None, units=units_for(actor_of(request), lists.ACT), initial={"first": clock.today()}
    )
    return _line(request, form, lists.add_pledge, gettext("An offer"))


@require_POST
@permission_required("cases.lists")
def plan(request: HttpRequest) -> HttpResponse:
    """Let an offer meet a need."""
    post = request.POST
    lists.plan(
        actor=actor_of(request),
        need=number_of(post.get("need", "")),
        pledge=number_of(post.get("pledge", "")),
        amount=number_of(post.get("amount", "")),
        day=day_of(post.get("day", ""), "day"),
    )
    return redirect(f"{reverse('cases:lists')}#projects")


@require_POST
@permission_required("cases.lists")
def finish(request: HttpRequest, pk: int) -> HttpResponse:
    """A project was done, or dropped."""
    post = request.POST
    lists.finish(
        actor=actor_of(request),
        pk=pk,
        state=post.get("state", ""),
        reached=number_of(post.get("reached", "")),
        words=post.get("words", ""),
    )
    return redirect(f"{reverse('cases:lists')}#projects")
