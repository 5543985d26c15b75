"""The census of the demo: six rosters as six offices would have sent them, all of made-up firms and people, and the round
that was to survey the key sectors. Their rows are the district's; how many establishments they make is counted, not told.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path

from nuanyi.census.models import CensusRound, Import
from nuanyi.census.rules import RoundState
from nuanyi.census.services import imports, linking, rounds
from nuanyi.lib import row_security, sheets
from nuanyi.lib.demo import PROGRAM, Demo, Plan
from nuanyi.lib.ids import new_id
from nuanyi.lib.sectors import KEY_SECTORS
from nuanyi.places import queries as places
from nuanyi.units.models import Unit

FILES = Path(__file__).parent / "rosters"
KEY_ROUND = "2022年4个重点领域摸底排查"
#: Who carries the round out.
SURVEYORS = ("liangxin", "tongzhan", "gongxin", "jiaotong", "zhujian", "gongshanglian")


@dataclass(frozen=True)
class Roster:
    """A file, what it is called, what its rows are, the sector of those that name none, and the day it shows."""

    file: str
    source: str
    kind: str
    sector: str
    day: date


ROSTERS = (
    Roster("establishments.xlsx", "摸底台账", "establishments", "", date(2022, 6, 30)),
    Roster("courier_firm.xls", "快递企业花名册", "workers", "courier", date(2022, 7, 15)),
    Roster("delivery_platform.xlsx", "外卖平台骑手名单", "workers", "delivery", date(2022, 10, 31)),
    Roster("township_rounds.csv", "乡镇入户走访", "workers", "", date(2022, 6, 30)),
    Roster("union_cards.csv", "工会会员名册", "workers", "", date(2022, 8, 31)),
    Roster("road_safety_class.xlsx", "交通安全培训签到", "workers", "", date(2022, 9, 15)),
)


def _stand(plan: Plan) -> None:
    with row_security.reading_as(PROGRAM):
        key_round = _round(plan)
    thin = int(plan.of("census").get("rows_of_each_roster", 0))
    if not sum(_send(roster, key_round, thin) for roster in ROSTERS):
        return
    linking.link_all(actor=PROGRAM)
    with row_security.reading_as(PROGRAM):
        key_round.refresh_from_db()
        rounds.move_round(actor=PROGRAM, census_round=key_round, state=RoundState.CLOSED)


def _round(plan: Plan) -> CensusRound:
    found = CensusRound.objects.filter(name=KEY_ROUND).first()
    if found:
        return found
    made = rounds.plan_round(
        actor=PROGRAM,
        name=KEY_ROUND,
        sectors=[str(sector) for sector in KEY_SECTORS],
        region_codes=[region.code for region in places.townships()],
        units=list(Unit.objects.filter(code__in=SURVEYORS)),
        start_date=date(2022, 5, 1),
        end_date=min(plan.last, date(2022, 10, 31)),
    )
    return rounds.move_round(actor=PROGRAM, census_round=made, state=RoundState.RUNNING)


def _send(roster: Roster, key_round: CensusRound, thin: int) -> bool:
    """Send a roster in; returns False where it is there already."""
    if Import.objects.filter(source__name=roster.source).exists():
        return False
    data, name = (FILES / roster.file).read_bytes(), roster.file
    if thin:
        data, name = _first_rows(data, thin), f"{Path(roster.file).stem}.xlsx"
    imports.import_now(
        actor=PROGRAM,
        choice="merge",
        client_key=new_id(),
        data=data,
        file_name=name,
        source_name=roster.source,
        kind=roster.kind,
        default_sector=roster.sector,
        as_of_date=roster.day,
        census_round=key_round,
    )
    return True


def _first_rows(data: bytes, count: int) -> bytes:
    """A roster's first rows as a workbook of one sheet."""
    book = sheets.read(data)  # held until its rows are read: its child ends with it
    sheet = next(book)
    out = io.BytesIO()
    writer = sheets.Writer(out)
    page = writer.sheet("Sheet1")
    for cells in islice(sheet.rows, count):
        page.row(cells)
    writer.close()
    return out.getvalue()


DEMO = Demo(stand=_stand, in_one=False)
