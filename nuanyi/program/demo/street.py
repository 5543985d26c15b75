"""Reports and volunteers of the demo: made-up records whose counts are the report's (17 problems, 21 volunteers, 5,000 leaflets)."""

from __future__ import annotations

import random
from datetime import date, datetime, time, timedelta
from uuid import UUID, uuid5

from nuanyi.cases.services import lists
from nuanyi.lib import clock
from nuanyi.lib.actor import system
from nuanyi.people.access import actor_for
from nuanyi.people.models import Account
from nuanyi.places import queries as places
from nuanyi.reports.models import Report, Voice
from nuanyi.reports.services import handling, sending
from nuanyi.reports.services import settings as office
from nuanyi.units.models import Unit
from nuanyi.volunteers.models import Team, Volunteer
from nuanyi.volunteers.rules import Role
from nuanyi.volunteers.services import campaigns, joining, rewards, shifts

ACTOR = system("demo")
SPACE = UUID("7f1f7c2e-3a52-4a7e-9d0b-0a6f0c5b2e11")
#: What was told in 2022, the month, and what came of it: c closed by the reporter, m mended, a mended and opened again and mended.
TOLD = (
    ("村口两盏路灯不亮", 3, "c"),
    ("路面有坑，雨后积水看不见", 3, "c"),
    ("井盖松动有响声", 4, "c"),
    ("垃圾堆在路边好几天", 4, "m"),
    ("楼道飞线充电", 4, "a"),
    ("斑马线看不清了", 5, "c"),
    ("树枝遮挡红绿灯", 5, "c"),
    ("消防通道被杂物占用", 5, "m"),
    ("水管漏水", 6, "c"),
    ("共享单车堆在人行道上", 6, "m"),
    ("电线垂落到车道上", 7, "c"),
    ("施工扬尘很大", 7, "m"),
    ("路灯一闪一闪", 8, "c"),
    ("减速带坏了", 9, "c"),
    ("下水道口没盖", 10, "a"),
    ("绿化带有流浪犬", 10, "m"),
    ("护栏撞歪了", 11, "c"),
)
#: What riders told this week, still open.
NOW = ("路灯不亮，太黑", "路灯坏了很黑", "人行道砖松了", "垃圾桶满了很臭", "井盖破了一半")
TEAMS = (
    ("小哥宣传队（示例）", "publicity", "liangxin"),
    ("小哥先锋志愿服务队（示例）", "pioneer", "yanshan"),
    ("红色管家（示例）", "steward", "gonghui"),
)
#: The Saturdays of 2022 on which each team went out, in the order of TEAMS.
PAST_SHIFTS = (
    ("publicity", "反诈宣传进社区", date(2022, 4, 16)),
    ("pioneer", "路口文明劝导", date(2022, 6, 11)),
    ("steward", "小区环境整治", date(2022, 9, 17)),
)
SURNAMES = "周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔"


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), clock.CHINA)


def _somewhere(chance: random.Random) -> tuple[float, float]:
    """A point inside some grid."""
    grid = chance.choice(places.all_grids())
    lon, lat = (grid.west_wgs84 + grid.east_wgs84) / 2, (grid.south_wgs84 + grid.north_wgs84) / 2
    if places.codes_at(lat_wgs84=lat, lon_wgs84=lon)[1]:
        return lat, lon
    return _somewhere(chance)


def _told(n: int, words: str, place: tuple[float, float]) -> Voice:
    told = sending.ReportInput(kind="", words=words, lat_wgs84=place[0], lon_wgs84=place[1], accuracy=15)
    return sending.send_report(key=uuid5(SPACE, f"report{n}"), told=told, network="")


def _mend(voice: Voice, n: int, again: bool) -> None:
    handling.mend(
        actor=ACTOR,
        pk=voice.report_id,
        words="已派人处理好。" if not again else "已重新处理。",
        photos=[],
        key=uuid5(SPACE, f"mend{n}{again}"),
    )


def _reports_of_2022() -> None:
    chance = random.Random(2022)
    for n, (words, month, end) in enumerate(TOLD):
        day = date(2022, month, 3 + n)
        with clock.held_at(_at(day, 9 + n % 9)):
            voice = _told(n, words, _somewhere(chance))
        with clock.held_at(_at(day, 20)):
            handling.take(actor=ACTOR, pk=voice.report_id)
        with clock.held_at(_at(day + timedelta(days=1 + n % 3), 15)):
            _mend(voice, n, again=False)
        voice.refresh_from_db()
        with clock.held_at(_at(day + timedelta(days=5), 10)):
            sending.look(voice)
            if end in "ca":
                sending.judge(
                    voice=voice,
                    good=end == "c",
                    words="" if end == "c" else "还没好",
                    key=uuid5(SPACE, f"judge{n}"),
                )
        if end == "a":
            with clock.held_at(_at(day + timedelta(days=6), 10)):
                _mend(voice, n, again=True)
                sending.judge(voice=voice, good=True, key=uuid5(SPACE, f"again{n}"))
    with clock.held_at(_at(date(2023, 1, 1), 3)):
        office.count_into_ledger()


def _reports_now() -> None:
    """Told a minute ago by the demo's clock: open, and not of the year that the report counts."""
    chance = random.Random(7)
    first = _somewhere(chance)
    for n, words in enumerate(NOW):
        place = (first[0] + 0.0001, first[1]) if n == 1 else first if n == 0 else _somewhere(chance)
        _told(100 + n, words, place)


def _volunteers() -> list[Volunteer]:
    made = []
    teams = []
    for name, kind, unit in TEAMS:
        teams.append(joining.save_team(actor=ACTOR, name=name, kind=kind, unit=Unit.objects.get(code=unit)))
    chance = random.Random(21)
    townships = [region.code for region in places.townships()]
    with clock.held_at(_at(date(2022, 3, 1), 9)):
        for n, surname in enumerate(SURNAMES):
            told = joining.VolunteerInput(
                name=f"{surname}示例",
                phone=f"1990000{2100 + n}",
                role=Role.values[n % len(Role.values)],
                region_code=townships[n % len(townships)],
                hours_a_week=chance.randint(1, 6),
                agrees=True,
            )
            made.append(
                joining.enter(actor=ACTOR, key=uuid5(SPACE, f"volunteer{n}"), team=teams[n % 3].pk, told=told)
            )
        for captain in made[: len(teams)]:
            joining.move(actor=ACTOR, pk=captain.pk, to="active", captain=True)
    return made


def _leaflets_of_2022() -> None:
    team = Team.objects.get(kind="publicity")
    unit = Unit.objects.get(code="liangxin")
    plan = (
        ("fraud", "反诈宣传", 2400),
        ("law", "法律进驿站", 1500),
        ("drugs", "禁毒宣传", 900),
        ("civility", "文明交通", 700),
    )
    townships = [region.code for region in places.townships()]
    serial = 0
    for topic, title, stock in plan:
        with clock.held_at(_at(date(2022, 4, 1), 9)):
            campaign = campaigns.save_campaign(
                actor=ACTOR,
                topic=topic,
                title=f"{title}（示例）",
                text="",
                unit=unit,
                stock=stock,
                first_day=date(2022, 4, 1),
                last_day=date(2022, 11, 30),
            )
        for n, township in enumerate(townships):
            with clock.held_at(_at(date(2022, 4 + n, 12), 9)):
                drawn = campaigns.draw(
                    actor=ACTOR,
                    campaign=campaign.pk,
                    team=team.pk,
                    region_code=township,
                    count=stock // 5,
                    key=uuid5(SPACE, f"draw{serial}"),
                )
                # of 5,500 leaflets 500 came back
                campaigns.count_back(actor=ACTOR, pk=drawn.pk, back=25)
            serial += 1


def _shifts(people: list[Volunteer]) -> None:
    office_hand = actor_for(Account.objects.get(username="liangxin"))
    team = Team.objects.get(kind="pioneer")
    grid = people[1].grid_code
    # every team has its Saturday, and all of its members come
    for number, (kind, title, day) in enumerate(PAST_SHIFTS):
        own = people[number :: len(PAST_SHIFTS)]
        called = _shift(Team.objects.get(kind=kind).pk, title, day, grid, traffic=len(own))
        with clock.held_at(_at(day - timedelta(days=10), 8)):
            past = shifts.call_shift(actor=ACTOR, told=called)
            for person in own:
                shifts.sign_up(link=joining.link_of(person), shift=past.pk, role="traffic")
        with clock.held_at(_at(day, 8)):
            for person in own:
                shifts.come(link=joining.link_of(person), shift=past.pk)
        with clock.held_at(_at(day, 12)):
            shifts.close(actor=office_hand, pk=past.pk)
    coming = clock.today() + timedelta(days=(5 - clock.today().weekday()) % 7 or 7)
    shifts.call_shift(actor=ACTOR, told=_shift(team.pk, "周末路口文明劝导（示例）", coming, grid))
    for title, amount, hours, stock in (("热饭一份（示例）", 60, 2, 30), ("头盔一顶（示例）", 20, 20, 10)):
        pledged = lists.add_pledge(
            actor=ACTOR,
            told=lists.ListLineInput(
                part="hardship",
                title=title,
                region_code="",
                amount=amount,
                unit=Unit.objects.get(code="gonghui"),
                measure="份",
                last=clock.today() + timedelta(days=180),
            ),
        )
        rewards.save_reward(actor=ACTOR, pledge=pledged.pk, hours=hours, stock=stock)


def _shift(team: int, title: str, day: date, grid: str, traffic: int = 4) -> shifts.ShiftInput:
    return shifts.ShiftInput(
        team=team,
        topic="civility",
        title=title,
        place="桂阳公路与良丰路口",
        starts_at=_at(day, 8),
        ends_at=_at(day, 11),
        needs={"traffic": traffic, "speaker": 2},
        region_code=grid[:9],
        grid_code=grid,
    )


def build_street() -> None:
    """Everything of this page; nothing where it is there already."""
    if Report.objects.exists():
        return
    grid_worker = Account.objects.get(username="wangge")
    for grid in places.all_grids():
        if grid.code.startswith("450311101"):
            office.set_grid_worker(actor=ACTOR, grid_code=grid.code, account=grid_worker)
    _reports_of_2022()
    _reports_now()
    _shifts(_volunteers())
    _leaflets_of_2022()
