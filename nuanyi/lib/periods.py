"""Months, quarters and years as offices report by them. No database."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from nuanyi.lib.official_numbers import numeral

MONTH, QUARTER, YEAR = "month", "quarter", "year"
_LENGTH = {MONTH: 1, QUARTER: 3, YEAR: 12}


@dataclass(frozen=True, order=True)
class Period:
    """A span of whole months that begins where a month, a quarter or a year does. Raises ValueError for another text."""

    first: date
    kind: str = MONTH

    @property
    def last(self) -> date:
        """The last day."""
        return shifted(self.first, _LENGTH[self.kind]) - timedelta(days=1)

    @property
    def name(self) -> str:
        """``2022``, ``2022-Q2`` or ``2022-06``."""
        year = f"{self.first.year:04d}"
        if self.kind == YEAR:
            return year
        if self.kind == QUARTER:
            return f"{year}-Q{(self.first.month + 2) // 3}"
        return f"{year}-{self.first.month:02d}"

    @property
    def words(self) -> str:
        """``2022年``, ``2022年第二季度`` or ``2022年6月``, as a Chinese document writes it."""
        year = f"{self.first.year}年"
        if self.kind == YEAR:
            return year
        if self.kind == QUARTER:
            return f"{year}第{numeral((self.first.month + 2) // 3)}季度"
        return f"{year}{self.first.month}月"

    @property
    def before(self) -> Period:
        """The period of the same length that ends where this one begins."""
        return Period(shifted(self.first, -_LENGTH[self.kind]), self.kind)

    @property
    def year_before(self) -> Period:
        """The same period of the last year."""
        return Period(self.first.replace(year=self.first.year - 1), self.kind)

    def months(self) -> list[Period]:
        """Its months; of a month or a quarter those from the year's beginning, which a trend is drawn over."""
        count = self.last.month
        return [Period(date(self.first.year, month, 1)) for month in range(1, count + 1)]


def shifted(month: date, by: int) -> date:
    """The first day of the month that lies ``by`` months later."""
    number = month.year * 12 + month.month - 1 + by
    return date(number // 12, number % 12 + 1, 1)


def month_end(month: date) -> date:
    """The last day of a month."""
    return shifted(month, 1) - timedelta(days=1)


def months_between(first: date, last: date) -> list[date]:
    """The first days of all months from one to the other, both included."""
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    return [shifted(first, n) for n in range(count)]


def period_of(text: str) -> Period:
    """The period that ``2022``, ``2022-Q2`` (``2022Q2``) or ``2022-06`` (``2022-6``) names. Raises ValueError."""
    found = re.fullmatch(r"(\d{4})(?:-?[Qq]([1-4])|-(\d{1,2}))?", text.strip(), re.ASCII)
    if found is None:
        raise ValueError(text)
    year, quarter, month = int(found[1]), found[2], found[3]
    if not 1900 < year < 9999:
        raise ValueError(text)
    if quarter:
        return Period(date(year, int(quarter) * 3 - 2, 1), QUARTER)
    return Period(date(year, int(month), 1)) if month else Period(date(year, 1, 1), YEAR)


def words_of(first: date, last: date) -> str:
    """``2022年``, ``2022年6月`` or ``2022年1月至6月``: whole months of one year, as a Chinese document writes them."""
    if first.month == last.month:
        return Period(first).words
    if (first.month, last.month) == (1, 12):
        return Period(first, YEAR).words
    return f"{first.year}年{first.month}月至{last.month}月"
