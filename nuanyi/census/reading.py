"""From the bytes of a file to drafts, row by row. Knows no database; closed to other rooms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any

from nuanyi.census import columns
from nuanyi.census.rows import (
    UNSAVED,
    EstablishmentDraft,
    Known,
    Problem,
    WorkerDraft,
    read_establishment,
    read_worker,
)
from nuanyi.census.rules import Kind
from nuanyi.lib import sheets
from nuanyi.lib.identity import plain

Draft = WorkerDraft | EstablishmentDraft


def _with(row: Sequence[Any], cells: dict[int, Any]) -> list[Any]:
    """A row with some cells written anew."""
    made = list(row)
    for column, value in cells.items():
        made += [""] * (column + 1 - len(made))
        made[column] = value
    return made


def _by_row(places: frozenset[tuple[int, int]]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for row, column in places:
        found.setdefault(row, []).append(column)
    return found


class _Repeats:
    """Fills what a row leaves to the row above: ``同上``, and cells that are merged downwards."""

    def __init__(self, layout: Layout, about: sheets.About) -> None:
        self.columns = [column for name, column in layout.fields.items() if name in _REPEATED]
        self.above: dict[int, Any] = {}
        wanted = set(self.columns)
        #: column -> last row of a merged cell, by its first row
        self.merged: dict[int, list[tuple[int, int]]] = {}
        for top, left, bottom, _right in about.merged:
            if left in wanted and bottom > top:
                self.merged.setdefault(left, []).append((top, bottom))

    def fill(self, number: int, row: Sequence[Any]) -> Sequence[Any]:
        """The row with the cells filled that repeat the ones above."""
        filled: dict[int, Any] = {}
        for column in self.columns:
            cell = row[column] if column < len(row) else ""
            if (type(cell) is str and cell in columns.DITTO) or (
                cell == "" and self._is_merged(column, number)
            ):
                filled[column] = self.above.get(column, "")
            else:
                self.above[column] = cell
        return _with(row, filled) if filled else row

    def _is_merged(self, column: int, number: int) -> bool:
        return any(top < number <= bottom for top, bottom in self.merged.get(column, ()))


@dataclass(slots=True)
class ReadRow:
    """One row: where it stands, what stands there, what it means, what is wrong with it."""

    sheet: str
    number: int
    cells: Sequence[Any]
    draft: Draft
    problems: list[Problem]


@dataclass
class Layout:
    """How one sheet is understood. Without ``fields`` it was left out; ``row`` 0 says that it has no head."""

    sheet: str
    row: int
    titles: list[str]
    fields: dict[str, int]
    #: the first rows as they stand, for the sender's eyes
    sample: list[list[str]] = field(default_factory=list)
    hidden: bool = False
    #: rows that are hidden in the file, and were left out for that
    hidden_rows: int = 0

    def as_json(self) -> dict[str, Any]:
        """For keeping with the import; the sample is kept sealed, it holds personal values."""
        return {
            "row": self.row,
            "titles": self.titles,
            "fields": self.fields,
            "hidden": self.hidden,
            "hidden_rows": self.hidden_rows,
        }


class NoHeader(Exception):
    """No sheet has a header that is recognised; ``layouts`` shows what stands there."""

    def __init__(self, layouts: list[Layout]) -> None:
        super().__init__("no header")
        self.layouts = layouts


#: The fields that a ditto or a cell merged downwards may fill: nobody shares a name or a number with the row above.
_REPEATED = ("site", "sector", "region", "political")
SAMPLE_ROWS, SAMPLE_SIGNS = 10, 40


@dataclass
class Reader:
    """Reads one file. After ``rows`` is used up, ``layouts`` tells how each sheet was understood."""

    data: bytes
    kind: str = ""
    remembered: dict[str, dict[str, str]] = field(default_factory=dict)
    chosen: dict[str, Any] = field(default_factory=dict)
    layouts: list[Layout] = field(default_factory=list)
    #: cells that their sender wrote anew: sheet -> row -> field -> value
    mended: dict[str, dict[int, dict[str, str]]] = field(default_factory=dict)
    #: sheets whose hidden rows are wanted too
    with_hidden_rows: frozenset[str] = frozenset()

    def rows(self, known: Known) -> Iterator[ReadRow]:
        """Every data row of every sheet. Raises BadSheet, NoHeader."""
        for sheet in sheets.read(self.data):
            head = list(islice(sheet.rows, columns.HEADER_WITHIN))
            hidden = sheet.about.hidden and not self.chosen.get(sheet.name)
            if not hidden:
                self.kind = self.kind or columns.kind_of(head, self.remembered) or ""
            layout = self._layout(sheet.name, head)
            layout.hidden = sheet.about.hidden
            if (
                hidden
            ):  # a hidden sheet is a list for the others to choose from, or an old copy: its sender says
                layout.fields = {}
            self.layouts.append(layout)
            if layout.fields:
                yield from self._drafts(layout, sheet.about, chain(head, sheet.rows), known)
        if not self.layouts:
            raise sheets.BadSheet("empty")
        if not any(layout.fields for layout in self.layouts):
            raise NoHeader(self.layouts)

    def _layout(self, name: str, head: list[list[Any]]) -> Layout:
        header = columns.find_header(head, self.kind, self.remembered.get(self.kind)) if self.kind else None
        told = self.chosen.get(name)
        if told:
            row = int(told["row"])
            titles = [plain(title) for title in head[row - 1]] if 0 < row <= len(head) else []
            if header and header.row == row:
                titles = list(header.titles)
            made = Layout(name, row, titles, {f: int(c) for f, c in told["fields"].items()})
        elif header:
            made = Layout(name, header.row, list(header.titles), header.fields)
        else:
            made = self._unrecognised(name, head)
        made.sample = [
            [plain(cell)[:SAMPLE_SIGNS] for cell in row]
            for row in head[made.row :]
            if not columns.is_blank(row)
        ][:SAMPLE_ROWS]
        widest = max((len(row) for row in made.sample), default=0)
        made.titles += [""] * (widest - len(made.titles))
        return made

    @staticmethod
    def _unrecognised(name: str, head: list[list[Any]]) -> Layout:
        """The widest row before the first data is taken for the head; where data come first there is none."""
        above = next((at for at, row in enumerate(head) if columns.is_data(row)), len(head))
        widest = max(range(above), key=lambda at: sum(1 for cell in head[at] if plain(cell)), default=None)
        if widest is None or sum(1 for cell in head[widest] if plain(cell)) < 2:
            return Layout(name, above if above < len(head) else 0, [], {})
        return Layout(name, widest + 1, [plain(title) for title in head[widest]], {})

    def _drafts(
        self, layout: Layout, about: sheets.About, rows: Iterator[list[Any]], known: Known
    ) -> Iterator[ReadRow]:
        read: Any = read_establishment if self.kind == Kind.ESTABLISHMENTS else read_worker
        hidden = frozenset() if layout.sheet in self.with_hidden_rows else about.hidden_rows
        mended = self.mended.get(layout.sheet[:60], {})
        repeats = _Repeats(layout, about)
        unsaved = _by_row(about.unsaved)
        for number, row in enumerate(rows, 1):
            if number <= layout.row or columns.is_blank(row) or columns.is_total(row):
                continue
            if number in hidden:
                layout.hidden_rows += 1
                continue
            filled = repeats.fill(number, row)
            if number in unsaved:
                filled = _with(filled, dict.fromkeys(unsaved[number], UNSAVED))
            if number in mended:
                filled = _with(
                    filled,
                    {
                        layout.fields[name]: text
                        for name, text in mended[number].items()
                        if name in layout.fields
                    },
                )
            draft, problems = read(filled, layout.fields, known)
            yield ReadRow(layout.sheet, number, row, draft, problems)

    def title_of(self, sheet: str, name: str) -> str:
        """The title that the file gives to a field, for telling people where to look."""
        for layout in self.layouts:
            if layout.sheet == sheet and name in layout.fields:
                column = layout.fields[name]
                if column < len(layout.titles) and layout.titles[column]:
                    return layout.titles[column]
        return str(columns.FIELDS.get(self.kind, {}).get(name, (name, ""))[0])
