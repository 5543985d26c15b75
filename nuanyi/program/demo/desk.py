"""The service list in six parts, where cases go, and the register of 2022: made-up lines whose counts are the report's."""

from __future__ import annotations

import io
from datetime import date, timedelta
from uuid import UUID

from nuanyi.cases.models import Need, Register, RoutingRule, ServiceItem
from nuanyi.cases.rules import Kind
from nuanyi.cases.services import intake, lists, registers, settings
from nuanyi.cases.services.intake import Request
from nuanyi.cases.services.lists import ListLineInput
from nuanyi.lib import clock, sheets
from nuanyi.lib.actor import GUEST, system
from nuanyi.units.models import Unit

ACTOR = system("demo")
#: part, title, words, who, needed, unit, days, law, call, kind
ITEMS = [
    (
        "hardship",
        "临时救助",
        "遇到火灾、车祸、大病，家里一时过不下去，可以申请一笔救急的钱。",
        "本区户籍或常住的从业人员和家庭",
        "身份证明、情况说明",
        "liangxin",
        15,
        "《社会救助暂行办法》第四十七条",
        "12345",
        "hardship",
    ),
    (
        "hardship",
        "工会困难帮扶",
        "入了工会、家里困难的，工会上门看望、给帮扶。",
        "工会会员",
        "会员证、困难说明",
        "gonghui",
        15,
        "",
        "12351",
        "hardship",
    ),
    (
        "rights",
        "没发工钱",
        "站点或公司拖着工钱、乱扣钱，先来说，帮你问、帮你调解。",
        "所有从业人员",
        "接单记录、转账记录、聊天截图",
        "renshe",
        15,
        "《劳动合同法》第三十条",
        "12333",
        "wage",
    ),
    (
        "rights",
        "劳动争议调解",
        "和公司谈不拢，可以坐下来调解。十五天没结果就能去仲裁。",
        "所有从业人员",
        "能证明干过活的东西",
        "renshe",
        15,
        "《劳动争议调解仲裁法》第十四条",
        "12333",
        "wage",
    ),
    (
        "rights",
        "工伤怎么报",
        "送单路上受伤，公司三十天内要报；公司不报，你自己一年内也能报。",
        "有劳动关系的从业人员",
        "病历、事故证明、劳动关系证明",
        "renshe",
        15,
        "《工伤保险条例》第十七条",
        "12333",
        "injury",
    ),
    (
        "policy",
        "社保怎么交",
        "灵活就业怎么交养老、医疗，断了怎么续，来问。",
        "所有从业人员",
        "",
        "renshe",
        3,
        "",
        "12333",
        "policy",
    ),
    (
        "policy",
        "居住证和孩子上学",
        "外地来的，怎么办居住证、孩子怎么报名。",
        "所有从业人员",
        "",
        "liangxin",
        5,
        "",
        "12345",
        "policy",
    ),
    (
        "policy",
        "车辆和上路",
        "电动车怎么上牌、违章怎么处理。",
        "骑手和司机",
        "",
        "jiaotong",
        5,
        "",
        "12345",
        "policy",
    ),
    (
        "legal_aid",
        "免费请律师",
        "请不起律师，可以申请法律援助，七天内给你答复。",
        "符合条件的从业人员",
        "身份证明、案件材料",
        "sifa",
        7,
        "《法律援助法》第三十一条、第四十三条",
        "12348",
        "legal_aid",
    ),
    (
        "legal_aid",
        "讨薪、工伤不查经济状况",
        "进城务工人员讨工钱、讨工伤赔偿，申请法律援助不用证明家里穷。",
        "进城务工人员",
        "身份证明、案件材料",
        "sifa",
        7,
        "《法律援助法》第四十二条",
        "12348",
        "legal_aid",
    ),
    (
        "employment",
        "找活",
        "想换个活干，免费登记、免费介绍。",
        "所有从业人员",
        "身份证明",
        "renshe",
        7,
        "《就业促进法》第三十五条",
        "12333",
        "employment",
    ),
    (
        "employment",
        "学技术",
        "叉车、电工、直播、驾驶，有补贴的培训班。",
        "所有从业人员",
        "身份证明",
        "renshe",
        15,
        "",
        "12333",
        "employment",
    ),
    (
        "health",
        "驿站急救和健康",
        "驿站有急救箱，中暑、擦伤先处理；要不要去医院，帮你看。",
        "所有从业人员",
        "",
        "liangfeng",
        1,
        "",
        "120",
        "other",
    ),
    (
        "health",
        "聊一聊",
        "压力大、睡不着，工会有人听你说。",
        "所有从业人员",
        "",
        "gonghui",
        3,
        "",
        "12351",
        "other",
    ),
]
ROUTES = [
    ("wage", "renshe"),
    ("injury", "renshe"),
    ("legal_aid", "sifa"),
    ("employment", "renshe"),
    ("policy", "renshe"),
    ("hardship", "gonghui"),
]
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
        for place, (part, title, words, who, needed, unit, days, law, call, kind) in enumerate(ITEMS):
            told = {
                "part": part,
                "title": title,
                "words": words,
                "who": who,
                "needed": needed,
                "unit": units.get(unit),
                "promised_days": days,
                "law": law,
                "desk_call": call,
                "case_kind": kind,
                "place": place,
                "hours": "周一至周五 09:00-12:00 13:00-17:00",
            }
            settings.save_item(actor=ACTOR, told=told)
    if not RoutingRule.objects.exists():
        for kind, code in ROUTES:
            settings.save_rule(
                actor=ACTOR,
                kind=kind,
                sector="",
                region_code="",
                unit=units[code],
                because="服务清单的责任单位",
            )
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
