"""The list of key tasks as Excel, out and in: what goes out comes back in unchanged."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
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
from nuanyi.units.queries import districts_served

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
#: A title may have a semicolon in it; a step begins with its day.
_BETWEEN_STEPS = re.compile(r"\n+|[；;]+(?=\s*(?:\d{4}[-/.年]\d{1,2}[-/.月]\d|$))")
TITLE = 80


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


def rows_of(data: bytes) -> list[list[Any]]:
    """The cells of the first sheet, days as texts. Raises BadSheet."""
    book = sheets.read(data, most_signs=MOST_SIGNS)  # held: the file closes with it
    sheet = next(book, None)
    return [[_cell(cell) for cell in row] for row in (sheet.rows if sheet else ())]


def _cell(cell: Any) -> Any:
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return cell if cell is None or isinstance(cell, (str, int, float)) else str(cell)


@dataclass(frozen=True)
class Planned:
    """What a row would do: the task as it would stand, the one that is there (None: it is entered), which columns change,
    and the steps that would go."""

    told: TaskInput
    task: KeyTask | None
    changes: list[str]
    gone: list[str]


def plan(*, actor: Actor, rows: Sequence[Sequence[Any]], year: int) -> list[Planned]:
    """What a list would enter and change; nothing is kept. Raises NotAllowed, BadInput (a bad row; each is named)."""
    actor.require(KEEP)
    lines, wrong = _rows(rows, year)
    if wrong:
        raise BadInput(fields={"file": "；".join(wrong[:20])}, code="bad-rows")
    listed = KeyTask.objects.filter(year__in={line.told.year for line in lines}).select_related("lead")
    there = {
        (one.year, one.district, one.number): one
        for one in listed.prefetch_related("milestones", "parts__unit")
    }
    served = districts_served(line.told.lead for line in lines)
    numbered = {
        (line.told.year, served[line.told.lead.pk], line.told.number) for line in lines if line.told.number
    }
    titled = {(one.year, one.district, one.title): one for key, one in there.items() if key not in numbered}
    taken = there.keys() | numbered
    found = []
    for line in lines:
        told, district = line.told, served[line.told.lead.pk]
        task = there.get((told.year, district, told.number))
        if not told.number:
            task = titled.pop((told.year, district, told.title[:TITLE]), None)
            last = max((n for y, of, n in taken if (y, of) == (told.year, district)), default=0)
            told.number = task.number if task else 1 + last
            taken = taken | {(told.year, district, told.number)}
        told = _kept(told, task, line.columns)
        found.append(Planned(told, task, *(_changes(told, task) if task else ([], []))))
    return found


def _changes(told: TaskInput, task: KeyTask) -> tuple[list[str], list[str]]:
    """The columns in which a task would change, and the titles of the steps that would go."""
    steps = {(one.title, one.due_date): one.done_date for one in task.milestones.all()}
    wanted = {(one.title.strip()[:TITLE], one.due_date): one.done_date for one in told.steps}
    cooperating = {row.unit_id for row in task.parts.all() if row.part == Part.COOPERATE}
    then = {
        "重点任务": (task.title, told.title[:TITLE]),
        "具体要求": (task.words, told.words.strip()[:600]),
        "牵头单位": (task.lead_id, told.lead.pk),
        "配合单位": (cooperating, {unit.pk for unit in told.cooperating} - {told.lead.pk}),
        "行业领域": (task.sector, told.sector),
        "区域": (task.region_code, told.region_code),
        "考核指标": (task.figure, told.figure),
        "目标值": (task.target, told.target),
        "开始时间": (task.start_date, told.start_date or date(told.year, 1, 1)),
        "完成时限": (task.due_date, told.due_date),
        "时间节点": (steps, {key: done or steps.get(key) for key, done in wanted.items()}),
    }
    return [name for name, (now, new) in then.items() if now != new], [
        title for title, due in steps if (title, due) not in wanted
    ]


@transaction.atomic
def take_in(*, actor: Actor, rows: Sequence[Sequence[Any]], year: int) -> tuple[int, int]:
    """Take a list in: a task whose year and number are known is changed, another entered. Returns ``(entered, changed)``.

    Of a task that is changed only what the list has a column for; a row without a number is the task of its title, or a
    new one. All or nothing: where a row is bad, nothing is taken and every bad row is named. Raises NotAllowed, BadInput.
    """
    actor.require(KEEP)
    entered = changed = 0
    for one in plan(actor=actor, rows=rows, year=year):
        save_task(actor=actor, told=one.told, pk=one.task.pk if one.task else None)
        entered, changed = entered + (one.task is None), changed + (one.task is not None)
    journal.record(actor, events.TASK_SAVED, entered=entered, changed=changed)
    return entered, changed


@dataclass(frozen=True)
class _Line:
    """A row of the list (``told.number`` 0: it has none), and the columns that the list has."""

    told: TaskInput
    columns: frozenset[str]


def _kept(told: TaskInput, task: KeyTask | None, columns: frozenset[str]) -> TaskInput:
    """What a list says of a task that is there: what it has no column for stays as it is."""
    if task is None:
        return told
    cooperating = [row.unit for row in task.parts.all() if row.part == Part.COOPERATE]
    steps = [StepInput(one.title, one.due_date, one.done_date) for one in task.milestones.all()]
    now: dict[str, dict[str, Any]] = {
        "具体要求": {"words": task.words},
        "配合单位": {"cooperating": cooperating},
        "行业领域": {"sector": task.sector},
        "区域": {"region_code": task.region_code},
        "考核指标": {"figure": task.figure},
        "目标值": {"target": task.target},
        "开始时间": {"start_date": task.start_date},
        "时间节点": {"steps": steps},
    }
    for column, fields in now.items():
        if column not in columns:
            told = replace(told, **fields)
    return told


class _Bad(ValueError):
    """A cell that cannot be read, with the words for it."""


def _rows(rows: Sequence[Sequence[Any]], year: int) -> tuple[list[_Line], list[str]]:
    names = places.names_by_code()
    units = {plain(unit.name): unit for unit in Unit.objects.filter(active=True)}
    units |= {plain(unit.short_name): unit for unit in units.values() if unit.short_name}
    columns: dict[int, str] = {}
    found: list[_Line] = []
    wrong: list[str] = []
    titles = {title for title, _width in COLUMNS}
    for number, cells in enumerate(rows, 1):
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
            found.append(_Line(_told(row, year, units, names), frozenset(columns.values())))
        except _Bad as bad:
            wrong.append(_("row %(number)d: %(words)s") % {"number": number, "words": bad})
    if not columns:
        raise BadInput(
            fields={"file": _("No row names the columns 重点任务, 牵头单位 and 完成时限.")}, code="no-header"
        )
    served = districts_served(line.told.lead for line in found)
    counted = Counter(
        (line.told.year, served[line.told.lead.pk], line.told.number) for line in found if line.told.number
    )
    doubles = [key for key, times in counted.items() if times > 1]
    wrong += [
        _("number %(number)d stands there twice") % {"number": number} for *_list, number in sorted(doubles)
    ]
    return found, wrong


def _told(row: dict[str, Any], year: int, units: dict[str, Unit], names: dict[str, str]) -> TaskInput:
    lead = units.get(plain(row.get("牵头单位")))
    if lead is None:
        raise _Bad(_("there is no unit “%(name)s”") % {"name": plain(row.get("牵头单位"))[:40]})
    cooperating = _units_of(plain(row.get("配合单位")), units)
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
        number=_number(row.get("序号")) or 0,
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


def _units_of(text: str, units: dict[str, Unit]) -> list[Unit]:
    """The units that a cell names, apart by a comma or the like; a name that has one in it is read as the whole name."""
    parts = re.split(r"([、,，;；\n]+)", text)
    found, at = [], 0
    while at < len(parts):
        for end in range(len(parts), at, -2):
            unit = units.get("".join(parts[at:end]).strip())
            if unit is not None:
                found.append(unit)
                at = end - 1
                break
        else:
            if parts[at].strip():
                raise _Bad(_("there is no unit “%(name)s”") % {"name": parts[at].strip()[:40]})
        at += 2
    return found


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
    for part in _BETWEEN_STEPS.split(text):
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
