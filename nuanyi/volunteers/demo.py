"""Volunteers in the demo: three teams, who joined them, the Saturdays on which they went out, the leaflets they handed out, and
a shift to come. All made up; how many took part and what was handed out stands in the plan."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from nuanyi.lib import clock
from nuanyi.lib.demo import PROGRAM, Demo, Plan, Story, at, key, parts_of, spread
from nuanyi.lib.region_codes import township_of
from nuanyi.people.demo import played_by
from nuanyi.places import queries as places
from nuanyi.units.models import Unit
from nuanyi.volunteers.models import Shift, Team, Volunteer
from nuanyi.volunteers.rules import Role
from nuanyi.volunteers.services import campaigns, joining, shifts

TEAMS = (
    ("小哥宣传队（示例）", "publicity", "liangxin"),
    ("小哥先锋志愿服务队（示例）", "pioneer", "yanshan"),
    ("红色管家（示例）", "steward", "gonghui"),
)
#: What each team goes out for, in the order of TEAMS.
OUTINGS = {
    "publicity": (("fraud", "反诈宣传进社区"), ("law", "普法宣传进网点"), ("drugs", "禁毒宣传进驿站")),
    "pioneer": (("civility", "路口文明劝导"), ("fire", "楼道飞线充电巡查"), ("civility", "学校门口护学")),
    "steward": (("civility", "小区环境整治"), ("epidemic", "小区门口测温登记"), ("civility", "共享单车整理")),
}
#: Topic and title of each campaign.
CAMPAIGNS = (
    ("fraud", "反诈宣传"),
    ("law", "法律进驿站"),
    ("drugs", "禁毒宣传"),
    ("civility", "文明交通"),
)
SURNAMES = "周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华"
#: So many more joined and never came.
IDLE = 3


@dataclass
class Cast:
    """Who joined, by their team; filled while the year is played."""

    of_team: dict[str, list[Volunteer]] = field(default_factory=lambda: {kind: [] for _n, kind, _u in TEAMS})


def _stories(plan: Plan) -> Iterator[Story]:
    if Volunteer.objects.exists():
        return
    counts, cast = plan.of("volunteers"), Cast()
    teams = {
        kind: joining.save_team(actor=PROGRAM, name=name, kind=kind, unit=Unit.objects.get(code=unit))
        for name, kind, unit in TEAMS
    }
    took_part, held = counts["took_part"], counts["shifts"]
    joined = plan.working_days(last=plan.first + (plan.last - plan.first) / 6)
    for number, day in enumerate(spread(joined, took_part + IDLE, plan.chance("joining"))):
        yield _joins(number, day, list(teams.values())[number % len(TEAMS)], cast, idle=number >= took_part)
    first = joined[-1] + timedelta(days=11)
    # every team has its Saturdays, in turn; on its first one everybody of it comes who ever comes
    saturdays = [
        day
        for day in (first + timedelta(days=n) for n in range((plan.last - first).days))
        if day.weekday() == 5
    ]
    for number, day in enumerate(spread(saturdays, held, plan.chance("shifts"))):
        kind = TEAMS[number % len(TEAMS)][1]
        turn = number // len(TEAMS)
        yield _outing(plan, number, day, teams[kind], OUTINGS[kind][turn % 3], cast, everybody=turn == 0)
    yield from _leaflets(plan, teams["publicity"])


def _joins(number: int, day: date, team: Team, cast: Cast, *, idle: bool) -> Story:
    """A rider asks to join from a phone; the office says yes two days later."""
    chance_of_place = [region.code for region in places.townships()]
    yield at(day, 19, number * 2 % 60)
    told = joining.VolunteerInput(
        name=f"{SURNAMES[number % len(SURNAMES)]}示例",
        phone=f"1990000{2100 + number}",
        role=Role.values[number % len(Role.values)],
        region_code=chance_of_place[number % len(chance_of_place)],
        hours_a_week=1 + number * 7 % 6,
        agrees=True,
    )
    made = joining.ask(
        key=key("volunteer", number), team=team.pk, told=told, network=f"demo volunteer {number}"
    )
    yield at(day + timedelta(days=2), 10, number % 60)
    captain = number < len(TEAMS)
    made = joining.move(actor=played_by("liangxin"), pk=made.pk, to="active", captain=captain)
    if not idle:
        cast.of_team[team.kind].append(made)


def _outing(
    plan: Plan,
    number: int,
    day: date,
    team: Team,
    what: tuple[str, str],
    cast: Cast,
    *,
    everybody: bool,
) -> Story:
    """A Saturday morning: called ten days before, signed up for, come to, closed by the office."""
    chance = plan.chance(f"shift {number}")
    yield at(day - timedelta(days=9), 8)
    own = [one for one in cast.of_team[team.kind] if everybody or chance.random() < 0.6]
    own = own or cast.of_team[team.kind][:1]
    called = _shift(team.pk, *what, day, own[0].grid_code, traffic=len(own))
    past = shifts.call_shift(actor=PROGRAM, told=called)
    yield at(day - timedelta(days=6), 20)
    for person in own:
        shifts.sign_up(link=joining.link_of(person), shift=past.pk, role="traffic")
    yield at(day, 8)
    for person in own:
        shifts.come(link=joining.link_of(person), shift=past.pk)
    yield at(day, 12)
    shifts.close(actor=played_by("liangxin"), pk=past.pk)


def _shift(team: int, topic: str, title: str, day: date, grid: str, traffic: int = 4) -> shifts.ShiftInput:
    return shifts.ShiftInput(
        team=team,
        topic=topic,
        title=title,
        place="桂阳公路与良丰路口",
        starts_at=at(day, 8),
        ends_at=at(day, 11),
        needs={"traffic": traffic, "speaker": 2},
        region_code=township_of(grid),
        grid_code=grid,
    )


def _leaflets(plan: Plan, team: Team) -> Iterator[Story]:
    """The campaigns of the year; what is drawn and comes back is the plan's, in parts of different size."""
    counts = plan.of("volunteers")
    townships = [region.code for region in places.townships()]
    draws = len(CAMPAIGNS) * len(townships)
    chance = plan.chance("leaflets")
    backs = parts_of(counts["leaflets_came_back"], draws, chance)
    handed_out = parts_of(counts["leaflets"], draws, chance)
    days = plan.working_days(plan.first + timedelta(days=7), plan.last - timedelta(days=7))
    for serial, (topic, title) in enumerate(CAMPAIGNS):
        mine = slice(serial * len(townships), (serial + 1) * len(townships))
        stock = sum(handed_out[mine]) + sum(backs[mine])
        yield _campaign(
            plan,
            team,
            topic,
            title,
            stock,
            list(
                zip(
                    townships,
                    spread(days, len(townships), chance),
                    handed_out[mine],
                    backs[mine],
                    strict=True,
                )
            ),
        )


def _campaign(
    plan: Plan, team: Team, topic: str, title: str, stock: int, draws: list[tuple[str, date, int, int]]
) -> Story:
    yield at(plan.first + timedelta(days=3), 9)
    campaign = campaigns.save_campaign(
        actor=played_by("liangxin"),
        topic=topic,
        title=f"{title}（示例）",
        text="",
        unit=Unit.objects.get(code="liangxin"),
        stock=stock,
        first_day=plan.first,
        last_day=plan.last,
    )
    for township, day, out, back in draws:
        yield at(day, 9)
        drawn = campaigns.draw(
            actor=played_by("liangxin"),
            campaign=campaign.pk,
            team=team.pk,
            region_code=township,
            count=out + back,
            key=key("draw", topic, township),
        )
        yield at(day, 17, 30)
        campaigns.count_back(actor=played_by("liangxin"), pk=drawn.pk, back=back)


def _today(_plan: Plan) -> None:
    coming = clock.today() + timedelta(days=(5 - clock.today().weekday()) % 7 or 7)
    team = Team.objects.get(kind="pioneer")
    if Shift.objects.filter(team=team, starts_at__gt=clock.now()).exists():
        return
    grid = Volunteer.objects.order_by("pk")[1].grid_code
    told = _shift(team.pk, "civility", "周末路口文明劝导（示例）", coming, grid)
    shifts.call_shift(actor=PROGRAM, told=told)


DEMO = Demo(stories=_stories, today=_today)
