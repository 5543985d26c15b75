from datetime import date, timedelta

import pytest
from borax.calendars.lunardate import LunarDate

from nuanyi.lib.calendar import (
    DayKind,
    add_working_days,
    holidays_by_law,
    is_announced,
    is_working_day,
    kind_of,
    unannounced,
)


def test_the_spring_festival_of_2026_is_off_and_its_sunday_is_worked():
    assert kind_of(date(2026, 2, 17)) is DayKind.HOLIDAY
    assert kind_of(date(2026, 2, 14)) is DayKind.MAKE_UP
    assert is_working_day(date(2026, 2, 14))
    assert not is_working_day(date(2026, 2, 18))


def test_working_days_jump_over_holidays_weekends_and_use_make_up_days():
    assert add_working_days(date(2026, 9, 30), 1) == date(2026, 10, 8)
    assert add_working_days(date(2026, 11, 27), 1) == date(2026, 11, 30)
    assert add_working_days(date(2026, 2, 13), 1) == date(2026, 2, 14)


def test_a_year_that_is_not_announced_has_weekends_and_the_holidays_of_the_law():
    assert not is_announced(2099)
    assert kind_of(date(2099, 1, 1)) is DayKind.HOLIDAY
    assert kind_of(date(2099, 1, 3)) is DayKind.WEEKEND
    assert kind_of(date(2099, 5, 4)) is DayKind.WORKDAY
    assert {f"{day:%m-%d}" for day in holidays_by_law(2027)} == {
        "01-01",
        *("02-05", "02-06", "02-07", "02-08"),
        "04-05",
        *("05-01", "05-02"),
        "06-09",
        "09-15",
        *("10-01", "10-02", "10-03"),
    }
    assert kind_of(date(2101, 10, 1)) is DayKind.HOLIDAY  # beyond the lunar tables the fixed days stay


def test_a_term_ends_on_no_holiday_of_a_year_that_is_not_announced():
    assert add_working_days(date(2098, 12, 31), 1) == date(2099, 1, 2)
    assert add_working_days(date(2099, 9, 30), 1) == date(2099, 10, 5)
    eve = date(2099, 1, 20)
    assert add_working_days(eve - timedelta(days=1), 1) == date(2099, 1, 26)


@pytest.mark.parametrize("year", [2025, 2026])
def test_every_holiday_of_the_law_is_a_holiday_of_the_notice(year):
    assert all(kind_of(day) is DayKind.HOLIDAY for day in holidays_by_law(year))
    assert len(holidays_by_law(year)) == 13


@pytest.mark.parametrize("year", range(2004, 2027))
def test_lunar_dates_and_solar_terms_agree_with_every_notice_so_far(year):
    """The two libraries know the same moon: what is computed was a day off in 23 years of notices."""
    new_year = LunarDate(year, 1, 1).to_solar_date()
    assert all(kind_of(new_year + timedelta(days=step)) is DayKind.HOLIDAY for step in (0, 1, 2))
    if year >= 2008:  # since then the three are days off
        for month, day in ((5, 5), (8, 15)):
            assert not is_working_day(LunarDate(year, month, day).to_solar_date())


def test_a_missing_notice_is_said_from_november_on():
    last = max(year for year in range(2020, 2100) if is_announced(year))
    assert unannounced(date(last, 10, 31)) is None
    assert unannounced(date(last, 11, 1)) == last + 1
    assert unannounced(date(last + 1, 3, 1)) == last + 1
