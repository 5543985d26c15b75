"""Build the demo district. Run twice it changes nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from nuanyi.census.models import CensusRound, Import
from nuanyi.census.rules import RoundState
from nuanyi.census.services import imports, linking, rounds
from nuanyi.lib import row_security
from nuanyi.lib.actor import system
from nuanyi.lib.figures import Window
from nuanyi.lib.ids import new_id
from nuanyi.lib.sectors import KEY_SECTORS
from nuanyi.matrix import queries as matrix
from nuanyi.party import demo as party
from nuanyi.people import services as people
from nuanyi.people.models import Account
from nuanyi.places import base_map
from nuanyi.places import services as places
from nuanyi.places.models import Region
from nuanyi.program.demo import desk, friendly, office, polygons, school, stations, street
from nuanyi.stations import jobs
from nuanyi.units import services as units
from nuanyi.units.models import Unit

ACTOR = system("demo")
DISTRICT = "450311"
#: Real codes and names; the seeds (lon, lat WGS-84) only place made-up polygons.
TOWNSHIPS = {
    "450311001": ("良丰街道", (110.300, 25.080)),
    "450311100": ("雁山镇", (110.325, 25.050)),
    "450311101": ("柘木镇", (110.345, 25.180)),
    "450311200": ("大埠乡", (110.385, 25.060)),
    "450311201": ("草坪回族乡", (110.445, 25.090)),
}
UNITS: list[tuple[str, str, str, str, str]] = [
    ("zuzhibu", "雁山区委组织部", "组织部", "organisation", ""),
    ("liangxin", "雁山区两新工委", "两新工委", "district_office", ""),
    ("shichang", "雁山区市场监督管理局", "市场监管局", "department", ""),
    ("jiaotong", "雁山区交通运输局", "交通局", "department", ""),
    ("shangwu", "雁山区商务局", "商务局", "department", ""),
    ("gongxin", "雁山区工业和信息化局", "工信局", "department", ""),
    ("zhujian", "雁山区住房和城乡建设局", "住建局", "department", ""),
    ("renshe", "雁山区人力资源和社会保障局", "人社局", "department", ""),
    ("sifa", "雁山区司法局", "司法局", "department", ""),
    ("tongzhan", "雁山区委统战部", "统战部", "department", ""),
    ("gongshanglian", "雁山区工商联", "工商联", "department", ""),
    ("gonghui", "雁山区总工会", "总工会", "union", ""),
    ("tuanwei", "共青团雁山区委", "团区委", "youth_league", ""),
    ("fulian", "雁山区妇联", "妇联", "womens_federation", ""),
    ("liangfeng", "良丰街道办事处", "良丰街道", "township", "450311001"),
    ("yanshan", "雁山镇人民政府", "雁山镇", "township", "450311100"),
    ("zhemu", "柘木镇人民政府", "柘木镇", "township", "450311101"),
    ("dabu", "大埠乡人民政府", "大埠乡", "township", "450311200"),
    ("caoping", "草坪回族乡人民政府", "草坪乡", "township", "450311201"),
]
RULES: list[tuple[str, str, str, str]] = [
    ("lead", "", "zuzhibu", "组织部门牵头抓总"),
    ("guide", "courier", "shichang", "行业主管部门指导推进"),
    ("guide", "delivery", "shichang", "行业主管部门指导推进"),
    ("guide", "road_transport", "jiaotong", "行业主管部门指导推进"),
    ("guide", "livestream", "shangwu", "行业主管部门指导推进"),
    ("guide", "ecommerce", "shangwu", "行业主管部门指导推进"),
    ("guide", "logistics", "jiaotong", "行业主管部门指导推进"),
    ("cooperate", "", "gonghui", "群团组织协同配合"),
    ("cooperate", "", "tuanwei", "群团组织协同配合"),
    ("cooperate", "", "fulian", "群团组织协同配合"),
]
PASSWORD = "nuanyi-demo-2022"  # noqa: S105 - printed at every start; `serve` refuses the demo on a public address
ACCOUNTS: list[tuple[str, str, str, str, str]] = [
    ("liangxin", "两新工委 经办", "liangxin", "district_office", ""),
    ("liangxin2", "两新工委 复核", "liangxin", "district_office", ""),
    ("zuzhi", "组织部 经办", "zuzhibu", "organisation", ""),
    ("yanshan", "雁山镇 经办", "yanshan", "unit_staff", "450311100"),
    ("shangwu", "商务局 经办", "shangwu", "unit_staff", ""),
    ("zhidao", "党建指导员", "yanshan", "instructor", "450311100"),
    ("shuji", "党支部书记", "yanshan", "branch", ""),
    ("shuji2", "党支部书记（接收支部）", "zhemu", "branch", ""),
    ("wangge", "网格员", "zhemu", "grid_worker", "450311101"),
    ("dianxiaoer", "店小二", "renshe", "clerk", ""),
    ("yizhan", "驿站管理员", "liangfeng", "keeper", "450311001"),
    ("shenji", "审计", "zuzhibu", "auditor", ""),
    ("guanli", "系统管理员", "", "administrator", ""),
]
ROSTERS: list[tuple[str, str, str, str, str]] = [
    ("establishments.xlsx", "摸底台账", "establishments", "", "2022-06-30"),
    ("courier_firm.xls", "快递企业花名册", "workers", "courier", "2022-07-15"),
    ("delivery_platform.xlsx", "外卖平台骑手名单", "workers", "delivery", "2022-10-31"),
    ("township_rounds.csv", "乡镇入户走访", "workers", "", "2022-06-30"),
    ("union_cards.csv", "工会会员名册", "workers", "", "2022-08-31"),
    ("road_safety_class.xlsx", "交通安全培训签到", "workers", "", "2022-09-15"),
]
KEY_ROUND = "2022年4个重点领域摸底排查"


def build(say: Callable[[str], None]) -> dict[str, Any]:
    """Build whatever is missing and report what is there."""
    say("places and grids …")
    with row_security.reading_as(ACTOR):
        _places()
        _units()
        _accounts()
    say("rosters …")
    with row_security.reading_as(ACTOR):
        key_round = _round()
    for file, source, kind, sector, day in ROSTERS:
        say(f"  {file} …")
        _roster(file, source, kind, sector, day, key_round)
    say("persons …")
    linking.link_all(actor=ACTOR)
    say("stations …")
    with row_security.reading_as(ACTOR):
        stations.build()
        friendly.build()
        jobs.count_visits()
    say("service desk …")
    with row_security.reading_as(ACTOR):
        desk.build()
        school.build()
        say("reports, volunteers, leaflets …")
        street.build_street()
        say("Party work …")
        party.build()
        say("key tasks …")
        office.build()
    with row_security.reading_as(ACTOR):
        if key_round.state != RoundState.CLOSED:
            rounds.move_round(actor=ACTOR, census_round=key_round, state=RoundState.CLOSED)
        figures = {figure.key: figure.value for figure in matrix.all_figures(Window())}
    return {
        "figures": figures,
        "sign_ins": [{"username": name, "password": PASSWORD, "who": who} for name, who, *_rest in ACCOUNTS],
    }


def _places() -> None:
    if Region.objects.filter(pk=DISTRICT).exists():
        return
    outline = base_map.outline()
    places.put_region(
        actor=ACTOR,
        code=DISTRICT,
        name="雁山区",
        level="district",
        geometry_wgs84=polygons.polygon(outline[:-1]),
    )
    parts = polygons.cells(outline, [seed for _name, seed in TOWNSHIPS.values()])
    grids = []
    for (code, (name, _seed)), ring in zip(TOWNSHIPS.items(), parts, strict=True):
        places.put_region(
            actor=ACTOR,
            code=code,
            name=name,
            level="township",
            parent=DISTRICT,
            geometry_wgs84=polygons.polygon(ring),
            synthetic=True,
        )
        for number, community in enumerate(_parts(ring, 3), 1):
            sub = f"{code}{900 + number}"
            places.put_region(
                actor=ACTOR,
                code=sub,
                name=f"{name.removesuffix('街道')[:2]}第{number}社区（示例）",
                level="community",
                parent=code,
                geometry_wgs84=polygons.polygon(community),
                synthetic=True,
            )
            for serial, grid in enumerate(_parts(community, 3), 1):
                traits = {
                    "code": f"{sub}-{serial:02d}",
                    "name": f"{name[:2]}{number}-{serial}网格（示例）",
                    "region": sub,
                }
                grids.append({"type": "Feature", "geometry": polygons.polygon(grid), "properties": traits})
    document = json.dumps({"type": "FeatureCollection", "features": grids}).encode()
    places.load_geojson(actor=ACTOR, document=document, crs="wgs84", what="grids", synthetic=True)


def _parts(ring: polygons.Ring, count: int) -> list[polygons.Ring]:
    return [part for part in polygons.cells(ring, polygons.spread(ring, count)) if polygons.is_drawn(part)]


def _units() -> None:
    if Unit.objects.exists():
        return
    made = {
        code: units.put_unit(
            actor=ACTOR, code=code, name=name, short_name=short, kind=kind, region_code=region
        )
        for code, name, short, kind, region in UNITS
    }
    for role, sector, unit, because in RULES:
        units.change_rule(actor=ACTOR, edit=units.RuleEdit(role, sector, "", made[unit].pk, because))
    members = [made[code] for code in ("yanshan", "liangfeng", "zhemu", "jiaotong", "shangwu")]
    units.put_alliance(actor=ACTOR, name="桂阳公路党建示范带", members=members)


def _accounts() -> None:
    for username, name, unit, role, region in ACCOUNTS:
        if Account.objects.filter(username=username).exists():
            continue
        account = people.make_account(
            actor=ACTOR,
            username=username,
            password=PASSWORD,
            display_name=name,
            unit=Unit.objects.filter(code=unit).first(),
            must_change_password=False,
        )
        people.give_role(actor=ACTOR, account=account, role=role, region_code=region)


def _round() -> CensusRound:
    found = CensusRound.objects.filter(name=KEY_ROUND).first()
    if found:
        return found
    made = rounds.plan_round(
        actor=ACTOR,
        name=KEY_ROUND,
        sectors=[str(sector) for sector in KEY_SECTORS],
        region_codes=list(TOWNSHIPS),
        units=list(
            Unit.objects.filter(
                code__in=["liangxin", "tongzhan", "gongxin", "jiaotong", "zhujian", "gongshanglian"]
            )
        ),
        start_date=date(2022, 5, 1),
        end_date=date(2022, 10, 31),
    )
    return rounds.move_round(actor=ACTOR, census_round=made, state=RoundState.RUNNING)


def _roster(file: str, source: str, kind: str, sector: str, day: str, key_round: CensusRound) -> None:
    if Import.objects.filter(source__name=source).exists():
        return
    data = (Path(__file__).parent / "rosters" / file).read_bytes()
    imports.import_now(
        actor=ACTOR,
        choice="merge",
        client_key=new_id(),
        data=data,
        file_name=file,
        source_name=source,
        kind=kind,
        default_sector=sector,
        as_of_date=date.fromisoformat(day),
        census_round=key_round,
    )


def words(report: dict[str, Any]) -> str:
    """The report for people: sign-ins and what the district counts."""
    lines = [
        "",
        "The demo district is ready. All people in it are synthetic.",
        "",
        "Sign in at /accounts/login/ (password for all):",
    ]
    lines += [f"  {line['username']:<12} {line['password']}   {line['who']}" for line in report["sign_ins"]]
    lines += ["", "What it counts:"]
    lines += [f"  {key:<42} {value:>6}" for key, value in report["figures"].items()]
    return "\n".join([*lines, ""])
