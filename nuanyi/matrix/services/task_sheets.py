"""The list of key tasks as Excel, out and in: what goes out comes back in unchanged."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from nuanyi.journal import services as journal
from nuanyi.lib import figures, sheets
from nuanyi.lib.actor import Actor
from nuanyi.lib.errors import BadInput
from nuanyi.lib.identity import plain
from nuanyi.lib.sectors import Sector, sector_named
from nuanyi.matrix import events, task_board
from nuanyi.matrix.models import KeyTask
from nuanyi.matrix.services.tasks import StepInput, TaskInput, save_task
from nuanyi.matrix.task_board import KEEP, TaskRow
from nuanyi.matrix.task_rules import Part
from nuanyi.places import queries as places
from nuanyi.units.models import Unit

#: The columns, in the words of the office whose document it is, with their widths.
COLUMNS = (
    ("年度", 8),
    ("序号", 6),
    ("重点任务", 30),
    ("具体要求", 44),
    ("牵头单位", 18),
    ("配合单位", 28),
    ("行业领域", 12),
    ("区域", 14),
    ("考核指标", 30),
    ("目标值", 10),
    ("开始时间", 12),
    ("完成时限", 12),
    ("时间节点", 44),
)
#: What the list shows beside, and what is not taken in again.
SHOWN = (("当前值", 10), ("进度", 8), ("状态", 10), ("判断依据", 44))
NEEDED = {"重点任务", "牵头单位", "完成时限"}
MOST_ROWS = 500
MOST_SIGNS = 4 << 20
_STEP = re.compile(
    r"\s*(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?\s*[:：、 ]?\s*(.+?)\s*(?:[（(](\d{4}-\d{2}-\d{2})完成[）)])?\s*$"
)


def workbook(actor: Actor, year: int) -> bytes:
    """The year's list as the actor sees it. Raises NotAllowed."""
    rows = task_board.tasks_of(actor, year)
    return sheets.one_page(
        f"{year}年重点任务清单", [*COLUMNS, *SHOWN], [_cells(row, places.names_by_code()) for row in rows]
    )


def _cells(row: TaskRow, names: dict[str, str]) -> list[object]:
    task = row.task
    sector = str(dict(Sector.choices).get(task.sector, ""))
    figure = f"{row.figure_title}（{task.figure}）" if row.figure_title else task.figure
    steps = [
        f"{one.due_date.isoformat()} {one.title}"
        + (f"（{one.done_date.isoformat()}完成）" if one.done_date else "")
        for one in row.milestones
    ]
    shown: list[object] = [
        "" if row.value is None else row.value,
        f"{row.percent}%" if task.target else "",
        row.verdict.light.label,
        str(row.verdict.reason),
    ]
    return [
        task.year,
        task.number,
        task.title,
        task.words,
        task.lead.name,
        "、".join(unit.name for unit in row.parts.get(Part.COOPERATE, [])),
        sector,
        names.get(task.region_code, task.region_code),
        figure,
        task.target,
        task.start_date,
        task.due_date,
        "；".join(steps),
        *shown,
    ]


@transaction.atomic
def take_in(*, actor: Actor, data: bytes, year: int) -> tuple[int, int]:
    """Take a list in: a task whose year and number are known is changed, another entered. Returns ``(entered, changed)``.

    All or nothing: where a row is bad, nothing is taken and every bad row is named. Raises NotAllowed, BadSheet, BadInput.
    """
    actor.require(KEEP)
    rows, wrong = _rows(data, year)
    if wrong:
        raise BadInput(fields={"file": "；".join(wrong[:20])}, code="bad-rows")
    listed = KeyTask.objects.filter(year__in={told.year for told in rows})
    there = {(one.year, one.number): one.pk for one in listed}
    entered = changed = 0
    for told in rows:
        pk = there.get((told.year, told.number))
        save_task(actor=actor, told=told, pk=pk)
        entered, changed = entered + (pk is None), changed + (pk is not None)
    journal.record(actor, events.TASK_SAVED, entered=entered, changed=changed)
    return entered, changed


class _Bad(ValueError):
    """A cell that cannot be read, with the words for it."""


def _rows(data: bytes, year: int) -> tuple[list[TaskInput], list[str]]:
    names = places.names_by_code()
    units = {unit.name: unit for unit in Unit.objects.filter(active=True)}
    units |= {unit.short_name: unit for unit in units.values() if unit.short_name}
    columns: dict[int, str] = {}
    found: list[TaskInput] = []
    wrong: list[str] = []
    titles = {title for title, _width in COLUMNS}
    book = sheets.read(data, most_signs=MOST_SIGNS)
    sheet = next(book, None)
    for number, cells in enumerate(sheet.rows if sheet else (), 1):
        if not columns:
            named = {i: plain(cell) for i, cell in enumerate(cells) if plain(cell) in titles}
            columns = named if set(named.values()) >= NEEDED else {}
            continue
        row = {title: cells[i] for i, title in columns.items() if i < len(cells)}
        if not plain(row.get("重点任务")):
            continue
        if len(found) >= MOST_ROWS:
            raise BadInput(fields={"file": _("More than 500 rows.")}, code="too-many-rows")
        try:
            found.append(_told(row, year, len(found) + 1, units, names))
        except _Bad as bad:
            wrong.append(_("row %(number)d: %(words)s") % {"number": number, "words": bad})
    if not columns:
        raise BadInput(
            fields={"file": _("No row names the columns 重点任务, 牵头单位 and 完成时限.")}, code="no-header"
        )
    doubles = {
        (one.year, one.number)
        for one in found
        if sum((o.year, o.number) == (one.year, one.number) for o in found) > 1
    }
    wrong += [
        _("number %(number)d stands there twice") % {"number": number} for _year, number in sorted(doubles)
    ]
    return found, wrong


def _told(
    row: dict[str, Any], year: int, number: int, units: dict[str, Unit], names: dict[str, str]
) -> TaskInput:
    lead = units.get(plain(row.get("牵头单位")))
    if lead is None:
        raise _Bad(_("there is no unit “%(name)s”") % {"name": plain(row.get("牵头单位"))[:40]})
    cooperating = []
    for name in re.split(r"[、,，;；\n]+", plain(row.get("配合单位"))):
        if name.strip():
            unit = units.get(name.strip())
            if unit is None:
                raise _Bad(_("there is no unit “%(name)s”") % {"name": name.strip()[:40]})
            cooperating.append(unit)
    due = _day(row.get("完成时限"))
    if due is None:
        raise _Bad(_("by which day?"))
    region = plain(row.get("区域"))
    code = places.region_named(region, names) if region else ""
    if code is None:
        raise _Bad(_("there is no place “%(name)s”") % {"name": region[:40]})
    sector = plain(row.get("行业领域"))
    known = sector_named(sector) if sector else ""
    if known is None:
        raise _Bad(_("there is no sector “%(name)s”") % {"name": sector[:40]})
    return TaskInput(
        year=_number(row.get("年度")) or year,
        number=_number(row.get("序号")) or number,
        title=_text(row.get("重点任务")),
        words=_text(row.get("具体要求")),
        lead=lead,
        cooperating=cooperating,
        sector=str(known),
        region_code=code,
        figure=_figure(plain(row.get("考核指标"))),
        target=_number(row.get("目标值")),
        start_date=_day(row.get("开始时间")),
        due_date=due,
        steps=_steps(_text(row.get("时间节点"))),
    )


def _figure(text: str) -> str:
    """The key that a cell names: in brackets, alone, or by the figure's title."""
    offered = figures.offered()
    in_brackets = re.search(r"[（(]([a-z_]+\.[a-z_]+)[）)]", text)
    key = in_brackets[1] if in_brackets else text
    if not key or key in offered:
        return key
    named = [figure.key for figure in offered.values() if str(figure.title) == text]
    if len(named) != 1:
        raise _Bad(_("there is no figure “%(name)s”") % {"name": text[:40]})
    return named[0]


def _steps(text: str) -> list[StepInput]:
    found = []
    for part in re.split(r"[；;\n]+", text):
        if not part.strip():
            continue
        matched = _STEP.match(part)
        if matched is None:
            raise _Bad(
                _("a step is written 2022-06-30 and its title: “%(words)s”") % {"words": part.strip()[:40]}
            )
        try:
            due = date(int(matched[1]), int(matched[2]), int(matched[3]))
            done = date.fromisoformat(matched[5]) if matched[5] else None
        except ValueError as exc:
            raise _Bad(_("there is no such day: “%(words)s”") % {"words": part.strip()[:40]}) from exc
        found.append(StepInput(matched[4], due, done))
    return found


def _text(cell: Any) -> str:
    """Text as it stands there: its marks stay Chinese ones."""
    return "" if cell is None else str(cell).strip()


def _number(cell: Any) -> int | None:
    text = plain(cell).removesuffix("年").replace(",", "").removesuffix(".0")
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 12):
        raise _Bad(_("“%(words)s” is no whole number") % {"words": text[:40]})
    return int(text)


def _day(cell: Any) -> date | None:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    text = plain(cell)
    if not text:
        return None
    parts = re.findall(r"\d+", text)
    try:
        return date(int(parts[0]), int(parts[1]), int(parts[2]))
    except (ValueError, IndexError) as exc:
        raise _Bad(_("there is no such day: “%(words)s”") % {"words": text[:40]}) from exc
