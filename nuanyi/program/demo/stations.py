"""The five stations of the source. What the report states is real (two names, three tiers, five functions, nine kinds of
amenities); positions, hours, visits and the other three names are made up and say so."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from uuid import UUID

from nuanyi.lib import clock
from nuanyi.lib.actor import system
from nuanyi.people.models import Account
from nuanyi.stations.models import Station
from nuanyi.stations.rules import Function, State, Trouble
from nuanyi.stations.services import faults, grading, keeping, stations
from nuanyi.stations.services.stations import StationDraft
from nuanyi.units.models import Unit

ACTOR = system("demo")
NINE = ["newspapers_books", "charging", "first_aid", "rain_gear", "sofa", "tv", "fan", "microwave", "kettle"]
DAYTIME = {str(n): "08:30-12:00 14:00-21:00" for n in range(1, 6)} | {"6": "09:00-18:00", "7": "09:00-18:00"}
LONG = {str(n): "07:00-23:00" for n in range(1, 8)}
NIGHTS = {str(n): "06:00-02:00" for n in range(1, 8)}
#: code, name, tier, venue, unit, lat, lon (WGS-84), where, how to find it, hours, holidays, amenities, opened
ROWS = [
    (
        "LF01",
        "雁山镇良丰“暖心驿站”",
        "village",
        "care_station",
        "yanshan",
        25.0466,
        110.3216,
        "雁山镇良丰（位置为示例）",
        "临街蓝色门头，进门左手是充电柜（示例）。",
        LONG,
        "09:00-18:00",
        NINE,
        "2022-05-20",
    ),
    (
        "YS01",
        "雁山镇党群服务中心“暖心驿站”",
        "township",
        "service_centre",
        "yanshan",
        25.0512,
        110.3281,
        "雁山镇党群服务中心一楼（位置为示例）",
        "从大门进，过大厅右手第二间（示例）。",
        DAYTIME,
        "10:00-16:00",
        NINE,
        "2022-06-01",
    ),
    (
        "QJ01",
        "雁山区党群服务中心“暖心驿站”（示例）",
        "district",
        "service_centre",
        "liangxin",
        25.0812,
        110.3022,
        "良丰街道，区党群服务中心东侧（示例）",
        "东侧小门，不用登记（示例）。",
        DAYTIME,
        "",
        NINE,
        "2022-06-15",
    ),
    (
        "GY01",
        "桂阳公路示范带企业休息室（示例）",
        "village",
        "lounge",
        "jiaotong",
        25.1791,
        110.3460,
        "柘木镇，桂阳公路边（示例）",
        "厂区门岗旁，按门铃（示例）。",
        NIGHTS,
        None,
        ["charging", "sofa", "fan", "microwave", "kettle", "first_aid"],
        "2022-07-01",
    ),
    (
        "DB01",
        "大埠乡爱心驿站（示例）",
        "village",
        "care_station",
        "dabu",
        25.0588,
        110.3861,
        "大埠乡集市旁（示例）",
        "集市北口，红色雨棚下（示例）。",
        LONG,
        None,
        ["charging", "rain_gear", "first_aid", "fan", "kettle", "newspapers_books"],
        "2022-08-01",
    ),
]


#: whose rooms they are: made up but for the kinds, which the report names
OWNERS = {
    "LF01": [
        {"kind": "union", "name": "雁山区总工会（示例）"},
        {"kind": "community", "name": "良丰村（示例）"},
    ],
    "YS01": [{"kind": "party", "name": "雁山镇党群服务中心"}],
    "QJ01": [{"kind": "party", "name": "雁山区党群服务中心"}],
    "GY01": [{"kind": "company", "name": "桂阳公路示范带企业（示例）"}],
    "DB01": [{"kind": "union", "name": "大埠乡工会（示例）"}],
}


def build() -> None:
    """Enter and open the stations, name a keeper, and let a few things have happened."""
    if Station.objects.exists():
        return
    functions = [str(function) for function in Function.values]
    made: dict[str, Station] = {}
    for code, name, tier, venue, unit, lat, lon, place, find, week, holiday, amenities, opened in ROWS:
        hours = {**dict(week), "holiday": holiday, "make_up": None}
        draft = StationDraft(
            name=name,
            code=code,
            tier=tier,
            venue=venue,
            lat=lat,
            lon=lon,
            unit=Unit.objects.filter(code=unit).first(),
            owners=OWNERS[code],
            place_words=place,
            how_to_find=find,
            capacity=12,
            functions=functions,
            amenities=list(amenities),
            hours=hours,
            access="code" if venue == "lounge" else "open",
            access_words="按门铃" if venue == "lounge" else "",
            step_free=venue == "service_centre",
        )
        station = stations.save_station(actor=ACTOR, draft=draft)
        made[code] = stations.move_station(
            actor=ACTOR, station=station, state=State.OPEN, day=date.fromisoformat(str(opened))
        )
    keeper = Account.objects.filter(username="yizhan").first()
    if keeper:
        stations.set_keepers(actor=ACTOR, station=made["LF01"], accounts=[keeper])
    _days(made)
    grading.grade_stations(actor=ACTOR)


def _days(made: dict[str, Station]) -> None:
    """Made-up visits of the last weeks, supplies, a fault and a wish, through the services that people use."""
    today = clock.today()
    busy = {8: 1, 11: 3, 12: 5, 13: 6, 14: 5, 15: 3, 18: 3, 20: 2}
    for place, station in enumerate(made.values()):
        counts = []
        for back in range(1, 29):
            for hour, many in busy.items():
                moment = datetime.combine(today - timedelta(days=back), time(hour), clock.CHINA)
                number = max(0, many - place + (back * 7 + hour) % 3 - 1)
                if number:
                    counts.append((moment, ("courier", "delivery", "")[(back + hour) % 3], number))
        keeping.note_visits(actor=ACTOR, station=station, counts=counts)
    first = made["LF01"]
    keeping.set_amenity(actor=ACTOR, station=first, kind="first_aid", expires=today + timedelta(days=20))
    keeping.set_amenity(actor=ACTOR, station=first, kind="rain_gear", left=2, threshold=3)
    faults.tell_fault(
        station=made["YS01"],
        key=UUID("6b1f8a52-7c1d-4f7e-9d55-0f6f2f3f5a01"),
        trouble=Trouble.BROKEN,
        kind="fan",
        words="风扇不转了（示例）",
        network="demo",
    )
    faults.wish(
        station=first,
        key=UUID("6b1f8a52-7c1d-4f7e-9d55-0f6f2f3f5a02"),
        words="能不能多两个头盔挂钩（示例）",
        network="demo",
    )
    keeping.hand_over(actor=ACTOR, station=first, words="充电柜三号口接触不好，先用别的口（示例）。")
