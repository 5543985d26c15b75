"""Lists of units as offices keep them: pasted lines or a sheet with 单位名称, 简称, 类型, 电话, 地址, in any order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from nuanyi.lib.errors import BadInput
from nuanyi.units.models import UnitKind

#: What a column may be called.
TITLES = {
    "name": ("单位名称", "单位", "名称", "全称", "name", "unit"),
    "short_name": ("简称", "单位简称", "short name", "short"),
    "kind": ("类型", "单位类型", "类别", "kind"),
    "phone": ("电话", "办公电话", "联系电话", "phone"),
    "address": ("地址", "办公地址", "address"),
    "code": ("代码", "单位代码", "编码", "code"),
}
MOST_UNITS = 1000
MAX_NAME, MAX_SHORT = 80, 20


@dataclass(frozen=True)
class UnitInput:
    """A unit as somebody wrote it down; ``row`` counts from 1 as in Excel."""

    name: str
    short_name: str = ""
    kind: str = UnitKind.DEPARTMENT.value
    phone: str = ""
    address: str = ""
    code: str = ""
    region_code: str = ""
    row: int = 0


def pasted(text: str) -> list[UnitInput]:
    """Lines of pasted text; columns between tabs or commas. Raises BadInput."""
    rows = [
        [cell.strip() for cell in line.replace("，", ",").replace(",", "\t").split("\t")]
        for line in text.splitlines()
    ]
    return units_of(rows)


def units_of(rows: Iterable[Sequence[Any]]) -> list[UnitInput]:
    """The units of a table with a row of titles, or without (then: name, short name, phone, address).

    Raises BadInput: a unit twice (both rows are named), a name that is too long, too many, none.
    """
    columns = {"name": 0, "short_name": 1, "phone": 2, "address": 3}
    found: list[UnitInput] = []
    wrong: list[str] = []
    seen: dict[str, int] = {}
    for number, raw in enumerate(rows, 1):
        cells = [_text(cell) for cell in raw]
        if not any(cells):
            continue
        titled = _columns(cells)
        if not found and titled:
            columns = titled
            continue
        one = _unit(cells, columns, number)
        if not one.name:
            wrong.append(_("row %(n)s: the unit has no name") % {"n": number})
        elif len(one.name) > MAX_NAME or len(one.short_name) > MAX_SHORT:
            wrong.append(_("row %(n)s: the name is too long") % {"n": number})
        elif one.name in seen:
            wrong.append(
                _("row %(n)s: %(name)s stands in row %(first)s already")
                % {"n": number, "name": one.name, "first": seen[one.name]}
            )
        else:
            seen[one.name] = number
            found.append(one)
    if len(found) > MOST_UNITS:
        wrong.append(str(_("more than 1,000 units")))
    if not found and not wrong:
        wrong.append(str(_("no unit was found")))
    if wrong:
        raise BadInput(fields={"units": "；".join(str(words) for words in wrong[:20])}, code="bad-units")
    return found


def _text(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return " ".join(str(cell if cell is not None else "").split())


def _columns(cells: Sequence[str]) -> dict[str, int]:
    """Which column holds what, where this row holds titles; empty where it does not."""
    places = {}
    for place, cell in enumerate(cells):
        for field, titles in TITLES.items():
            if cell.lower() in titles and field not in places:
                places[field] = place
    return places if "name" in places else {}


def _unit(cells: Sequence[str], columns: dict[str, int], number: int) -> UnitInput:
    def of(field: str) -> str:
        place = columns.get(field)
        return cells[place] if place is not None and place < len(cells) else ""

    labels = {str(label): value for value, label in UnitKind.choices}
    kind = of("kind")
    name = of("name")
    return UnitInput(
        name=name,
        short_name=of("short_name") or name[:MAX_SHORT],
        kind=kind if kind in UnitKind.values else labels.get(kind, UnitKind.DEPARTMENT.value),
        phone=of("phone")[:30],
        address=of("address")[:120],
        code=of("code").lower()[:40],
        row=number,
    )
