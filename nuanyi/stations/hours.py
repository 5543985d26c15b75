"""Opening hours: weekdays with breaks and nights, statutory holidays, make-up working days, dated exceptions, pauses.

Hours are kept simple on purpose: spans for each weekday and dated exceptions, no recurrence rules. All times are
China's; a span that ends at or before its beginning runs past midnight into the next day. Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

from nuanyi.lib import clock
from nuanyi.lib.calendar import DayKind, kind_of
from nuanyi.lib.errors import BadInput, Words

DAY = 1440
#: (first minute, last minute) counted from the day's midnight; the last may lie in the next day (up to 2880).
Span = tuple[int, int]
Spans = tuple[Span, ...]
#: (first second, last second) since 1970, half-open.
Opening = tuple[int, int]

_SPAN = re.compile(r"(\d{1,2})[:.](\d{2})-(\d{1,2})[:.](\d{2})")
_ALL_DAY = {"24小时", "全天", "24h", "24/7", "00:00-24:00"}
_NEVER = {"", "休", "休息", "关闭", "closed", "-"}
_SIGNS = str.maketrans(
    {
        "：": ":",
        "～": "-",
        "~": "-",
        "至": "-",
        "到": "-",
        "—": "-",
        "–": "-",
        "－": "-",
        "，": " ",
        ",": " ",
        "、": " ",
        ";": " ",
        "；": " ",
        "．": ".",
    }
)

WRONG: dict[str, Words] = {
    "form": _("Write hours like 08:00-12:00 14:00-20:00, or 24小时, or leave it empty."),
    "time": _("There is no such time of day."),
    "overlap": _("Two of these times overlap."),
    "next-day": _("The night runs into the next day's hours."),
}


def parse(text: str) -> Spans:
    """Spans from what people write (``08:00-12:00，14：00～20：00``, ``22:00-06:00``, ``24小时``, nothing).

    Raises BadInput with code ``hours-form``, ``hours-time`` or ``hours-overlap``.
    """
    plain = (
        re.sub(r"[０-９]", lambda sign: chr(ord(sign[0]) - 0xFEE0), text).translate(_SIGNS).strip().lower()
    )
    plain = re.sub(r"\s*-\s*", "-", plain)
    if plain in _NEVER:
        return ()
    if plain in _ALL_DAY:
        return ((0, DAY),)
    spans = []
    for part in plain.split():
        found = _SPAN.fullmatch(part)
        if not found:
            raise _wrong("form")
        h1, m1, h2, m2 = (int(group) for group in found.groups())
        if h1 > 23 or m1 > 59 or h2 > 24 or m2 > 59 or (h2 == 24 and m2):
            raise _wrong("time")
        first, last = h1 * 60 + m1, h2 * 60 + m2
        spans.append((first, last if last > first else last + DAY))
    spans.sort()
    if any(before[1] > after[0] for before, after in pairwise(spans)):
        raise _wrong("overlap")
    if spans[-1][1] - DAY > spans[0][0]:
        raise _wrong("overlap")
    return tuple(spans)


def _wrong(code: str, field: str = "hours") -> BadInput:
    return BadInput(WRONG[code], code=f"hours-{code}", fields={field: WRONG[code]})


def written(spans: Spans) -> str:
    """Spans as people read them."""
    if spans == ((0, DAY),):
        return "00:00-24:00"
    return " ".join(f"{_clock(first)}-{_clock(last if last <= DAY else last - DAY)}" for first, last in spans)


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


@dataclass(frozen=True)
class Schedule:
    """When a station is open. Hashable: stations with the same hours share one.

    ``holiday`` and ``make_up`` are spans, or None for "like any such weekday"; an exception is ``(first day, last
    day, spans)`` and the later one wins; ``shut`` and ``opened`` are moments in which a keeper overrode it all by a tap
    or a pause; ``since`` and ``until`` (days) bound a season of service.
    """

    week: tuple[Spans, ...]
    holiday: Spans | None = None
    make_up: Spans | None = None
    exceptions: tuple[tuple[date, date, Spans], ...] = ()
    shut: tuple[Opening, ...] = ()
    opened: tuple[Opening, ...] = ()

    def spans_on(self, day: date) -> Spans:
        """The hours of one day, before anybody overrode them."""
        for first, last, spans in reversed(self.exceptions):
            if first <= day <= last:
                return spans
        kind = kind_of(day)
        if kind is DayKind.HOLIDAY and self.holiday is not None:
            return self.holiday
        if kind is DayKind.MAKE_UP and self.make_up is not None:
            return self.make_up
        return self.week[day.weekday()]

    def openings(self, first: date, days: int) -> list[Opening]:
        """Merged, half-open intervals of seconds from the day before ``first`` (its night) for ``days`` days on."""
        found: list[Opening] = []
        for step in range(-1, days):
            day = first + timedelta(days=step)
            midnight = int(clock.midnight(day).timestamp())
            found += [(midnight + a * 60, midnight + b * 60) for a, b in self.spans_on(day)]
        found = _merged(found + list(self.opened))
        for shut in self.shut:
            found = _without(found, shut)
        return found


def _merged(openings: list[Opening]) -> list[Opening]:
    out: list[Opening] = []
    for first, last in sorted(openings):
        if out and first <= out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], last))
        else:
            out.append((first, last))
    return out


def _without(openings: list[Opening], shut: Opening) -> list[Opening]:
    out: list[Opening] = []
    for first, last in openings:
        if last <= shut[0] or first >= shut[1]:
            out.append((first, last))
            continue
        if first < shut[0]:
            out.append((first, shut[0]))
        if last > shut[1]:
            out.append((shut[1], last))
    return out


class Standing(NamedTuple):
    """Whether it is open at a moment, and when that changes (seconds since 1970; None: not within the days looked at)."""

    open: bool
    changes_at: int | None


def standing(openings: list[Opening], moment: float) -> Standing:
    """How a schedule stands at a moment."""
    for first, last in openings:
        if moment < first:
            return Standing(False, first)
        if moment < last:
            return Standing(True, last)
    return Standing(False, None)


def check_week(week: tuple[Spans, ...]) -> None:
    """Raises BadInput (``hours-next-day``) where a night runs into the hours of the day after."""
    for weekday, spans in enumerate(week):
        following = week[(weekday + 1) % 7]
        if spans and following and spans[-1][1] - DAY > following[0][0]:
            raise _wrong("next-day", f"day{weekday + 1}")


def week_from(texts: dict[str, Any]) -> tuple[Spans, ...]:
    """Seven days from ``{"1": "08:00-12:00", …, "7": ""}``. Raises BadInput naming the day."""
    week = []
    for number in range(1, 8):
        try:
            week.append(parse(str(texts.get(str(number), ""))))
        except BadInput as wrong:
            raise BadInput(wrong.message, code=wrong.code, fields={f"day{number}": wrong.message}) from wrong
    check_week(tuple(week))
    return tuple(week)
