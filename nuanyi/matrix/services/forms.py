"""One form for everything (一表通): a blank Excel of another office comes back filled with what is known; what
is missing is asked once.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from nuanyi.journal import services as journal
from nuanyi.lib import blank_forms, clock, figures, sheets
from nuanyi.lib.actor import Actor
from nuanyi.lib.blank_forms import Filled
from nuanyi.lib.digests import file_digest
from nuanyi.lib.errors import BadInput, NotFound
from nuanyi.lib.figures import Window
from nuanyi.lib.identity import mobiles_in
from nuanyi.lib.periods import Period, period_of, words_of
from nuanyi.lib.region_codes import DISTRICT
from nuanyi.lib.sectors import sector_called
from nuanyi.matrix import events, form_rules
from nuanyi.matrix.form_rules import Gap, Grid
from nuanyi.matrix.models import FormAnswer
from nuanyi.people.models import Account
from nuanyi.places import queries as places
from nuanyi.units.models import Unit
from nuanyi.units.queries import own_district

ACT = "matrix.forms"
_ID_NUMBER = re.compile(r"\d{17}[\dXx]")
MOST_SIGNS, MOST_CELLS = 4 << 20, 3000


@dataclass(frozen=True)
class Returned:
    """A form as it goes back: the file, how many cells were filled, the labels that nobody has answered yet."""

    data: bytes
    filled: int
    missing: list[str]


@dataclass
class _Known:
    """What is asked of: who asks, for which period and place."""

    actor: Actor
    period: Period
    region: str
    unit: Unit | None
    asked_at: datetime
    exact: bool
    answers: dict[tuple[str, str, str], FormAnswer]
    #: what was asked for already: a figure may stand in every cell of a row
    asked: dict[tuple[str, Window, str], int] = field(default_factory=dict)


@transaction.atomic
def fill(*, actor: Actor, data: bytes, period: str, region_code: str = "") -> Returned:
    """Fill a blank form (xlsx) for a period and a place; labels that are not known are kept as open questions.

    Without a place it is the whole district, in a city that of whoever asks. Each cell says in a comment what it is and
    when it was asked for. Raises NotAllowed, BadSheet, BadInput.
    """
    actor.require(ACT)
    try:
        when = period_of(period)
    except ValueError as exc:
        raise BadInput(fields={"period": _("Write a period as 2022, 2022-Q2 or 2022-06.")}) from exc
    blank_forms.require_xlsx(data)
    names = places.names_by_code()
    region_code = region_code or own_district(actor)
    if region_code and region_code not in names:
        raise BadInput(fields={"region": _("Choose a region.")})
    with translation.override("zh-hans"):
        gaps = _gaps(data, names)
        if not gaps:
            raise BadInput(_("No empty cell beside a label was found in this file."), code="nothing-to-fill")
    labels = {form_rules.label(gap.missing)[:80] for _sheet, gap in gaps}
    known = _Known(
        actor,
        when,
        region_code,
        Unit.objects.filter(pk=actor.unit_id or 0).first(),
        clock.now(),
        figures.sees_exact(actor),
        {
            (one.label, one.region_code, one.period): one
            for one in FormAnswer.objects.filter(label__in=labels)
        },
    )
    with translation.override("zh-hans"):
        cells = [_cell(known, sheet, gap, names) for sheet, gap in gaps]
    made = blank_forms.write(data, cells)
    # each label once for each place, however often it stands there
    asked = dict.fromkeys(
        (gap.missing, gap.region or region_code)
        for (_sheet, gap), cell in zip(gaps, cells, strict=True)
        if cell.missing and gap.missing and not form_rules.is_of_somebody(gap.missing)
    )
    account = Account.objects.filter(pk=actor.account_id or 0).first()
    for text, place in asked:
        line, _new = FormAnswer.objects.get_or_create(
            label=form_rules.label(text)[:80],
            region_code=place,
            period=when.name,
            defaults={"value": "", "unit": known.unit, "account": account},
        )
        if known.unit is not None and known.unit.pk not in line.answering:
            line.asked_units = [*line.asked_units, known.unit.pk]
            line.save(update_fields=["asked_units"])
    missing = list(dict.fromkeys(text for text, _place in asked))
    filled = sum(not cell.missing for cell in cells)
    journal.record(actor, events.FORM_FILLED, filled=filled, missing=len(missing), period=when.name)
    return Returned(made, filled, missing)


def _gaps(data: bytes, names: dict[str, str]) -> list[tuple[int, Gap]]:
    found: list[tuple[int, Gap]] = []
    region_of: Callable[[str], str] = lambda text: places.region_called(text, names) or ""  # noqa: E731
    sector_of: Callable[[str], str] = lambda text: str(sector_called(text) or "")  # noqa: E731
    for number, sheet in enumerate(sheets.read(data, most_signs=MOST_SIGNS)):
        if number >= form_rules.MOST_SHEETS:
            break
        rows = [row for row, _n in zip(sheet.rows, range(form_rules.MOST_ROWS), strict=False)]
        grid = Grid.of(rows, sheet.about.merged)
        found += [(number, gap) for gap in form_rules.gaps(grid, region_of, sector_of)]
    if len(found) > MOST_CELLS:
        raise BadInput(_("There are too many empty cells for one form."), code="too-many-cells")
    return found


def _cell(known: _Known, sheet: int, gap: Gap, names: dict[str, str]) -> Filled:
    place = (sheet, gap.row, gap.column + 1)
    if gap.fact:
        value = _fact(known, gap.fact, names)
        if value:
            return Filled(*place, value, f"取自系统登记的单位和地区信息。\n取数：{_minute(known)}")
        return Filled(*place, "", "系统中没有登记这一项。请在单位信息里补上。", missing=True)
    if gap.figure:
        return _figure(known, place, gap, names)
    own = (form_rules.label(gap.missing)[:80], gap.region or known.region, known.period.name)
    lasting = (own[0], own[1], "")
    answer = known.answers.get(own) or known.answers.get(lasting)
    if form_rules.is_of_somebody(gap.missing):
        return Filled(*place, "", "涉及个人的项目，系统不代填也不留存，请手工填写。", missing=True)
    if answer is not None and answer.value:
        day = answer.at.astimezone(clock.CHINA).date()
        return Filled(
            *place, _typed(answer.value), f"“{gap.missing}”：{answer.source or '填报'}，{day}填报，再次引用。"
        )
    return Filled(
        *place, "", f"系统中没有“{gap.missing}”。请在“一表通”页面填一次，以后同名项目自动带出。", missing=True
    )


def _figure(known: _Known, place: tuple[int, int, int], gap: Gap, names: dict[str, str]) -> Filled:
    figure = figures.offered().get(gap.figure)
    if figure is None or (gap.sector and "sector" not in figure.dimensions):
        return Filled(*place, "", "系统中的这一指标不按行业统计，请人工填写。", missing=True)
    days = gap.window(known.period)
    if days is None:
        remark = "本表按所选时段填写，这一列的时段与之不符。请改选时段后再填，或人工填写。"
        return Filled(*place, "", remark, missing=True)
    region = gap.region or known.region
    asked = (figure.key, Window(*days, region), gap.sector)
    if asked not in known.asked:
        known.asked[asked] = figure.shown(asked[1], exact=known.exact, sector=gap.sector)
    value = known.asked[asked]
    said = "" if known.exact or not figure.of_people else "\n涉及个人的数字按 5 取整。"
    where = names.get(region, "") or "全区"
    remark = (
        f"指标：{figure.title}（{figure.key}）\n口径：{figure.definition}\n"
        f"时段：{words_of(*days)}；范围：{where}\n取数：{_minute(known)}{said}"
    )
    return Filled(*place, value, remark)


def _fact(known: _Known, fact: str, names: dict[str, str]) -> str:
    unit, root = known.unit, places.district()
    district = known.region[:DISTRICT] or (root.code if root else "")
    found: dict[str, Any] = {
        "unit": unit.name if unit else "",
        "date": known.asked_at.astimezone(clock.CHINA).date().isoformat(),
        "phone": unit.public_phone if unit else "",
        "address": unit.public_address if unit else "",
        "district": names.get(district, ""),
        "code": known.region or district,
        "period": known.period.words,
    }
    return str(found[fact])


def _minute(known: _Known) -> str:
    return f"{known.asked_at.astimezone(clock.CHINA):%Y-%m-%d %H:%M}"


def _typed(value: str) -> str | int:
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 10 else value


def _digest(value: str) -> str:
    """What the journal keeps of an answer, which may name somebody."""
    return file_digest("form answer", value.encode())


@transaction.atomic
def answer(*, actor: Actor, pk: int, value: str, source: str = "", lasting: bool = False) -> FormAnswer:
    """Answer a line that a form asked for; ``lasting``: it holds for every period. Whose form asked for it, or who answered
    it already, and the office change it, and nobody else; the journal keeps what it was by its digest.

    Raises NotAllowed, NotFound (also another unit's), BadInput.
    """
    actor.require(ACT)
    found = FormAnswer.objects.select_for_update(of=("self",)).filter(pk=pk).first()
    if found is None:
        raise NotFound()
    if not value.strip():
        raise BadInput(fields={"value": _("Write the answer.")})
    if mobiles_in(value) or _ID_NUMBER.search(value):
        raise BadInput(
            fields={"value": _("No mobile and no identity number: write those into the form by hand.")}
        )
    before = [found]
    if lasting and found.period:
        same = FormAnswer.objects.select_for_update(of=("self",)).filter(
            label=found.label, region_code=found.region_code, period=""
        )
        before += [one for one in same if one.value]
    for one in before:
        actor.require_within(ACT, units=one.answering)
    replaced = [
        {"unit": one.unit_id, "account": one.account_id, "period": one.period, "value": _digest(one.value)}
        for one in before
        if one.value
    ]
    if lasting and found.period:
        same.delete()
        found.period = ""
    if not found.value and actor.unit_id is not None:
        found.unit_id = actor.unit_id
    found.value, found.source, found.at = value.strip()[:200], source.strip()[:120], clock.now()
    found.account = Account.objects.filter(pk=actor.account_id or 0).first()
    found.save()
    journal.record(actor, events.FORM_ANSWERED, found, replaced=replaced, value=_digest(found.value))
    return found
