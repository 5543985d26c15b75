"""Census rounds and exports in clear."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from nuanyi.census import queries
from nuanyi.census.forms import RoundForm
from nuanyi.census.models import CensusRound, Export
from nuanyi.census.rules import RoundState
from nuanyi.census.services import exports, rounds
from nuanyi.census.staff.records import filters_of
from nuanyi.lib import clock
from nuanyi.lib.access import actor_of, permission_required
from nuanyi.lib.downloads import workbook
from nuanyi.lib.errors import NotFound, Refusal
from nuanyi.lib.form_parsing import number_of
from nuanyi.units.models import Unit


@require_safe
@permission_required("census.view")
def rounds_list(request: HttpRequest) -> HttpResponse:
    """All rounds with their progress."""
    context = {
        "rounds": queries.rounds(request.GET.get("state", "")),
        "may_plan": actor_of(request).can("census.rounds"),
    }
    return render(request, "census/staff/rounds.html", context)


@permission_required("census.rounds")
def new(request: HttpRequest) -> HttpResponse:
    """Plan a round."""
    form, refusal = RoundForm(), None
    if request.method == "POST":
        form = RoundForm(request.POST)
        if form.is_valid():
            told = dict(form.cleaned_data)
            told["units"] = list(Unit.objects.filter(pk__in=told["units"]))
            try:
                rounds.plan_round(actor=actor_of(request), **told)
                return redirect("census:rounds")
            except Refusal as wrong:
                refusal = wrong
    return render(
        request,
        "census/staff/round_new.html",
        {"form": form, "refusal": refusal},
        status=422 if refusal or form.errors else 200,
    )


@require_POST
@permission_required("census.rounds")
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin, close or reopen."""
    found = CensusRound.objects.filter(pk=pk).first()
    if found is None or request.POST.get("state") not in RoundState.values:
        raise NotFound()
    rounds.move_round(actor=actor_of(request), census_round=found, state=request.POST["state"])
    return redirect("census:rounds")


@permission_required("census.export")
def exports_list(request: HttpRequest) -> HttpResponse:
    """Requests for workers in clear: ask, decide, take."""
    actor, refusal = actor_of(request), None
    if request.method == "POST":
        try:
            exports.ask_for_clear(
                actor=actor, purpose=request.POST.get("purpose", ""), filters=filters_of(request)
            )
            return redirect("census:exports")
        except Refusal as wrong:
            refusal = wrong
    rows = queries.exports_for(actor, waiting="waiting" in request.GET)
    rows = rows.select_related("asked_by", "decided_by")
    context = {
        "exports": exports.asked_in_words(rows[:100]),
        "refusal": refusal,
        "asked_now": exports.rows_asked(actor, filters_of(request)),
        "may_decide": actor.can("census.approve_export"),
    }
    return render(request, "census/staff/exports.html", context, status=422 if refusal else 200)


def _export(pk: UUID) -> Export:
    found = Export.objects.filter(pk=pk).first()
    if found is None:
        raise NotFound()
    return found


@require_POST
@permission_required("census.approve_export")
def decide_export(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Approve or refuse."""
    exports.decide_export(
        actor=actor_of(request),
        export=_export(pk),
        approve="approve" in request.POST,
        seen=number_of(request.POST.get("seen", "")),
    )
    return redirect("census:exports")


@require_POST
@permission_required("census.export")
def take_export(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The one download."""
    return workbook(
        exports.take_clear(actor=actor_of(request), export=_export(pk)),
        f"{_('Workers')} {clock.today().isoformat()}",
    )
