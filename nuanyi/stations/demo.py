"""The five stations of the source. What the report states is real (two names, three tiers, five functions, nine kinds of
amenities); positions, hours, visits and the other three names are made up and say so."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from nuanyi.lib import clock
from nuanyi.lib.cards import WHITE, Card
from nuanyi.lib.demo import PROGRAM, Demo, Plan, Story, at, from_now, key, month_ends, office_hour, spread
from nuanyi.people.demo import played_by
from nuanyi.people.models import Account
from nuanyi.stations import jobs
from nuanyi.stations.models import Fault, Station
from nuanyi.stations.rules import FaultState, Function, State, Trouble
from nuanyi.stations.services import faults, grading, keeping, stations
from nuanyi.stations.services.stations import StationDraft
from nuanyi.units.models import Unit

#: A television stands in the district's centre alone, and mediators sit there alone.
MOST = ["newspapers_books", "charging", "first_aid", "rain_gear", "sofa", "fan", "microwave", "kettle"]
NINE = [*MOST, "tv"]
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
        MOST,
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
        MOST,
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
#: Hours at which people sit down, and how many of a day's visitors come then.
BUSY = {8: 1, 11: 3, 12: 5, 13: 6, 14: 5, 15: 3, 18: 3, 20: 2}
#: What was told in the year: kind of amenity, what is wrong, in the worker's words, what the keeper answered.
TROUBLES = (
    ("charging", Trouble.BROKEN, "充电柜二号口充不进（示例）", "换了插口（示例）"),
    ("kettle", Trouble.BROKEN, "水壶不加热（示例）", "换了新的（示例）"),
    ("first_aid", Trouble.EMPTY, "创可贴没有了（示例）", "补了两盒（示例）"),
    ("fan", Trouble.BROKEN, "风扇转得很慢（示例）", "修好了（示例）"),
    ("microwave", Trouble.BROKEN, "微波炉门关不上（示例）", "修好了（示例）"),
)


def _stories(plan: Plan) -> Iterator[Story]:
    if Station.objects.exists():
        return
    for number, row in enumerate(ROWS):
        yield _station(plan, number, row)
    yield _told(plan)
    yield _counted(plan)


def _station(plan: Plan, number: int, row: tuple[object, ...]) -> Story:
    """A station is entered and opens; each Sunday its keeper enters the week's tally."""
    chance = plan.chance(f"station {row[0]}")
    # in a plan that ends early they all open within it
    opened = min(date.fromisoformat(str(row[-1])), plan.last - timedelta(days=10))
    yield at(opened - timedelta(days=2), 15)
    station = _entered(row, number)
    stations.set_photo(actor=PROGRAM, station=station, shows="door", data=_door(station.name, number))
    if number == 0:
        stations.set_photo(actor=PROGRAM, station=station, shows="room", data=_room())
    yield at(opened, 9)
    station = stations.move_station(actor=PROGRAM, station=station, state=State.OPEN, day=opened)
    keeper = Account.objects.filter(username="yizhan").first()
    if row[0] == "LF01" and keeper:
        stations.set_keepers(actor=PROGRAM, station=station, accounts=[keeper])
    a_day, since = plan.of("stations")["visits_a_day"], opened
    while since <= plan.last:
        until = min(since + timedelta(days=6 - since.weekday()), plan.last)
        yield at(until, 22)
        days = [since + timedelta(days=n) for n in range((until - since).days + 1)]
        tally = [
            (at(day, hour), sector, n)
            for day in days
            for hour, sector, n in _visits(chance, a_day, number, day)
        ]
        keeping.note_visits(actor=PROGRAM, station=station, counts=tally)
        since = until + timedelta(days=1)


def _visits(chance: Random, a_day: int, number: int, day: date) -> Iterator[tuple[int, str, int]]:
    """The visits of one day, told at one hour of it: fewer at smaller stations, more in the heat and in the cold."""
    season = {6: 1.1, 7: 1.5, 8: 1.5, 9: 1.2, 12: 1.3}.get(day.month, 1.0)
    count = round(a_day * season * (1 - 0.15 * number) * chance.uniform(0.6, 1.3))
    if count > 0:
        hour = chance.choices(list(BUSY), list(BUSY.values()))[0]
        yield hour, chance.choices(("courier", "delivery", ""), (30, 55, 15))[0], count


#: Colours of the doors, station by station: a wall, and the front above the door.
FRONTS = (
    ((216, 226, 236), (31, 95, 168)),
    ((240, 228, 214), (154, 47, 10)),
    ((232, 232, 224), (21, 92, 52)),
    ((226, 226, 230), (92, 70, 52)),
    ((244, 232, 222), (179, 38, 30)),
)
WOOD, GLASS, GROUND, MADE_UP = (120, 84, 56), (198, 220, 228), (150, 144, 136), "示例图片"


def _door(name: str, number: int) -> bytes:
    """A drawing of a door from the street, which says that it is one."""
    wall, front = FRONTS[number % len(FRONTS)]
    card, left = Card(800, 500), 270 + 60 * (number % 3)
    card.pen.rectangle((0, 0, 800, 420), wall)
    card.pen.rectangle((0, 420, 800, 500), GROUND)
    card.pen.rectangle((40, 60, 760, 140), front)
    card.words(400, 100, name, 40, WHITE, most=680, anchor="mm")
    card.pen.rectangle((left, 190, left + 150, 420), WOOD)
    card.pen.rectangle((left + 18, 210, left + 132, 330), GLASS)
    for window in (70, 600):
        card.pen.rectangle((window, 210, window + 130, 330), GLASS, WOOD, 8)
    card.words(780, 480, MADE_UP, 22, WHITE, anchor="rm")
    return card.png()


def _room() -> bytes:
    """A drawing of the room: a sofa beside a shelf with books."""
    card, (wall, front) = Card(800, 500), FRONTS[1]
    card.pen.rectangle((0, 0, 800, 380), wall)
    card.pen.rectangle((0, 380, 800, 500), GROUND)
    card.pen.rounded_rectangle((60, 280, 380, 420), 24, front)
    card.pen.rounded_rectangle((90, 230, 350, 320), 20, front)
    card.pen.rectangle((470, 140, 740, 400), WOOD)
    for row, colour in enumerate((FRONTS[0][1], FRONTS[2][1], FRONTS[4][1])):
        for book in range(8):
            card.pen.rectangle(
                (484 + 30 * book, 156 + 80 * row, 506 + 30 * book, 216 + 80 * row),
                colour if book % 3 else WHITE,
            )
    card.words(780, 480, MADE_UP, 22, WHITE, anchor="rm")
    return card.png()


def _entered(row: tuple[object, ...], number: int) -> Station:
    code, name, tier, venue, unit, lat, lon, place, find, week, holiday, amenities, _opened = row
    draft = StationDraft(
        name=str(name),
        code=str(code),
        tier=str(tier),
        venue=str(venue),
        lat=float(str(lat)),
        lon=float(str(lon)),
        unit=Unit.objects.filter(code=unit).first(),
        owners=OWNERS[str(code)],
        place_words=str(place),
        how_to_find=str(find),
        capacity=12,
        # no subscriber's number begins like this
        desk_call=f"0773-000010{number}",
        functions=[
            str(function)
            for function in Function.values
            if tier == "district" or function != Function.MEDIATION
        ],
        amenities=list(amenities),  # type: ignore[call-overload]
        hours={**dict(week), "holiday": holiday, "make_up": None},  # type: ignore[call-overload]
        access="code" if venue == "lounge" else "open",
        access_words="按门铃" if venue == "lounge" else "",
        step_free=venue == "service_centre",
    )
    return stations.save_station(actor=PROGRAM, draft=draft)


def _told(plan: Plan) -> Story:
    """Now and then something breaks at the first station; its keeper mends it within some days."""
    chance = plan.chance("faults")
    opened = min(date(2022, 6, 1), plan.last - timedelta(days=9))
    days = spread(
        plan.working_days(opened + timedelta(days=1), plan.last - timedelta(days=4)), len(TROUBLES), chance
    )
    for number, (day, (kind, trouble, words, answer)) in enumerate(zip(days, TROUBLES, strict=True)):
        yield from_now(at(day, chance.choice((12, 13, 19)), chance.randrange(60)))
        place = Station.objects.get(code="LF01")
        phone = key("fault", number)
        faults.tell_fault(
            station=place, key=phone, trouble=trouble, kind=kind, words=words, network=f"demo fault {number}"
        )
        jobs.tell_keepers()
        yield from_now(office_hour(chance, day + timedelta(days=chance.randint(1, 2))))
        for fault in Fault.objects.filter(station=place, ended_at=None):
            keeping.move_fault(actor=played_by("yizhan"), fault=fault, state=FaultState.MENDED, answer=answer)


def _counted(plan: Plan) -> Story:
    """The hours that are over go into the ledger, as every hour: here at the end of each month."""
    for end in month_ends(plan.first, plan.last):
        yield at(end + timedelta(days=1), 1)
        jobs.count_visits()


def _today(_plan: Plan) -> None:
    """Made-up visits of the last weeks, supplies, a fault and a wish, through the services that people use."""
    made = {station.code: station for station in Station.objects.order_by("pk")}
    if Fault.objects.filter(station=made["YS01"]).exists():
        return
    today = clock.today()
    for place, code in enumerate(row[0] for row in ROWS):
        counts = []
        for back in range(1, 29):
            for hour, many in BUSY.items():
                moment = at(today - timedelta(days=back), hour)
                number = max(0, many - place + (back * 7 + hour) % 3 - 1)
                if number:
                    counts.append((moment, ("courier", "delivery", "")[(back + hour) % 3], number))
        keeping.note_visits(actor=PROGRAM, station=made[str(code)], counts=counts)
    jobs.count_visits()
    first = made["LF01"]
    keeping.set_amenity(actor=PROGRAM, station=first, kind="first_aid", expires=today + timedelta(days=20))
    keeping.set_amenity(actor=PROGRAM, station=first, kind="rain_gear", left=2, threshold=3)
    faults.tell_fault(
        station=made["YS01"],
        key=key("fault today"),
        trouble=Trouble.BROKEN,
        kind="fan",
        words="风扇不转了（示例）",
        network="demo",
    )
    faults.wish(
        station=first,
        key=key("wish today"),
        words="能不能多两个头盔挂钩（示例）",
        network="demo",
    )
    keeping.hand_over(actor=PROGRAM, station=first, words="充电柜三号口接触不好，先用别的口（示例）。")
    grading.grade_stations(actor=PROGRAM)


DEMO = Demo(stories=_stories, today=_today)
