import random
from datetime import datetime

import pytest

from nuanyi.lib import clock
from nuanyi.lib.geo import metres_between
from nuanyi.stations.hours import Schedule, parse, standing
from nuanyi.stations.snapshot import BITS, Entry, Snapshot

NOW = datetime(2026, 6, 3, 12, 30, tzinfo=clock.CHINA).timestamp()
KINDS = ("charging", "toilet", "drinking_water", "step_free")
SCHEDULES = [
    Schedule(tuple(parse(text) for _day in range(7)))
    for text in ("08:00-12:00 14:00-20:00", "24小时", "22:00-06:00", "", "12:30-12:31")
]


def entries(count, seed, *, everywhere=False):
    rng = random.Random(seed)
    made = []
    for n in range(count):
        lat = rng.uniform(-90, 90) if everywhere else rng.uniform(24.9, 25.4)
        lon = rng.uniform(-180, 180) if everywhere else rng.uniform(110.1, 110.6)
        bits = sum(BITS[kind] for kind in KINDS if rng.random() < 0.5)
        made.append(Entry(f"{n:06d}", lat, lon, bits, rng.choice(SCHEDULES), b""))
    return made


def plainly(rows, lat, lon, bits, open_only, limit, moment):
    """What the answer must be: every entry looked at, every distance by the haversine formula."""
    fits = [
        e
        for e in rows
        if e.bits & bits == bits
        and (
            not open_only
            or standing(
                e.schedule.openings(datetime.fromtimestamp(moment, clock.CHINA).date(), 9), moment
            ).open
        )
    ]
    return sorted(metres_between(lat, lon, e.lat_wgs84, e.lon_wgs84) for e in fits)[:limit]


def check(snapshot, rows, count, seed, *, everywhere=False, moments=(NOW,)):
    rng = random.Random(seed)
    for _turn in range(count):
        lat = rng.choice([90.0, -90.0, rng.uniform(-90, 90)]) if everywhere else rng.uniform(24.9, 25.4)
        lon = rng.uniform(-180, 180) if everywhere else rng.uniform(110.1, 110.6)
        bits = sum(BITS[kind] for kind in KINDS if rng.random() < 0.3)
        open_only, limit, moment = rng.random() < 0.5, rng.choice([1, 3, 10]), rng.choice(moments)
        found = snapshot.nearest(lat, lon, bits=bits, open_only=open_only, limit=limit, now=moment)
        wanted = plainly(rows, lat, lon, bits, open_only, limit, moment)
        assert [near.metres for near in found] == pytest.approx(wanted, abs=0.02)


def test_ten_thousand_questions_are_answered_exactly_and_across_the_minute_of_opening():
    rows = entries(120, 1)
    moments = [NOW - 60, NOW - 1, NOW, NOW + 59.999, NOW + 60, NOW + 5400]
    check(Snapshot(rows, NOW), rows, 10_000, 2, moments=moments)


def test_the_nearest_are_exact_at_the_poles_and_across_the_date_line():
    rows = entries(150, 3, everywhere=True)
    check(Snapshot(rows, NOW), rows, 600, 4, everywhere=True)


def test_a_large_table_answers_by_looking_first_and_by_trees_later_and_both_are_exact():
    rows = entries(2500, 5)
    check(Snapshot(rows, NOW), rows, 250, 6)


def test_changes_beside_the_arrays_are_seen_at_once_and_taken_in_later():
    rows = entries(2100, 7)
    snapshot, rng = Snapshot(rows, NOW), random.Random(8)
    kept = {entry.id: entry for entry in rows}
    for turn in range(12):
        fresh = {entry.id: entry for entry in entries(2100, 100 + turn)}
        changes = {}
        for key in rng.sample(sorted(kept), 8):
            changes[key] = None if rng.random() < 0.3 else fresh[f"{int(key):06d}"]
        changes[f"9{turn:05d}"] = Entry(f"9{turn:05d}", 25.1, 110.3, 0, SCHEDULES[1], b"")
        snapshot = snapshot.with_changes(changes, NOW)
        kept.update({k: e for k, e in changes.items() if e is not None})
        for key in [k for k, e in changes.items() if e is None]:
            kept.pop(key, None)
        assert len(snapshot) == len(kept)
        check(snapshot, list(kept.values()), 12, turn)


def test_midnight_brings_the_next_days_hours():
    rows = entries(50, 9)
    snapshot = Snapshot(rows, NOW)
    tomorrow = NOW + 86_400
    assert snapshot.current(NOW) is snapshot
    check(snapshot.current(tomorrow), rows, 50, 10, moments=(tomorrow,))


def test_another_moment_may_be_asked_for():
    rows = entries(60, 11)
    night = datetime(2026, 6, 5, 23, 0, tzinfo=clock.CHINA).timestamp()
    found = Snapshot(rows, NOW).nearest(25.1, 110.3, open_only=True, limit=60, now=NOW, at=night)
    assert [near.metres for near in found] == pytest.approx(
        plainly(rows, 25.1, 110.3, 0, True, 60, night), abs=0.02
    )


def test_nothing_is_near_where_there_is_nothing():
    assert Snapshot([], NOW).nearest(25.1, 110.3, now=NOW) == []
