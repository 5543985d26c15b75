"""39 lessons, a group, the pushes and sessions of 2022: made-up records whose counts are the report's."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path
from uuid import UUID

from nuanyi.learning import rules
from nuanyi.learning.forms import questions_from_text
from nuanyi.learning.models import Group, Lesson, PlanDay, Push, Session
from nuanyi.learning.queries import road_questions
from nuanyi.learning.rules import PushState, State
from nuanyi.learning.services import exams, groups, lessons, pushing, sessions
from nuanyi.lib import clock
from nuanyi.lib.actor import system
from nuanyi.people.access import actor_for
from nuanyi.people.models import Account
from nuanyi.units.models import Unit

ACTOR = system("demo")
TEXTS = Path(__file__).parent / "lessons.md"
PLACES = (
    ("良丰街道驿站", "450311001"),
    ("雁山镇党群服务中心", "450311100"),
    ("柘木镇快递网点", "450311101"),
    ("大埠乡驿站", "450311200"),
    ("草坪乡爱心驿站", "450311201"),
)
#: Title and kind: what is called 三会一课 is one, and nothing else is.
TITLES = (
    ("骑行安全一课", "road"),
    ("劳动法一课", "lecture"),
    ("反诈一课", "lecture"),
    ("急救一课", "course"),
    ("主题党日：我为群众办实事", "themed"),
    ("三会一课：学习讨论", "meeting"),
)
SECTORS = ("delivery", "courier", "road_transport", "livestream")


def lessons_written() -> list[lessons.LessonInput]:
    """The texts, read."""
    found = []
    for part in TEXTS.read_text().split("=== ")[1:]:
        head, _line, rest = part.partition("\n")
        slug, category, title, lead = (word.strip() for word in head.split("|"))
        body, _mark, asked = rest.partition("\n??? ")
        text, *sources = body.split("\n--- ")
        questions = questions_from_text(asked.replace("\n\n??? ", "\n\n").replace("??? ", ""))
        found.append(
            lessons.LessonInput(
                slug=slug,
                category=category,
                title=title,
                lead=lead,
                body=text.strip(),
                sources=[source.strip() for source in sources],
                questions=questions,
            )
        )
    return found


def build() -> None:
    """Write and publish the lessons, plan this week, tell of 2022."""
    if not Lesson.objects.exists():
        for told in lessons_written():
            lesson = lessons.save_lesson(actor=ACTOR, told=told)
            lessons.move_lesson(actor=ACTOR, lesson=lesson, to=State.REVIEW)
            lessons.move_lesson(actor=ACTOR, lesson=lesson, to=State.PUBLISHED)
        _this_week()
        exams.add_questions(actor=ACTOR, told=road_questions())
    if not Group.objects.exists():
        _pushes_of_2022()
    if not Session.objects.exists():
        _sessions_of_2022()
        _session_to_come()


def _this_week() -> None:
    for n, lesson in enumerate(Lesson.objects.order_by("pk")[:7]):
        speaker = "先锋骑手（示例）" if n == 0 else ""
        pushing.plan_day(actor=ACTOR, day=clock.today() + timedelta(days=n), lesson=lesson, speaker=speaker)


def _pushes_of_2022() -> None:
    """A group whose robot is stopped; its pushes of 2022 stand in doubt, as after a change of systems, and are said to have come."""
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
        active=False,
    )
    group = groups.save_group(actor=ACTOR, told=told)
    for n, lesson in enumerate(Lesson.objects.order_by("pk")):
        day = date(2022, 3, 7) + timedelta(days=7 * n)
        PlanDay.objects.create(day=day, lesson=lesson)
        pushing.queue_day(day, [group])
    for push in Push.objects.filter(group=group):
        push.state = PushState.DOUBT
        push.save()
        pushing.settle(actor=ACTOR, pk=push.pk, came=True)


def _sessions_of_2022() -> None:
    instructor = actor_for(Account.objects.get(username="zhidao"))
    unit = Unit.objects.get(code="yanshan")
    for n in range(17):
        place, region = PLACES[n % 5]
        start = datetime.combine(date(2022, 3, 3) + timedelta(days=17 * n), time(14, 0), clock.CHINA)
        with clock.held_at(start - timedelta(days=3)):
            session = sessions.save_session(
                actor=instructor,
                told=sessions.SessionInput(
                    kind=TITLES[n % 6][1],
                    title=TITLES[n % 6][0],
                    place=f"{place}（示例）",
                    starts_at=start,
                    ends_at=start + timedelta(hours=1),
                    unit=unit,
                    region_code=region,
                    sector=SECTORS[n % 4],
                ),
            )
            for role, name in (
                ("instructor", "指导员（示例）"),
                ("member", "党员（示例）"),
                ("worker", "骑手代表（示例）"),
            ):
                sessions.add_member(actor=instructor, pk=session.pk, role=role, name=name)
        with clock.held_at(start + timedelta(minutes=5)):
            token = rules.token_of(bytes(session.secret), rules.counter_at(clock.now()))
            for phone in range(12 + n % 2):
                sessions.sign_in(
                    session=session, phone=UUID(int=(n << 32) + phone + 1), token=token, network="demo"
                )
        with clock.held_at(start + timedelta(hours=1)):
            sessions.close(actor=instructor, pk=session.pk, head_count=None)


def _session_to_come() -> None:
    start = datetime.combine(clock.today() + timedelta(days=2), time(14, 30), clock.CHINA)
    sessions.save_session(
        actor=ACTOR,
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
