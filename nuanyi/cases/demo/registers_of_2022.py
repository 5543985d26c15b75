"""Registers as a unit keeps them at its counter: nobody is named, a line for each service; handed in once a quarter."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from random import Random

from nuanyi.cases.services import registers
from nuanyi.lib import sheets
from nuanyi.lib.demo import Plan, Story, key, office_hour, spread, working_day_after
from nuanyi.lib.periods import month_end
from nuanyi.people.demo import played_by

#: Kind in the plan -> how the office calls it.
CALLED = {"policy": "政策咨询", "employment": "就业指导"}
PLACES = ("雁山镇", "良丰街道", "柘木镇", "大埠乡", "草坪回族乡")
#: How many of them come from each place, and from each trade.
PLACE_WEIGHTS = (34, 28, 20, 11, 7)
TRADES = ("外卖", "快递", "网约车", "直播电商")
TRADE_WEIGHTS = (52, 30, 13, 5)


@dataclass(frozen=True)
class Line:
    """A line: the day, what it was about, for whom, where."""

    day: date
    kind: str
    trade: str
    place: str


def handed_in(plan: Plan) -> Iterator[Story]:
    """A story for each quarter of the plan in which there is a line."""
    lines = sorted(_lines(plan), key=lambda line: line.day)
    for last_month in (3, 6, 9, 12):
        quarter = [line for line in lines if last_month - 3 < line.day.month <= last_month]
        if quarter:
            yield _quarter(plan, quarter, month_end(date(plan.first.year, last_month, 1)))


def _lines(plan: Plan) -> Iterator[Line]:
    days = plan.working_days()
    for kind in CALLED:
        chance, told = plan.chance(f"register of {kind}"), plan.of("cases")[kind]
        for day in spread(days, told["solved"] - told["requests"], chance):
            yield Line(day, CALLED[kind], _trade(chance), _place(chance))


def _trade(chance: Random) -> str:
    return chance.choices(TRADES, TRADE_WEIGHTS)[0]


def _place(chance: Random) -> str:
    return chance.choices(PLACES, PLACE_WEIGHTS)[0]


def _quarter(plan: Plan, lines: list[Line], end: date) -> Story:
    yield office_hour(plan.chance(f"register until {end}"), working_day_after(end, 3))
    registers.take_in(
        actor=played_by("dianxiaoer"),
        key=key("register", end),
        name=f"人社局服务登记表{end:%Y}年{(end.month + 2) // 3}季度（示例）.xlsx",
        data=workbook(lines),
    )


def workbook(lines: list[Line]) -> bytes:
    """The register as a workbook."""
    out = io.BytesIO()
    writer = sheets.Writer(out)
    page = writer.sheet("登记表", ["日期", "类别", "行业", "乡镇", "单位"])
    for line in lines:
        page.row([line.day, line.kind, line.trade, line.place, "人社局"])
    writer.close()
    return out.getvalue()
