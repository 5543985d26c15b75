"""What the demo tells of Party work: made-up organisations, visits and applications; nobody in it is real."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from uuid import UUID

from nuanyi.census.models import Establishment, Worker
from nuanyi.lib import clock
from nuanyi.lib.actor import Actor
from nuanyi.lib.demo import PROGRAM, Demo, Plan, Story, at, from_now, key, office_hour
from nuanyi.lib.periods import shifted
from nuanyi.lib.sectors import Sector
from nuanyi.notices import services as notices
from nuanyi.party import rules
from nuanyi.party.models import Application, Assignment, Organisation
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
from nuanyi.people import services as people
from nuanyi.people.demo import played_by
from nuanyi.people.models import Account
from nuanyi.places import queries as places
from nuanyi.units.models import Alliance, Unit

THEMES = (
    "走访困难骑手（示例）",
    "驿站志愿服务（示例）",
    "学习条例（示例）",
    "道路安全随手拍（示例）",
)
DISTRICT_COMMITTEE = "雁山区两新工委（示例）"
READ_WITHIN_DAYS = 30


def _stories(plan: Plan) -> Iterator[Story]:
    if Organisation.objects.exists():
        return
    department = played_by("zuzhi")
    yield _organisations(plan, department)
    with clock.held_at(office_hour(plan.chance("assigning"), plan.first)):
        instructors.accept_proposal(actor=department)
    for number, (follower, one) in enumerate(_followed()):
        yield _visits(plan, number, follower, one)


def _followed() -> list[tuple[Actor, UUID]]:
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
        _visit(follower, chance, establishment, day)


def _visit(follower: Actor, chance: Random, establishment: UUID, day: date) -> None:
    instructors.record_visit(
        actor=follower,
        key=key("visit", establishment, day),
        establishment=establishment,
        kind="talk" if chance.random() < 0.3 else "visit",
        on=day,
        present=chance.randrange(1, 9),
    )


def _today(_plan: Plan) -> None:
    """Recent visits, some who would like to join, two branches, what some said of themselves, the belt of the road."""
    if Application.objects.exists():
        return
    department, chance = played_by("zuzhi"), Random(2022)
    for follower, one in _followed():
        _visit(follower, chance, one, clock.today() - timedelta(days=chance.randrange(1, 80)))
    _applications(department)
    _members(department)
    _life()
    _affiliations()
    _belt(department)
    _brought()
    _speakers(department)
    _committees(department)


def _organisations(plan: Plan, department: Actor) -> Story:
    """Committees that were there before the year; in spring a joint branch in each township, then a temporary one."""
    district = places.district()
    if district is None:
        return

    def found(name: str, form: str, region: str, on: date, **more: object) -> Organisation:
        told = organisations.OrganisationInput(name, form, region, on, approval="示例批复〔2022〕1号", **more)  # type: ignore[arg-type]
        return organisations.found(actor=department, told=told)

    since, joint, temporary = date(2021, 3, 1), date(2022, 4, 1), date(2022, 5, 10)
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
    yield from_now(at(temporary, 10))
    appointed = Account.objects.get(username="linshi").pk
    for region in townships:
        found(
            f"{region.name}快递外卖临时党支部（示例）",
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


#: Who asked how many days ago, how far they are, and whether they stand at a branch: one of every kind of state.
APPLIED = (
    ("覃示例", 430, "contacts", False),
    ("韦示例", 60, "activist", False),
    ("莫示例", 6, "applied", False),
    ("蓝示例", 700, "oath", True),
    ("石示例", 1500, "full", True),
    ("罗示例", 300, "activist", False),
)


def _applications(department: Actor) -> None:
    """Some who would like to join: asked lately, activists (one has moved to another township), on probation, a full member."""
    follower = played_by("zhidao")
    above = Organisation.objects.get(name="雁山镇党委（示例）")
    branch = organisations.found(
        actor=department,
        told=organisations.OrganisationInput(
            "雁山镇外卖党支部（示例）",
            "formal",
            "450311100",
            date(2022, 4, 1),
            parent=above.pk,
            members=6,
            approval="示例批复〔2022〕3号",
        ),
    )
    organisations.found(
        actor=department,
        told=organisations.OrganisationInput(
            "柘木镇快递流动党支部（示例）",
            "mobile",
            "450311101",
            date(2022, 4, 1),
            parent=Organisation.objects.get(name="柘木镇党委（示例）").pk,
            sector=Sector.COURIER,
            members=4,
            approval="示例批复〔2022〕4号",
        ),
    )
    made: dict[int, Application] = {}
    # the oldest first: what was told of it was read long ago
    for number, (name, days, until, in_branch) in sorted(enumerate(APPLIED), key=lambda one: -one[1][1]):
        with clock.held_at(clock.now() - timedelta(days=days)):
            one = joining.ask(
                key=key("application", number),
                told=joining.ApplicationInput(
                    name, f"1990000770{number}", "450311100", home_code="450311100", agrees=True
                ),
                network="demo",
            )
        if in_branch:
            joining.hand_over(actor=department, pk=one.pk, organisation=branch.pk)
        _walk(follower, one, until)
        made[number] = one
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


def _walk(follower: Actor, application: Application, until: str) -> None:
    """Goes the path up to a step, twelve days for each or as many as the rules want."""
    on = application.asked_date
    done = {"applied": on}
    while until not in done and (step := rules.next_step(done)) is not None:
        on = max(on + timedelta(days=12), rules.earliest(step, done))
        joining.take_step(actor=follower, pk=application.pk, code=step.code, on=on, paper="示例")
        done[step.code] = on


def _members(department: Actor) -> None:
    """Two branches with their secretaries; one member away from home has reported, one has not yet."""
    home = Organisation.objects.get(name="雁山镇新业态联合党支部（示例）")
    there = Organisation.objects.get(name="柘木镇新业态联合党支部（示例）")
    for branch, username in ((home, "shuji"), (there, "shuji2")):
        organisations.change(
            actor=department,
            pk=branch.pk,
            members=4,
            secretary=Account.objects.get(username=username).pk,
            room="党群服务中心活动室（示例）",
        )
    secretary = played_by("shuji")
    receiving = played_by("shuji2")
    made = [
        members.add_member(
            actor=secretary,
            key=key("member", number),
            branch=home.pk,
            told=members.MemberInput(
                name, f"1990000880{number}", standing, date(2022, 4, 1), "同意书（示例）"
            ),
        )
        for number, (name, standing) in enumerate(
            (
                ("梁示例", "full"),
                ("黄示例", "full"),
                ("陆示例", "full"),
                ("蒙示例", "full"),
                ("农示例", "probation"),
            )
        )
    ]
    today = clock.today()
    for member in made[:2]:
        code = members.send_away(
            actor=secretary,
            pk=member.pk,
            told=members.Absence(today, today + timedelta(days=270), "450311101", there.pk),
        )
        if member is made[0]:
            members.check_in(actor=receiving, branch=there.pk, code=code)
    members.show_oneself(link=members.link_of(made[2]), said="骑手老陆（示例），在良丰跑单，有事可以找我")
    for reach in home.reaches.filter(until_date=None).order_by("pk")[:2]:
        members.raise_flag(actor=department, establishment=reach.establishment_id, paper="商户回执（示例）")


def _life() -> None:
    """A year of meetings of two branches: the one holds what is due, the other left out its themed day of last month."""
    today = clock.today()
    for username, skipped in (("shuji", None), ("shuji2", "themed")):
        secretary = played_by(username)
        branch = Organisation.objects.get(secretary_id=secretary.account_id)
        for back in range(11, 0, -1):
            for kind, on, topic in _meetings_of(shifted(today, -back)):
                if back == 1 and kind == skipped:
                    continue
                starts = at(on, 19, 30)
                with clock.held_at(starts - timedelta(days=5)):
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
                with clock.held_at(starts + timedelta(hours=2)):
                    life.hold_meeting(
                        actor=secretary,
                        pk=made.pk,
                        heads=4,
                        minutes=f"{topic}。应到5人，实到4人，1人外出请假。会议记录为示例。",
                    )


def _meetings_of(first: date) -> list[tuple[str, date, str]]:
    """What a branch holds in the month that begins on ``first``: a themed day; in the middle of a quarter the rest."""
    found = [("themed", first + timedelta(days=9), THEMES[first.month % len(THEMES)])]
    if first.month % 3 == 2:
        found.append(("assembly", first + timedelta(days=16), "季度工作和发展党员（示例）"))
        found.append(("lesson", first + timedelta(days=20), "骑手党员上讲台（示例）"))
    return found


def _affiliations() -> None:
    """Some of the census said what they belong to, with their consent: two neighbours could have a branch."""
    rows = Worker.objects.filter(person__sealed_political=None).select_related("person")
    chosen = rows.filter(sector=Sector.DELIVERY, region_code__startswith="450311001").order_by("pk")[:9]
    for number, worker in enumerate(chosen):
        people.give_consent(
            actor=PROGRAM, person=worker.person, purpose="political", evidence="同意书（示例）"
        )
        people.seal_into(worker.person, political="中共党员" if number < 4 else "群众").save()


def _belt(department: Actor) -> None:
    """桂阳公路党建示范带: firms beside units, their rooms, a year of joint activities."""
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
    for number, title in enumerate(("联合主题党日", "交通安全宣讲进园区", "义诊和急救培训", "消防应急演练")):
        on = clock.today() - timedelta(days=80 * number + 10)
        made = alliances.plan_activity(
            actor=department,
            alliance=belt.pk,
            told=alliances.ActivityInput(f"{title}（示例）", on, "桂阳公路沿线（示例）"),
        )
        alliances.hold_activity(actor=department, pk=made.pk, present=24 + 7 * number)


def _brought() -> None:
    """A year of what was brought, by the instructor to whom they follow."""
    follower = played_by("zhidao")
    followed = list(
        Establishment.objects.filter(assignments__account_id=follower.account_id or 0).order_by("pk")[:12]
    )
    things = (
        ("documents", "支部工作条例口袋书（示例）", 20, "册"),
        ("services", "营业执照年报代办（示例）", 1, "次"),
        ("culture", "流动图书箱（示例）", 40, "册"),
        ("services", "社保政策上门解读（示例）", 1, "次"),
    )
    for number, shop in enumerate(followed):
        strand, title, amount, measure = things[number % len(things)]
        on = clock.today() - timedelta(days=29 * number + 3)
        brought.note_brought(
            actor=follower,
            key=key("brought", shop.pk),
            told=brought.BroughtInput(strand, title, amount, measure, on, establishment=shop.pk),
        )


def _speakers(department: Actor) -> None:
    """A standing lecture team, and speakers of three weeks: one wishes to be named, two do not."""
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
    kinds = (
        ("benchmark", "先锋骑手（示例）", True),
        ("model", "陆示例", False),
        ("pioneer", "韦示例", False),
    )
    for number, (kind, name, named) in enumerate(kinds):
        speaker = speaking.add_speaker(
            actor=department,
            key=key("speaker", number),
            told=speaking.SpeakerInput(name, kind, "同意书（示例）", named),
        )
        speaking.give_week(actor=department, pk=speaker.pk, week=clock.today() + timedelta(days=7 * number))


def _committees(department: Actor) -> None:
    """A joint committee of a township with its members, two meetings, and matters done, open and overdue."""
    made = committees.set_committee_up(
        actor=department,
        told=committees.CommitteeInput(
            "雁山镇大工委（示例）", "township", "450311100", date(2022, 3, 1), "示例批复〔2022〕2号"
        ),
    )
    units = Unit.objects.filter(code__in=("yanshan", "gonghui", "tuanwei", "fulian")).order_by("pk")
    seats = [committees.take_member(actor=department, pk=made.pk, unit=unit.pk) for unit in units]
    branch = Organisation.objects.get(name="雁山镇新业态联合党支部（示例）")
    committees.take_member(actor=department, pk=made.pk, organisation=branch.pk)
    if not seats:
        return
    matters = (
        (120, 60, "园区增设充电桩（示例）", "装了6个充电桩，园区自管"),
        (70, 20, "夜间歇脚点（示例）", ""),
        (30, 60, "骑手子女暑期托管（示例）", ""),
    )
    for number, (ago, within, title, outcome) in enumerate(matters):
        with clock.held_at(clock.now() - timedelta(days=ago)):
            met = committees.note_meeting(
                actor=department,
                pk=made.pk,
                key=key("committee", number),
                on=clock.today(),
                topic=f"第{number + 1}次联席会议：认领事项（示例）",
                present=min(4, len(seats)),
            )
            taken = committees.take_matter_on(
                actor=department,
                pk=made.pk,
                key=key("matter", number),
                told=committees.MatterInput(
                    title, seats[number % len(seats)].pk, clock.today() + timedelta(days=within), met.pk
                ),
            )
        if outcome:
            with clock.held_at(clock.now() - timedelta(days=ago - within + 5)):
                committees.end_matter(
                    actor=department, pk=made.pk, matter=taken.pk, state="done", outcome=outcome
                )


DEMO = Demo(stories=_stories, today=_today)
