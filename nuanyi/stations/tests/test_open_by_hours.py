from datetime import date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nuanyi.lib.clock import CHINA
from nuanyi.lib.errors import BadInput
from nuanyi.stations.hours import DAY, Schedule, check_week, parse, standing, week_from, written

ALWAYS = tuple(((480, 720), (840, 1200)) for _day in range(7))


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=CHINA).timestamp()


def is_open(schedule, text):
    moment = datetime.fromisoformat(text).replace(tzinfo=CHINA)
    return standing(schedule.openings(moment.date(), 9), moment.timestamp()).open


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("08:00-12:00 14:00-20:00", ((480, 720), (840, 1200))),
        ("０８：００～１２：００，14:00至20:00", ((480, 720), (840, 1200))),
        ("22:00-06:00", ((1320, 1800),)),
        ("24小时", ((0, DAY),)),
        ("", ()),
        ("休", ()),
    ],
)
def test_hours_are_read_as_people_write_them(text, spans):
    assert parse(text) == spans
    assert parse(written(spans)) == spans


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("早上八点", "hours-form"),
        ("25:00-26:00", "hours-time"),
        ("08:00-12:00 11:00-14:00", "hours-overlap"),
        ("20:00-09:00 08:00-12:00", "hours-overlap"),
    ],
)
def test_hours_that_make_no_sense_are_refused_with_a_reason(text, code):
    with pytest.raises(BadInput) as refused:
        parse(text)
    assert refused.value.code == code


def test_a_night_that_runs_into_the_next_morning_is_refused_by_its_day():
    with pytest.raises(BadInput) as refused:
        week_from({"5": "22:00-07:00", "6": "06:00-12:00"})
    assert list(refused.value.fields) == ["day5"]
    check_week(tuple(parse("22:00-06:00") for _day in range(7)))


def test_lunch_break_and_closing_minute():
    schedule = Schedule(ALWAYS)
    assert [
        is_open(schedule, f"2026-06-03T{time}")
        for time in ("07:59", "08:00", "11:59", "12:00", "13:59", "14:00", "20:00")
    ] == [False, True, True, False, False, True, False]


def test_a_night_counts_into_the_next_day():
    schedule = Schedule(tuple(parse("22:00-06:00") if day == 4 else () for day in range(7)))
    assert is_open(schedule, "2026-06-06T05:59")
    assert not is_open(schedule, "2026-06-06T06:00")
    assert not is_open(schedule, "2026-06-05T05:00")


def test_statutory_holidays_and_make_up_days_have_hours_of_their_own():
    schedule = Schedule(
        tuple(parse("08:00-18:00") if day < 5 else () for day in range(7)),
        holiday=parse("10:00-12:00"),
        make_up=parse("09:00-10:00"),
    )
    assert schedule.spans_on(date(2026, 10, 1)) == ((600, 720),)
    assert schedule.spans_on(date(2026, 2, 14)) == ((540, 600),)
    assert schedule.spans_on(date(2026, 6, 6)) == ()
    assert Schedule(ALWAYS).spans_on(date(2026, 10, 1)) == ALWAYS[0]


def test_a_later_exception_wins_and_ends():
    schedule = Schedule(
        ALWAYS,
        exceptions=(
            (date(2026, 7, 1), date(2026, 8, 31), parse("06:00-23:00")),
            (date(2026, 7, 10), date(2026, 7, 10), ()),
        ),
    )
    assert schedule.spans_on(date(2026, 7, 9)) == ((360, 1380),)
    assert schedule.spans_on(date(2026, 7, 10)) == ()
    assert schedule.spans_on(date(2026, 9, 1)) == ALWAYS[0]


def test_a_pause_and_a_tap_override_what_is_written():
    noon, five = int(at("2026-06-03T12:00")), int(at("2026-06-03T17:00"))
    assert is_open(Schedule(ALWAYS, opened=((noon, five),)), "2026-06-03T13:00")
    assert not is_open(Schedule(ALWAYS, shut=((noon, five),)), "2026-06-03T15:00")
    assert is_open(Schedule(ALWAYS, shut=((noon, five),)), "2026-06-03T17:00")


SPANS = st.lists(st.tuples(st.integers(0, 1439), st.integers(1, 600)), max_size=3).map(
    lambda parts: [(a, a + n) for a, n in sorted(parts)]
)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)  # a busy machine draws slowly
@given(st.lists(SPANS, min_size=7, max_size=7), st.integers(0, 7 * DAY - 1))
def test_openings_say_the_same_as_looking_at_every_days_spans(week, minute):
    schedule = Schedule(tuple(tuple(spans) for spans in week))
    first = date(2026, 6, 1)
    moment = datetime(2026, 6, 1, tzinfo=CHINA) + timedelta(minutes=minute)
    day, inside = divmod(minute, DAY)
    plainly = any(a <= inside < b for a, b in week[day % 7]) or any(
        a <= inside + DAY < b for a, b in week[(day - 1) % 7]
    )
    found = standing(schedule.openings(first, 9), moment.timestamp())
    assert found.open is plainly
    if found.changes_at is not None and found.changes_at < datetime(2026, 6, 8, tzinfo=CHINA).timestamp():
        later = standing(schedule.openings(first, 9), found.changes_at)
        assert later.open is not found.open
