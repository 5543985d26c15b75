"""Terms: lengths of time as law or promise states them, in hours, days, China's working days or years."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from nuanyi.lib import clock
from nuanyi.lib.calendar import add_working_days
from nuanyi.lib.errors import Words


class TermUnit(models.TextChoices):
    """How a term is counted."""

    HOURS = "hours", _("hours")
    DAYS = "days", _("days")
    WORKING_DAYS = "working_days", _("working days")
    YEARS = "years", _("years")


@dataclass(frozen=True)
class Term:
    """A length of time as law or promise states it, and where it stands."""

    amount: int
    unit: str
    source: Words

    def after(self, moment: datetime) -> datetime:
        """The moment at which the term is over. Days end at midnight in China; working days know 调休."""
        if self.unit == "hours":
            return moment + timedelta(hours=self.amount)
        day = moment.astimezone(clock.CHINA).date()
        if self.unit == "working_days":
            return clock.midnight(add_working_days(day, self.amount) + timedelta(days=1))
        if self.unit == "years":
            year = day.year + self.amount
            last = (
                day.replace(year=year) if (day.month, day.day) != (2, 29) else day.replace(year=year, day=28)
            )
            return clock.midnight(last + timedelta(days=1))
        return clock.midnight(day + timedelta(days=self.amount + 1))
