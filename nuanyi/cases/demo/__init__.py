"""The service desk of the demo: a year of requests from riders, each with what came of it, registers that units handed in,
and what waits today. All made up; how many of each stands in the plan.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from nuanyi.cases.demo import registers_of_2022, requests
from nuanyi.cases.jobs import watch_cases
from nuanyi.cases.models import Case, Need
from nuanyi.cases.rules import Kind
from nuanyi.cases.services import intake, lists
from nuanyi.cases.services.intake import Request
from nuanyi.cases.services.lists import ListLineInput
from nuanyi.lib import clock
from nuanyi.lib.actor import GUEST
from nuanyi.lib.demo import PROGRAM, Demo, Plan, Story, at, key
from nuanyi.units.models import Unit

#: Part, heading, region, how many, unit, sector, where it was heard.
NEEDS = (
    ("legal_aid", "讨薪怎么走程序（示例）", "450311100", 20, "renshe", "delivery", "驿站问卷（示例）"),
    ("health", "颈腰体检（示例）", "", 60, "gonghui", "", "微心愿（示例）"),
)
#: Part, heading, region, how many, unit, of what, when, whom to call.
PLEDGES = (
    ("legal_aid", "律师驻站值班（示例）", "450311", 24, "sifa", "小时", "每周二 14:00-17:00", "12348"),
    ("health", "免费体检名额（示例）", "", 40, "gonghui", "个", "", "12351"),
    ("employment", "会议室周末可办培训（示例）", "450311001", 12, "renshe", "场", "周六、周日", ""),
)


def _stories(plan: Plan) -> Iterator[Story]:
    if Case.objects.exists():
        return
    yield from requests.told(plan)
    yield from registers_of_2022.handed_in(plan)
    yield _watched(plan)


def _watched(plan: Plan) -> Story:
    """The program looks at deadlines and closes what was solved in silence, as its job does: here each Monday night."""
    day = plan.first + timedelta(days=-plan.first.weekday() % 7)
    while day <= plan.last + timedelta(days=14):
        yield at(day, 3)
        watch_cases()
        day += timedelta(days=7)


def _today(_plan: Plan) -> None:
    if Need.objects.exists():
        return
    _two_requests()
    _three_lists({unit.code: unit for unit in Unit.objects.all()})


def _three_lists(units: dict[str, Unit]) -> None:
    """Two needs, three offers and one project that is planned; made up."""
    first, last = clock.today(), clock.today() + timedelta(days=90)
    needs = [
        lists.add_need(
            actor=PROGRAM,
            told=ListLineInput(part, title, region, amount, units[unit], sector=sector, source=source),
        )
        for part, title, region, amount, unit, sector, source in NEEDS
    ]
    pledges = [
        lists.add_pledge(
            actor=PROGRAM,
            told=ListLineInput(
                part, title, region, amount, units[unit], measure, first, last, times, desk_call
            ),
        )
        for part, title, region, amount, unit, measure, times, desk_call in PLEDGES
    ]
    lists.plan(actor=PROGRAM, need=needs[0].pk, pledge=pledges[0].pk, amount=6, day=first + timedelta(days=7))


def _two_requests() -> None:
    first = Request(
        kind=Kind.POLICY,
        words="灵活就业的社保断了两个月，怎么补？（示例）",
        region_code="450311100",
        sector="delivery",
    )
    second = Request(
        kind=Kind.WAGE,
        words="站长扣了我三天的钱，说是差评。（示例）",
        region_code="450311101",
        sector="delivery",
        employer="示例站点",
    )
    intake.send_case(actor=GUEST, key=key("waiting", 1), told=first, network="demo")
    intake.send_case(actor=GUEST, key=key("waiting", 2), told=second, network="demo")


DEMO = Demo(stories=_stories, today=_today)
