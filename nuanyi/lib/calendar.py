"""China's working days: weekends, statutory holidays and the make-up working days (调休) that pay for them.

The yearly notices of the State Council come from the library ``chinesecalendar``, which is renewed each autumn. For
a year that it does not know yet, weekends and the holidays that the law itself fixes are days off
(全国年节及纪念日放假办法, State Council decree 795, in force from 2025), and ``is_announced`` says so. Which other
days are joined to them, and what is worked for that, nobody knows before the notice.

Lunar dates come from ``borax`` (MIT; tables of the Hong Kong Observatory's calendar for 1900 to 2100), the day of
Qingming from the solar terms of ``chinesecalendar``.
"""

from __future__ import annotations

from datetime import date, timedelta
from enum import Enum
from functools import lru_cache

import chinese_calendar
from borax.calendars.lunardate import LunarDate

#: The first year of the law as amended in November 2024, and the last of the lunar tables.
LAW_SINCE, LUNAR_UNTIL = 2025, 2100


class DayKind(Enum):
    """What a day is in China's calendar of work."""

    WORKDAY = "workday"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    MAKE_UP = "make_up"


@lru_cache(maxsize=64)
def holidays_by_law(year: int) -> frozenset[date]:
    """The days off that the law fixes for a year, before any notice. After 2100 without the lunar ones."""
    fixed = {
        date(year, 1, 1),
        date(year, 5, 1),
        date(year, 5, 2),
        date(year, 10, 1),
        date(year, 10, 2),
        date(year, 10, 3),
    }
    if not LAW_SINCE <= year <= LUNAR_UNTIL:
        return frozenset(fixed if year > LUNAR_UNTIL else ())
    new_year = LunarDate(year, 1, 1).to_solar_date()
    fixed |= {new_year + timedelta(days=step) for step in (-1, 0, 1, 2)}  # from New Year's Eve
    fixed |= {LunarDate(year, 5, 5).to_solar_date(), LunarDate(year, 8, 15).to_solar_date()}
    april = chinese_calendar.get_solar_terms(date(year, 4, 1), date(year, 4, 10))
    return frozenset(fixed | {day for day, name in april if name == "清明"})


@lru_cache(maxsize=4096)
def kind_of(day: date) -> DayKind:
    """Workday, weekend, statutory holiday (the days off joined to it too) or make-up working day."""
    try:
        off, name = chinese_calendar.get_holiday_detail(day)
    except NotImplementedError:
        if day in holidays_by_law(day.year):
            return DayKind.HOLIDAY
        return DayKind.WEEKEND if day.weekday() >= 5 else DayKind.WORKDAY
    if off:
        return DayKind.HOLIDAY if name else DayKind.WEEKEND
    return DayKind.MAKE_UP if day.weekday() >= 5 else DayKind.WORKDAY


@lru_cache(maxsize=64)
def is_announced(year: int) -> bool:
    """Whether the notice of a year's holidays is known; until then only those of the law are."""
    try:
        chinese_calendar.is_holiday(date(year, 6, 1))
    except NotImplementedError:
        return False
    return True


def unannounced(today: date) -> int | None:
    """The year whose notice is missing although terms reach into it: this one, from November on the next one too."""
    for year in (today.year, today.year + 1) if today.month >= 11 else (today.year,):
        if not is_announced(year):
            return year
    return None


def is_working_day(day: date) -> bool:
    """Whether offices work on ``day``."""
    return kind_of(day) in (DayKind.WORKDAY, DayKind.MAKE_UP)


def add_working_days(day: date, count: int) -> date:
    """The working day that comes ``count`` working days after ``day``; ``day`` itself is not counted."""
    while count > 0:
        day += timedelta(days=1)
        count -= is_working_day(day)
    return day
