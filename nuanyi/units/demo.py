"""The units of the demo: the offices that the report of 2022 names, who answers for whom, and the alliance of the road."""

from __future__ import annotations

from nuanyi.lib.demo import PROGRAM, Demo, Plan
from nuanyi.units import services
from nuanyi.units.models import Unit

#: Code, name, short name, kind, place.
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
#: Part, sector, unit, why.
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
ALLIANCE = "桂阳公路党建示范带"


def _stand(_plan: Plan) -> None:
    if Unit.objects.exists():
        return
    made = {
        code: services.put_unit(
            actor=PROGRAM, code=code, name=name, short_name=short, kind=kind, region_code=region
        )
        for code, name, short, kind, region in UNITS
    }
    for role, sector, unit, because in RULES:
        services.change_rule(actor=PROGRAM, edit=services.RuleEdit(role, sector, "", made[unit].pk, because))
    members = [made[code] for code in ("yanshan", "liangfeng", "zhemu", "jiaotong", "shangwu")]
    services.put_alliance(actor=PROGRAM, name=ALLIANCE, members=members)


DEMO = Demo(stand=_stand)
