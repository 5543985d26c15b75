"""Lessons: written, reviewed by somebody else, published, withdrawn; every version is kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from nuanyi.journal import services as journal
from nuanyi.learning import events, kinds, rules
from nuanyi.learning.models import Finish, Lesson, LessonMedia, LessonVersion
from nuanyi.learning.rules import Category, Media, State
from nuanyi.lib import clock, limits, pictures, sounds
from nuanyi.lib.actor import Actor
from nuanyi.lib.errors import BadInput, IllegalMove, NotFound, Words
from nuanyi.lib.ids import new_id
from nuanyi.lib.shape import Reason, shaped_otherwise
from nuanyi.notices import services as notices
from nuanyi.people.models import Account

FINISHED_AN_HOUR = 400


@dataclass
class LessonInput:
    """A lesson as somebody writes it. A question: ``{"q": …, "options": […], "right": 0, "why": …}``."""

    category: str
    title: str
    body: str
    #: its name in the address; one is made where nobody says
    slug: str = ""
    lead: str = ""
    sources: list[str] = field(default_factory=list)
    questions: list[dict[str, Any]] = field(default_factory=list)
    douyin: str = ""


def _check(told: LessonInput) -> None:
    wrong: dict[str, Any] = {}
    if told.category not in Category.values:
        wrong["category"] = _("Choose from the list.")
    if not told.title.strip():
        wrong["title"] = _("Give it a title.")
    if not 20 <= len(told.body) <= rules.MAX_BODY:
        wrong["body"] = _("From 20 to 6,000 characters: five minutes.")
    if not [source for source in told.sources if source.strip()]:
        wrong["sources"] = _("Name at least one source: what is taught must be found somewhere.")
    if told.douyin and urlsplit(told.douyin)[:2] not in {("https", host) for host in rules.DOUYIN}:
        wrong["douyin"] = _("This is not a link of Douyin.")
    if len(told.questions) > rules.MAX_QUESTIONS or not all(_good(question) for question in told.questions):
        wrong["questions"] = _("A question has two to five options, one right one and an explanation.")
    if wrong:
        raise BadInput(fields=wrong)


def _good(question: dict[str, Any]) -> bool:
    options, right = question.get("options"), question.get("right")
    return (
        isinstance(options, list)
        and 2 <= len(options) <= 5
        and all(isinstance(o, str) and o for o in options)
        and isinstance(right, int)
        and 0 <= right < len(options)
        and bool(question.get("q"))
        and bool(question.get("why"))
    )


@transaction.atomic
def save_lesson(*, actor: Actor, told: LessonInput, lesson: Lesson | None = None) -> Lesson:
    """Write or change a lesson. A published one becomes a draft again, and its old version is kept. Raises BadInput."""
    actor.require("learning.write")
    _check(told)
    account = Account.objects.filter(pk=actor.account_id or 0).first()
    if lesson is None:
        slug = told.slug or f"{told.category}-{new_id().hex[-10:]}"
        if Lesson.objects.filter(slug=slug).exists():
            raise BadInput(fields={"slug": _("There is a lesson under this name already.")})
        lesson = Lesson(slug=slug)
    else:
        LessonVersion.objects.create(
            lesson=lesson,
            number=lesson.version,
            title=lesson.title,
            body=lesson.body,
            questions=lesson.questions,
            account=lesson.author,
        )
        lesson.version, lesson.state = lesson.version + 1, State.DRAFT
    lesson.category, lesson.title, lesson.lead, lesson.body = (
        told.category,
        told.title.strip()[:60],
        told.lead.strip()[:120],
        told.body,
    )
    lesson.douyin = told.douyin
    lesson.sources = [source.strip()[:200] for source in told.sources if source.strip()][:8]
    lesson.questions, lesson.author, lesson.changed_at = told.questions, account, clock.now()
    lesson.save()
    journal.record(actor, events.LESSON_SAVED, lesson, version=lesson.version)
    return lesson


@transaction.atomic
def add_media(*, actor: Actor, lesson: Lesson, kind: str, data: bytes) -> LessonMedia:
    """Put a picture, an audio or a short video to a lesson. Raises BadPicture, BadInput (a wrong type, too large, too many)."""
    actor.require("learning.write")
    if LessonMedia.objects.filter(lesson=lesson).count() >= rules.MAX_MEDIA:
        raise BadInput(fields={"file": _("A lesson shows at most eight things.")})
    made = LessonMedia(lesson=lesson, kind=kind)
    if kind == Media.PICTURE:
        clean = pictures.rebuild(data)
        made.content_type, made.data, made.width, made.height = (
            "image/jpeg",
            clean.jpeg,
            clean.width,
            clean.height,
        )
    elif kind == Media.AUDIO:
        made.content_type, made.data = sounds.type_of(data), data
    elif kind == Media.VIDEO:
        made.content_type, made.data = sounds.film_type_of(data), data
    else:
        raise BadInput(fields={"kind": _("Choose from the list.")})
    made.size = len(made.data)
    made.save(force_insert=True)
    journal.record(actor, events.LESSON_SAVED, lesson, media=kind)
    return made


@transaction.atomic
def drop_media(*, actor: Actor, lesson: Lesson, pk: UUID) -> None:
    """Take it away again. Raises NotFound."""
    actor.require("learning.write")
    if not LessonMedia.objects.filter(pk=pk, lesson=lesson).delete()[0]:
        raise NotFound()
    journal.record(actor, events.LESSON_SAVED, lesson, media="dropped")


@transaction.atomic
def move_lesson(*, actor: Actor, lesson: Lesson, to: str) -> Lesson:
    """Ask for review, publish, send back or withdraw. Nobody publishes what he wrote himself. Raises IllegalMove, NotAllowed."""
    actor.require("learning.write")
    lesson = Lesson.objects.select_for_update().get(pk=lesson.pk)
    rules.check_move(lesson.state, to)
    if to == State.PUBLISHED:
        actor.require("learning.publish")
        if is_author(actor, lesson):
            raise IllegalMove(_("Somebody else must read it before it is published."), code="own-lesson")
        lesson.published_at = clock.now()
    lesson.state = to
    lesson.save()
    if to == State.REVIEW:
        notices.queue_to_role(
            "district_office",
            kinds.REVIEW_ASKED,
            once=f"review:{lesson.pk}:{lesson.version}",
            title=lesson.title,
        )
    journal.record(actor, events.LESSON_MOVED, lesson, after=to)
    return lesson


def is_author(actor: Actor, lesson: Lesson) -> bool:
    """Whether the actor wrote the lesson last."""
    return bool(lesson.author_id) and lesson.author_id == actor.account_id


def moves_for(actor: Actor, lesson: Lesson) -> list[tuple[str, Words]]:
    """Where the actor may move the lesson now, with the words of the button."""
    can_publish = actor.can("learning.publish") and not is_author(actor, lesson)
    return [
        (state, rules.MOVE_WORDS[lesson.state, state])
        for state in sorted(rules.MOVES[lesson.state])
        if state != State.PUBLISHED or can_publish
    ]


@shaped_otherwise(Reason.STRANGER)
@transaction.atomic
def finish(*, key: UUID, slug: str, network: str) -> None:
    """Somebody read a lesson to its end; the same ``key`` again counts once. Raises NotFound, TooMuch."""
    lesson = Lesson.objects.filter(slug=slug, state=State.PUBLISHED).first()
    if lesson is None:
        raise NotFound()
    limits.count("finish", network, at_most=FINISHED_AN_HOUR)
    Finish.objects.bulk_create([Finish(key=key, lesson=lesson, day=clock.today())], ignore_conflicts=True)


def part_of(media: LessonMedia, first: int, last: int) -> bytes:
    """The bytes from ``first`` to ``last`` (both counted) of a file; PostgreSQL cuts them out, the rest stays there."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT substring(data FROM %s FOR %s) FROM learning_lessonmedia WHERE id = %s",
            [first + 1, last - first + 1, media.pk],
        )
        row = cursor.fetchone()
    return bytes(row[0]) if row else b""
