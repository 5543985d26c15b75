"""In the office: 大工委 of townships and 大党委 of communities.

What their members take on, and the three lists of their place.
"""

from __future__ import annotations

from uuid import uuid4

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from nuanyi.lib.access import actor_of, permission_required
from nuanyi.lib.actor import Actor
from nuanyi.lib.errors import NotFound, Refusal
from nuanyi.lib.form_parsing import day_of, key_in, number_of, number_or_none, status_of
from nuanyi.party import life_queries, queries
from nuanyi.party.forms import CommitteeForm, Deed
from nuanyi.party.models.committees import JointCommittee
from nuanyi.party.ports import lists
from nuanyi.party.rules import COMMITTEES, MatterState
from nuanyi.party.services import committees
from nuanyi.places import queries as places
from nuanyi.units.models import Unit


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(COMMITTEES)
def committee_list(request: HttpRequest) -> HttpResponse:
    """Which joint committees are there, and what is overdue?"""
    actor, refusal = actor_of(request), None
    form = CommitteeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = committees.set_committee_up(actor=actor, told=form.told())
            return redirect("party:committee", made.pk)
        except Refusal as wrong:
            refusal = wrong
    which = request.GET.get("matters", "")
    asked = which if which in (life_queries.LATE, life_queries.OURS) else ""
    context = {
        "rows": [] if asked else life_queries.committees(actor),
        "asked": asked,
        "matters": life_queries.matters_listed(actor, asked) if asked else [],
        "form": form,
        "refusal": refusal,
        "names": places.names_by_code(),
    }
    return render(request, "party/staff/committees.html", context, status=status_of(refusal, form))


def _take_member(actor: Actor, pk: int, told: QueryDict) -> None:
    kind, _dash, number = told.get("member", "").partition("-")
    committees.take_member(
        actor=actor,
        pk=pk,
        unit=number_of(number) if kind == "unit" else None,
        organisation=number_of(number) if kind == "branch" else None,
    )


def _correct(actor: Actor, pk: int, told: QueryDict) -> None:
    found = life_queries.committee(actor, pk)
    if found is None:
        raise NotFound()
    name, founded = told.get("name", ""), day_of(told.get("founded", ""), "founded")
    corrected = committees.CommitteeInput(
        name, found.level, found.region_code, founded, told.get("approval", "")
    )
    committees.correct_committee(actor=actor, pk=pk, told=corrected)


def _take_matter_on(actor: Actor, pk: int, told: QueryDict) -> None:
    key, seat = key_in(told), number_of(told.get("seat", "") or "0")
    meeting = number_or_none(told.get("meeting", ""))
    matter = committees.MatterInput(told.get("title", ""), seat, day_of(told.get("due", ""), "due"), meeting)
    committees.take_matter_on(actor=actor, pk=pk, key=key, told=matter)


DEEDS: dict[str, Deed] = {
    "member": _take_member,
    "leave": lambda actor, pk, told: committees.let_member_go(
        actor=actor, pk=pk, seat=number_of(told.get("seat", ""))
    ),
    "meeting": lambda actor, pk, told: committees.note_meeting(
        actor=actor,
        pk=pk,
        key=key_in(told),
        on=day_of(told.get("on", ""), "on"),
        topic=told.get("topic", ""),
        present=number_of(told.get("present", "") or "0"),
        decided=told.get("decided", ""),
    ),
    "correct": _correct,
    "dissolve": lambda actor, pk, told: committees.end_committee(
        actor=actor, pk=pk, on=day_of(told.get("on", ""), "on"), paper=told.get("paper", "")
    ),
    "end": lambda actor, pk, told: committees.end_matter(
        actor=actor,
        pk=pk,
        matter=number_of(told.get("matter", "")),
        state=told.get("state", ""),
        outcome=told.get("outcome", ""),
    ),
}


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(COMMITTEES)
def committee(request: HttpRequest, pk: int) -> HttpResponse:
    """One joint committee: members, meetings, matters, the three lists of its place."""
    actor, refusal = actor_of(request), None
    found = life_queries.committee(actor, pk)
    if found is None:
        raise NotFound()
    if request.method == "POST":
        try:
            deed = request.POST.get("deed", "")
            DEEDS.get(deed, _take_matter_on)(actor, pk, request.POST)
            return redirect("party:committees") if deed == "dissolve" else redirect("party:committee", pk)
        except NotFound:
            raise
        except Refusal as wrong:
            refusal = wrong
    kept = JointCommittee.objects.kept_by(actor).filter(pk=pk).exists()
    matters = found.matters.select_related("seat__unit", "seat__organisation")[:200]
    context = {
        "committee": found,
        "may_keep": kept,
        "seats": found.seats.filter(until_date=None).select_related("unit", "organisation"),
        "meetings": found.meetings.all()[:60],
        "matters": [
            (matter, matter.state == MatterState.OPEN and matter.is_of(actor, kept=kept))
            for matter in matters
        ],
        "lists": lists().of_place(found.region_code),
        "units": Unit.objects.filter(active=True).order_by("name"),
        "branches": queries.branches(),
        "key": uuid4(),
        "posted": request.POST,
        "refusal": refusal,
        "names": places.names_by_code(),
    }
    return render(request, "party/staff/committee.html", context, status=status_of(refusal))
