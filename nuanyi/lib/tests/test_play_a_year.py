"""Stories of the demo are played together, in the order of their moments, the clock held at each."""

from datetime import date, timedelta
from random import Random

import pytest

from nuanyi.lib import clock
from nuanyi.lib.demo import Plan, at, from_now, parts_of, play, spread

DAY = date(2022, 3, 1)


def told(name, days, seen):
    for day in days:
        yield at(DAY + timedelta(days=day), 9)
        seen.append((name, clock.today()))


def test_stories_are_played_together_day_by_day_and_the_clock_stands_at_each():
    seen = []
    steps = play([told("a", (0, 4), seen), told("b", (2, 3, 9), seen), told("nothing", (), seen)])
    assert seen == [
        ("a", date(2022, 3, 1)),
        ("b", date(2022, 3, 3)),
        ("b", date(2022, 3, 4)),
        ("a", date(2022, 3, 5)),
        ("b", date(2022, 3, 10)),
    ]
    assert steps == 5
    assert clock.today() > date(2026, 1, 1)


def test_a_story_that_goes_back_in_time_is_refused():
    with pytest.raises(ValueError, match="goes back"):
        play([told("a", (4, 0), [])])


def test_what_would_be_over_happens_shortly_after_the_present():
    seen = []

    def story():
        yield from_now(at(DAY, 15))
        yield from_now(at(DAY, 9))
        seen.append(clock.now())

    play([story()])
    assert seen == [at(DAY, 15, 10)]


def test_parts_sum_to_the_whole_and_differ():
    parts = parts_of(236, 21, Random(1), least=8)
    assert sum(parts) == 236
    assert len(parts) == 21
    assert min(parts) >= 8
    assert len(set(parts)) > 3
    with pytest.raises(ValueError, match="cannot be"):
        parts_of(3, 4, Random(1))


def test_days_are_spread_over_all_of_them_in_their_order():
    days = [DAY + timedelta(days=n) for n in range(200)]
    chosen = spread(days, 35, Random(1))
    assert len(chosen) == 35
    assert chosen == sorted(chosen)
    assert all(sum(day <= one < day + timedelta(days=40) for one in chosen) >= 5 for day in days[:160])
    assert len(spread(days[:3], 9, Random(1))) == 9


def test_working_days_leave_out_holidays_and_keep_those_that_are_worked_for_them():
    plan = Plan(first=date(2022, 9, 26), last=date(2022, 10, 16), seed=1, counts={})
    days = plan.working_days()
    assert date(2022, 10, 3) not in days
    assert date(2022, 10, 8) in days
    assert plan.of("nothing") == {}
    assert plan.chance("a").random() == plan.chance("a").random() != plan.chance("b").random()
