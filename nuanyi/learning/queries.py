"""Reads of learning, ready to show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Case, Count, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce

from nuanyi.learning import kinds, rules
from nuanyi.learning.models import BankQuestion, Group, Lesson, LessonMedia, PlanDay, Push, Session
from nuanyi.learning.rules import Category, Media, PushState, SessionKind, SessionStanding, State
from nuanyi.ledger import queries as ledger
from nuanyi.ledger import rules as ledger_rules
from nuanyi.lib import clock
from nuanyi.lib.actor import Actor
from nuanyi.lib.figures import Counts, Window
from nuanyi.lib.form_parsing import number_of
from nuanyi.lib.sectors import Sector
from nuanyi.notices import channels
from nuanyi.places import queries as places
from nuanyi.units.queries import of_own_units

#: Where a session stands, in the database.
SESSION_STANDING = Case(
    When(cancelled_at__isnull=False, then=Value(SessionStanding.OFF)),
    When(held_at__isnull=False, then=Value(SessionStanding.HELD)),
    default=Value(SessionStanding.COMING),
)
#: What the page of reach counts.
REACH = (kinds.LESSONS_PUSHED, kinds.SESSIONS, kinds.OTHER_SESSIONS, kinds.ATTENDANCES, kinds.CERTIFICATES)


def minutes_of(lesson: Lesson) -> int:
    """How long a rider reads, rounded up; at least one minute."""
    return max(1, -(-len(lesson.body) // rules.CHARACTERS_A_MINUTE))


def published(category: str = "", q: str = "") -> list[tuple[str, str, list[Lesson]]]:
    """``(category, its title, lessons)``, each with its first ``picture`` or None; every word of ``q`` must occur. One query."""
    pictures = LessonMedia.objects.filter(lesson=OuterRef("pk"), kind=Media.PICTURE).order_by("pk")
    rows = Lesson.objects.filter(state=State.PUBLISHED).annotate(picture=Subquery(pictures.values("pk")[:1]))
    if category in Category.values:
        rows = rows.filter(category=category)
    for word in q.split()[:6]:
        rows = rows.filter(title__icontains=word) | rows.filter(body__icontains=word)
    found: dict[str, list[Lesson]] = {}
    for lesson in rows.order_by("id"):
        found.setdefault(lesson.category, []).append(lesson)
    return [(value, str(title), found[value]) for value, title in Category.choices if value in found]


def lesson_of_the_day() -> PlanDay | None:
    """What is told before the shift today."""
    return (
        PlanDay.objects.select_related("lesson")
        .filter(day=clock.today(), lesson__state=State.PUBLISHED)
        .first()
    )


def has_test() -> bool:
    """Whether there are questions to draw a test from."""
    return BankQuestion.objects.filter(active=True).exists()


def lessons_listed(filters: dict[str, str]) -> QuerySet[Lesson]:
    """Lessons for the office's list; their texts are not read."""
    rows = Lesson.objects.defer("body", "questions")
    if filters.get("state") in State.values:
        rows = rows.filter(state=filters["state"])
    if filters.get("category") in Category.values:
        rows = rows.filter(category=filters["category"])
    if filters.get("q"):
        rows = rows.filter(title__icontains=filters["q"])
    return rows


def sessions_listed(actor: Actor, filters: dict[str, str]) -> QuerySet[Session]:
    """Sessions for the office's list."""
    rows = shown_to(actor).annotate(standing=SESSION_STANDING)
    if filters.get("kind") in SessionKind.values:
        rows = rows.filter(kind=filters["kind"])
    if filters.get("state") in SessionStanding.values:
        rows = rows.filter(standing=filters["state"])
    if unit := number_of(filters.get("unit", "")):
        rows = rows.filter(unit_id=unit)
    if words := filters.get("q"):
        rows = rows.filter(Q(title__icontains=words) | Q(place__icontains=words))
    return rows


def groups_listed(actor: Actor, filters: dict[str, str]) -> QuerySet[Group]:
    """The groups of the actor's units, for the office's list."""
    rows = of_own_units(Group.objects.select_related("unit"), actor, "learning.groups")
    if filters.get("state") in ("True", "False"):
        rows = rows.filter(active=filters["state"] == "True")
    for name in ("robot", "sector"):
        if filters.get(name):
            rows = rows.filter(**{name: filters[name]})
    if filters.get("q"):
        rows = rows.filter(name__icontains=filters["q"])
    return rows


def pushes_listed(actor: Actor, filters: dict[str, str]) -> QuerySet[Push]:
    """Pushes into the groups of the actor's units, for the office's list."""
    rows = Push.objects.select_related("lesson", "session", "group").defer("lesson__body")
    rows = of_own_units(rows, actor, "learning.groups", "group__unit")
    if filters.get("channel") in channels.CHANNELS:
        rows = rows.filter(channel=filters["channel"])
    if filters.get("state") in PushState.values:
        rows = rows.filter(state=filters["state"])
    if words := filters.get("q"):
        rows = rows.filter(
            Q(lesson__title__icontains=words)
            | Q(session__title__icontains=words)
            | Q(group__name__icontains=words)
        )
    return rows


@dataclass(frozen=True)
class LessonReach:
    """How many groups a lesson went into, how often it was opened from there, how often finished."""

    pushed: int = 0
    opened: int = 0
    finished: int = 0


def reach_by_lesson(pks: list[int]) -> dict[int, LessonReach]:
    """The reach of each of these lessons. Two queries."""
    pushes = Push.objects.filter(lesson__in=pks).order_by().values("lesson_id")
    told = {
        row["lesson_id"]: row
        for row in pushes.annotate(
            pushed=Count("pk", filter=Q(state=PushState.SENT)), opened=Coalesce(Sum("opens"), 0)
        )
    }
    finished = dict(
        Lesson.objects.filter(pk__in=pks).order_by().values_list("pk").annotate(n=Count("finishes"))
    )
    return {
        pk: LessonReach(
            told.get(pk, {}).get("pushed", 0), told.get(pk, {}).get("opened", 0), finished.get(pk, 0)
        )
        for pk in pks
    }


def media_of(lesson: Lesson) -> dict[UUID, LessonMedia]:
    """What a lesson shows and plays, without the bytes."""
    return {row.pk: row for row in LessonMedia.objects.filter(lesson=lesson).defer("data").order_by("pk")}


def week(first: date) -> list[tuple[date, PlanDay | None]]:
    """Seven days and what is told on each."""
    known = {
        row.day: row
        for row in PlanDay.objects.filter(day__range=(first, first + timedelta(days=6))).select_related(
            "lesson"
        )
    }
    return [(day, known.get(day)) for day in (first + timedelta(days=n) for n in range(7))]


def speakers_said(first: date) -> list[str]:
    """Who is said to speak on the days of a week, each once."""
    rows = PlanDay.objects.filter(day__range=(first, first + timedelta(days=6))).exclude(speaker="")
    return sorted(set(rows.values_list("speaker", flat=True)))


def shown_to(actor: Actor) -> QuerySet[Session]:
    """Sessions in the office's list: what is not announced is shown to those who plan for its unit."""
    rows = Session.objects.select_related("unit")
    if actor.everywhere("learning.sessions"):
        return rows
    return rows.filter(Q(announced=True) | Q(unit__in=actor.units("learning.sessions")))


def coming(now: datetime | None = None) -> list[Session]:
    """Sessions that are still to come or under way, the next first."""
    now = now or clock.now()
    rows = Session.objects.filter(ends_at__gte=now, cancelled_at=None, announced=True)
    return list(rows.order_by("starts_at", "id")[:100])


def for_calendar(group: Group | None = None) -> list[Session]:
    """Sessions of the last month and to come, cancelled ones too; those that a group was invited to, or all."""
    rows = Session.objects.filter(ends_at__gte=clock.now() - timedelta(days=31)).order_by("starts_at", "id")
    if group is None:
        return list(rows.filter(announced=True)[:500])
    invited_to = Push.objects.filter(group=group).exclude(session=None).values("session")
    return list(rows.filter(pk__in=invited_to)[:500])


def invited(session: Session) -> list[Push]:
    """What groups were told of a session, the newest first."""
    return list(session.pushes.select_related("group").order_by("-pk")[:50])


def failed_of(channel: str) -> list[Push]:
    """The last pushes of a channel that were given up or are in doubt."""
    rows = Push.objects.filter(channel=channel, state__in=(PushState.DEAD, PushState.DOUBT))
    return list(rows.select_related("lesson", "session", "group").defer("lesson__body").order_by("-pk")[:10])


def attendance_counts(pks: list[int]) -> dict[int, int]:
    """Sign-ins by session. One query."""
    return dict(Session.objects.filter(pk__in=pks).values_list("pk").annotate(n=Count("attendances")))


def roles_in_team(session: Session) -> list[str]:
    """The parts that are taken, for saying what is still missing."""
    return sorted(row.part for row in session.team.all())


def opinions_of(session: Session) -> dict[int, int]:
    """How many said good (1), so-so (2), bad (3)."""
    return dict(session.opinions.values_list("mark").annotate(n=Count("pk")))


def road_questions() -> list[dict[str, object]]:
    """The questions of the published road-safety lessons."""
    rows = Lesson.objects.filter(state=State.PUBLISHED, category=Category.ROAD).order_by("pk")
    return [question for lesson in rows for question in lesson.questions]


def years() -> list[int]:
    """The years in which anything was pushed or held, the newest first."""
    found = ledger.sums(REACH, Window(), ("month",))
    return sorted({int(key[0][:4]) for key in found}, reverse=True)


def reach(asked: Window) -> dict[str, Any]:
    """What reached whom, by township and by sector: ``{"kinds": titles, "places": rows, "sectors": rows}``; a
    row is a name and its numbers.
    """
    names, sectors = places.names_by_code(), dict(Sector.choices)
    by_place = [ledger.sums((kind,), asked, ("region_code",)) for kind in REACH]
    by_sector = [ledger.sums((kind,), asked, ("sector",)) for kind in REACH]

    def rows(found: list[Counts], titles: dict[str, Any]) -> list[tuple[str, list[int]]]:
        keys = sorted({key for counts in found for key in counts}, key=lambda key: (key[0] == "", key))
        return [(str(titles.get(key[0], "")), [counts.get(key, 0) for counts in found]) for key in keys]

    return {
        "kinds": [ledger_rules.kind(kind).title for kind in REACH],
        "places": rows(by_place, names),
        "sectors": rows(by_sector, sectors),
    }
