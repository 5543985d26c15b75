"""The office's face of lessons, the plan before the shift, groups and pushes."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nuanyi.learning import lists, queries, rules
from nuanyi.learning.forms import GroupForm, LessonForm, questions_as_text, questions_from_text
from nuanyi.learning.models import Group, Lesson
from nuanyi.learning.reading import html_of
from nuanyi.learning.rules import Media, SpeakerKind, State
from nuanyi.learning.services import channels as channel_services
from nuanyi.learning.services import groups as group_services
from nuanyi.learning.services import lessons, pushing, trials
from nuanyi.lib import clock
from nuanyi.lib.access import actor_of, permission_required
from nuanyi.lib.errors import BadInput, NotFound, Refusal
from nuanyi.lib.figures import window
from nuanyi.lib.form_parsing import day_of, number_of, status_of, uuid_of
from nuanyi.lib.listing import shown
from nuanyi.units.queries import units_for


@require_safe
@permission_required("learning.view")
def lesson_list(request: HttpRequest) -> HttpResponse:
    """Which lessons are there, and are they read?"""
    page = shown(request, lists.LESSONS)
    context = {
        "list": page,
        "reach": queries.reach_by_lesson([row.pk for row in page.rows]),
        "may_write": actor_of(request).can("learning.write"),
        "rows_template": "learning/staff/lessons_rows.html",
        "extra_template": "learning/staff/lessons_extra.html",
        "empty_template": "learning/staff/lessons_empty.html",
    }
    return render(request, "learning/staff/lessons.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("learning.write")
def lesson(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Write a lesson, see how it will look, send it on."""
    found = Lesson.objects.filter(pk=pk).first() if pk else None
    if pk and found is None:
        raise NotFound()
    form = LessonForm(request.POST or None, initial=LessonForm.of(found) if found else None)
    refusal: Refusal | None = None
    if request.method == "POST" and form.is_valid():
        try:
            saved = lessons.save_lesson(actor=actor_of(request), told=form.told(), lesson=found)
            return redirect("learning:lesson", saved.pk)
        except Refusal as wrong:
            refusal = wrong
    context = {
        "form": form,
        "lesson": found,
        "refusal": refusal,
        **_shown(request.POST, found),
        "media": queries.media_of(found).values() if found else [],
        "kinds": Media.choices,
        "moves": lessons.moves_for(actor_of(request), found) if found else [],
        "waits_for_another": found is not None
        and found.state == State.REVIEW
        and lessons.is_author(actor_of(request), found),
        "versions": found.versions.order_by("-number")[:20] if found else [],
    }
    status = status_of(refusal, form)
    return render(request, "learning/staff/lesson.html", context, status=status)


def _shown(post: QueryDict, found: Lesson | None) -> dict[str, Any]:
    """A lesson as riders will see it, from what is being written; what is kept where nothing is written yet."""
    title, body, questions = (post.get(name, "") for name in ("title", "body", "questions"))
    if found is not None and not (title or body or questions):
        title, body, questions = found.title, found.body, questions_as_text(found.questions)
    return {
        "shown_title": title,
        "shown": html_of(body[: rules.MAX_BODY], queries.media_of(found) if found else None),
        "shown_questions": questions_from_text(questions[: rules.MAX_BODY])[: rules.MAX_QUESTIONS],
    }


@require_POST
@permission_required("learning.write", unkeyed="shows what is being written, and keeps nothing")
def preview(request: HttpRequest) -> HttpResponse:
    """What is being written, as riders will see it."""
    found = Lesson.objects.filter(pk=number_of(request.GET.get("lesson", ""))).first()
    return render(request, "learning/staff/lesson_shown.html", _shown(request.POST, found))


@require_POST
@permission_required("learning.write")
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for review, publish, send back, withdraw."""
    found = Lesson.objects.filter(pk=pk).first()
    to = request.POST.get("to", "")
    if found is None or to not in State.values:
        raise NotFound()
    lessons.move_lesson(actor=actor_of(request), lesson=found, to=to)
    return redirect("learning:lesson", pk)


@require_POST
@permission_required("learning.write")
def media(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a picture, an audio or a video to a lesson, or take one away."""
    found = Lesson.objects.filter(pk=pk).first()
    if found is None:
        raise NotFound()
    if request.POST.get("drop"):
        lessons.drop_media(actor=actor_of(request), lesson=found, pk=uuid_of(request.POST["drop"]))
    else:
        sent = request.FILES.get("file")
        if sent is None:
            raise BadInput(fields={"file": gettext("Choose a file.")})
        lessons.add_media(
            actor=actor_of(request), lesson=found, kind=request.POST.get("kind", ""), data=sent.read()
        )
    return redirect("learning:lesson", pk)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("learning.publish")
def plan(request: HttpRequest) -> HttpResponse:
    """What is told before the shift this week, and who speaks?"""
    today = clock.today()
    monday = clock.monday(day_of(request.GET["week"], "week") if request.GET.get("week") else today)
    if request.method == "POST":
        picked = Lesson.objects.filter(pk=number_of(request.POST.get("lesson", ""))).first()
        pushing.plan_day(
            actor=actor_of(request),
            day=day_of(request.POST.get("day", ""), "day"),
            lesson=picked,
            speaker=request.POST.get("speaker", ""),
        )
        return redirect(f"{reverse('learning:plan')}?week={monday.isoformat()}")
    context = {
        "days": queries.week(monday),
        "kinds": SpeakerKind.choices,
        "said": queries.speakers_said(monday),
        "lessons": Lesson.objects.filter(state=State.PUBLISHED).only("pk", "title"),
        "today": today,
        "before": (monday - timedelta(days=7)).isoformat(),
        "later": (monday + timedelta(days=7)).isoformat(),
    }
    return render(request, "learning/staff/plan.html", context)


@require_safe
@permission_required("learning.groups", journaled=True)
def groups(request: HttpRequest) -> HttpResponse:
    """Which groups get the lesson, and does it arrive?"""
    context = {
        "list": shown(request, lists.groups_listing(actor_of(request))),
        "rows_template": "learning/staff/groups_rows.html",
        "extra_template": "learning/staff/groups_extra.html",
        "empty_template": "learning/staff/groups_empty.html",
        **_trial(request),
    }
    return render(request, "learning/staff/groups.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("learning.groups")
def group(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """A group and its robot."""
    found = Group.objects.filter(pk=pk).first() if pk else None
    if pk and found is None:
        raise NotFound()
    first: dict[str, Any] = {"hour": "07:30"}
    if found:
        first = {
            "region": found.region_code,
            **{
                f: getattr(found, f) for f in ("name", "robot", "hour", "members", "active", "sector", "unit")
            },
        }
    form = GroupForm(
        request.POST or None, units=units_for(actor_of(request), "learning.groups"), initial=first
    )
    refusal: Refusal | None = None
    if request.method == "POST" and form.is_valid():
        try:
            group_services.save_group(actor=actor_of(request), told=form.told(), pk=pk)
            return redirect("learning:groups")
        except Refusal as wrong:
            refusal = wrong
    status = status_of(refusal, form)
    return render(
        request,
        "learning/staff/group.html",
        {"form": form, "group": found, "refusal": refusal},
        status=status,
    )


@require_POST
@permission_required("learning.groups")
def try_group(request: HttpRequest, pk: int) -> HttpResponse:
    """A trial message; the list of groups shows what came of it."""
    number = trials.ask_for_group(actor=actor_of(request), pk=pk)
    return redirect(f"{reverse('learning:groups')}?trial={number}")


def _trial(request: HttpRequest) -> dict[str, Any]:
    """What came of the trial whose number stands in the address of the page that asked for it."""
    try:
        number = UUID(request.GET.get("trial", ""))
    except ValueError:
        return {}
    return {"number": number, "trial": trials.trial(number)}


@require_safe
@permission_required("learning.groups", journaled=True)
def trial(request: HttpRequest, number: UUID) -> HttpResponse:
    """What came of a trial, as a part of the page that asked for it: asks again while it waits."""
    return render(request, "learning/staff/trial.html", {"trial": trials.trial(number), "number": number})


@require_safe
@permission_required("learning.groups")
def pushes(request: HttpRequest) -> HttpResponse:
    """What was sent where, and was it opened?"""
    doubts = (
        pushing.in_doubt(actor_of(request))
        .values("day", "group_id", "group__name")
        .annotate(count=Count("pk"))
        .order_by("-day", "group__name")[:100]
    )
    context = {
        "list": shown(request, lists.pushes_listing(actor_of(request))),
        "rows_template": "learning/staff/pushes_rows.html",
        "empty_template": "learning/staff/pushes_empty.html",
        "doubts": doubts,
        "in_doubt": pushing.in_doubt(actor_of(request)).count(),
    }
    return render(request, "learning/staff/pushes.html", context)


@require_POST
@permission_required("learning.groups")
def settle_many(request: HttpRequest) -> HttpResponse:
    """All in doubt of one day to one group: they came, or they are to be sent again."""
    try:
        day = date.fromisoformat(request.POST["day"]) if request.POST.get("day") else None
        shown, group = int(request.POST.get("shown", "")), int(request.POST.get("group") or 0)
    except ValueError as exc:
        raise BadInput() from exc
    pushing.settle_many(
        actor=actor_of(request),
        day=day,
        group_id=group or None,
        shown=shown,
        came=request.POST.get("came") == "1",
    )
    return redirect("learning:pushes")


@require_POST
@permission_required("learning.groups")
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """It came, or it is to be sent again."""
    pushing.settle(actor=actor_of(request), pk=pk, came=request.POST.get("came") == "1")
    return redirect("learning:pushes")


@require_safe
@permission_required("learning.publish")
def channels(request: HttpRequest) -> HttpResponse:
    """Which channels send, how many, and do they arrive?"""
    return render(request, "learning/staff/channels.html", {"rows": channel_services.rows()})


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("learning.publish", journaled=True)
def channel(request: HttpRequest, name: str) -> HttpResponse:
    """Is this channel set up, does it send, and does a trial arrive?"""
    actor, post = actor_of(request), request.POST
    found = channel_services.row(name)
    port = found.port
    refusal: Refusal | None = None
    try:
        if request.method == "POST" and "to" in post:
            number = trials.ask_for_channel(actor=actor, name=name, to=post["to"])
            return redirect(f"{reverse('learning:channel', args=[name])}?trial={number}")
        if request.method == "POST":
            channel_services.set_channel(
                actor=actor,
                name=name,
                active=bool(post.get("active")),
                a_minute=number_of(post.get("a_minute", "")),
            )
            return redirect("learning:channel", name)
    except NotFound:
        raise
    except Refusal as wrong:
        refusal = wrong
    context = {
        "c": found,
        "refusal": refusal,
        **_trial(request),
        "callback": request.build_absolute_uri(reverse(port.callback)) if port.callback else "",
        "groups": [g for g in group_services.groups_for(actor) if g.robot == name] if port.robot else [],
        "attempts": rules.MAX_ATTEMPTS,
        "night": (rules.QUIET_FROM, rules.QUIET_UNTIL),
        "failed": queries.failed_of(name),
    }
    return render(request, "learning/staff/channel.html", context, status=status_of(refusal))


@require_safe
@permission_required("learning.view")
def reach(request: HttpRequest) -> HttpResponse:
    """Whom did lessons and sessions reach, by sector and township?"""
    year = request.GET.get("year", "")
    asked = window(year if year.isdigit() and len(year) == 4 else "")
    return render(
        request,
        "learning/staff/reach.html",
        {"table": queries.reach(asked), "year": year, "years": queries.years()},
    )
