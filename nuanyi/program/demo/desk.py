"""The service list and routes of the template, and the register of 2022: made-up lines whose counts are the report's."""

from __future__ import annotations

import io
from datetime import date, timedelta
from uuid import UUID

from nuanyi.cases.models import Need, Register, ServiceItem
from nuanyi.cases.rules import Kind
from nuanyi.cases.services import intake, lists, registers
from nuanyi.cases.services.intake import Request
from nuanyi.cases.services.lists import ListLineInput
from nuanyi.lib import clock, sheets
from nuanyi.lib.actor import GUEST, system
from nuanyi.program.setup import services as settle
from nuanyi.units.models import Unit

ACTOR = system("demo")
COUNTS = [
    ("政策咨询", 106, "人社局"),
    ("法律援助", 6, "司法局"),
    ("就业指导", 59, "人社局"),
    ("劳资纠纷", 35, "人社局"),
]
PLACES = ("良丰街道", "雁山镇", "柘木镇", "大埠乡", "草坪回族乡")
TRADES = ("外卖", "快递", "网约车", "直播电商")


def register_of_2022() -> bytes:
    """The register as an office would have kept it: one line for each service, nobody named."""
    out = io.BytesIO()
    writer = sheets.Writer(out)
    page = writer.sheet("登记表", ["日期", "类别", "行业", "乡镇", "单位"])
    number = 0
    for kind, count, unit in COUNTS:
        for n in range(count):
            day = date(2022, 3, 1) + timedelta(days=(n * 37 + number) % 290)
            page.row([day, kind, TRADES[(n + number) % 4], PLACES[(n * 3 + number) % 5], unit])
            number += 1
    writer.close()
    return out.getvalue()


def build() -> None:
    """Write the list and the rules, take the register in, and let two requests come."""
    units = {unit.code: unit for unit in Unit.objects.all()}
    if not ServiceItem.objects.exists():
        settle.save_services(actor=ACTOR, lines=settle.default_lines(), routes=settle.default_routes())
        _two_requests()
    if not Need.objects.exists():
        _three_lists(units)
    if not Register.objects.exists():
        registers.take_in(
            actor=ACTOR,
            key=UUID("6b1f8a52-7c1d-4f7e-9d55-0f6f2f3f5b01"),
            name="2022年服务登记表（示例）.xlsx",
            data=register_of_2022(),
        )


def _three_lists(units: dict[str, Unit]) -> None:
    """Two needs, three offers and one project that is planned; made up."""
    first, last = clock.today(), clock.today() + timedelta(days=90)
    aid = lists.add_need(
        actor=ACTOR,
        told=ListLineInput(
            part="legal_aid",
            title="讨薪怎么走程序（示例）",
            region_code="450311100",
            amount=20,
            unit=units["renshe"],
            sector="delivery",
            source="驿站问卷（示例）",
        ),
    )
    lists.add_need(
        actor=ACTOR,
        told=ListLineInput(
            part="health",
            title="颈腰体检（示例）",
            region_code="",
            amount=60,
            unit=units["gonghui"],
            source="微心愿（示例）",
        ),
    )
    lawyer = lists.add_pledge(
        actor=ACTOR,
        told=ListLineInput(
            part="legal_aid",
            title="律师驻站值班（示例）",
            region_code="450311",
            amount=24,
            unit=units["sifa"],
            measure="小时",
            first=first,
            last=last,
            times="每周二 14:00-17:00",
            desk_call="12348",
        ),
    )
    lists.add_pledge(
        actor=ACTOR,
        told=ListLineInput(
            part="health",
            title="免费体检名额（示例）",
            region_code="",
            amount=40,
            unit=units["gonghui"],
            measure="个",
            first=first,
            last=last,
            desk_call="12351",
        ),
    )
    lists.add_pledge(
        actor=ACTOR,
        told=ListLineInput(
            part="employment",
            title="会议室周末可办培训（示例）",
            region_code="450311001",
            amount=12,
            unit=units["renshe"],
            measure="场",
            first=first,
            last=last,
            times="周六、周日",
        ),
    )
    lists.plan(actor=ACTOR, need=aid.pk, pledge=lawyer.pk, amount=6, day=first + timedelta(days=7))


def _two_requests() -> None:
    first = Request(
        kind=Kind.POLICY,
        words="灵活就业的社保断了两个月，怎么补？（示例）",
        region_code="450311100",
        sector="delivery",
    )
    second = Request(
        kind=Kind.WAGE,
        words="站长扣了我三天的钱，说是差评。（示例）",
        region_code="450311101",
        sector="delivery",
        employer="示例站点",
    )
    intake.send_case(
        actor=GUEST, key=UUID("6b1f8a52-7c1d-4f7e-9d55-0f6f2f3f5c01"), told=first, network="demo"
    )
    intake.send_case(
        actor=GUEST, key=UUID("6b1f8a52-7c1d-4f7e-9d55-0f6f2f3f5c02"), told=second, network="demo"
    )
