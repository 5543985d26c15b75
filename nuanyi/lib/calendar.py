"""China's working days: weekends, statutory holidays and the make-up working days (调休) that pay for them.

The yearly notices of the State Council come from the library ``chinesecalendar``, which is renewed each autumn; for
a year that it does not know yet, only weekends count as days off and ``is_announced`` says so.
"""

from __future__ import annotations

from datetime import date, timedelta
from enum import Enum
from functools import lru_cache

import chinese_calendar


class DayKind(Enum):
    """What a day is in China's calendar of work."""

    WORKDAY = "workday"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    MAKE_UP = "make_up"


@lru_cache(maxsize=4096)
def kind_of(day: date) -> DayKind:
    """Workday, weekend, statutory holiday (the days off joined to it too) or make-up working day."""
    try:
        off, name = chinese_calendar.get_holiday_detail(day)
    except NotImplementedError:
        return DayKind.WEEKEND if day.weekday() >= 5 else DayKind.WORKDAY
    if off:
        return DayKind.HOLIDAY if name else DayKind.WEEKEND
    return DayKind.MAKE_UP if day.weekday() >= 5 else DayKind.WORKDAY


@lru_cache(maxsize=64)
def is_announced(year: int) -> bool:
    """Whether the holidays of a year are known."""
    try:
        chinese_calendar.is_holiday(date(year, 6, 1))
    except NotImplementedError:
        return False
    return True


def is_working_day(day: date) -> bool:
    """Whether offices work on ``day``."""
    return kind_of(day) in (DayKind.WORKDAY, DayKind.MAKE_UP)


def add_working_days(day: date, count: int) -> date:
    """The working day that comes ``count`` working days after ``day``; ``day`` itself is not counted."""
    while count > 0:
        day += timedelta(days=1)
        count -= is_working_day(day)
    return day
