"""Organisation life of a branch: kinds of meeting, what is due by calendar month, quarter or year, what was missed.
No database.

Source: 中国共产党支部工作条例（试行）(2018), Art. 11 (assembly), 12 (committee), 13 (groups), 16 (lesson, themed day), read in
published copies. That a branch with fewer than seven full members has no committee stands in its chapter on leading bodies.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from nuanyi.lib.periods import month_end, shifted


class MeetingKind(models.TextChoices):
    """What a branch holds: three meetings, one lesson (三会一课), and the themed day."""

    ASSEMBLY = "assembly", _("Branch assembly")
    COMMITTEE = "committee", _("Meeting of the branch committee")
    GROUP = "group", _("Meeting of the Party groups")
    LESSON = "lesson", _("Party lesson")
    THEMED = "themed", _("Themed Party day")


class Every(models.IntegerChoices):
    """How often something is due, in months of the calendar."""

    MONTH = 1, _("each month")
    QUARTER = 3, _("each quarter")
    HALF_YEAR = 6, _("each half year")
    YEAR = 12, _("each year")


#: Missed months, quarters and years are counted so far back.
LOOKED_BACK_MONTHS = 12


@dataclass(frozen=True)
class Span:
    """A month, quarter, half year or year of the calendar, both days included."""

    first: date
    last: date

    def holds(self, day: date) -> bool:
        """Whether ``day`` lies in it."""
        return self.first <= day <= self.last


def span_of(day: date, months: int) -> Span:
    """The span of ``months`` (1, 3, 6, 12) that holds ``day``."""
    first = date(day.year, (day.month - 1) // months * months + 1, 1)
    return Span(first, month_end(shifted(first, months - 1)))


@dataclass(frozen=True)
class Owed:
    """Where a branch stands with one kind: when it was held last, by when the next is due, how many spans it missed."""

    last: date | None
    done: bool
    due: date
    missed: int
    overdue: bool


def owed(months: int, held: Iterable[date], *, since: date, today: date) -> Owed:
    """What is owed of a kind that is due once in ``months``, by a branch that the rule binds from ``since`` on.

    Overdue is who left out the last whole span and has not held one since; a first span that was not whole binds nobody.
    """
    days = sorted(day for day in held if day <= today)
    now = span_of(today, months)
    done = any(now.holds(day) for day in days)
    missed, before_missed = 0, False
    span = span_of(now.first - timedelta(days=1), months)
    for turn in range(max(1, LOOKED_BACK_MONTHS // months)):
        if span.first < since:
            break
        if not any(span.holds(day) for day in days):
            missed += 1
            before_missed |= turn == 0
        span = span_of(span.first - timedelta(days=1), months)
    return Owed(days[-1] if days else None, done, now.last, missed, before_missed and not done)
