"""Other offices' blank forms: what a label asks for, and which empty cells are to be filled. No database."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from nuanyi.lib.periods import MONTH, YEAR, Period

#: Marks, numbering and measures around a label.
_BRACKETS = re.compile(r"[（(\[【][^）)\]】]*[）)\]】]")
_NUMBERING = re.compile(r"^(?:其中|[一二三四五六七八九十]+、|\d+[.、．)）]|[（(]\d+[）)])+")
_MARKS = re.compile(r"[\s:：,，.。;；、\"“”'*＊_\-—/]+")
_TIME = re.compile(r"^(?:(\d{4})年(?:度)?)?(?:(1[0-2]|0?[1-9])月(?:份)?)?$")
#: Spans of time that a label names beside the form's own period.
SO_FAR, BEFORE, YEAR_BEFORE, SO_FAR_YEAR_BEFORE, OF_MONTH, OF_YEAR = (
    "so_far",
    "before",
    "year_before",
    "so_far_year_before",
    "month",
    "year",
)
#: What is merged over so many columns is a title, and nobody answers beside it.
TITLE_WIDTH = 4
#: A row with so many labels heads columns.
HEADS = 3
#: A form is no roster: beyond this nothing is looked at.
MOST_ROWS, MOST_COLUMNS, MOST_SHEETS, LONGEST_LABEL = 400, 60, 10, 40


@dataclass(frozen=True)
class Names:
    """What labels mean: figure, fact or span of time by name, words that say nothing, words for all, words to leave alone."""

    figures: dict[str, str]
    facts: dict[str, str]
    spans: dict[str, str]
    plain: frozenset[str]
    measures: frozenset[str]
    sums: frozenset[str]
    skip: frozenset[str]


@lru_cache(maxsize=1)
def names() -> Names:
    """The dictionary of ``data/forms.toml``."""
    told = tomllib.loads((Path(__file__).parent / "data/forms.toml").read_text())
    words = told["words"]
    return Names(
        {label(name): key for key, listed in told["figures"].items() for name in listed},
        {label(name): key for key, listed in told["facts"].items() for name in listed},
        {label(name): key for key, listed in told["spans"].items() for name in listed},
        *(frozenset(label(word) for word in words[part]) for part in ("plain", "measure", "sum", "skip")),
    )


#: A line that asks for somebody: it is filled by hand, and neither asked for nor kept.
_OF_SOMEBODY = re.compile("姓名|联系人|填表人|填报人|经办人|审核人|身份证|手机|住址")


def is_of_somebody(text: str) -> bool:
    """Whether a label asks for a person, or how to reach one."""
    return bool(_OF_SOMEBODY.search(label(text)))


def label(text: str) -> str:
    """A label as it is compared: ``（一）1. 从业人员数（人）：`` as ``从业人员数``."""
    plain = _BRACKETS.sub("", text).strip()
    while (shorter := _NUMBERING.sub("", plain).strip()) != plain:
        plain = shorter
    return _MARKS.sub("", plain)


@dataclass(frozen=True)
class Gap:
    """An empty cell (row from 1, column from 0) and what its labels ask for.

    ``figure`` or ``fact`` is what is asked; ``region``, ``sector`` and the time (``year``, ``month``, ``span``; none of
    them is the form's own period) narrow it. Neither: ``missing`` is what nobody can answer yet, all that its labels say.
    """

    row: int
    column: int
    figure: str = ""
    fact: str = ""
    region: str = ""
    sector: str = ""
    year: int = 0
    month: int = 0
    span: str = ""
    missing: str = ""

    def window(self, period: Period) -> tuple[date, date] | None:
        """The days that the cell asks of in a form for ``period``; None where that does not tell: “this month” in a form
        for a year."""
        if self.month:
            period = Period(date(self.year or period.first.year, self.month, 1))
        elif self.year:
            period = Period(date(self.year, 1, 1), YEAR)
        if self.span == OF_MONTH and period.kind != MONTH:
            return None
        if self.span == OF_YEAR and period.kind != YEAR:
            return None
        if self.span in (YEAR_BEFORE, SO_FAR_YEAR_BEFORE):
            period = period.year_before
        if self.span == BEFORE:
            period = period.before
        so_far = self.span in (SO_FAR, SO_FAR_YEAR_BEFORE)
        return (period.first.replace(month=1) if so_far else period.first), period.last


@dataclass
class Grid:
    """A sheet of a form: cells by (row from 1, column from 0), merged ranges (top, left, bottom, right) alike."""

    cells: dict[tuple[int, int], str]
    merged: Sequence[tuple[int, int, int, int]] = ()
    rows: int = 0
    columns: int = 0
    heads: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Sequence[Sequence[Any]], merged: Sequence[tuple[int, int, int, int]]) -> Grid:
        """From the rows of a reader."""
        cells = {
            (r, c): str(cell).strip()
            for r, row in enumerate(rows[:MOST_ROWS], 1)
            for c, cell in enumerate(row[:MOST_COLUMNS])
            if cell is not None and str(cell).strip()
        }
        grid = cls(
            cells,
            [one for one in merged if one[2] <= MOST_ROWS and one[3] < MOST_COLUMNS],
            max([r for r, _c in cells] + [one[2] for one in merged if one[2] <= MOST_ROWS], default=0),
            max([c for _r, c in cells] + [one[3] for one in merged if one[3] < MOST_COLUMNS], default=-1) + 1,
        )
        for top, left, bottom, right in grid.merged:
            for r in range(top, bottom + 1):
                for c in range(left, right + 1):
                    grid.heads[r, c] = (top, left)
        return grid

    def head(self, row: int, column: int) -> tuple[int, int]:
        """Where the merged range of a cell begins; the cell itself outside of one."""
        return self.heads.get((row, column), (row, column))

    def text(self, row: int, column: int) -> str:
        """What stands in a cell, or in the merged range that covers it."""
        return self.cells.get(self.head(row, column), "")

    def left_of(self, row: int, column: int) -> list[tuple[int, int]]:
        """Where the labels to the left stand, the nearest first."""
        return self._seen([(row, c) for c in range(column - 1, -1, -1)], (row, column))

    def above(self, row: int, column: int) -> list[tuple[int, int]]:
        """Where the labels above stand within the same table, the nearest first."""
        places = []
        for r in range(row - 1, 0, -1):
            if not self._is_used(r):
                break  # an empty row ends a table
            places.append((r, column))
        return self._seen(places, (row, column))

    def covers(self, head: tuple[int, int], column: int) -> bool:
        """Whether the merged range that begins at ``head`` goes over a column."""
        return self.head(head[0], column) == head

    def labels(self, row: int) -> int:
        """How many different cells of a row hold something."""
        return len({self.head(row, c) for c in range(self.columns) if self.text(row, c)})

    def _is_used(self, row: int) -> bool:
        return any(self.text(row, column) for column in range(self.columns))

    def width(self, row: int, column: int) -> int:
        """Over how many columns the merged range of a cell goes."""
        head = self.head(row, column)
        return sum(self.head(head[0], c) == head for c in range(head[1], self.columns))

    def _seen(self, places: list[tuple[int, int]], own: tuple[int, int]) -> list[tuple[int, int]]:
        found, seen = [], {self.head(*own)}
        for place in places:
            head = self.head(*place)
            if head in seen:
                continue
            seen.add(head)
            text = self.cells.get(head, "")
            if text and len(text) <= LONGEST_LABEL and not _is_number(text):
                found.append(head)
        return found


def _is_number(text: str) -> bool:
    return bool(re.fullmatch(r"[\d.,%\s-]+", text))


@dataclass(frozen=True)
class _Asked:
    text: str = ""
    figure: str = ""
    fact: str = ""
    region: str = ""
    sector: str = ""
    year: int = 0
    month: int = 0
    span: str = ""
    plain: bool = False
    unknown: bool = False
    skip: bool = False

    @property
    def timed(self) -> bool:
        return bool(self.year or self.month or self.span)


def _ask(text: str, region_of: Callable[[str], str], sector_of: Callable[[str], str]) -> _Asked:
    """What one label says."""
    known, word = names(), label(text)
    if not word or word in known.skip:
        return _Asked(text, skip=bool(word), plain=not word)
    if word in known.figures:
        return _Asked(text, figure=known.figures[word])
    if word in known.facts:
        return _Asked(text, fact=known.facts[word])
    if word in known.sums | known.plain | known.measures:
        return _Asked(text, plain=True)
    if word in known.spans:
        return _Asked(text, span=known.spans[word])
    time = _TIME.match(word)
    if time:
        return _Asked(text, year=int(time[1] or 0), month=int(time[2] or 0))
    region, sector = region_of(word), sector_of(word)
    if region:
        return _Asked(text, region=region)
    return _Asked(text, sector=sector) if sector else _Asked(text, unknown=True)


def gaps(grid: Grid, region_of: Callable[[str], str], sector_of: Callable[[str], str]) -> list[Gap]:
    """The empty cells of a sheet that ask for something. ``region_of``, ``sector_of``: code of a name, or ""."""
    found: list[Gap] = []
    done: set[tuple[int, int]] = set()

    @cache
    def ask(head: tuple[int, int]) -> _Asked:
        return _ask(grid.cells[head], region_of, sector_of)

    remarks = _remarks(grid, ask)
    for row in range(1, grid.rows + 1):
        for column in range(grid.columns + 1):
            head = grid.head(row, column)
            if head in done or grid.cells.get(head) or (column == grid.columns and not _goes_on(grid, row)):
                continue
            done.add(head)
            gap = _gap(grid, head, ask, remarks)
            if gap is not None:
                found.append(gap)
    return found


def _goes_on(grid: Grid, row: int) -> bool:
    """Whether a row is answered right of the last column that holds anything: its last label stands there alone, or behind
    an empty cell as in a list of pairs, or ends in a colon, or is only what the answer is measured in. A head is not.
    """
    last = grid.text(row, grid.columns - 1)
    if last.endswith((":", "：")) or label(last) in names().measures:
        return True
    if not last or grid.width(row, grid.columns - 1) > 1:
        return False
    return grid.labels(row) == 1 or not grid.text(row, grid.columns - 2)


def _remarks(grid: Grid, ask: Callable[[tuple[int, int]], _Asked]) -> set[tuple[int, int]]:
    """The cells under a head like 负责人 or 计量单位 in a row of heads: what they hold narrows nothing."""
    found = set()
    for column in range(grid.columns):
        under = False
        for row in range(1, grid.rows + 1):
            head = grid.head(row, column)
            if head in grid.cells and ask(head).skip and grid.labels(row) >= HEADS:
                under = True
            elif under and not grid.labels(row):
                under = False
            elif under:
                found.add(head)
    return found


def _first(said: Sequence[_Asked], name: str) -> Any:
    return next((value for one in said if (value := getattr(one, name))), getattr(_Asked, name))


def _says(said: Sequence[_Asked]) -> _Asked | None:
    """The nearest label that says something."""
    return next((one for one in said if not one.plain), None)


def _gap(
    grid: Grid,
    place: tuple[int, int],
    ask: Callable[[tuple[int, int]], _Asked],
    remarks: Container[tuple[int, int]],
) -> Gap | None:
    row, column = place
    left, above = grid.left_of(row, column), grid.above(row, column)
    nearest = grid.text(row, column - 1) if column else ""
    beside = bool(nearest) and not _is_number(nearest) and grid.width(row, column - 1) < TITLE_WIDTH
    if not left or not (beside or above):
        return None
    first = left[0]
    told = [head for head in left if head not in remarks] or left[:1]
    across = [ask(head) for head in told]
    # a label that stands alone beside its empty cell is answered by it, whatever stands far above; and a title over both
    # tells neither from the other
    heads = [head for head in above[:3] if not grid.covers(head, first[1])]
    down = [ask(head) for head in heads] if column < grid.columns else []
    if across[0].fact and beside:
        return Gap(row, column, fact=across[0].fact)
    if across[0].skip or (down and down[0].skip):
        return None
    said = [*across[:2], *down]
    gap = Gap(
        row,
        column,
        region=_first(said, "region"),
        sector=_first(said, "sector"),
        year=_first(said, "year"),
        month=_first(said, "month"),
        span=_first(said, "span"),
    )
    figure = next((one for one in said if one.figure), None)
    near = [one for one in (_says(down), _says(across[:2])) if one is not None]
    unknown = [one for one in near if one.unknown]
    if figure is not None and not unknown:
        return replace(gap, figure=figure.figure)
    if not unknown or not (
        figure or beside or (down and (down[0].unknown or down[0].plain or down[0].timed))
    ):
        return None
    # what only part of the labels say is another question, and another answer
    narrower = [one for one in said if one.sector or one.timed]
    texts = dict.fromkeys(one.text for one in (*([figure] if figure else ()), *unknown, *narrower))
    return replace(gap, missing="：".join(text.rstrip(":：") for text in texts))
