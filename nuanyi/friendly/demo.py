"""Rider-friendly places of the demo: made up, and their names say so."""

from __future__ import annotations

from nuanyi.friendly.models import FriendlyPlace
from nuanyi.friendly.services import places
from nuanyi.friendly.services.places import PlaceInput
from nuanyi.lib.demo import PROGRAM, Demo, Plan, key

#: kind, gate, lat, lon (WGS-84), and what is said of it
ROWS: list[tuple[str, str, float, float, dict[str, str]]] = [
    (
        "compound",
        "walk",
        25.0481,
        110.3229,
        {
            "name": "桂花苑小区（示例）",
            "place_words": "良丰路（示例）",
            "gate_words": "走东门，报楼号就行；北门不让进",
            "parking": "东门外右手有划线车位，可停 10 分钟",
            "entrance": "1 至 4 栋在水池左边，5 至 8 栋在右边；单元门按楼号呼叫",
        },
    ),
    (
        "compound",
        "register",
        25.0530,
        110.3301,
        {
            "name": "雁湖花园（示例）",
            "gate_words": "南门登记手机尾号后骑进去，限速 10 公里",
            "parking": "每栋楼下都能停",
            "entrance": "门牌从南往北数，单号在东",
        },
    ),
    (
        "mall",
        "walk",
        25.0795,
        110.3041,
        {
            "name": "雁山广场商场（示例）",
            "gate_words": "走西侧外卖专用门，不用登记",
            "parking": "西侧有骑手停车区",
            "entrance": "负一层取餐，电梯在专用门右手",
        },
    ),
    (
        "hospital",
        "hand_over",
        25.0760,
        110.2990,
        {
            "name": "区人民医院（示例）",
            "gate_words": "住院部不让进，放一楼外卖架，给病人打电话",
            "parking": "急诊门口不能停，停南门外",
        },
    ),
    (
        "swap",
        "",
        25.0502,
        110.3255,
        {"name": "良丰换电柜（示例）", "hours": "全天", "price": "一次 3 元", "parking": "柜前可停"},
    ),
    (
        "meal",
        "",
        25.0515,
        110.3278,
        {
            "name": "雁山镇食堂小哥窗口（示例）",
            "hours": "每天 10:30-13:30 16:30-20:00",
            "price": "两荤一素 12 元，米饭不限",
            "entrance": "党群服务中心东侧小门进，左手第一个窗口",
        },
    ),
]


def _today(_plan: Plan) -> None:
    """Enter the places, and let a rider have said something of one."""
    if FriendlyPlace.objects.exists():
        return
    made = [
        places.save_place(actor=PROGRAM, told=PlaceInput(kind=kind, gate=gate, lat=lat, lon=lon, texts=texts))
        for kind, gate, lat, lon, texts in ROWS
    ]
    texts = {**ROWS[0][4], "gate_words": "东门换了保安，要登记姓（示例）"}
    places.tell_tip(
        key=key("friendly tip"),
        told=PlaceInput(
            kind="compound",
            gate="walk",
            lat=made[0].lat_wgs84,
            lon=made[0].lon_wgs84,
            texts=texts,
        ),
        code=made[0].code,
        network="demo",
    )


DEMO = Demo(today=_today)
