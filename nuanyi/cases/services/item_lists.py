"""The service list as Excel: out, and back in. First what it would change, then all of it or nothing."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from nuanyi.cases import queries
from nuanyi.cases.models import ServiceItem
from nuanyi.cases.rules import Kind, Part
from nuanyi.cases.services.settings import save_item
from nuanyi.lib import sheets
from nuanyi.lib.actor import Actor
from nuanyi.lib.errors import BadInput, Words
from nuanyi.lib.identity import plain
from nuanyi.units.models import Unit

#: Field of a line, and its column.
COLUMNS = {
    "part": "部分",
    "title": "事项",
    "words": "说明",
    "who": "服务对象",
    "needed": "所需材料",
    "unit": "责任单位",
    "promised_days": "承诺天数",
    "law": "法律依据",
    "desk_call": "电话",
    "hours": "办理时间",
    "case_kind": "诉求类别",
    "active": "公开",
    "place": "顺序",
}
_WIDTHS = [12, 26, 50, 24, 30, 22, 10, 34, 16, 22, 14, 8, 8]
#: Signs that a text may have.
_LONGEST = {
    "title": 60,
    "words": 400,
    "who": 120,
    "needed": 200,
    "law": 120,
    "desk_call": 20,
    "hours": 80,
}
_NEEDED = {"part", "title", "words"}
MOST_LINES = 2000


@dataclass
class ItemLine:
    """A row of a list: what it would do (``new``, ``change``, ``same``, ``bad``), and why it cannot."""

    row: int
    title: str
    does: str
    values: dict[str, Any] = field(default_factory=dict)
    item: ServiceItem | None = None
    wrong: list[Words] = field(default_factory=list)


def _labels() -> tuple[dict[str, str], dict[str, str]]:
    """Parts and kinds by their Chinese titles: the workbook is the same whoever takes it out."""
    with override("zh-hans"):
        parts = {str(label): value for value, label in Part.choices}
        return parts, {str(kind.title): code for code, kind in queries.kinds().items()}


def export_items(*, actor: Actor) -> bytes:
    """The whole list as a workbook that can be sent back in. Raises NotAllowed."""
    actor.require("front.office")
    parts, kinds = ({value: label for label, value in table.items()} for table in _labels())
    out = io.BytesIO()
    writer = sheets.Writer(out)
    page = writer.sheet("服务清单", list(COLUMNS.values()), _WIDTHS)
    for item in ServiceItem.objects.select_related("unit"):
        page.row(
            [
                parts.get(item.part, item.part),
                item.title,
                item.words,
                item.who,
                item.needed,
                item.unit.name if item.unit else "",
                "" if item.promised_days is None else item.promised_days,
                item.law,
                item.desk_call,
                item.hours,
                kinds.get(item.case_kind, item.case_kind),
                "是" if item.active else "否",
                item.place,
            ]
        )
    writer.close()
    return out.getvalue()


def rows_of(data: bytes) -> list[list[str]]:
    """The cells of the first sheet as texts. Raises BadSheet, BadInput (no rows)."""
    for sheet in sheets.read(data):
        return [["" if cell is None else _text(cell) for cell in row] for row in sheet.rows]
    raise BadInput(fields={"file": _("The file has no rows.")})


def _text(cell: Any) -> str:
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def read_lines(rows: Iterable[Sequence[str]]) -> list[ItemLine]:
    """What the rows of a list would do; a line is known again by its part and title. Raises BadInput."""
    parts, kinds = _labels()
    units = {name: unit for unit in Unit.objects.all() for name in (unit.name, unit.short_name) if name}
    known = {(item.part, item.title): item for item in ServiceItem.objects.select_related("unit")}
    heads = {title: name for name, title in COLUMNS.items()}
    columns: dict[int, str] = {}
    lines: list[ItemLine] = []
    seen: dict[tuple[str, str], int] = {}
    for number, cells in enumerate(rows, 1):
        if not columns:
            found = {i: heads[plain(cell)] for i, cell in enumerate(cells) if plain(cell) in heads}
            columns = found if set(found.values()) >= _NEEDED else {}
            continue
        told = {name: cells[i].strip() if i < len(cells) else "" for i, name in columns.items()}
        if not any(told.values()):
            continue
        line = _line(number, told, parts, kinds, units)
        key = (str(line.values.get("part")), line.title)
        if key in seen:
            line.wrong.append(_("the same line stands in row %(n)s already") % {"n": seen[key]})
        seen.setdefault(key, number)
        line.item = known.get(key)
        line.does = "bad" if line.wrong else _does(line)
        lines.append(line)
    if not columns:
        raise BadInput(fields={"file": _("No row names the columns 部分, 事项 and 说明.")}, code="no-header")
    if not 0 < len(lines) <= MOST_LINES:
        raise BadInput(fields={"file": _("A list has one line at least and 2,000 at most.")})
    return lines


def _line(
    number: int,
    told: dict[str, str],
    parts: dict[str, str],
    kinds: dict[str, str],
    units: dict[str, Unit],
) -> ItemLine:
    line = ItemLine(number, told["title"], "")
    values: dict[str, Any] = {
        name: text for name, text in told.items() if name not in ("unit", "promised_days", "active", "place")
    }
    for name, table in (("part", parts), ("case_kind", kinds)):
        if name in told and told[name] not in table and (name == "part" or told[name]):
            line.wrong.append(_("%(column)s: %(value)s is not known") % _at(name, told))
        elif name in told:
            values[name] = table.get(told[name], Kind.OTHER.value)
    if told.get("unit") and told["unit"] not in units:
        line.wrong.append(_("%(column)s: %(value)s is not known") % _at("unit", told))
    elif "unit" in told:
        values["unit"] = units.get(told["unit"])
    for name in ("promised_days", "place"):
        if name not in told:
            continue
        if told[name] and not (told[name].isdecimal() and len(told[name]) < 5):
            line.wrong.append(_("%(column)s: %(value)s is no number") % _at(name, told))
        else:
            values[name] = int(told[name] or 0) if told[name] or name == "place" else None
    if "active" in told:
        values["active"] = told["active"] not in ("否", "不", "no", "0")
    for name, most in _LONGEST.items():
        if name in _NEEDED and not told[name]:
            line.wrong.append(_("%(column)s is empty") % _at(name, told))
        elif len(told.get(name, "")) > most:
            line.wrong.append(_("%(column)s is too long") % _at(name, told))
    line.values = values
    return line


def _at(name: str, told: dict[str, str]) -> dict[str, str]:
    return {"column": COLUMNS[name], "value": told[name][:40]}


def _does(line: ItemLine) -> str:
    if line.item is None:
        return "new"
    return (
        "change" if any(getattr(line.item, name) != value for name, value in line.values.items()) else "same"
    )


@transaction.atomic
def take_items(*, actor: Actor, rows: Sequence[Sequence[str]]) -> dict[str, int]:
    """Enter what is new and change what differs: all lines or none. Lines that the list does not name stay.

    Raises NotAllowed, BadInput (a line that cannot be read).
    """
    actor.require("cases.settings")
    lines = read_lines(rows)
    bad = [line for line in lines if line.does == "bad"]
    if bad:
        words = "；".join(f"{line.row}：{line.wrong[0]}" for line in bad[:10])
        raise BadInput(fields={"file": words}, code="bad-items")
    for line in lines:
        if line.does != "same":
            save_item(actor=actor, told=line.values, item=line.item)
    return {does: sum(line.does == does for line in lines) for does in ("new", "change", "same")}
