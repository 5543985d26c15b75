"""Reports in the demo: what riders told through the year and what came of each, and what waits today. All made up; how many
were told stands in the plan."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from nuanyi.lib.demo import PROGRAM, Demo, Plan, Story, at, from_now, key, month_ends, spread
from nuanyi.people.models import Account
from nuanyi.places import queries as places
from nuanyi.reports.models import Report, Voice
from nuanyi.reports.services import handling, sending, settings

#: What is told through the year, in its order, and what came of it: c closed by the reporter, m mended, a
#: mended and opened again and mended.
TOLD = (
    ("村口两盏路灯不亮", "c"),
    ("路面有坑，雨后积水看不见", "c"),
    ("井盖松动有响声", "c"),
    ("垃圾堆在路边好几天", "m"),
    ("楼道飞线充电", "a"),
    ("斑马线看不清了", "c"),
    ("树枝遮挡红绿灯", "c"),
    ("消防通道被杂物占用", "m"),
    ("水管漏水", "c"),
    ("共享单车堆在人行道上", "m"),
    ("电线垂落到车道上", "c"),
    ("施工扬尘很大", "m"),
    ("路灯一闪一闪", "c"),
    ("减速带坏了", "c"),
    ("下水道口没盖", "a"),
    ("绿化带有流浪犬", "m"),
    ("护栏撞歪了", "c"),
)
#: What riders told this week, still open.
NOW = ("路灯不亮，太黑", "路灯坏了很黑", "人行道砖松了", "垃圾桶满了很臭", "井盖破了一半")


def _stories(plan: Plan) -> Iterator[Story]:
    if Report.objects.exists():
        return
    grid_worker = Account.objects.get(username="wangge")
    for grid in places.all_grids():
        if grid.code.startswith("450311101"):
            settings.set_grid_worker(actor=PROGRAM, grid_code=grid.code, account=grid_worker)
    count, chance = plan.of("reports")["problems"], plan.chance("reports")
    last = plan.last - timedelta(days=8)
    days = [plan.first + timedelta(days=n) for n in range((last - plan.first).days + 1)]
    for number, day in enumerate(spread(days, count, chance)):
        words, end = TOLD[number % len(TOLD)]
        yield _report(plan, number, day, words, end)
    yield _counted(plan)


def _somewhere(chance: Random) -> tuple[float, float]:
    """A point inside some grid."""
    grid = chance.choice(places.all_grids())
    lon, lat = (grid.west_wgs84 + grid.east_wgs84) / 2, (grid.south_wgs84 + grid.north_wgs84) / 2
    if places.codes_at(lat_wgs84=lat, lon_wgs84=lon)[1]:
        return lat, lon
    return _somewhere(chance)


def _told(what: str, number: int, words: str, place: tuple[float, float]) -> Voice:
    told = sending.ReportInput(kind="", words=words, lat_wgs84=place[0], lon_wgs84=place[1], accuracy=15)
    return sending.send_report(key=key(what, number), told=told, network="")


def _report(plan: Plan, number: int, day: date, words: str, end: str) -> Story:
    """Told on the way, taken the same evening, mended within days, looked at by who told it."""
    chance = plan.chance(f"report {number}")
    yield at(day, chance.randint(9, 18), chance.randrange(60))
    voice = _told("report", number, words, _somewhere(chance))
    yield at(day, 20)
    handling.take(actor=PROGRAM, pk=voice.report_id)
    yield at(day + timedelta(days=chance.randint(1, 3)), 15, chance.randrange(60))
    _mend(voice, number, again=False)
    yield at(day + timedelta(days=5), 10, chance.randrange(60))
    voice.refresh_from_db()
    sending.look(voice)
    if end == "m":
        return
    good = end == "c"
    sending.judge(voice=voice, good=good, words="" if good else "还没好", key=key("judged", number))
    if not good:
        yield from_now(at(day + timedelta(days=6), 10))
        _mend(voice, number, again=True)
        sending.judge(voice=voice, good=True, key=key("judged again", number))


def _mend(voice: Voice, number: int, again: bool) -> None:
    handling.mend(
        actor=PROGRAM,
        pk=voice.report_id,
        words="已派人处理好。" if not again else "已重新处理。",
        photos=[],
        key=key("mended", number, again),
    )


def _counted(plan: Plan) -> Story:
    """The reports of days that are over go into the ledger, as every night: here at the end of each month."""
    for end in month_ends(plan.first, plan.last):
        yield at(end + timedelta(days=1), 3)
        settings.count_into_ledger()


def _today(_plan: Plan) -> None:
    """Told a minute ago by the demo's clock: open, and not of the year that the report counts."""
    if Voice.objects.filter(key=key("report now", 0)).exists():
        return
    chance = Random(7)
    first = _somewhere(chance)
    for number, words in enumerate(NOW):
        near = _somewhere(chance)
        if number < 2:  # two see the same lamp
            near = (first[0] + 0.0001 * number, first[1])
        _told("report now", number, words, near)


DEMO = Demo(stories=_stories, today=_today)
