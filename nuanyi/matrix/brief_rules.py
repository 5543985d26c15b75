"""What a brief says of a number: rules for the common and the singular cases. No database.

The words are those of a Chinese official document; the templates of each figure are data (``data/brief.toml``).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.db import models
from django.utils.translation import gettext_lazy as _

from nuanyi.lib.official_numbers import numbers_in
from nuanyi.lib.periods import MONTH, QUARTER, Period

#: A share of fewer than so many says more than the numbers do.
LEAST_FOR_SHARE = 10
SUM, STATE = "sum", "state"


class BriefState(models.TextChoices):
    """Where a brief stands."""

    DRAFT = "draft", _("being edited")
    SIGNED = "signed", _("signed")


@dataclass(frozen=True)
class Line:
    """What is said of one figure. ``counts``: SUM of what happened, or the STATE at the end of the period."""

    figure: str
    counts: str
    unit: str
    name: str
    say: str
    #: the months of a year may be added up; persons may not, who come again
    adds_up: bool = True


@dataclass(frozen=True)
class Section:
    """A part of the brief."""

    key: str
    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Count:
    """A number and what it is compared with. None where there is nothing to compare with.

    ``before``: the period before; ``year_before``: the same period of the last year; ``so_far``: from the year's
    beginning; ``ever_before``: everything before this period.
    """

    value: int
    before: int | None = None
    year_before: int | None = None
    so_far: int | None = None
    ever_before: int = 0


@dataclass(frozen=True)
class Correction:
    """A number that a signed brief gave and that the records give otherwise now."""

    period: str
    figure: str
    was: int
    now: int


@lru_cache(maxsize=1)
def sections() -> tuple[Section, ...]:
    """The parts of a brief with their lines."""
    told = tomllib.loads((Path(__file__).parent / "data/brief.toml").read_text())
    return tuple(
        Section(part["key"], part["title"], tuple(Line(**line) for line in part["line"]))
        for part in told["section"]
    )


def line_of(figure: str) -> Line | None:
    """What is said of a figure; None where a brief does not name it."""
    return next((line for part in sections() for line in part.lines if line.figure == figure), None)


def _last(period: Period) -> str:
    return {MONTH: "上月", QUARTER: "上季度"}.get(period.kind, "上年")


def _change(now: int, then: int, than: str, unit: str) -> str:
    """``比上月增加3次，增长25%``; no share of a few."""
    if now == then:
        return f"与{than}持平"
    more = now > then
    words = f"比{than}{'增加' if more else '减少'}{abs(now - then)}{unit}"
    if then >= LEAST_FOR_SHARE:
        share = round(abs(now - then) * 100 / then, 1)
        words += f"（{'增长' if more else '下降'}{share:g}%）"
    return words


#: How it is said that something was never there before.
FIRST = "首次有记录："


def clause(line: Line, count: Count, period: Period, *, all_new: bool = False) -> str:
    """What is said of a figure that is not nothing, without a full stop; "" where it is named among what did not happen."""
    said = line.say.format(n=count.value)
    if line.counts == STATE:
        if count.value == 0:
            return (
                "" if not count.before else f"{line.name}由{_last(period)}末的{count.before}{line.unit}减为0"
            )
        if count.before is None:
            return said
        if count.before == 0:
            return said if all_new else f"{said}（{_last(period)}末尚无）"
        return (
            said
            if count.value == count.before
            else f"{said}，{_change(count.value, count.before, _last(period) + '末', line.unit)}"
        )
    if count.value == 0:
        return f"没有新增{line.name}（{_last(period)}为{count.before}{line.unit}）" if count.before else ""
    parts = [said]
    if not count.ever_before:
        parts = [f"{FIRST}{said}"]
    elif count.before is not None:
        parts.append(
            _change(count.value, count.before, _last(period), line.unit)
            if count.before
            else f"{_last(period)}为0"
        )
    if count.year_before and period.kind != "year":
        parts.append(_change(count.value, count.year_before, "上年同期", line.unit))
    if count.so_far is not None and line.adds_up and count.so_far != count.value:
        parts.append(f"本年累计{count.so_far}{line.unit}")
    return "，".join(parts)


def paragraphs(section: Section, counts: Mapping[str, Count], period: Period) -> list[str]:
    """The paragraphs of a section: what stands, what happened, what did not."""
    known = [line for line in section.lines if line.figure in counts]
    if not known or all(_is_nothing(line, counts[line.figure]) for line in known):
        return [f"{period.words}，系统中没有本部分的登记记录。"]
    found = []
    for kind, opening in (
        (STATE, f"截至{period.last.month}月{period.last.day}日，"),
        (SUM, f"{_this(period)}，"),
    ):
        of_kind = [line for line in known if line.counts == kind]
        all_new = kind == STATE and not any(counts[line.figure].before for line in of_kind)
        if all_new:
            opening = opening.removesuffix("，") + f"（{_last(period)}末尚无记录），"
        said = [clause(line, counts[line.figure], period, all_new=all_new) for line in of_kind]
        said = _firsts_together([words for words in said if words])
        if said:
            found.append(opening + "；".join(said) + "。")
    absent = [
        line.name for line in known if line.counts == SUM and not clause(line, counts[line.figure], period)
    ]
    if absent:
        found.append(f"{_this(period)}没有登记：{'、'.join(absent)}。")
    return found


def _firsts_together(said: list[str]) -> list[str]:
    """What was never there before stands at the end and is said to be so once, not of each."""
    firsts = [words.removeprefix(FIRST) for words in said if words.startswith(FIRST)]
    others = [words for words in said if not words.startswith(FIRST)]
    return [*others, FIRST + "、".join(firsts)] if firsts else others


def _is_nothing(line: Line, count: Count) -> bool:
    return count.value == 0 and not count.before


def _this(period: Period) -> str:
    if period.kind == MONTH:
        return f"{period.first.month}月"
    return "本季度" if period.kind == QUARTER else "全年"


def corrected(corrections: Sequence[Correction], words_of: Mapping[str, str]) -> list[str]:
    """How a brief says that an earlier one was wrong; ``words_of`` has the earlier periods in words."""
    found = []
    for one in corrections:
        line = line_of(one.figure)
        if line is not None:
            found.append(
                f"{words_of.get(one.period, one.period)}工作简报中“{line.name}”原为{one.was}{line.unit}，"
                f"经核实记录更正为{one.now}{line.unit}。"
            )
    return found


def unknown_numbers(text: str, known: set[str]) -> list[str]:
    """Numbers of an edited text that no draft of the program named: they may be right, and somebody should look."""
    return sorted(numbers_in(text) - known, key=lambda number: (len(number), number))
