"""The year of Party work, told as it went: organisations, members, meetings, visits, what was brought, the belt of the road,
lecture teams and speakers, joint committees, and some who asked to join.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from random import Random
from uuid import UUID

from nuanyi.census.models import Establishment
from nuanyi.lib import clock
from nuanyi.lib.actor import Actor
from nuanyi.lib.demo import Plan, Story, at, from_now, key, month_ends, office_hour, working_day_after
from nuanyi.lib.sectors import Sector
from nuanyi.party import application_queries, rules
from nuanyi.party.models.applications import Application
from nuanyi.party.models.instructors import Assignment
from nuanyi.party.models.organisations import Organisation
from nuanyi.party.services import (
    alliances,
    brought,
    committees,
    instructors,
    joining,
    life,
    members,
    organisations,
    speaking,
)
from nuanyi.people.demo import played_by
from nuanyi.people.models import Account
from nuanyi.places import queries as places
from nuanyi.units.models import Alliance, Unit

#: The day on which the joint branches were founded.
FOUNDED = date(2022, 4, 1)
DISTRICT_COMMITTEE = "雁山区两新工委（示例）"
#: The branches whose secretaries are of the cast, by the secretary.
LED = {"shuji": "雁山镇新业态联合党支部（示例）", "shuji2": "柘木镇新业态联合党支部（示例）"}
#: A branch of its own for riders, and one of roving members.
FORMAL, MOBILE = "雁山镇外卖党支部（示例）", "柘木镇快递流动党支部（示例）"
#: The members on the roll of the branch of 雁山镇.
ROLL = (
    ("梁示例", "full"),
    ("黄示例", "full"),
    ("陆示例", "full"),
    ("蒙示例", "full"),
    ("农示例", "probation"),
)
THEMES = (
    "走访困难骑手（示例）",
    "驿站志愿服务（示例）",
    "学习条例（示例）",
    "道路安全随手拍（示例）",
)
TOWNSHIP_COMMITTEE = "雁山镇大工委（示例）"
#: The applications of the year by their number: who joined in the end, and who moved to another city.
JOINED, MOVED_AWAY = 4, 6
ROOM = "党群服务中心活动室（示例）"
#: What instructors bring in turn: its strand, title, how much, and of what.
THINGS = (
    ("documents", "支部工作条例口袋书（示例）", 20, "册"),
    ("services", "营业执照年报代办（示例）", 1, "次"),
    ("culture", "流动图书箱（示例）", 40, "册"),
    ("services", "社保政策上门解读（示例）", 1, "次"),
    ("documents", "两新组织党建工作手册（示例）", 15, "册"),
    ("culture", "坝坝电影进园区（示例）", 1, "场"),
)
#: Activities of the belt: its month, title, how many came.
TOGETHER = (
    (4, "联合主题党日", 31),
    (6, "交通安全宣讲进园区", 46),
    (9, "义诊和急救培训", 38),
    (11, "消防应急演练", 27),
)
#: What the joint committee of a township took on: month of its meeting, title, after how many days it was done, with what.
MATTERS = (
    (3, "园区增设充电桩（示例）", 48, "装了6个充电桩，园区自管"),
    (6, "驿站夏季延时开放（示例）", 12, "7月、8月开到23点，街道排班"),
    (9, "背街小巷加装路灯（示例）", 55, "加装14盏，骑手夜里好认路"),
    (12, "冬季防寒物资（示例）", 9, "手套、护膝120套发到驿站"),
)
#: Speakers of the weeks in turn, the kind of each and whether they wish to be named.
SPEAKERS = (("model", "陆示例", False), ("pioneer", "韦示例", False), ("benchmark", "先锋骑手（示例）", True))


def stories(plan: Plan) -> Iterator[Story]:
    """Everything of the year, none where it was played already."""
    if Organisation.objects.exists():
        return
    department = played_by("zuzhi")
    yield _organisations(plan, department)
    with clock.held_at(office_hour(plan.chance("assigning"), plan.first)):
        instructors.accept_proposal(actor=department)
    for number, (follower, one) in enumerate(followed()):
        yield _visits(plan, number, follower, one)
    yield from _lives(plan)
    yield from _bringing(plan)
    yield _belt(plan, department)
    yield _speaking(plan, department)
    yield _committees(plan, department)
    yield _joins(plan, department)
    yield _moves_away(plan, department)


def _temporary(township: str) -> str:
    """The name of the temporary branch of a township."""
    return f"{township}快递外卖临时党支部（示例）"


# organisations and members -----------------------------------------------------------------------


def _organisations(plan: Plan, department: Actor) -> Story:
    """Committees that were there before the year; in spring a joint branch in each township, then a temporary one."""
    district = places.district()
    if district is None:
        return

    def found(name: str, form: str, region: str, on: date, **more: object) -> Organisation:
        told = organisations.OrganisationInput(name, form, region, on, approval="示例批复〔2022〕1号", **more)  # type: ignore[arg-type]
        return organisations.found(actor=department, told=told)

    since, joint, temporary = date(2021, 3, 1), FOUNDED, date(2022, 5, 10)
    yield at(plan.first, 8)
    top = found(DISTRICT_COMMITTEE, "committee", district.code, since)
    townships = places.townships()
    above = {
        region.code: found(f"{region.name}党委（示例）", "committee", region.code, since, parent=top.pk).pk
        for region in townships
    }
    near = {
        region.code: list(
            Establishment.objects.filter(region_code__startswith=region.code)
            .order_by("pk")
            .values_list("pk", flat=True)
        )
        for region in townships
    }
    yield from_now(at(joint, 10))
    for region in townships:
        found(
            f"{region.name}新业态联合党支部（示例）",
            "joint",
            region.code,
            joint,
            parent=above[region.code],
            members=4,
            establishments=near[region.code][:5],
        )
    _led(department)
    yield from_now(at(temporary, 10))
    appointed = Account.objects.get(username="linshi").pk
    for region in townships:
        found(
            _temporary(region.name),
            "temporary",
            region.code,
            temporary,
            parent=above[region.code],
            members=3,
            task="行业集中管理期间的教育管理和服务",
            secretary=appointed,
            until_date=date(2027, 12, 31),
            establishments=near[region.code][5 : 5 + len(near[region.code]) // 2],
        )
    yield from_now(at(date(2022, 5, 20), 10))
    found(
        FORMAL,
        "formal",
        "450311100",
        date(2022, 5, 20),
        parent=above["450311100"],
        members=6,
    )
    found(
        MOBILE,
        "mobile",
        "450311101",
        date(2022, 5, 20),
        parent=above["450311101"],
        sector=Sector.COURIER,
        members=4,
    )
    yield from_now(at(date(2022, 6, 24), 15))
    _shown(department)


def _led(department: Actor) -> None:
    """The joint branches get their secretaries; the one of 雁山镇 writes its members down."""
    for username, name in LED.items():
        organisations.change(
            actor=department,
            pk=Organisation.objects.get(name=name).pk,
            members=4,
            secretary=Account.objects.get(username=username).pk,
            room=ROOM,
        )
    home = Organisation.objects.get(name=LED["shuji"])
    for number, (name, standing) in enumerate(ROLL):
        members.add_member(
            actor=played_by("shuji"),
            key=key("member", number),
            branch=home.pk,
            told=members.MemberInput(
                name, f"1990000880{number}", standing, home.founded_date, "同意书（示例）"
            ),
        )


def _shown(department: Actor) -> None:
    """Before the first of July one member shows himself as one, and two shops the flag of their branch."""
    home = Organisation.objects.get(name=LED["shuji"])
    shows = home.members_kept.order_by("pk")[2]
    members.show_oneself(link=members.link_of(shows), said="骑手老陆（示例），在良丰跑单，有事可以找我")
    for reach in home.reaches.filter(until_date=None).order_by("pk")[:2]:
        members.raise_flag(actor=department, establishment=reach.establishment_id, paper="商户回执（示例）")


# meetings ----------------------------------------------------------------------------------------


def meetings_of(first: date) -> list[tuple[str, date, str]]:
    """What a branch holds in the month that begins on ``first``: a themed day; in the middle of a quarter the rest."""
    found = [("themed", first + timedelta(days=9), THEMES[first.month % len(THEMES)])]
    if first.month % 3 == 2:
        found.append(("assembly", first + timedelta(days=16), "季度工作和发展党员（示例）"))
        found.append(("lesson", first + timedelta(days=20), "骑手党员上讲台（示例）"))
    return found


def meeting(secretary: Actor, branch: Organisation, kind: str, on: date, topic: str, heads: int = 4) -> Story:
    """A meeting of an evening: planned five days before, held with its minutes."""
    starts = at(on, 19, 30)
    yield starts - timedelta(days=5)
    made = life.plan_meeting(
        actor=secretary,
        key=key("meeting", branch.pk, kind, on),
        branch=branch.pk,
        told=life.MeetingInput(
            kind,
            topic,
            branch.room or "党群服务中心（示例）",
            starts,
            starts + timedelta(hours=1),
            announced=kind == "themed",
        ),
    )
    yield starts + timedelta(hours=2)
    life.hold_meeting(
        actor=secretary,
        pk=made.pk,
        heads=heads,
        minutes=f"{topic}。应到5人，实到{heads}人{'' if heads == 5 else f'，{5 - heads}人请假'}。会议记录为示例。",
    )


def _lives(plan: Plan) -> Iterator[Story]:
    """What the two branches of the cast hold from their first month on, and two themed days of each temporary branch."""
    months = [end.replace(day=1) for end in month_ends(plan.first, plan.last)]
    for username, name in LED.items():
        chance = plan.chance(f"meetings of {username}")
        for first in months:
            for kind, on, topic in meetings_of(first):
                if on > FOUNDED + timedelta(days=7):
                    yield _meeting_of(name, kind, on, topic, chance.randint(3, 5))
    for region in places.townships():
        for on, topic in (
            (date(2022, 7, 1), "重温入党誓词（示例）"),
            (date(2022, 10, 27), "学习党的二十大精神（示例）"),
        ):
            if plan.first <= on <= plan.last:
                yield _meeting_of(_temporary(region.name), "themed", on, topic, 3)


def _meeting_of(name: str, kind: str, on: date, topic: str, heads: int) -> Story:
    """A meeting of the branch of this name, led by its secretary."""
    yield at(on - timedelta(days=6), 9)
    branch = Organisation.objects.select_related("secretary").get(name=name)
    secretary = played_by(str(getattr(branch.secretary, "username", "")))
    yield from meeting(secretary, branch, kind, on, topic, heads)


# visits and what is brought ----------------------------------------------------------------------


def followed() -> list[tuple[Actor, UUID]]:
    """What the instructors of the cast follow and go to: every fourth is left out, and nobody has been at the studios
    yet. That is the thin cell which the pages are there to show."""
    actors: dict[int, Actor] = {}
    for username in ("zhidao", "zhidao2"):
        follower = played_by(username)
        actors[follower.account_id or 0] = follower
    rows = Assignment.objects.filter(account__in=list(actors), until_date=None).order_by("establishment")
    wanted = rows.values_list("account", "establishment", "establishment__sector")
    return [
        (actors[account], shop)
        for n, (account, shop, sector) in enumerate(wanted)
        if n % 4 != 3 and sector != Sector.LIVESTREAM
    ]


def _visits(plan: Plan, number: int, follower: Actor, establishment: UUID) -> Story:
    """An instructor comes by on a working day, and talks or looks in."""
    chance = plan.chance(f"visits to {number}")
    days = plan.working_days()
    for day in sorted(chance.sample(days, min(len(days), plan.of("party")["visits_each"]))):
        yield office_hour(chance, day)
        visit(follower, chance, establishment, day)


def visit(follower: Actor, chance: Random, establishment: UUID, day: date) -> None:
    """An instructor talks with those who are there, or looks in."""
    instructors.record_visit(
        actor=follower,
        key=key("visit", establishment, day),
        establishment=establishment,
        kind="talk" if chance.random() < 0.3 else "visit",
        on=day,
        present=chance.randrange(1, 9),
    )


def _bringing(plan: Plan) -> Iterator[Story]:
    """Each month the instructors bring something along: 雁山镇's two, 柘木镇's one."""
    for username, times in (("zhidao", 2), ("zhidao2", 1)):
        follower = played_by(username)
        shops = [shop for who, shop in followed() if who.account_id == follower.account_id]
        chance = plan.chance(f"brought by {username}")
        for number, end in enumerate(month_ends(plan.first, plan.last)):
            days = plan.working_days(end.replace(day=1), end)
            for turn, day in enumerate(chance.sample(days, times)):
                thing = THINGS[(number * times + turn) % len(THINGS)]
                yield _brings(follower, chance.choice(shops), thing, office_hour(chance, day))


def _brings(follower: Actor, shop: UUID, thing: tuple[str, str, int, str], moment: datetime) -> Story:
    strand, title, amount, measure = thing
    yield moment
    brought.note_brought(
        actor=follower,
        key=key("brought", shop, moment),
        told=brought.BroughtInput(strand, title, amount, measure, moment.date(), establishment=shop),
    )


# together ----------------------------------------------------------------------------------------


def _belt(plan: Plan, department: Actor) -> Story:
    """桂阳公路党建示范带: firms beside units, the rooms they open, a year of activities together."""
    yield at(max(plan.first, date(2022, 4, 8)), 10)
    belt = Alliance.objects.order_by("pk").first()
    if belt is None:
        return
    shops = Establishment.objects.filter(region_code__startswith="450311100").order_by("pk")[:6]
    firms = [
        alliances.take_firm(
            actor=department, alliance=belt.pk, establishment=shop.pk, paper="加入意向书（示例）"
        )
        for shop in shops
    ]
    for number, unit in enumerate(belt.members.order_by("pk")[:2]):
        alliances.share_room(
            actor=department,
            alliance=belt.pk,
            told=alliances.RoomInput(
                f"共享活动室{number + 1}（示例）",
                "450311001",
                "会议、党课、投影",
                "工作日 9:00-18:00",
                unit=unit.pk,
            ),
        )
    if firms:
        alliances.share_room(
            actor=department,
            alliance=belt.pk,
            told=alliances.RoomInput(
                "企业休息室（示例）", "450311100", "歇脚、充电、饮水", "每天 8:00-20:00", firm=firms[0].pk
            ),
        )
    for month, title, present in TOGETHER:
        days = plan.working_days(date(2022, month, 15), date(2022, month, 28))
        if not days:
            continue
        yield from_now(at(days[0] - timedelta(days=5), 11))
        made = alliances.plan_activity(
            actor=department,
            alliance=belt.pk,
            told=alliances.ActivityInput(f"{title}（示例）", days[0], "桂阳公路沿线（示例）"),
        )
        yield at(days[0], 17)
        alliances.hold_activity(actor=department, pk=made.pk, present=present)


def _speaking(plan: Plan, department: Actor) -> Story:
    """A standing lecture team; speakers who agreed, and one of them for each week, a month at a time."""
    yield at(max(plan.first, date(2022, 3, 10)), 9, 30)
    instructor = Account.objects.get(username="zhidao")
    team = speaking.set_team_up(
        actor=department, name="雁山小哥宣讲队（示例）", region_code="450311100", instructor=instructor.pk
    )
    for number, (part, name) in enumerate((("member", "陆示例"), ("worker", "骑手代表示例"))):
        speaking.take_into_team(
            actor=department,
            key=key("seat", number),
            team=team.pk,
            part=part,
            name=name,
            agreed="同意书（示例）",
        )
    who = [
        speaking.add_speaker(
            actor=department,
            key=key("speaker", number),
            told=speaking.SpeakerInput(name, kind, "同意书（示例）", named),
        )
        for number, (kind, name, named) in enumerate(SPEAKERS)
    ]
    for end in month_ends(plan.first, plan.last):
        yield from_now(at(end.replace(day=1), 10))
        week = clock.monday(clock.today() + timedelta(days=6))
        while week <= end:
            speaking.give_week(actor=department, pk=who[turn_of(week, len(who))].pk, week=week)
            week += timedelta(days=7)


def turn_of(week: date, of: int) -> int:
    """Whose turn a week is, among so many: the same week gives the same turn, wherever the count begins."""
    return week.toordinal() // 7 % of


def _committees(plan: Plan, department: Actor) -> Story:
    """A joint committee of a township and one of a community; each quarter it meets and a member takes a matter on."""
    yield at(plan.first, 15)
    made = committees.set_committee_up(
        actor=department,
        told=committees.CommitteeInput(
            TOWNSHIP_COMMITTEE, "township", "450311100", date(2022, 3, 1), "示例批复〔2022〕2号"
        ),
    )
    community = next(iter(places.communities("450311001")), None)
    if community is not None:
        below = committees.set_committee_up(
            actor=department,
            told=committees.CommitteeInput(
                f"{community.name.removesuffix('（示例）')}大党委（示例）",
                "community",
                community.code,
                date(2022, 3, 1),
                "示例批复〔2022〕5号",
            ),
        )
    units = Unit.objects.filter(code__in=("yanshan", "gonghui", "tuanwei", "fulian")).order_by("pk")
    seats = [committees.take_member(actor=department, pk=made.pk, unit=unit.pk) for unit in units]
    if community is not None:
        for unit in units[:2]:
            committees.take_member(actor=department, pk=below.pk, unit=unit.pk)
    for number, (month, title, days, outcome) in enumerate(MATTERS):
        on = next(iter(plan.working_days(date(2022, month, 10), date(2022, month, 20))), None)
        if on is None or not seats:
            continue
        yield at(on, 16)
        met = committees.note_meeting(
            actor=department,
            pk=made.pk,
            key=key("committee", number),
            on=on,
            topic=f"第{number + 1}次联席会议：认领事项（示例）",
            present=min(4, len(seats)),
        )
        taken = committees.take_matter_on(
            actor=department,
            pk=made.pk,
            key=key("matter", number),
            told=committees.MatterInput(
                title, seats[number % len(seats)].pk, on + timedelta(days=60), met.pk
            ),
        )
        yield at(working_day_after(on + timedelta(days=days)), 11)
        committees.end_matter(actor=department, pk=made.pk, matter=taken.pk, state="done", outcome=outcome)


# joining -----------------------------------------------------------------------------------------


def asks(number: int, name: str, region: str = "450311100") -> Application:
    """Somebody leaves name and phone for a talk."""
    return joining.ask(
        key=key("application", number),
        told=joining.ApplicationInput(name, f"1990000770{number}", region, home_code=region, agrees=True),
        network="demo",
    )


def walk(follower: Actor, application: Application, until: str) -> None:
    """Goes on along the path up to a step, twelve days for each or as many as the rules want."""
    done = application_queries.steps_of(application)
    on = max(done.values())
    while until not in done and (step := rules.next_step(done)) is not None:
        on = max(on + timedelta(days=12), rules.earliest(step, done))
        joining.take_step(actor=follower, pk=application.pk, code=step.code, on=on, paper="示例")
        done[step.code] = on


def _steps(plan: Plan, application: Application, asked: date, steps: Mapping[str, int]) -> Story:
    """The steps of an application, each so many days after it was asked, as far as the plan goes."""
    for code, days in steps.items():
        on = working_day_after(asked + timedelta(days=days))
        if on > plan.last:
            return
        yield at(on, 15)
        joining.take_step(actor=played_by("zhidao"), pk=application.pk, code=code, on=on, paper="示例")


def _joins(plan: Plan, department: Actor) -> Story:
    """The first who asked: a talk within the month, the letter in one's own hand, an activist, looked at before the year ends."""
    asked = max(date(2022, 5, 23), plan.first + timedelta(days=3))
    yield at(asked, 21)
    made = asks(JOINED, "石示例")
    yield at(working_day_after(asked), 9)
    branch = Organisation.objects.get(name=FORMAL)
    joining.hand_over(actor=department, pk=made.pk, organisation=branch.pk)
    yield from _steps(plan, made, asked, {"talk": 6, "written": 21, "activist": 40, "contacts": 52})
    looked = date(2022, 12, 28)
    if looked <= plan.last:
        yield at(looked, 16)
        joining.review(actor=played_by("zhidao"), pk=made.pk, on=looked, note="半年考察记录（示例）")


def _moves_away(plan: Plan, department: Actor) -> Story:
    """Another one works in the next city by autumn: the papers go along."""
    asked = date(2022, 7, 11)
    if asked > plan.last:
        return
    yield at(asked, 20)
    made = asks(MOVED_AWAY, "甘示例")
    yield from _steps(plan, made, asked, {"talk": 8, "written": 25})
    yield at(date(2022, 10, 12), 10)
    joining.end(
        actor=department,
        pk=made.pk,
        told=joining.EndInput("handed_out", "转接函（示例）", "柳州市鱼峰区某两新组织党支部（示例）"),
    )
