"""Doubles: a made-up stream of 20,000 reports whose doubles are known; precision, recall, and the look-up among a million.

The stream is made, not sampled: things (a lamp, a hole) stand at places of a district; each is told once or several times by
phones whose position errs by 8 metres (one in five, between houses, by 25; GPS.gov states 4.9 m under an open sky), in other
words, one in twelve under a wrong kind, within twelve days. Beside one thing in six stands another of its kind 60 to 160
metres away, and beside one in ten a thing of another kind within 20 metres: those are no doubles. ``BENCH_REPORTS`` says how
many stand in the table of the look-up.
"""

from __future__ import annotations

import math
import os
import random
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bench.filling import fill
from bench.report import Report
from nuanyi.reports import doubles

STREAM = 20_000
STANDING = int(os.environ.get("BENCH_REPORTS", "1000000"))
SOUTH, WEST = 25.0, 110.2
WORDS = {
    "lamp": [
        "路灯不亮",
        "灯坏了太黑",
        "路灯没亮晚上看不见",
        "村口的路灯坏了",
        "这段路没有灯",
        "灯杆歪了灯不亮",
    ],
    "road": [
        "路面有坑",
        "有个大坑电动车差点摔",
        "路面塌陷",
        "坑洼不平下雨积水",
        "减速带坏了",
        "人行道砖松了",
    ],
    "cover": ["井盖没了", "井盖破了一半", "窨井盖缺失危险", "下水道口没盖", "井盖松动有响声"],
    "rubbish": ["垃圾没人清", "建筑垃圾堆在路边", "垃圾桶满了很臭", "一堆杂物", "路边倒垃圾"],
    "tree": ["树倒了挡路", "树枝断了", "树枝遮挡信号灯", "大风吹断的树"],
    "wire": ["电线垂下来了", "线缆掉路上", "电线裸露", "光缆垂落绊人"],
}


@dataclass(frozen=True)
class Made:
    """One report of the stream and the thing it tells of."""

    seen: doubles.Seen
    thing: int


def _moved(lat: float, lon: float, metres: float, angle: float) -> tuple[float, float]:
    return (
        lat + metres * math.sin(angle) / 111_195,
        lon + metres * math.cos(angle) / (111_195 * math.cos(math.radians(lat))),
    )


def _words(kind: str, chance: random.Random) -> str:
    text = chance.choice(WORDS[kind])
    if chance.random() < 0.3:
        text += chance.choice(
            ["，麻烦看看", "，好几天了", "，快来修", "！！", "，晚上很危险", "，我送外卖经过"]
        )
    if chance.random() < 0.15:
        return ""  # a photo only
    return text


def _told(thing: int, lat: float, lon: float, kind: str, hour: float, chance: random.Random) -> Made:
    error = 8 if chance.random() < 0.8 else 25
    lat, lon = _moved(
        lat,
        lon,
        abs(chance.gauss(0, error)) + abs(chance.gauss(0, error)) / 2,
        chance.uniform(0, 2 * math.pi),
    )
    said = kind if chance.random() > 1 / 12 else chance.choice(list(WORDS))
    return Made(doubles.Seen(lat, lon, hour, said, doubles.grams(_words(kind, chance))), thing)


def stream(count: int = STREAM, seed: int = 311) -> list[Made]:
    """Reports in the order of their hours."""
    chance, things = random.Random(seed), 0
    made: list[Made] = []

    def thing(lat: float, lon: float, kind: str, hour: float) -> None:
        nonlocal things
        things += 1
        times = 1
        while times < 12 and chance.random() < 0.45:
            times += 1
        hours = [hour, *(hour + chance.uniform(0, 12 * 24) for _n in range(times - 1))]
        made.extend(_told(things, lat, lon, kind, when, chance) for when in hours)

    while len(made) < count:
        lat, lon = SOUTH + chance.random() * 0.2, WEST + chance.random() * 0.2
        kind, hour = chance.choice(list(WORDS)), chance.uniform(0, 90 * 24)
        thing(lat, lon, kind, hour)
        if chance.random() < 1 / 6:
            thing(
                *_moved(lat, lon, chance.uniform(60, 160), chance.uniform(0, 2 * math.pi)),
                kind,
                hour + chance.uniform(0, 72),
            )
        if chance.random() < 1 / 10:
            other = chance.choice([name for name in WORDS if name != kind])
            thing(
                *_moved(lat, lon, chance.uniform(0, 20), chance.uniform(0, 2 * math.pi)),
                other,
                hour + chance.uniform(0, 72),
            )
    return sorted(made[:count], key=lambda one: one.seen.hours)


def _found(told: list[Made]) -> Iterator[tuple[Made, Made | None, bool]]:
    """Each report, what it is taken for a double of, and whether its thing was told before."""
    cells: dict[int, list[Made]] = defaultdict(list)
    known: set[int] = set()
    for one in told:
        near = [
            old
            for cell in doubles.cells_around(one.seen.lat_wgs84, one.seen.lon_wgs84)
            for old in cells[cell]
        ]
        best = max(near, key=lambda old: doubles.likeness(one.seen, old.seen), default=None)
        if best is not None and doubles.likeness(one.seen, best.seen) < doubles.ENOUGH:
            best = None
        yield one, best, one.thing in known
        cells[doubles.cell_of(one.seen.lat_wgs84, one.seen.lon_wgs84)].append(one)
        known.add(one.thing)


def quality(told: list[Made]) -> tuple[float, float]:
    """Precision and recall over a stream."""
    right = wrong = missed = 0
    for one, best, again in _found(told):
        if best is not None:
            right += best.thing == one.thing
            wrong += best.thing != one.thing
        missed += again and (best is None or best.thing != one.thing)
    return right / (right + wrong), right / (right + missed)


def fill_reports(rows: int) -> tuple[Any, datetime]:
    """As many reports over the district; gives their kind and the moment of the newest."""
    from nuanyi.lib import clock
    from nuanyi.reports.models import Kind, Report
    from nuanyi.units.models import Unit

    unit, _made = Unit.objects.get_or_create(
        code="doubles", defaults={"name": "测试单位重复", "kind": "organisation"}
    )
    kind = Kind.objects.get(code="lamp")
    now = clock.now()
    told = {
        "ref": "'B' || n",
        "kind_id": "%s",
        "state": "CASE WHEN n %% 10 = 0 THEN 'taken' ELSE 'closed' END",
        "lat_wgs84": "lat",
        "lon_wgs84": "lon",
        "cell": "floor((lat + 90) / %s)::bigint * 1000000 + floor((lon + 180) / %s)::bigint",
        "unit_id": "%s",
        "source": "'phone'",
        "hour_at": "%s - n %% 2000 * interval '1 hour'",
        "due_at": "%s",
        "voices_count": "1",
    }
    source = "(SELECT n, %s + random() * 0.2 AS lat, %s + random() * 0.2 AS lon FROM generate_series(1, %s) n) made"
    values = [kind.pk, doubles.CELL, doubles.CELL, unit.pk, now, now, SOUTH, WEST, rows]
    fill(Report, told, source, values)
    return kind, now


def _look_up(report: Report) -> None:
    from django.db import connection

    from nuanyi.reports import queries

    kind, now = fill_reports(STANDING)
    chance, spent, looked = random.Random(5), [], 0
    for _n in range(500):
        lat, lon = SOUTH + chance.random() * 0.2, WEST + chance.random() * 0.2
        start = time.perf_counter()
        around = queries.neighbours(lat, lon, now)
        queries.likely_double(
            doubles.Seen(lat, lon, now.timestamp() / 3600, str(kind.pk), doubles.grams("路灯不亮")), around
        )
        spent.append(time.perf_counter() - start)
        looked += len(around)
    spent.sort()
    report.note(
        f"among {STANDING:,} reports: {spent[250] * 1000:.2f} ms at the median,"
        f" {spent[475] * 1000:.2f} ms at the 95th percentile, {looked / 500:.1f} neighbours each"
    )
    start = time.perf_counter()
    for _n in range(500):
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchone()
    floor = (time.perf_counter() - start) / 500
    report.note(f"SELECT 1 on the same connection: {floor * 1000:.2f} ms")
    report.ratio("look-up of doubles (95th percentile)", spent[475] / 0.005, "five milliseconds", at_most=1.0)


def _grids(report: Report) -> None:
    from nuanyi.lib import geo
    from nuanyi.places.finder import Finder

    side = 100
    step = 0.2 / side
    shapes = []
    for n in range(side * side):
        lon, lat = WEST + n % side * step, SOUTH + n // side * step
        ring = [
            [
                lon + step * (0.5 + 0.5 * math.cos(t / 12 * 2 * math.pi)),
                lat + step * (0.5 + 0.5 * math.sin(t / 12 * 2 * math.pi)),
            ]
            for t in range(13)
        ]
        shapes.append((str(n), {"type": "Polygon", "coordinates": [ring]}))
    finder, chance = Finder(shapes), random.Random(7)
    points = [(SOUTH + chance.random() * 0.2, WEST + chance.random() * 0.2) for _n in range(20_000)]
    start = time.perf_counter()
    for lat, lon in points:
        finder.found(lat=lat, lon=lon)
    each = (time.perf_counter() - start) / len(points)
    start = time.perf_counter()
    for lat, lon in points[:20]:
        [code for code, shape in shapes if geo.geometry_holds(shape, lat=lat, lon=lon)]
    brute = (time.perf_counter() - start) / 20
    report.note(
        f"a point among 10,000 grids: {each * 1e6:.1f} microseconds; looking at each grid: {brute * 1000:.0f} ms"
    )
    report.ratio("point to grid", brute / each, "looking at each of 10,000 grids", at_least=100)


def run(report: Report) -> None:
    """All three."""
    precision, recall = quality(stream())
    report.ratio("precision of doubles", precision, "a stream of 20,000 made-up reports", at_least=0.95)
    report.ratio("recall of doubles", recall, "the same stream", at_least=0.90)
    _grids(report)
    _look_up(report)
