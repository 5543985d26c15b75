"""The one place that asks what time it is, so that a test can hold it still."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

CHINA = ZoneInfo("Asia/Shanghai")
_held: list[datetime] = []


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return _held[-1] if _held else datetime.now(UTC)


def held() -> bool:
    """Whether the clock stands still."""
    return bool(_held)


def today() -> date:
    """Today's date in China, whatever zone the machine is in."""
    return now().astimezone(CHINA).date()


def day_of(moment: datetime | None) -> date | None:
    """The day of a moment in China; None for none."""
    return moment.astimezone(CHINA).date() if moment else None


def hour_of(moment: datetime) -> datetime:
    """The hour of a moment, where more than that is not kept."""
    return moment.replace(minute=0, second=0, microsecond=0)


def monday(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def last_day(due: datetime) -> date:
    """The last day of a term. A term of days ends at the midnight after it, which people call that day and not the next."""
    return (due - timedelta(microseconds=1)).astimezone(CHINA).date()


def midnight(day: date) -> datetime:
    """The moment at which ``day`` begins in China."""
    return datetime(day.year, day.month, day.day, tzinfo=CHINA)


@contextmanager
def held_at(moment: datetime) -> Iterator[None]:
    """Hold the clock at ``moment`` for the length of a ``with`` block (tests, and the demo's year that is played)."""
    _held.append(moment)
    try:
        yield
    finally:
        _held.pop()
