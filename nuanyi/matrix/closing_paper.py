"""The year's closing report of key tasks as a Word file."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import translation

from nuanyi.lib import clock
from nuanyi.lib.official import Paper
from nuanyi.matrix import task_board
from nuanyi.matrix.task_board import TaskRow
from nuanyi.matrix.task_rules import Light, TaskState

GROUPS = (
    ("已完成的任务", (Light.DONE,)),
    ("正在推进的任务", (Light.GREEN, Light.AMBER)),
    ("滞后的任务", (Light.RED,)),
    ("无法判断和已取消的任务", (Light.GREY,)),
)


def document(year: int, rows: Sequence[TaskRow]) -> bytes:
    """The file: a summary, each task with what was reached and why, supervision, a table."""
    with translation.override("zh-hans"):
        paper = Paper()
        paper.title(f"{year}年新业态新就业群体\n重点任务完成情况报告")
        today = clock.today()
        paper.subtitle(f"（截至{today.year}年{today.month}月{today.day}日）")
        counted = dict(task_board.lights(rows))
        paper.heading(1, "总体情况")
        paper.text(
            f"{year}年共列重点任务{len(rows)}项，已完成{counted[Light.DONE]}项，正常推进{counted[Light.GREEN]}项，"
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
