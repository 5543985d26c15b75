"""Organisation life in the office: what is due of my branches, meetings with sign-in and minutes."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from nuanyi.lib import clock
from nuanyi.lib.access import actor_of, permission_required
from nuanyi.lib.errors import NotFound, Refusal
from nuanyi.lib.form_parsing import number_or_none, status_of
from nuanyi.party import life_queries, queries
from nuanyi.party.forms import LifeRuleForm, MeetingForm
from nuanyi.party.models.life import Meeting
from nuanyi.party.ports import sessions
from nuanyi.party.rules import MEMBERS, ORGANISE
from nuanyi.party.services import life


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(MEMBERS)
def life_list(request: HttpRequest) -> HttpResponse:
    """What is due of which branch, and what was held?"""
    actor, refusal = actor_of(request), None
    deed = request.POST.get("deed", "")
    branches = queries.branches_of(actor)
    form = MeetingForm(request.POST if deed == "plan" else None, branches=branches)
    rule_form = LifeRuleForm(request.POST if deed == "rule" else None)
    if request.method == "POST":
        try:
            if deed == "rule" and rule_form.is_valid():
                life.set_life_rule(actor=actor, told=rule_form.told())
                return redirect("party:life")
            if deed == "plan" and form.is_valid():
                told = form.cleaned_data
                made = life.plan_meeting(
                    actor=actor, key=told["key"], branch=int(told["branch"]), told=form.told()
                )
                return redirect("party:meeting", made.pk)
        except NotFound:
            raise
        except Refusal as wrong:
            refusal = wrong
    book = life_queries.rules_now()
    late = request.GET.get("wait") == life_queries.LATE
    context = {
        "lives": life_queries.lives(actor, branches, book),
        "late": late,
        "rules": book,
        "meetings": life_queries.meetings_for(actor),
        "form": form,
        "rule_form": rule_form,
        "refusal": refusal,
        "may_set": actor.can(ORGANISE),
        "wrong": rule_form if deed == "rule" else form,
    }
    status = status_of(refusal, rule_form if deed == "rule" else form)
    return render(request, "party/staff/life.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(MEMBERS)
def meeting(request: HttpRequest, pk: int) -> HttpResponse:
    """One meeting: who signed in, that it was held, its minutes."""
    actor, refusal, minutes = actor_of(request), None, ""
    if request.method == "POST":
        deed, heads = request.POST.get("deed", ""), request.POST.get("heads", "").strip()
        try:
            if deed == "read":
                minutes = life.read_minutes(actor=actor, pk=pk)
            else:
                if deed == "off":
                    life.call_off(actor=actor, pk=pk)
                else:
                    life.hold_meeting(
                        actor=actor,
                        pk=pk,
                        heads=number_or_none(heads),
                        minutes=request.POST.get("minutes", ""),
                    )
                return redirect("party:meeting", pk)
        except NotFound:
            raise
        except Refusal as wrong:
            refusal = wrong
    found = Meeting.objects.visible_to(actor).select_related("organisation").filter(pk=pk).first()
    if found is None:
        raise NotFound()
    stand = sessions().stand([found.session]).get(found.session)
    context = {
        "meeting": found,
        "stand": stand,
        "begun": stand is not None and stand.starts_at <= clock.now(),
        "minutes": minutes,
        "posted": request.POST,
        "refusal": refusal,
    }
    response = render(request, "party/staff/meeting.html", context, status=status_of(refusal))
    response["Cache-Control"] = "no-store"
    return response
