"""A year of requests, each from its sending to its end: wage disputes with what was missing, mediation and instalments;
legal aid; questions about rules; looking for work. Nobody in them is real.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from nuanyi.cases.models import Case
from nuanyi.cases.rules import Channel, Kind, Outcome, PauseReason
from nuanyi.cases.services import desk, intake, wages
from nuanyi.cases.services.intake import Request
from nuanyi.lib import clock
from nuanyi.lib.actor import GUEST, Actor
from nuanyi.lib.demo import PROGRAM, Plan, Story, at, from_now, key, office_hour, spread, working_day_after
from nuanyi.lib.sectors import Sector
from nuanyi.people.demo import played_by

REGIONS = ("450311100", "450311001", "450311101", "450311200", "450311201")
REGION_WEIGHTS = (34, 28, 20, 11, 7)
SECTORS = (Sector.DELIVERY, Sector.COURIER, Sector.ROAD_TRANSPORT, Sector.LIVESTREAM)
SECTOR_WEIGHTS = (55, 30, 11, 4)
SURNAMES = "梁黄覃韦莫陆蒙农卢罗唐蒋阳秦邓廖谢龙文粟"
#: What a worker's phone says, what is missing, and the evidence: words, work, least and most yuan, evidence.
WAGES: tuple[tuple[str, str, int, int, str], ...] = (
    ("站点扣了我{n}天的单钱，说是差评太多。（示例）", "{n}天配送单费", 260, 1400, "接单记录截图"),
    ("上个月的提成少算了，站长说系统就这样。（示例）", "一个月提成差额", 320, 1900, "平台结算页截图"),
    ("离职{n}个月了，最后一个月工资没结。（示例）", "最后一个月工资", 2400, 5200, "考勤表和转账记录"),
    ("说好的全勤奖不发了。（示例）", "全勤奖", 200, 600, "群公告截图"),
    ("入职交的装备押金不退。（示例）", "装备押金", 300, 1200, "收据照片"),
    ("放假那几天加班，三倍的钱只给了一倍。（示例）", "节日加班工资差额", 480, 2100, "排班表照片"),
    ("跑车三个月，运费一直拖着。（示例）", "三个月运费", 3600, 9600, "运单和对账单"),
    ("直播间关了，两个月的底薪没给。（示例）", "两个月底薪", 3000, 7000, "合作协议照片"),
)
EMPLOYERS = (
    "山水到家配送站",
    "小象快送站点",
    "桂速快递网点",
    "南溪快运营业点",
    "漓江货运车队",
    "桂花直播工作室",
)
POLICY = (
    ("灵活就业的社保断了两个月，怎么补？（示例）", "可以到区社保窗口或手机补缴，医保请尽快续上。（示例）"),
    ("骑手没签合同，算不算劳动关系？（示例）", "看实际怎么管理：谁排班、谁罚款。请把接单记录留好。（示例）"),
    ("职业伤害保障在桂林有没有？（示例）", "广西眼下还没有这项试点，先看平台有没有买意外险。（示例）"),
    ("居住证怎么办，要带什么？（示例）", "带身份证和租房合同到派出所，15天内发证，不收费。（示例）"),
    ("高温津贴有没有我们的份？（示例）", "有劳动关系的都有，算工资，按自治区的标准发。（示例）"),
    ("孩子在这边上学要什么手续？（示例）", "有居住证就可以申请，材料清单已经发给你。（示例）"),
)
WORK = (
    ("想换个白天的活，会开三轮车。（示例）", "已推荐两家物流园，下周一可以面试。（示例）"),
    ("想学电工证，有没有免费的班？（示例）", "区里下月开班，名额已经给你留了。（示例）"),
    ("腰不好了，想找不用爬楼的工作。（示例）", "已推荐驿站管理岗和仓库分拣岗。（示例）"),
    ("想自己开个网店，怎么起步？（示例）", "创业培训班和小额贷款的材料已发给你。（示例）"),
)
LAW = (
    ("送餐被车撞了，对方保险公司不赔误工费。（示例）", "已指派律师，帮你写了起诉状。（示例）"),
    ("站点跑了，欠了我们六个人的工资，想请律师。（示例）", "六人的材料已经收齐，援助律师代理仲裁。（示例）"),
    ("签了三个月不能退的租车合同，想退。（示例）", "律师与车行谈妥，退还押金。（示例）"),
    ("公司不给申报工伤。（示例）", "援助律师帮你自己申报了，已受理。（示例）"),
)


@dataclass(frozen=True)
class Traits:
    """What is drawn for a request: who, where, in which trade, and which way it came."""

    caller: str
    phone: str
    sector: str
    region: str
    channel: str


def _traits(chance: Random) -> Traits:
    named = chance.random() < 0.6
    return Traits(
        caller=f"{chance.choice(SURNAMES)}示例" if named else "",
        phone=f"199{chance.randrange(10**4):08d}" if named and chance.random() < 0.5 else "",
        sector=str(chance.choices(SECTORS, SECTOR_WEIGHTS)[0]),
        region=chance.choices(REGIONS, REGION_WEIGHTS)[0],
        channel=str(
            chance.choices((Channel.WEB, Channel.CALL, Channel.STATION, Channel.HELPER), (70, 12, 13, 5))[0]
        ),
    )


def told(plan: Plan) -> Iterator[Story]:
    """Every request of the plan as a story."""
    counts = plan.of("cases")
    # what takes weeks is sent early enough to end within the plan
    weeks = timedelta(days=45 if plan.last - plan.first > timedelta(days=60) else 18)
    solved, not_solved = counts["wage"]["requests"], counts["wage_not_solved"]
    chance = plan.chance("wage disputes")
    fates = [True] * solved + [False] * not_solved
    chance.shuffle(fates)
    days = spread(plan.working_days(last=plan.last - weeks), solved + not_solved, chance)
    for number, (day, ends_well) in enumerate(zip(days, fates, strict=True)):
        yield _wage(plan, number, day, ends_well)
    for kind, talk, latest in (
        (Kind.LEGAL_AID, LAW, 14),
        (Kind.POLICY, POLICY, 6),
        (Kind.EMPLOYMENT, WORK, 9),
    ):
        count = counts[str(kind)]["requests"]
        end = plan.last - timedelta(days=latest)
        for number, day in enumerate(spread(plan.working_days(last=end), count, plan.chance(str(kind)))):
            yield _asked(plan, str(kind), number, day, talk[number % len(talk)])


def _hand_of(case: Case) -> Actor:
    """The clerk of the unit that has it."""
    clerks = {"renshe": "dianxiaoer", "sifa": "falv"}
    return played_by(clerks[case.unit.code]) if case.unit.code in clerks else PROGRAM


def _sending(chance: Random, day: date) -> datetime:
    """Riders write when they wait: before noon, in the afternoon's lull, late."""
    return at(day, chance.choice((10, 14, 15, 15, 16, 20, 21, 22)), chance.randrange(60))


def _send(what: str, number: int, request: Request, traits: Traits) -> Case:
    request.sector, request.region_code = traits.sector, traits.region
    request.caller, request.phone, request.channel = traits.caller, traits.phone, traits.channel
    sender = GUEST if traits.channel == Channel.WEB else played_by("dianxiaoer")
    return intake.send_case(
        actor=sender, key=key(what, number), told=request, network=f"demo {what} {number}"
    )


def _asked(plan: Plan, kind: str, number: int, day: date, talk: tuple[str, str]) -> Story:
    """A question, taken up on the next working day and answered some days later."""
    chance = plan.chance(f"{kind} {number}")
    yield _sending(chance, day)
    case = _send(kind, number, Request(kind=kind, words=talk[0]), _traits(chance))
    hand = _hand_of(case)
    taken = working_day_after(day)
    yield office_hour(chance, taken)
    desk.take(actor=hand, pk=case.pk)
    days = {Kind.LEGAL_AID: (2, 5), Kind.EMPLOYMENT: (1, 4)}.get(Kind(kind), (0, 2))
    solved = working_day_after(taken, chance.randint(*days)) if days[1] else taken
    yield from_now(office_hour(chance, solved))
    desk.solve(actor=hand, pk=case.pk, key=key(kind, number, "answer"), words=talk[1])
    if chance.random() < 0.5:
        yield clock.now() + timedelta(hours=chance.randrange(3, 60))
        intake.judge(actor=GUEST, case=case, agrees=True, stars=chance.choice((4, 5, 5)))


def _wage(plan: Plan, number: int, day: date, ends_well: bool) -> Story:
    """A wage dispute: sent, reckoned up, mediated (once or twice), paid in parts, agreed to; or not agreed and withdrawn."""
    chance = plan.chance(f"wage {number}")
    words, work, least, most, evidence = chance.choice(WAGES)
    n = chance.randint(2, 5)
    yield _sending(chance, day)
    request = Request(
        kind=Kind.WAGE,
        words=words.format(n=n),
        employer=f"{chance.choice(EMPLOYERS)}（示例）",
        since=day - timedelta(days=chance.randint(8, 40)),
    )
    case = _send("wage", number, request, _traits(chance))
    hand = _hand_of(case)
    taken = working_day_after(day)
    yield office_hour(chance, taken)
    desk.take(actor=hand, pk=case.pk)
    yuan = chance.randrange(least, most, 10)
    wages.add_claim(
        actor=hand,
        pk=case.pk,
        first=day - timedelta(days=chance.randint(35, 60)),
        last=day - timedelta(days=chance.randint(2, 30)),
        work=work.format(n=n),
        sum_text=str(yuan),
        evidence=evidence,
    )
    desk.write(
        actor=hand,
        pk=case.pk,
        key=key("wage", number, "first"),
        words="已经登记，我们联系用工单位核对，请把截图都留好。（示例）",
        inside=False,
    )
    yield from _mediation(chance, hand, case, number, ends_well)
    if not ends_well:
        yield at(clock.today() + timedelta(days=chance.randint(1, 4)), 20, chance.randrange(60))
        intake.withdraw(actor=GUEST, case=case)
        return
    yield from _paid(chance, hand, case, yuan)
    yield clock.now() + timedelta(minutes=30)
    desk.solve(
        actor=hand,
        pk=case.pk,
        key=key("wage", number, "solved"),
        words=f"{yuan}元已经全部付清，请确认到账。（示例）",
    )
    if chance.random() < 0.65:
        yield clock.now() + timedelta(hours=chance.randrange(2, 70))
        intake.judge(actor=GUEST, case=case, agrees=True, stars=chance.choice((3, 4, 5, 5)))


def _mediation(chance: Random, hand: Actor, case: Case, number: int, ends_well: bool) -> Story:
    """Both sides at one table; every fifth time it is put off once."""
    turns = 2 if chance.random() < 0.2 else 1
    for turn in range(turns):
        yield from_now(office_hour(chance, working_day_after(clock.today(), chance.randint(1, 2))))
        held_at = at(working_day_after(clock.today(), chance.randint(1, 3)), chance.choice((9, 15)), 30)
        hearing = wages.appoint(
            actor=hand,
            pk=case.pk,
            key=key("wage", number, "hearing", turn),
            at=held_at,
            where="区劳动争议调解中心（示例）",
            participants="骑手本人、站长、调解员（示例）",
        )
        yield held_at + timedelta(hours=1)
        outcome = Outcome.AGREED if ends_well else Outcome.FAILED
        if turn + 1 < turns:
            outcome = Outcome.PUT_OFF
        wages.end_hearing(actor=hand, pk=case.pk, hearing=hearing.pk, outcome=outcome, words=SAID[outcome])


SAID = {
    Outcome.AGREED: "双方核对清楚，单位同意付清，签了调解协议。（示例）",
    Outcome.FAILED: "单位不认可这笔账，没有谈成。（示例）",
    Outcome.PUT_OFF: "单位要回去查结算单，改天再谈。（示例）",
}


def _paid(chance: Random, hand: Actor, case: Case, yuan: int) -> Story:
    """One sum at once, or in two or three parts a week or more apart; each is noted when it came."""
    count = 1 if yuan < 1000 else chance.choice((1, 2, 2, 3))
    share = yuan // count // 10 * 10
    sums = [share] * (count - 1) + [yuan - share * (count - 1)]
    today = clock.today()
    parts = [
        wages.add_instalment(
            actor=hand, pk=case.pk, due=working_day_after(today, 2 + 4 * part), sum_text=str(amount)
        )
        for part, amount in enumerate(sums)
    ]
    if count > 1:
        desk.pause(
            actor=hand,
            pk=case.pk,
            reason=PauseReason.BOTH,
            words="双方同意分期付清，等最后一期到账。（示例）",
        )
    for part in parts:
        late = chance.choice((0, 0, 0, 1, 2))
        came = working_day_after(part.due_date, late) if late else part.due_date
        yield from_now(office_hour(chance, came))
        wages.note_paid(actor=hand, pk=case.pk, instalment=part.pk)
