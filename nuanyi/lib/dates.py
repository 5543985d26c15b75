"""Days and moments in words, as people write them: ``6月3日 周五``, and the year where it is not this one."""

from __future__ import annotations

from datetime import date, datetime, time

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from nuanyi.lib import clock

#: Monday first.
SHORT_DAYS = (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))


def day_words(day: date, *, with_year: bool = False) -> str:
    """``6月3日 周五``; ``2021年6月3日`` where the year is not this one or is asked for; in English ``3 Jun``."""
    this_year = day.year == clock.today().year and not with_year
    if not (get_language() or "").startswith("zh"):
        return day.strftime("%d %b" if this_year else "%d %b %Y").lstrip("0")
    if this_year:
        return f"{day.month}月{day.day}日 {SHORT_DAYS[day.weekday()]}"
    return f"{day.year}年{day.month}月{day.day}日"


def due_words(due: datetime) -> str:
    """When a term is over, as its page says it: its last day; the hour too where it does not end with the day."""
    words, local = day_words(clock.last_day(due)), due.astimezone(clock.CHINA)
    return words if local.time() == time.min else f"{words} {local:%H:%M}"


def moment_words(moment: datetime) -> str:
    """The day in China and the time of day: ``6月3日 周五 21:40``."""
    local = moment.astimezone(clock.CHINA)
    return f"{day_words(local.date())} {local:%H:%M}"


def week_words(monday: date) -> str:
    """``6月第3周`` of the week that begins on a Monday, by the month of that day; the year too where it is not this one;
    in English ``week of 20 Jun``.
    """
    if not (get_language() or "").startswith("zh"):
        return f"week of {day_words(monday)}"
    year = "" if monday.year == clock.today().year else f"{monday.year}年"
    return f"{year}{monday.month}月第{(monday.day - 1) // 7 + 1}周"


def month_words(month: str) -> str:
    """``2022年6月`` of ``2022-06``; in English ``Jun 2022``."""
    first = date.fromisoformat(f"{month}-01")
    if (get_language() or "").startswith("zh"):
        return f"{first.year}年{first.month}月"
    return first.strftime("%b %Y")
