"""Learning in the demo: the lessons, the weekly push with its speaker, the sessions that instructors and the traffic police
held in the year, what waits this week. The texts of lessons cite what was law when they were told; everybody in it is made up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta
from pathlib import Path

from nuanyi.learning import rules
from nuanyi.learning.demo import drawings
from nuanyi.learning.forms import questions_from_text
from nuanyi.learning.models import Lesson, PlanDay, Push, Session
from nuanyi.learning.queries import road_questions
from nuanyi.learning.rules import Category, Media, State
from nuanyi.learning.services import exams, groups, lessons, pushing, sessions
from nuanyi.lib import calendar, clock
from nuanyi.lib.demo import PROGRAM, Demo, Plan, Story, at, key, parts_of, spread
from nuanyi.people.demo import played_by
from nuanyi.units.models import Unit

TEXTS = Path(__file__).parent / "lessons.md"
PLACES = (
    ("雁山镇党群服务中心", "450311100"),
    ("良丰街道驿站", "450311001"),
    ("雁山镇良丰驿站", "450311100"),
    ("柘木镇快递网点", "450311101"),
    ("大埠乡驿站", "450311200"),
    ("草坪乡爱心驿站", "450311201"),
)
#: Title and kind: what is called 三会一课 is one, and nothing else is.
TITLES = (
    ("骑行安全一课", "road"),
    ("三会一课：学习讨论", "meeting"),
    ("劳动法一课", "lecture"),
    ("反诈一课", "lecture"),
    ("主题党日：我为群众办实事", "themed"),
    ("急救一课", "course"),
    ("疫情防控一课", "lecture"),
)
ROAD_TITLES = (
    "送餐骑手交通安全课",
    "快递三轮车安全课",
    "网约车驾驶员交通安全课",
    "冬季行车安全课",
)
SECTORS = ("delivery", "courier", "delivery", "road_transport", "courier", "livestream")
#: Who spoke before the shift, week by week in turn: in the order in which Party work gives the weeks to its speakers.
SPEAKERS = ("model", "pioneer", "benchmark")


@dataclass(frozen=True)
class Written:
    """A lesson as it was written: in which order it is told; ``later`` is the day of one that came after the year."""

    told: lessons.LessonInput
    later: date | None
    #: the day on which what it says was no longer so
    until: date | None


def written() -> list[Written]:
    """The texts in the order in which they were told, those of later years behind them."""
    found = []
    for part in TEXTS.read_text().split("=== ")[1:]:
        head, _line, rest = part.partition("\n")
        slug, category, title, lead, *more = (word.strip() for word in head.split("|"))
        days = {word.split()[0]: date.fromisoformat(word.split()[1]) for word in more}
        body, _mark, asked = rest.partition("\n??? ")
        text, *sources = body.split("\n--- ")
        told = lessons.LessonInput(
            slug=slug,
            category=category,
            title=title,
            lead=lead,
            body=text.strip(),
            sources=[source.strip() for source in sources],
            questions=questions_from_text(asked.replace("\n\n??? ", "\n\n").replace("??? ", "")),
        )
        found.append(Written(told, days.get("later"), days.get("until")))
    return found


def _stories(plan: Plan) -> Iterator[Story]:
    if Session.objects.exists():
        return
    counts = plan.of("learning")
    texts = written()
    weekly = [one for one in texts if one.later is None]
    pushed = weekly[: counts["pushes"]]
    days = push_days(plan, len(pushed))
    yield _group(plan)
    for number, (one, day) in enumerate(zip(pushed, days, strict=True)):
        yield _week(plan, number, one, day)
    for one in [*weekly[len(pushed) :], *(one for one in texts if one.later is not None)]:
        yield _later(one, one.later or plan.last)
    yield from _sessions(plan)


def push_days(plan: Plan, count: int) -> list[date]:
    """The first working day of each week, from the second full week of the plan on (of a month: from its first day)."""
    first = plan.first + timedelta(days=-plan.first.weekday() % 7)
    if plan.last - plan.first > timedelta(days=60):
        first += timedelta(days=7)
    found = []
    for week in range(count):
        days = (first + timedelta(days=7 * week + n) for n in range(7))
        found.append(next(day for day in days if calendar.is_working_day(day)))
    return found


def _group(plan: Plan) -> Story:
    """The riders' group with its robot, from the first push on; its robot stops with the year."""
    told = groups.GroupInput(
        name="雁山骑手群（示例）",
        robot="wecom",
        address="https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=demo",
        secret="",
        hour=time(7, 30),
        unit=Unit.objects.get(code="gonghui"),
        sector="delivery",
        region_code="450311100",
        members=120,
        active=True,
    )
    yield at(plan.first, 9)
    group = groups.save_group(actor=PROGRAM, told=told)
    yield at(plan.last, 23)
    told.active = False
    groups.save_group(actor=PROGRAM, told=told, pk=group.pk)


def _published(one: Written) -> Lesson:
    lesson = lessons.save_lesson(actor=played_by("liangxin2"), told=one.told)
    drawing = drawings.picture(one.told.slug, one.told.category, one.told.title)
    lessons.add_media(actor=played_by("liangxin2"), lesson=lesson, kind=Media.PICTURE, data=drawing)
    lessons.move_lesson(actor=played_by("liangxin2"), lesson=lesson, to=State.REVIEW)
    return lessons.move_lesson(actor=played_by("liangxin"), lesson=lesson, to=State.PUBLISHED)


def _week(plan: Plan, number: int, one: Written, day: date) -> Story:
    """A lesson is written, planned for the week with a speaker, pushed before the shift, opened by some."""
    chance = plan.chance(f"push {number}")
    yield at(max(plan.first, day - timedelta(days=5)), 16, number % 60)
    lesson = _published(one)
    pushing.plan_day(
        actor=played_by("liangxin"),
        day=day,
        lesson=lesson,
        speaker=SPEAKERS[clock.monday(day).toordinal() // 7 % len(SPEAKERS)],
    )
    yield at(day, 5, 30)
    pushing.queue_day(day)
    yield at(day, 7, 30)
    pushing.send_due(send=_said_in_the_group)
    push = Push.objects.get(lesson=lesson)
    yield at(day, 12)
    for _opened in range(chance.randint(4, 15)):
        pushing.open_push(push.code)
    if one.until is not None:
        yield at(one.until, 10)
        lessons.move_lesson(actor=played_by("liangxin"), lesson=lesson, to=State.WITHDRAWN)


def _said_in_the_group(push: Push, now: float) -> None:
    """The demo's group has no robot that could be asked: what it would have said is taken as said."""


def _later(one: Written, day: date) -> Story:
    yield at(day, 10)
    _published(one)


def _sessions(plan: Plan) -> Iterator[Story]:
    """The sessions of the year: their people are the plan's, in parts of different size."""
    counts = plan.of("learning")
    own, road = counts["instructors_sessions"], counts["road_classes"]
    chance = plan.chance("sessions")
    there = parts_of(
        counts["attendances"], own + road, chance, least=min(8, counts["attendances"] // (own + road))
    )
    days = plan.working_days(plan.first + timedelta(days=3))
    for number, day in enumerate(spread(days, own, chance)):
        title, kind = TITLES[number % len(TITLES)]
        yield _session(plan, number, day, title, kind, there[number], by_instructor=True)
    for number, day in enumerate(spread(days, road, chance)):
        yield _session(
            plan, own + number, day, ROAD_TITLES[number % 4], "road", there[own + number], by_instructor=False
        )


def _session(
    plan: Plan, number: int, day: date, title: str, kind: str, there: int, *, by_instructor: bool
) -> Story:
    """A session is planned, people sign in by the code on its screen, it is closed and counted."""
    chance = plan.chance(f"session {number}")
    actor = played_by("zhidao") if by_instructor else PROGRAM
    unit = Unit.objects.get(code="yanshan" if by_instructor else "jiaotong")
    place, region = PLACES[number % len(PLACES)]
    start = at(day, chance.choice((9, 14, 14, 15)), chance.choice((0, 30)))
    yield start - timedelta(days=3)
    session = sessions.save_session(
        actor=actor,
        told=sessions.SessionInput(
            kind=kind,
            title=title,
            place=f"{place}（示例）",
            starts_at=start,
            ends_at=start + timedelta(hours=1),
            unit=unit,
            region_code=region,
            sector=SECTORS[number % len(SECTORS)],
        ),
    )
    for role, name in (
        ("instructor", "指导员（示例）"),
        ("member", "党员（示例）"),
        ("worker", "骑手代表（示例）"),
    ):
        sessions.add_member(actor=actor, pk=session.pk, role=role, name=name)
    yield start + timedelta(minutes=5)
    token = rules.token_of(bytes(session.secret), rules.counter_at(clock.now()))
    for phone in range(there):
        mine = key("session", number, phone)
        sessions.sign_in(session=session, phone=mine, token=token, network=f"demo session {number}")
        if phone % 3 == 0:
            sessions.give_opinion(
                session=session,
                phone=mine,
                mark=chance.choice((1, 1, 1, 2, 3)),
                network=f"demo session {number}",
            )
    yield start + timedelta(hours=1)
    sessions.close(actor=actor, pk=session.pk, head_count=None)


def _today(_plan: Plan) -> None:
    if PlanDay.objects.filter(day__gte=clock.today()).exists():
        return
    exams.add_questions(actor=PROGRAM, told=road_questions())
    _this_week(
        Lesson.objects.filter(state=State.PUBLISHED).exclude(category=Category.THEORY).order_by("pk")[:7]
    )
    start = at(clock.today() + timedelta(days=2), 14, 30)
    sessions.save_session(
        actor=PROGRAM,
        told=sessions.SessionInput(
            kind="road",
            title="骑行安全培训（示例）",
            place="良丰街道驿站（示例）",
            starts_at=start,
            ends_at=start + timedelta(hours=1),
            unit=Unit.objects.get(code="jiaotong"),
            region_code="450311001",
            sector="delivery",
            capacity=30,
        ),
    )


def _this_week(chosen: Iterable[Lesson]) -> None:
    for number, lesson in enumerate(chosen):
        pushing.plan_day(
            actor=PROGRAM,
            day=clock.today() + timedelta(days=number),
            lesson=lesson,
            speaker="benchmark" if number == 0 else "",
        )


DEMO = Demo(stories=_stories, today=_today)
