"""Other offices' blank forms: what a label asks for, and which empty cells are to be filled. No database."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

#: Marks, numbering and measures around a label.
_BRACKETS = re.compile(r"[（(\[【][^）)\]】]*[）)\]】]")
_NUMBERING = re.compile(r"^(?:其中|[一二三四五六七八九十]+、|\d+[.、．)）]|[（(]\d+[）)])+")
_MARKS = re.compile(r"[\s:：,，.。;；、\"“”'*＊_\-—/]+")
_MONTH = re.compile(r"^(1[0-2]|0?[1-9])月(?:份)?$")
#: What is merged over so many columns is a title, and nobody answers beside it.
TITLE_WIDTH = 4
#: A form is no roster: beyond this nothing is looked at.
MOST_ROWS, MOST_COLUMNS, MOST_SHEETS, LONGEST_LABEL = 400, 60, 10, 40


@dataclass(frozen=True)
class Names:
    """What labels mean: figure or fact by name, words that say nothing, words for all, words to leave alone."""

    figures: dict[str, str]
    facts: dict[str, str]
    plain: frozenset[str]
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
        *(frozenset(label(word) for word in words[part]) for part in ("plain", "sum", "skip")),
    )


def label(text: str) -> str:
    """A label as it is compared: ``（一）1. 从业人员数（人）：`` as ``从业人员数``."""
    plain = _BRACKETS.sub("", text).strip()
    while (shorter := _NUMBERING.sub("", plain).strip()) != plain:
        plain = shorter
    return _MARKS.sub("", plain)


@dataclass(frozen=True)
class Gap:
    """An empty cell (row from 1, column from 0) and what its labels ask for.

    ``figure`` or ``fact`` is what is asked; ``region``, ``sector``, ``month`` narrow it. Neither: ``missing`` is the label
    that nobody can answer yet.
    """

    row: int
    column: int
    figure: str = ""
    fact: str = ""
    region: str = ""
    sector: str = ""
    month: int = 0
    missing: str = ""


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

    def left_of(self, row: int, column: int) -> list[str]:
        """The labels to the left, the nearest first."""
        return self._seen([(row, c) for c in range(column - 1, -1, -1)], (row, column))

    def above(self, row: int, column: int) -> list[str]:
        """The labels above within the same table, the nearest first."""
        places = []
        for r in range(row - 1, 0, -1):
            if not self._is_used(r):
                break  # an empty row ends a table
            places.append((r, column))
        return self._seen(places, (row, column))

    def _is_used(self, row: int) -> bool:
        return any(self.text(row, column) for column in range(self.columns))

    def width(self, row: int, column: int) -> int:
        """Over how many columns the merged range of a cell goes."""
        head = self.head(row, column)
        return sum(self.head(head[0], c) == head for c in range(head[1], self.columns))

    def _seen(self, places: list[tuple[int, int]], own: tuple[int, int]) -> list[str]:
        found, seen = [], {self.head(*own)}
        for place in places:
            head = self.head(*place)
            if head in seen:
                continue
            seen.add(head)
            text = self.cells.get(head, "")
            if text and len(text) <= LONGEST_LABEL and not _is_number(text):
                found.append(text)
        return found


def _is_number(text: str) -> bool:
    return bool(re.fullmatch(r"[\d.,%\s-]+", text))


@dataclass
class _Asked:
    figure: str = ""
    fact: str = ""
    region: str = ""
    sector: str = ""
    month: int = 0
    plain: bool = False
    unknown: str = ""
    skip: bool = False


def _ask(text: str, region_of: Callable[[str], str], sector_of: Callable[[str], str]) -> _Asked:
    """What one label says."""
    known, word = names(), label(text)
    if not word or word in known.skip:
        return _Asked(skip=bool(word), plain=not word)
    if word in known.figures:
        return _Asked(figure=known.figures[word])
    if word in known.facts:
        return _Asked(fact=known.facts[word])
    if word in known.sums or word in known.plain:
        return _Asked(plain=True)
    month = _MONTH.match(word)
    if month:
        return _Asked(month=int(month[1]))
    region, sector = region_of(word), sector_of(word)
    if region:
        return _Asked(region=region)
    return _Asked(sector=sector) if sector else _Asked(unknown=text)


def gaps(grid: Grid, region_of: Callable[[str], str], sector_of: Callable[[str], str]) -> list[Gap]:
    """The empty cells of a sheet that ask for something. ``region_of``, ``sector_of``: code of a name, or ""."""
    found: list[Gap] = []
    done: set[tuple[int, int]] = set()
    for row in range(1, grid.rows + 1):
        for column in range(grid.columns + 1):
            head = grid.head(row, column)
            if head in done or grid.cells.get(head):
                continue
            done.add(head)
            gap = _gap(grid, head, region_of, sector_of)
            if gap is not None:
                found.append(gap)
    return found


def _gap(
    grid: Grid, place: tuple[int, int], region_of: Callable[[str], str], sector_of: Callable[[str], str]
) -> Gap | None:
    row, column = place
    left, above = grid.left_of(row, column), grid.above(row, column)
    nearest = grid.text(row, column - 1) if column else ""
    beside = bool(nearest) and not _is_number(nearest) and grid.width(row, column - 1) < TITLE_WIDTH
    if not left or not (beside or above):
        return None
    across = [_ask(text, region_of, sector_of) for text in left]
    # a label that stands alone beside its empty cell is answered by it, whatever stands far above
    down = [_ask(text, region_of, sector_of) for text in above[:3]] if column < grid.columns else []
    if across[0].fact and beside:
        return Gap(row, column, fact=across[0].fact)
    if across[0].skip or (down and down[0].skip):
        return None
    said = [*across[:2], *down]
    figure = next((one.figure for one in said if one.figure), "")
    if figure:
        return Gap(
            row,
            column,
            figure=figure,
            region=next((one.region for one in said if one.region), ""),
            sector=next((one.sector for one in said if one.sector), ""),
            month=next((one.month for one in said if one.month), 0),
        )
    unknown = next((one.unknown for one in (*down[:1], *across[:1]) if one.unknown), "")
    if unknown and (beside or (down and (down[0].unknown or down[0].plain or down[0].month))):
        return Gap(
            row,
            column,
            missing=unknown,
            region=next((one.region for one in said if one.region), ""),
            month=next((one.month for one in said if one.month), 0),
        )
    return None
