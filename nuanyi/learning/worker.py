"""The worker's face: lessons, the lesson of the day, sessions, signing in."""

from __future__ import annotations

import base64
from functools import lru_cache
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.core import signing
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nuanyi.learning import calendars, queries
from nuanyi.learning.forms import answers_of
from nuanyi.learning.models import Group, Lesson, LessonMedia, Session
from nuanyi.learning.reading import html_of
from nuanyi.learning.rules import Category, Media, State
from nuanyi.learning.services import lessons, progress, pushing, readers, sessions
from nuanyi.lib import clock, navigation, row_security
from nuanyi.lib.access import PUBLIC, actor_of, address_of, permission_required
from nuanyi.lib.errors import BadInput, NotFound, Refusal
from nuanyi.lib.form_parsing import key_of, number_of, status_of, time_of
from nuanyi.lib.ranges import ranged
from nuanyi.lib.thumbnails import thumbnail as thumbnail_of
from nuanyi.notices import channels

#: Small pictures that a process keeps: a few kilobytes each.
SMALL_KEPT = 200


@require_safe
@permission_required(PUBLIC)
def home(request: HttpRequest) -> HttpResponse:
    """What is worth five minutes?"""
    category, q = request.GET.get("category", ""), request.GET.get("q", "").strip()[:40]
    parts = queries.published(category, q)
    context = {
        "parts": parts,
        "q": q,
        "category": category,
        "categories": Category.choices,
        "today": queries.lesson_of_the_day(),
        "coming": queries.coming()[:3],
        "none_yet": not (parts or q or category),
        "count": sum(len(rows) for _v, _t, rows in parts),
    }
    return render(request, "learning/worker/home.html", context)


@require_safe
@permission_required(PUBLIC)
def lesson(request: HttpRequest, slug: str) -> HttpResponse:
    """One lesson, its questions, its sources."""
    found = Lesson.objects.filter(slug=slug, state=State.PUBLISHED).first()
    if found is None:
        raise NotFound()
    after = (
        Lesson.objects.filter(state=State.PUBLISHED, category=found.category, pk__gt=found.pk)
        .order_by("pk")
        .first()
    )
    context = {
        "lesson": found,
        "html": html_of(found.body, queries.media_of(found)),
        "minutes": queries.minutes_of(found),
        "answers": answers_of(found),
        "after": after,
        "key": uuid4(),
    }
    return render(request, "learning/worker/lesson.html", context)


@require_safe
@permission_required(PUBLIC)
def media(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A picture, an audio or a video of a published lesson (staff see a draft's too); in ranges, as players
    ask (RFC 9110, 14).
    """
    rows = (
        LessonMedia.objects.defer("data")
        if actor_of(request).can("learning.view")
        else LessonMedia.objects.filter(lesson__state=State.PUBLISHED).defer("data")
    )
    found = rows.filter(pk=pk).first()
    if found is None:
        raise NotFound()
    return ranged(
        request, found.content_type, found.size, lambda first, last: lessons.part_of(found, first, last)
    )


@lru_cache(maxsize=SMALL_KEPT)
def _small(pk: UUID) -> bytes:
    """The small picture of a row, whose picture never changes; made once in this process."""
    return thumbnail_of(bytes(LessonMedia.objects.values_list("data", flat=True).get(pk=pk)))


@require_safe
@permission_required(PUBLIC)
def thumbnail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The picture of a published lesson, small, for the shelf: a list of lessons must not cost a rider megabytes."""
    if not LessonMedia.objects.filter(pk=pk, kind=Media.PICTURE, lesson__state=State.PUBLISHED).exists():
        raise NotFound()
    response = HttpResponse(_small(pk), content_type="image/jpeg")
    response["Cache-Control"] = "public, max-age=86400"
    return response


@require_POST
@permission_required(PUBLIC)
def finish(request: HttpRequest, slug: str) -> HttpResponse:
    """It was read to its end."""
    lessons.finish(key=key_of(request), slug=slug, network=address_of(request))
    return HttpResponse(status=204) if request.headers.get("X-Quiet") else redirect("learn:home")


@require_POST
@permission_required(PUBLIC)
def progress_kept(request: HttpRequest) -> JsonResponse:
    """Read, keep or delete what a phone sealed of its progress."""
    post, ident, network = request.POST, request.POST.get("id", ""), address_of(request)
    if post.get("does") == "drop":
        progress.drop(ident=ident, network=network)
        return JsonResponse({})
    if post.get("does") == "write":
        try:
            blob = base64.b64decode(post.get("blob", ""), validate=True)
        except ValueError as exc:
            raise BadInput(code="bad-blob") from exc
        told = progress.write(
            ident=ident, version=number_of(post.get("version", "")), blob=blob, network=network
        )
        return JsonResponse({"version": told})
    found = progress.read(ident=ident, network=network)
    return JsonResponse({"version": found.version, "blob": base64.b64encode(bytes(found.blob)).decode()})


@require_safe
@permission_required(PUBLIC, journaled=True)
def pushed(request: HttpRequest, code: str) -> HttpResponse:
    """The link in a group: counts that it was opened and shows the lesson right there, so that the phone keeps it under this
    address and opens it without network the second time."""
    lesson_slug, session_code = pushing.open_push(code)
    return lesson(request, lesson_slug) if lesson_slug else redirect("learn:session", session_code)


@require_safe
@permission_required(PUBLIC)
def session_list(request: HttpRequest) -> HttpResponse:
    """What can I go to?"""
    return render(request, "learning/worker/sessions.html", {"rows": queries.coming()})


def _phone(request: HttpRequest) -> UUID:
    try:
        return UUID(request.POST.get("phone", "") or request.POST.get("key", ""))
    except ValueError as exc:
        raise BadInput(gettext("The form is damaged. Open the page again."), code="bad-key") from exc


#: What is said after an opinion; after a sign-up it is the place.
THANKS = "thanks"
#: Signs what is said, so that no link from elsewhere makes a phone believe that it has a place.
_SAID = signing.Signer(salt="session-said")


def _say(found: Session, said: str) -> HttpResponse:
    """Back to the page by its own address: a reload asks nothing again, and sends nothing again."""
    told = _SAID.sign_object([found.code, said])
    return redirect(f"{reverse('learn:session', args=[found.code])}?{urlencode({'said': told})}")


def _said(request: HttpRequest, found: Session) -> str:
    """The place that was just given ("0" and more, "-1" given back), THANKS, or "" where nothing was just done."""
    try:
        code, said = _SAID.unsign_object(request.GET.get("said", ""))
    except signing.BadSignature:
        return ""
    return said if code == found.code else ""


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(PUBLIC)
def session(request: HttpRequest, code: str) -> HttpResponse:
    """One session: when, where, a place for me; how it was."""
    found, refusal = sessions.by_code(code), None
    if request.method == "POST":
        try:
            if request.POST.get("mark"):
                sessions.give_opinion(
                    session=found,
                    phone=_phone(request),
                    mark=number_of(request.POST["mark"]),
                    network=address_of(request),
                )
                said = THANKS
            elif request.POST.get("leave"):
                sessions.give_up(session=found, phone=_phone(request))
                said = "-1"
            else:
                said = str(
                    sessions.sign_up(session=found, phone=_phone(request), network=address_of(request))
                )
            return _say(found, said)
        except Refusal as wrong:
            refusal = wrong
    said = _said(request, found)
    place = int(said) if said not in ("", THANKS) else None
    asked = found.signups.count()
    context = {
        "session": found,
        "place": place,
        "refusal": refusal,
        "key": uuid4(),
        "thanks": said == THANKS,
        "ways": navigation.search(found.place),
        "asked": asked,
        "left": max(0, found.capacity - asked) if found.capacity else None,
        "over": found.ends_at < clock.now(),
        "begun": found.starts_at <= clock.now(),
        # one thing stands out: to take a place, then to go there
        "offers": found.starts_at > clock.now() and (place is None or place < 0),
    }
    return render(request, "learning/worker/session.html", context, status=status_of(refusal))


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(PUBLIC)
def come_in(request: HttpRequest, code: str, token: str) -> HttpResponse:
    """The code on the screen leads here: one tap and I was there."""
    found, refusal, done = sessions.by_code(code), None, False
    ticket = sessions.ticket_for(found, token) if request.method != "POST" else ""
    if request.method == "POST":
        try:
            sessions.sign_in(
                session=found,
                phone=_phone(request),
                ticket=request.POST.get("ticket", ""),
                token=token,
                waited=number_of(request.POST.get("waited", "")),
                network=address_of(request),
            )
            done = True
        except Refusal as wrong:
            refusal = wrong
    context = {
        "session": found,
        "ticket": ticket,
        "refusal": refusal,
        "done": done,
        "key": uuid4(),
        "stale": not ticket and not done,
    }
    response = render(request, "learning/worker/in.html", context, status=status_of(refusal))
    response["Cache-Control"] = "no-store"
    return response


@require_safe
@permission_required(PUBLIC)
def kept(request: HttpRequest) -> HttpResponse:
    """What the phone shows of a code that it scanned without network: kept, sent later. The page itself knows nothing."""
    return render(request, "learning/worker/kept.html")


def _calendar(rows: list[Session]) -> HttpResponse:
    return HttpResponse(calendars.feed(rows), content_type="text/calendar; charset=utf-8")


@require_safe
@permission_required(PUBLIC)
def feed(request: HttpRequest) -> HttpResponse:
    """All sessions to come as a calendar to follow (RFC 5545)."""
    return _calendar(queries.for_calendar())


@require_safe
@permission_required(PUBLIC)
def group_feed(request: HttpRequest, code: str) -> HttpResponse:
    """The sessions that a group was invited to. Its address is known to the group only."""
    row_security.show(group=code)
    group = Group.objects.filter(code=code).first()
    if group is None:
        raise NotFound()
    return _calendar(queries.for_calendar(group))


@require_safe
@permission_required(PUBLIC)
def my_feed(request: HttpRequest, phone: UUID) -> HttpResponse:
    """The sessions that a phone has a place for. The number is the phone's own secret, and an unknown one has
    an empty calendar.
    """
    return _calendar(sessions.of_phone(phone))


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(PUBLIC, unkeyed="the key is the reader's own: he asks with it and confirms with it")
def daily(request: HttpRequest) -> HttpResponse:
    """The lesson of the day for me: how, and at which hour."""
    post = request.POST
    refusal: Refusal | None = None
    reader, asked = None, False
    if request.method == "POST":
        try:
            if post.get("code"):
                reader = readers.confirm(
                    key=key_of(request),
                    code=post["code"],
                    hour=time_of(post.get("hour", ""), "hour"),
                    network=address_of(request),
                )
                asked = reader is None
                if reader is None:
                    refusal = BadInput(fields={"code": gettext("This code is not right or too old.")})
            else:
                reader = readers.ask(
                    key=key_of(request),
                    way=post.get("way", ""),
                    to=post.get("to", ""),
                    hour=time_of(post.get("hour", ""), "hour"),
                    network=address_of(request),
                )
                asked = not reader.active or not channels.CHANNELS[reader.way].in_browser
        except Refusal as wrong:
            refusal = wrong
    context = {
        "ways": [way for way in channels.of_readers() if way.configured_for_lessons()],
        "follow": [(way.title, way.how_to_follow()) for way in channels.of_readers() if way.how_to_follow()],
        "refusal": refusal,
        "asked": asked,
        "reader": None if asked else reader,
        "key": (reader.key if reader and asked else post.get("key")) or uuid4(),
        "hour": post.get("hour", "07:00"),
        "way": post.get("way", ""),
    }
    response = render(request, "learning/worker/daily.html", context, status=status_of(refusal))
    response["Cache-Control"] = "no-store"
    return response


@csrf_exempt  # mail programs post here with one click and know no form (RFC 8058); the address is the proof
@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(PUBLIC)
def stop(request: HttpRequest, code: str) -> HttpResponse:
    """No lesson any more: one tap, and the address is deleted."""
    if request.method == "POST":
        readers.stop(code)
    else:
        readers.by_stop_code(code)
    return render(request, "learning/worker/stop.html", {"stopped": request.method == "POST"})
