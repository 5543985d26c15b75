"""The secretary's face: who belongs to the branch, who reports to it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from nuanyi.lib.access import actor_of, permission_required
from nuanyi.lib.errors import NotFound, Refusal
from nuanyi.lib.form_parsing import day_of, number_of, status_of
from nuanyi.party import queries
from nuanyi.party.forms import AwayForm, Deed, MemberChangeForm, MemberForm
from nuanyi.party.models.members import Member
from nuanyi.party.rules import MEMBERS, ORGANISE
from nuanyi.party.services import members
from nuanyi.places import queries as places


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(MEMBERS)
def member_list(request: HttpRequest) -> HttpResponse:
    """Who belongs to my branch, and who is with us for a time?"""
    actor, refusal = actor_of(request), None
    own = queries.branches_of(actor)
    deed, names = request.POST.get("deed", ""), dict[int, str]()
    form = MemberForm(request.POST if request.method == "POST" and not deed else None, branches=own)
    rows = queries.members_for(actor, request.GET.get("wait", ""))
    if request.method == "POST":
        try:
            if deed == "names":
                names = members.names_of(actor=actor, rows=rows, purpose=request.POST.get("purpose", ""))
            elif deed == "report":
                branch = number_of(request.POST.get("branch", ""))
                found = members.check_in(actor=actor, branch=branch, code=request.POST.get("code", ""))
                return redirect("party:member", found.pk)
            elif form.is_valid():
                told = form.cleaned_data
                made = members.add_member(
                    actor=actor, key=told["key"], branch=int(told["branch"]), told=form.told()
                )
                return redirect("party:member", made.pk)
        except Refusal as wrong:
            refusal = wrong
    waits = [(queries.AWAY, _("not reported yet")), (queries.FULL, _("to be confirmed as full members"))]
    if actor.can(ORGANISE):
        waits.append((queries.UNCLEAR, _("to be settled")))
    context = {
        "waits": waits,
        "rows": [(row, names.get(row.pk, "")) for row in rows],
        "branches": own,
        "form": form,
        "refusal": refusal,
        "code": request.POST.get("code", ""),
        "unclear": queries.on_two_rolls(actor),
        "names": places.names_by_code(),
    }
    response = render(request, "party/staff/members.html", context, status=status_of(refusal, form))
    response["Cache-Control"] = "no-store"
    return response


#: What is done without a form, after which another page is shown.
DEEDS: dict[str, Deed] = {
    "home": lambda actor, pk, _told: members.come_home(actor=actor, pk=pk),
    "full": lambda actor, pk, _told: members.confirm_full(actor=actor, pk=pk, good=True),
    "aside": lambda actor, pk, _told: members.confirm_full(actor=actor, pk=pk, good=False),
    "transfer": lambda actor, pk, told: members.transfer(
        actor=actor,
        pk=pk,
        to=number_of(told.get("to", "") or "0"),
        on=day_of(told.get("on", ""), "on"),
        paper=told.get("paper", ""),
    ),
    "leave": lambda actor, pk, told: members.leave(actor=actor, pk=pk, on=day_of(told.get("on", ""))),
}


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(MEMBERS)
def member(request: HttpRequest, pk: int) -> HttpResponse:
    """One member: home, away, received, gone."""
    actor, refusal = actor_of(request), None
    code, opened, link = "", None, ""
    deed = request.POST.get("deed", "")
    form = AwayForm(request.POST if deed == "away" else None, branches=queries.branches())
    change = MemberChangeForm(request.POST if deed == "change" else None)
    if request.method == "POST":
        try:
            if deed == "away" and form.is_valid():
                code = members.send_away(actor=actor, pk=pk, told=form.told())
            elif deed == "reveal":
                opened = members.open_member(actor=actor, pk=pk, purpose=request.POST.get("purpose", ""))
            elif deed == "link":
                link = members.hand_over_link(actor=actor, pk=pk)
            elif deed == "change" and change.is_valid():
                members.change_member(actor=actor, pk=pk, told=change.told())
                return redirect("party:member", pk)
            elif deed in DEEDS:
                DEEDS[deed](actor, pk, request.POST)
                return redirect("party:members") if deed == "leave" else redirect("party:member", pk)
        except NotFound:
            raise
        except Refusal as wrong:
            refusal = wrong
    rows = Member.objects.visible_to(actor).select_related("branch", "receiving")
    found = rows.filter(pk=pk, left_date=None).first()
    if found is None:
        raise NotFound()
    oversees = actor.can(ORGANISE, regions=(found.branch.region_code,))
    home = members.keeps(actor, found.branch)
    context = {
        "member": found,
        "code": code,
        "opened": opened,
        "form": form,
        "change": change,
        "wrong": change if change.is_bound else form,
        "refusal": refusal,
        "home": home,
        "targets": queries.receiving(actor, found.branch) if oversees else [],
        "posted": request.POST if deed == "transfer" else {},
        "may_link": found.link_shown_date is None or oversees,
        "again": queries.same_phone(actor, found),
        "link": link,
        "names": places.names_by_code(),
    }
    response = render(
        request,
        "party/staff/member.html",
        context,
        status=status_of(refusal, change if change.is_bound else form),
    )
    response["Cache-Control"] = "no-store"
    return response
