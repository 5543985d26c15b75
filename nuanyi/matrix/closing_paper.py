"""The year's closing report of key tasks as a Word file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import prefetch_related_objects
from django.utils import translation

from nuanyi.lib import clock
from nuanyi.lib.official import Paper
from nuanyi.matrix import task_board
from nuanyi.matrix.models import Supervision
from nuanyi.matrix.task_board import TaskRow
from nuanyi.matrix.task_rules import Light, TaskState
from nuanyi.units.models import Unit

GROUPS = (
    ("已完成的任务", (Light.DONE,)),
    ("正在推进的任务", (Light.GREEN, Light.AMBER)),
    ("滞后的任务", (Light.RED,)),
    ("无法判断和已取消的任务", (Light.GREY,)),
)


#: So much of what was reported last, asked and answered stands in the report.
LONGEST = 300


def document(year: int, rows: Sequence[TaskRow], part_of: str = "") -> bytes:
    """The file: a summary, each task with what was reached and why, what was reported last, supervision, a table.

    ``part_of`` names the unit whose tasks these are; "": all of the year's list.
    """
    prefetch_related_objects([row.task for row in rows], "progress__unit")
    with translation.override("zh-hans"):
        paper = Paper()
        paper.title(f"{part_of}{year}年新业态新就业群体\n重点任务完成情况报告")
        today = clock.today()
        paper.subtitle(f"（截至{today.year}年{today.month}月{today.day}日）")
        counted = dict(task_board.lights(rows))
        paper.heading(1, "总体情况")
        listed = f"{part_of}承担的重点任务共" if part_of else "共列重点任务"
        paper.text(
            f"{year}年{listed}{len(rows)}项，"
            f"已完成{counted[Light.DONE]}项，正常推进{counted[Light.GREEN]}项，"
            f"存在风险{counted[Light.AMBER]}项，滞后{counted[Light.RED]}项，无法判断或已取消{counted[Light.GREY]}项。"
        )
        asked = [one for row in rows for one in row.supervisions]
        if asked:
            closed = sum(one.accepted_at is not None for one in asked)
            paper.text(f"全年发出督办{len(asked)}件，办结{closed}件，未办结{len(asked) - closed}件。")
        for title, lights in GROUPS:
            group = [row for row in rows if row.verdict.light in lights]
            if group:
                paper.heading(1, title)
                for row in group:
                    _task(paper, row)
        paper.caption("表1  重点任务完成情况")
        told = [
            [
                row.task.number,
                row.task.title,
                row.task.lead.short_name or row.task.lead.name,
                "—" if row.task.target is None else row.task.target,
                "—" if row.value is None else row.value,
                row.verdict.light.label,
            ]
            for row in rows
        ]
        paper.table(
            ["序号", "重点任务", "牵头单位", "目标值", "完成值", "状态"], told, [12, 56, 28, 20, 20, 20]
        )
        return paper.data()


def _task(paper: Paper, row: TaskRow) -> None:
    task = row.task
    paper.heading(2, f"第{task.number}项：{task.title}")
    units = "、".join(one.short_name or one.name for one in row.parts.get("cooperate", []))
    said = f"由{task.lead.name}牵头" + (f"，{units}配合" if units else "") + "。"
    paper.text(
        said + str(row.verdict.reason) + (f"{task.end_words}" if task.state != TaskState.RUNNING else "")
    )
    done = [one for one in row.milestones if one.done_date]
    if row.milestones:
        paper.text(f"时间节点{len(row.milestones)}个，完成{len(done)}个。")
    last = next(iter(task.progress.all()), None)
    if last is not None:
        paper.text(f"最近进展（{_day(last.at)}，{_name(last.unit)}）：{last.words[:LONGEST]}")
    for one in reversed(row.supervisions):
        paper.text(_supervised(one))


def _supervised(one: Supervision) -> str:
    """What was asked, what was answered, whether that was accepted."""
    words = f"督办（{_day(one.asked_at)}，{_name(one.unit)}）：{one.words[:LONGEST]}"
    answered = f"答复：{one.answer[:LONGEST]}" if one.answered_at is not None else "尚未答复。"
    return f"{_ended(words)}{_ended(answered)}{'已办结。' if one.accepted_at is not None else '未办结。'}"


def _ended(words: str) -> str:
    return words if words.endswith(("。", "！", "？")) else f"{words}。"


def _day(moment: datetime) -> str:
    day = moment.astimezone(clock.CHINA)
    return f"{day.month}月{day.day}日"


def _name(unit: Unit | None) -> str:
    return (unit.short_name or unit.name) if unit is not None else "区级"
