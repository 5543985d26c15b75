"""What waits in Party work today: recent visits and meetings, applications of every state, members who are away."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from random import Random

from nuanyi.census.models import Establishment, Worker
from nuanyi.lib import clock
from nuanyi.lib.actor import Actor
from nuanyi.lib.demo import PROGRAM, Plan, Story, key, play
from nuanyi.lib.periods import shifted
from nuanyi.lib.sectors import Sector
from nuanyi.notices import services as notices
from nuanyi.party.demo import year
from nuanyi.party.models.applications import Application
from nuanyi.party.models.committees import JointCommittee
from nuanyi.party.models.organisations import Organisation
from nuanyi.party.models.speaking import Speaker
from nuanyi.party.services import alliances, brought, committees, joining, members, speaking
from nuanyi.people.demo import played_by
from nuanyi.people.services import persons
from nuanyi.units.models import Alliance

READ_WITHIN_DAYS = 30


#: Who asked how many days ago, how far they are, and whether they stand at a branch: one of every kind of state. The fifth
#: asked in the year, and is a full member by now.
APPLIED = (
    ("覃示例", 430, "contacts", False),
    ("韦示例", 60, "activist", False),
    ("莫示例", 6, "applied", False),
    ("蓝示例", 700, "oath", True),
    None,
    ("罗示例", 300, "activist", False),
)


def today(plan: Plan) -> None:
    """Recent visits, some who would like to join, two branches, what some said of themselves, the belt of the road."""
    if Application.objects.filter(asked_date__gt=plan.last).exists():
        return
    department, chance = played_by("zuzhi"), Random(2022)
    for follower, one in year.followed():
        year.visit(follower, chance, one, clock.today() - timedelta(days=chance.randrange(1, 80)))
    _applications(department)
    _away()
    play(_life())
    _affiliations()
    _belt(department)
    _brought()
    _speakers(department)
    _committees(department)


def _applications(department: Actor) -> None:
    """Some who would like to join: asked lately, activists (one has moved to another township), on probation, a full member."""
    follower = played_by("zhidao")
    branch = Organisation.objects.get(name=year.FORMAL)
    first = Application.objects.filter(organisation=branch).first()
    if first is not None:
        year.walk(follower, first, "full")
    made: dict[int, Application] = {}
    # the oldest first: what was told of it was read long ago
    for number, one in sorted(enumerate(APPLIED), key=lambda one: -(one[1] or ("", 0))[1]):
        if one is None:
            continue
        name, days, until, in_branch = one
        with clock.held_at(clock.now() - timedelta(days=days)):
            made[number] = year.asks(number, name)
        if in_branch:
            joining.hand_over(actor=department, pk=made[number].pk, organisation=branch.pk)
        year.walk(follower, made[number], until)
        if days > READ_WITHIN_DAYS:
            notices.spread_calls()
            notices.mark_seen(actor=follower)
    # looked at once after half a year; the next look is due
    joining.review(
        actor=follower,
        pk=made[0].pk,
        on=clock.today() - timedelta(days=190),
        note="半年考察记录（示例）",
    )
    joining.move(actor=follower, pk=made[len(APPLIED) - 1].pk, work_code="450311101", workplace="柘木示例站")


def _away() -> None:
    """Two members are away from home: one has reported to the other branch, one has not yet."""
    home, there = (Organisation.objects.get(name=name) for name in year.LED.values())
    secretary, receiving = played_by("shuji"), played_by("shuji2")
    today = clock.today()
    for number, member in enumerate(home.members_kept.order_by("pk")[:2]):
        code = members.send_away(
            actor=secretary,
            pk=member.pk,
            told=members.Absence(today, today + timedelta(days=270), "450311101", there.pk),
        )
        if number == 0:
            members.check_in(actor=receiving, branch=there.pk, code=code)


def _life() -> Iterator[Story]:
    """A year of meetings of two branches: the one holds what is due, the other left out its themed day of last month."""
    for username, skipped in (("shuji", None), ("shuji2", "themed")):
        secretary = played_by(username)
        branch = Organisation.objects.get(name=year.LED[username])
        for back in range(11, 0, -1):
            for kind, on, topic in year.meetings_of(shifted(clock.today(), -back)):
                if back == 1 and kind == skipped:
                    continue
                yield year.meeting(secretary, branch, kind, on, topic)


def _affiliations() -> None:
    """Some of the census said what they belong to, with their consent: two neighbours could have a branch."""
    rows = Worker.objects.filter(person__sealed_political=None).select_related("person")
    chosen = rows.filter(sector=Sector.DELIVERY, region_code__startswith="450311001").order_by("pk")[:9]
    for number, worker in enumerate(chosen):
        persons.give_consent(
            actor=PROGRAM, person=worker.person, purpose="political", evidence="同意书（示例）"
        )
        persons.seal_into(worker.person, political="中共党员" if number < 4 else "群众").save()


def _belt(department: Actor) -> None:
    """What the belt did together lately."""
    belt = Alliance.objects.order_by("pk").first()
    if belt is None:
        return
    for number, (_month, title, present) in enumerate(year.TOGETHER):
        on = clock.today() - timedelta(days=80 * number + 10)
        made = alliances.plan_activity(
            actor=department,
            alliance=belt.pk,
            told=alliances.ActivityInput(f"{title}（示例）", on, "桂阳公路沿线（示例）"),
        )
        alliances.hold_activity(actor=department, pk=made.pk, present=present)


def _brought() -> None:
    """A year of what was brought, by the instructor to whom they follow."""
    follower = played_by("zhidao")
    followed = list(
        Establishment.objects.filter(assignments__account_id=follower.account_id or 0).order_by("pk")[:12]
    )
    for number, shop in enumerate(followed):
        strand, title, amount, measure = year.THINGS[number % len(year.THINGS)]
        on = clock.today() - timedelta(days=29 * number + 3)
        brought.note_brought(
            actor=follower,
            key=key("brought", shop.pk),
            told=brought.BroughtInput(strand, title, amount, measure, on, establishment=shop.pk),
        )


def _speakers(department: Actor) -> None:
    """Speakers of three weeks: one wishes to be named, two do not."""
    for number, speaker in enumerate(Speaker.objects.order_by("-named", "pk")):
        speaking.give_week(actor=department, pk=speaker.pk, week=clock.today() + timedelta(days=7 * number))


def _committees(department: Actor) -> None:
    """What the joint committee of a township took on lately: done, overdue, open."""
    made = JointCommittee.objects.get(name=year.TOWNSHIP_COMMITTEE)
    seats = list(made.seats.filter(until_date=None).exclude(unit=None).order_by("pk"))
    branch = Organisation.objects.get(name=year.LED["shuji"])
    committees.take_member(actor=department, pk=made.pk, organisation=branch.pk)
    if not seats:
        return
    matters = (
        (120, 60, "园区增设换电柜（示例）", "装了2个换电柜，园区自管"),
        (70, 20, "夜间歇脚点（示例）", ""),
        (30, 60, "骑手子女暑期托管（示例）", ""),
    )
    met_before = made.meetings.count()
    for number, (ago, within, title, outcome) in enumerate(matters):
        with clock.held_at(clock.now() - timedelta(days=ago)):
            met = committees.note_meeting(
                actor=department,
                pk=made.pk,
                key=key("committee of late", number),
                on=clock.today(),
                topic=f"第{met_before + number + 1}次联席会议：认领事项（示例）",
                present=min(4, len(seats)),
            )
            taken = committees.take_matter_on(
                actor=department,
                pk=made.pk,
                key=key("matter of late", number),
                told=committees.MatterInput(
                    title, seats[number % len(seats)].pk, clock.today() + timedelta(days=within), met.pk
                ),
            )
        if outcome:
            with clock.held_at(clock.now() - timedelta(days=ago - within + 5)):
                committees.end_matter(
                    actor=department, pk=made.pk, matter=taken.pk, state="done", outcome=outcome
                )
