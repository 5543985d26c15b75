"""The office of the demo: the key tasks of 2022 as made-up lines, one regulation in two versions, one good practice."""

from __future__ import annotations

from datetime import date

from nuanyi.lib.actor import system
from nuanyi.matrix.models import KeyTask
from nuanyi.matrix.services import practice, tasks
from nuanyi.matrix.services.tasks import StepInput, TaskInput
from nuanyi.units.models import Unit

ACTOR = system("demo")
#: Title, who leads, who cooperates, figure, target, the last day.
TASKS = (
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
)


def build() -> None:
    """Everything of this page; nothing where it is there already."""
    if KeyTask.objects.exists():
        return
    units = {unit.code: unit for unit in Unit.objects.all()}
    for number, (title, lead, with_units, figure, target, due) in enumerate(TASKS, 1):
        tasks.save_task(
            actor=ACTOR,
            told=TaskInput(
                year=2022,
                number=number,
                title=title,
                lead=units[lead],
                cooperating=[units[code] for code in with_units],
                figure=figure,
                target=target,
                due_date=date.fromisoformat(due),
                steps=[
                    StepInput("制定方案（示例）", date(2022, 4, 30), date(2022, 4, 20)),
                    StepInput("中期检查（示例）", date(2022, 8, 31), date(2022, 8, 25)),
                ],
            ),
        )
    for text, day in (
        ("第一条 建立暖心驿站，为新就业群体提供歇脚、充电、饮水等服务。（示例）", date(2022, 3, 1)),
        ("第一条 建立暖心驿站，提供歇脚、充电、饮水、调解等服务，每年评估一次。（示例）", date(2022, 9, 1)),
    ):
        practice.save_regulation(
            actor=ACTOR,
            title="关爱凝聚新就业群体制度（示例）",
            unit=units["zuzhibu"],
            text=text,
            from_date=day,
        )
    made = practice.save_practice(
        actor=ACTOR,
        unit=units["liangfeng"],
        title="驿站里的“店小二”（示例）",
        text="把咨询台搬进驿站，骑手歇脚时就能问。（示例）\n全年提供政策咨询{service.policy_consultations}次，"
        "办理法律援助{service.legal_aid}件，化解用工薪资纠纷{service.wage_disputes_resolved}件。",
        period="2022",
    )
    for to in ("review", "shared"):
        practice.move_practice(actor=ACTOR, pk=made.pk, to=to)
