from datetime import date

from nuanyi.lib.calendar import DayKind, add_working_days, is_announced, is_working_day, kind_of


def test_the_spring_festival_of_2026_is_off_and_its_sunday_is_worked():
    assert kind_of(date(2026, 2, 17)) is DayKind.HOLIDAY
    assert kind_of(date(2026, 2, 14)) is DayKind.MAKE_UP
    assert is_working_day(date(2026, 2, 14))
    assert not is_working_day(date(2026, 2, 18))


def test_working_days_jump_over_holidays_weekends_and_use_make_up_days():
    assert add_working_days(date(2026, 9, 30), 1) == date(2026, 10, 8)
    assert add_working_days(date(2026, 11, 27), 1) == date(2026, 11, 30)
    assert add_working_days(date(2026, 2, 13), 1) == date(2026, 2, 14)


def test_a_year_that_is_not_announced_has_weekends_only():
    assert not is_announced(2100)
    assert kind_of(date(2100, 1, 1)) is DayKind.WORKDAY
    assert kind_of(date(2100, 1, 2)) is DayKind.WEEKEND
