"""Registers of services that offices kept before: taken in from Excel, counted in the ledger, taken back whole."""

from __future__ import annotations

import io
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from nuanyi.cases import events, kinds, queries
from nuanyi.cases.models import Register, RegisterLine
from nuanyi.cases.rules import Kind
from nuanyi.journal import services as journal
from nuanyi.ledger import services as ledger
from nuanyi.ledger.services import Delivered
from nuanyi.lib import clock, sheets
from nuanyi.lib.actor import Actor
from nuanyi.lib.digests import file_digest
from nuanyi.lib.errors import BadInput, Conflict, IllegalMove, NotFound
from nuanyi.lib.identity import plain
from nuanyi.lib.sectors import Sector, sector_named
from nuanyi.places import queries as places
from nuanyi.units.models import Unit

_COLUMNS = {
    "日期": "day",
    "办理日期": "day",
    "类别": "kind",
    "服务类别": "kind",
    "事项": "kind",
    "行业": "sector",
    "乡镇": "region",
    "所在乡镇": "region",
    "单位": "unit",
    "办理单位": "unit",
    "登记号": "register",
}
#: The columns of a register as it goes out; the last one says that its lines are counted already.
HEAD = ["日期", "服务类别", "行业", "所在乡镇", "办理单位", "登记号"]
_KINDS = {
    "政策咨询": Kind.POLICY,
    "法律援助": Kind.LEGAL_AID,
    "就业指导": Kind.EMPLOYMENT,
    "就业培训": Kind.EMPLOYMENT,
    "劳资纠纷": Kind.WAGE,
    "欠薪": Kind.WAGE,
    "工伤": Kind.INJURY,
    "困难帮扶": Kind.HARDSHIP,
    "其他": Kind.OTHER,
}
MOST_ROWS, BAD_KEPT = 20_000, 200
#: How much of a file is taken into memory while its sender waits.
MOST_SIGNS = 32 << 20


def _day(cell: Any) -> date:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    text = (
        plain(cell)
        .replace("年", "-")
        .replace("月", "-")
        .replace("日", "")
        .replace("/", "-")
        .replace(".", "-")
    )
    year, month, day = (int(part) for part in text.split("-")[:3])
    return date(year, month, day)


@transaction.atomic
def take_in(*, actor: Actor, key: UUID, name: str, data: bytes) -> Register:
    """Take the good lines of a register in and count them; bad ones are listed. The same key again changes nothing.

    Columns 日期 and 类别 are needed. Raises NotAllowed, BadSheet, BadInput, Conflict.
    """
    actor.require("cases.register")
    digest = file_digest("register-file", data)
    known = Register.objects.filter(pk=key).first()
    if known is not None:
        if known.file_digest != digest:
            raise Conflict(code="key-reused")
        return known
    if Register.objects.filter(file_digest=digest, undone_at=None).exists():
        raise Conflict(_("This very file was taken in already."), code="taken-in")
    register = Register(pk=key, name=name[:120], file_digest=digest, account_id=actor.account_id)
    register.save(force_insert=True)
    lines, register.bad = _lines(register, data)
    RegisterLine.objects.bulk_create(lines, 1000)
    for line in lines:
        told = Delivered(
            day=line.day, region_code=line.region_code, sector=line.sector, unit_id=line.unit_id or 0
        )
        ledger.record(kinds.SERVED[line.kind], [told], source=register)
    register.lines = len(lines)
    register.save()
    journal.record(
        actor, events.REGISTER_TAKEN_IN, register, lines=len(lines), bad=len(register.bad), file=digest
    )
    return register


def _lines(register: Register, data: bytes) -> tuple[list[RegisterLine], list[list[str]]]:
    regions, units = places.names_by_code(), {unit.name: unit for unit in Unit.objects.all()}
    with override("zh-hans"):
        titled = {str(kind.title): kind.follows for kind in queries.kinds().values()}
    named = titled | {str(kind.title): kind.follows for kind in queries.kinds().values()} | _KINDS
    units |= {unit.short_name: unit for unit in units.values() if unit.short_name}
    good: list[RegisterLine] = []
    bad: list[list[str]] = []
    book = sheets.read(data, most_signs=MOST_SIGNS)
    sheet = next(book, None)
    counted = {str(pk) for pk in Register.objects.filter(undone_at=None).values_list("pk", flat=True)}
    counted -= {str(register.pk)}
    columns: dict[int, str] = {}
    for number, cells in enumerate(sheet.rows if sheet else (), 1):
        if not columns:
            heads = {i: _COLUMNS[plain(cell)] for i, cell in enumerate(cells) if plain(cell) in _COLUMNS}
            columns = heads if {"day", "kind"} <= set(heads.values()) else {}
            continue
        row = {field: cells[i] for i, field in columns.items() if i < len(cells)}
        _not_counted(plain(row.get("register")), counted)
        if not plain(row.get("day")) and not plain(row.get("kind")):
            continue
        if number > MOST_ROWS:
            raise BadInput(_("There are more than 20,000 lines. Split the file."), code="too-many-rows")
        try:
            day, kind = _day(row.get("day")), named[plain(row.get("kind"))]
            if day > clock.today():
                raise ValueError("to come")
        except (ValueError, KeyError, TypeError):
            if len(bad) < BAD_KEPT:
                bad.append([str(number), plain(row.get("day"))[:20], plain(row.get("kind"))[:20]])
            continue
        sector = sector_named(plain(row.get("sector")))
        unit = units.get(plain(row.get("unit")))
        region = places.region_named(plain(row.get("region")), regions) or ""
        good.append(
            RegisterLine(
                register=register,
                row=number,
                day=day,
                kind=kind,
                sector=sector or "",
                region_code=region,
                unit=unit,
            )
        )
    if not columns:
        raise BadInput(_("No row names the columns 日期 and 类别."), code="no-header")
    return good, bad


def _not_counted(of: str, counted: set[str]) -> None:
    """Raises Conflict for a line of a register that went out, came back, and is counted already."""
    if of and of in counted:
        words = _(
            "These lines are counted already. Take the register back first, then send the changed file."
        )
        raise Conflict(words, code="taken-in")


@transaction.atomic
def export_register(*, actor: Actor, pk: UUID) -> bytes:
    """A register's lines as a workbook: it goes back in unchanged once it was taken back. Raises NotAllowed, NotFound."""
    actor.require("cases.register")
    register = Register.objects.filter(pk=pk).first()
    if register is None or (actor.kind != "system" and register.account_id != actor.account_id):
        raise NotFound()
    with override("zh-hans"):
        titles = {code: str(kind.title) for code, kind in queries.kinds().items()}
        sectors = {value: str(label) for value, label in Sector.choices}
    names = places.names_by_code()
    out = io.BytesIO()
    writer = sheets.Writer(out)
    page = writer.sheet("登记册", HEAD, [14, 16, 14, 16, 24, 40])
    for line in register.rows.select_related("unit").order_by("row"):
        page.row(
            [
                line.day.isoformat(),
                titles.get(line.kind, line.kind),
                sectors.get(line.sector, ""),
                names.get(line.region_code, line.region_code),
                line.unit.name if line.unit else "",
                str(register.pk),
            ]
        )
    writer.close()
    journal.record(actor, events.LIST_EXPORTED, register, rows=register.lines)
    return out.getvalue()


@transaction.atomic
def undo(*, actor: Actor, pk: UUID) -> Register:
    """Take a register back with all that it counted. Raises NotAllowed, NotFound, IllegalMove."""
    actor.require("cases.register")
    register = Register.objects.select_for_update().filter(pk=pk).first()
    if register is None or (actor.kind != "system" and register.account_id != actor.account_id):
        raise NotFound()
    if register.undone_at is not None:
        raise IllegalMove()
    ledger.reverse_all_from(register)
    register.undone_at = clock.now()
    register.save(update_fields=["undone_at"])
    journal.record(actor, events.REGISTER_UNDONE, register)
    return register
