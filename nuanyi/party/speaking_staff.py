"""In the office: what is brought where (三进入), standing lecture teams, the speakers of the weeks."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from nuanyi.census.models import Establishment
from nuanyi.lib import clock
from nuanyi.lib.access import actor_of, permission_required
from nuanyi.lib.errors import NotFound, Refusal
from nuanyi.lib.form_parsing import number_of, status_of, uuid_of
from nuanyi.lib.listing import shown
from nuanyi.party import instructor_queries, life_queries, lists, rules
from nuanyi.party.forms import BroughtForm, SeatForm, SpeakerForm, TeamForm, WeekForm
from nuanyi.party.models.speaking import LectureTeam, Speaker, SpeakerWeek
from nuanyi.party.ports import sessions
from nuanyi.party.rules import ENTRIES, ORGANISE
from nuanyi.party.services import brought, speaking
from nuanyi.places import queries as places

SHOWN = 200


def _near(request: HttpRequest, words: str) -> list[Establishment]:
    """Establishments that somebody looked for by name; where one was posted, that one."""
    if request.POST.get("establishment"):
        return list(Establishment.objects.filter(pk=uuid_of(request.POST["establishment"])))
    if not words:
        return []
    return list(Establishment.objects.filter(name__icontains=words).order_by("name")[:50])


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(ENTRIES)
def brought_list(request: HttpRequest) -> HttpResponse:
    """What was brought where, in three strands?"""
    actor, refusal = actor_of(request), None
    words = request.GET.get("shop", "").strip()
    near = _near(request, words) if actor.can(ORGANISE) else instructor_queries.followed(actor)
    form = BroughtForm(request.POST or None, establishments=near)
    if request.method == "POST" and form.is_valid():
        try:
            brought.note_brought(actor=actor, key=form.cleaned_data["key"], told=form.told())
            return redirect("party:brought")
        except NotFound:
            raise
        except Refusal as wrong:
            refusal = wrong
    context = {
        "list": shown(request, lists.brought_listing(actor)),
        "rows_template": "party/staff/brought_rows.html",
        "empty_template": "party/staff/brought_empty.html",
        "counts": life_queries.brought_by_strand(actor),
        "form": form,
        "refusal": refusal,
        "names": places.names_by_code(),
        "may_search": actor.can(ORGANISE),
        "words": words,
    }
    return render(request, "party/staff/brought.html", context, status=status_of(refusal, form))


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(ENTRIES)
def team_list(request: HttpRequest) -> HttpResponse:
    """Which standing lecture teams are there?"""
    actor, refusal = actor_of(request), None
    form = TeamForm(request.POST or None, actor=actor)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            made = speaking.set_team_up(
                actor=actor,
                name=told["name"],
                region_code=told["region"],
                instructor=int(told["instructor"]),
            )
            return redirect("party:team", made.pk)
        except Refusal as wrong:
            refusal = wrong
    context = {
        "teams": life_queries.teams(actor),
        "form": form,
        "refusal": refusal,
        "names": places.names_by_code(),
        "may_make": actor.can(ORGANISE),
    }
    return render(request, "party/staff/teams.html", context, status=status_of(refusal, form))


def _change_team(request: HttpRequest, pk: int, deed: str) -> None:
    actor = actor_of(request)
    if deed == "leave":
        speaking.leave_team(actor=actor, team=pk, seat=number_of(request.POST.get("seat", "")))
    elif deed == "send":
        speaking.send_team(actor=actor, pk=pk, session=number_of(request.POST.get("session", "")))
    else:
        speaking.end_team(actor=actor, pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(ENTRIES)
def team(request: HttpRequest, pk: int) -> HttpResponse:
    """One lecture team: who sits in it, where it speaks."""
    actor, refusal, names = actor_of(request), None, dict[int, tuple[str, str]]()
    deed = request.POST.get("deed", "")
    form = SeatForm(request.POST if deed == "seat" else None)
    if request.method == "POST":
        try:
            if deed == "names":
                names = speaking.team_names(actor=actor, pk=pk)
            elif deed == "seat" and form.is_valid():
                told = form.cleaned_data
                speaking.take_into_team(
                    actor=actor,
                    key=told["key"],
                    team=pk,
                    part=told["part"],
                    name=told["name"],
                    agreed=told["agreed"],
                )
                return redirect("party:team", pk)
            elif deed != "seat":
                _change_team(request, pk, deed)
                return redirect("party:teams") if deed == "end" else redirect("party:team", pk)
        except NotFound:
            raise
        except Refusal as wrong:
            refusal = wrong
    found = LectureTeam.objects.visible_to(actor).select_related("instructor").filter(pk=pk).first()
    if found is None or found.until_date is not None:
        raise NotFound()
    seats = list(found.seats.filter(until_date=None))
    missing = [part.label for part in rules.missing_parts(seat.part for seat in seats)]
    context = {
        "team": found,
        "seats": [(seat, *names.get(seat.pk, ("", ""))) for seat in seats],
        "is_incomplete": bool(missing),
        # which part is missing tells whose part the seated ones have: once their names were opened, which is noted
        "missing": missing if names else [],
        "sessions": sessions().coming(actor),
        "form": form,
        "refusal": refusal,
        "names": places.names_by_code(),
        "may_end": actor.can(ORGANISE, regions=(found.region_code,)),
    }
    response = render(request, "party/staff/team.html", context, status=status_of(refusal, form))
    response["Cache-Control"] = "no-store"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(ORGANISE)
def speaker_list(request: HttpRequest) -> HttpResponse:
    """Who speaks in which week, and what may be said of them?"""
    actor, refusal, names = actor_of(request), None, dict[int, str]()
    deed = request.POST.get("deed", "")
    form = SpeakerForm(request.POST if deed == "add" else None)
    speakers = list(Speaker.objects.filter(withdrawn_date=None).exclude(sealed_name=None)[:SHOWN])
    week = WeekForm(request.POST if deed == "week" else None, speakers=speakers)
    if request.method == "POST":
        try:
            if deed == "names":
                names = speaking.speaker_names(actor=actor, rows=speakers)
            elif deed == "add" and form.is_valid():
                speaking.add_speaker(actor=actor, key=form.cleaned_data["key"], told=form.told())
                return redirect("party:speakers")
            elif deed == "week" and week.is_valid():
                told = week.cleaned_data
                speaking.give_week(actor=actor, pk=int(told["speaker"]), week=told["week"])
                return redirect("party:speakers")
            elif deed in ("named", "unnamed", "withdraw"):
                number = number_of(request.POST.get("speaker", ""))
                if deed == "withdraw":
                    speaking.withdraw_speaker(actor=actor, pk=number)
                else:
                    speaking.change_naming(actor=actor, pk=number, named=deed == "named")
                return redirect("party:speakers")
        except NotFound:
            raise
        except Refusal as wrong:
            refusal = wrong
    wrong_form = week if deed == "week" else form
    context = {
        "speakers": [(one, names.get(one.pk, "")) for one in speakers],
        "weeks": SpeakerWeek.objects.select_related("speaker")[:60],
        "this_week": clock.monday(clock.today()),
        "form": form,
        "week": week,
        "wrong": wrong_form,
        "refusal": refusal,
    }
    response = render(request, "party/staff/speakers.html", context, status=status_of(refusal, wrong_form))
    response["Cache-Control"] = "no-store"
    return response
