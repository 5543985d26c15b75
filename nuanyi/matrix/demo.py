"""The office of the demo: the key tasks of the year with what was reported of them, a regulation in two versions, a good
practice, the brief of each month, rewards out of what units pledged. All made up.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from nuanyi.cases.services import lists
from nuanyi.lib import clock
from nuanyi.lib.demo import (
    PROGRAM,
    Demo,
    Plan,
    Story,
    at,
    from_now,
    month_ends,
    office_hour,
    working_day_after,
)
from nuanyi.matrix.models import KeyTask
from nuanyi.matrix.services import briefs, mornings, practice, tasks
from nuanyi.matrix.services.tasks import StepInput, TaskInput
from nuanyi.people.demo import played_by
from nuanyi.units.models import Unit
from nuanyi.volunteers.models import Reward
from nuanyi.volunteers.services import rewards

#: Title, who leads, who cooperates, figure, target, the last day; then a sector or a place where it is of one alone.
TASKS: tuple[tuple[Any, ...], ...] = (
    (
        "摸清新业态新就业群体底数",
        "zuzhibu",
        ("shichang", "jiaotong", "shangwu"),
        "census.establishments",
        160,
        "2022-10-31",
    ),
    ("建成暖心驿站", "liangxin", ("gonghui", "liangfeng", "yanshan"), "stations.open", 5, "2022-12-31"),
    ("指导员组织集中学习", "zuzhibu", ("tuanwei",), "learning.sessions_by_instructors", 16, "2022-12-31"),
    (
        "化解用工薪资矛盾纠纷",
        "renshe",
        ("sifa", "gonghui"),
        "service.wage_disputes_resolved",
        40,
        "2022-12-31",
    ),
    ("完善关爱凝聚新就业群体制度", "zuzhibu", ("gonghui", "fulian"), "", None, "2022-12-31"),
    (
        "快递行业企业商户摸排建档",
        "shichang",
        ("gonghui", "liangfeng"),
        "census.establishments",
        60,
        "2022-11-30",
        "courier",
    ),
    (
        "雁山镇政策咨询进网点",
        "yanshan",
        ("renshe",),
        "service.policy_consultations",
        25,
        "2022-12-31",
        "",
        "450311100",
    ),
)


#: What is reported of them: number of the task, month, words.
REPORTS = (
    (1, 5, "六个部门联合入户，快递、外卖网点走访过半。（示例）"),
    (2, 6, "雁山镇、良丰两家驿站开门，区级驿站月中启用。（示例）"),
    (1, 7, "台账汇总完成，重点领域底数已经对账。（示例）"),
    (7, 7, "每周三在网点门口设咨询桌，骑手取餐间隙就能问。（示例）"),
    (4, 8, "调解中心设了骑手窗口，当月受理明显增多。（示例）"),
    (2, 8, "桂阳公路企业休息室、大埠乡爱心驿站开门，五家全部建成。（示例）"),
    (6, 9, "快递网点逐户核对，新开网点当月建档。（示例）"),
    (3, 10, "指导员每半月一场，送课到网点。（示例）"),
)
REGULATION = (
    ("第一条 建立暖心驿站，为新就业群体提供歇脚、充电、饮水等服务。（示例）", 0.1),
    ("第一条 建立暖心驿站，提供歇脚、充电、饮水、调解等服务，每年评估一次。（示例）", 0.6),
)


def _stories(plan: Plan) -> Iterator[Story]:
    if KeyTask.objects.exists():
        return
    units = {unit.code: unit for unit in Unit.objects.all()}
    yield _tasks(plan, units)
    yield _supervised(plan, units)
    yield _shelf(plan, units)
    if plan.of("matrix").get("briefs"):
        yield _briefs(plan)


def _tasks(plan: Plan, units: dict[str, Unit]) -> Story:
    """The list is set in spring; who leads reports of it in the months that follow."""
    yield office_hour(plan.chance("key tasks"), plan.first)
    made = {}
    for number, (title, lead, with_units, figure, target, due, *of) in enumerate(TASKS, 1):
        sector, region = [*of, "", ""][:2]
        made[number] = tasks.save_task(
            actor=PROGRAM,
            told=TaskInput(
                year=2022,
                number=number,
                title=title,
                lead=units[lead],
                cooperating=[units[code] for code in with_units],
                figure=figure,
                target=target,
                sector=sector,
                region_code=region,
                due_date=date.fromisoformat(due),
                steps=[
                    StepInput("制定方案（示例）", date(2022, 4, 30), date(2022, 4, 20)),
                    StepInput("中期检查（示例）", date(2022, 8, 31), date(2022, 8, 25)),
                ],
            ),
        )
    for number, month, words in REPORTS:
        day = working_day_after(date(2022, month, 27))
        if plan.first <= day <= plan.last:
            yield from_now(at(day, 16))
            tasks.report(actor=PROGRAM, pk=made[number].pk, words=words)


def _supervised(plan: Plan, units: dict[str, Unit]) -> Story:
    """In the middle of the plan the office asks after the task that lags; the unit answers, and the office takes it."""
    day = working_day_after(plan.first + (plan.last - plan.first) / 2)
    yield at(day, 9, 30)
    task = KeyTask.objects.get(year=2022, number=4)
    asked = tasks.supervise(
        actor=played_by("liangxin"),
        pk=task.pk,
        unit=units["renshe"].pk,
        words="化解进度落后于时间进度，请说明原因和办法。（示例）",
        due_date=working_day_after(day, 5),
    )
    yield at(working_day_after(day, 3), 15)
    tasks.answer(
        actor=PROGRAM,
        pk=task.pk,
        supervision=asked.pk,
        words="暑期用工多、结算集中，已在两家驿站设调解点，每周二现场办。（示例）",
    )
    yield at(working_day_after(day, 4), 10)
    tasks.decide(actor=played_by("liangxin"), pk=task.pk, supervision=asked.pk, accept=True)


def _shelf(plan: Plan, units: dict[str, Unit]) -> Story:
    for text, share in REGULATION:
        day = working_day_after(plan.first + (plan.last - plan.first) * share)
        yield at(day, 11)
        practice.save_regulation(
            actor=PROGRAM,
            title="关爱凝聚新就业群体制度（示例）",
            unit=units["zuzhibu"],
            text=text,
            from_date=day,
        )
    yield at(plan.last, 15)
    made = practice.save_practice(
        actor=PROGRAM,
        unit=units["liangfeng"],
        title="驿站里的“店小二”（示例）",
        text="把咨询台搬进驿站，骑手歇脚时就能问。（示例）\n全年提供政策咨询{service.policy_consultations}次，"
        "办理法律援助{service.legal_aid}件，化解用工薪资纠纷{service.wage_disputes_resolved}件。",
        period="2022",
    )
    practice.move_practice(actor=PROGRAM, pk=made.pk, to="review")
    practice.move_practice(
        actor=played_by("liangxin2"), pk=made.pk, to="shared", words="数字都有记录，做法可学。（示例）"
    )


def _briefs(plan: Plan) -> Story:
    """The brief of each month is drafted in the first days of the next and signed; that of the last waits for its editor."""
    office = played_by("liangxin")
    for end in month_ends(plan.first, plan.last):
        yield at(working_day_after(end, 3), 9)
        made = briefs.draft(actor=office, period=f"{end:%Y-%m}")
        if end < plan.last:
            yield at(working_day_after(end, 4), 10)
            briefs.sign(actor=office, pk=made.pk, revision=made.revision)


def _today(_plan: Plan) -> None:
    """What the morning counts; rewards for volunteers, set aside from what the union pledges."""
    mornings.judge_tasks(actor=PROGRAM)
    mornings.count_thin(actor=PROGRAM)
    if Reward.objects.exists():
        return
    for title, amount, hours, stock in (("热饭一份（示例）", 60, 2, 30), ("头盔一顶（示例）", 20, 20, 10)):
        pledged = lists.add_pledge(
            actor=PROGRAM,
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
        rewards.save_reward(actor=PROGRAM, pledge=pledged.pk, hours=hours, stock=stock)


DEMO = Demo(stories=_stories, today=_today)
