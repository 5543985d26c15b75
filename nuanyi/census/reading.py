"""From the bytes of a file to drafts, row by row. Knows no database; closed to other rooms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any

from nuanyi.census import columns
from nuanyi.census.rows import (
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
    """How one sheet is understood. Without ``fields`` it was left out."""

    sheet: str
    row: int
    titles: list[str]
    fields: dict[str, int]
    sample: list[list[str]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """For keeping with the import; the sample is not kept, it holds personal values."""
        return {"row": self.row, "titles": self.titles, "fields": self.fields}


class NoHeader(Exception):
    """No sheet has a header that is recognised; ``layouts`` shows what stands there."""

    def __init__(self, layouts: list[Layout]) -> None:
        super().__init__("no header")
        self.layouts = layouts


@dataclass
class Reader:
    """Reads one file. After ``rows`` is used up, ``layouts`` tells how each sheet was understood."""

    data: bytes
    kind: str = ""
    remembered: dict[str, dict[str, str]] = field(default_factory=dict)
    chosen: dict[str, Any] = field(default_factory=dict)
    layouts: list[Layout] = field(default_factory=list)

    def rows(self, known: Known) -> Iterator[ReadRow]:
        """Every data row of every sheet. Raises BadSheet, NoHeader."""
        for sheet in sheets.read(self.data):
            head = list(islice(sheet.rows, columns.HEADER_WITHIN))
            self.kind = self.kind or columns.kind_of(head) or ""
            layout = self._layout(sheet.name, head)
            self.layouts.append(layout)
            if layout.fields:
                yield from self._drafts(layout, chain(head, sheet.rows), known)
        if not self.layouts:
            raise sheets.BadSheet("empty")
        if not any(layout.fields for layout in self.layouts):
            raise NoHeader(self.layouts)

    def _layout(self, name: str, head: list[list[Any]]) -> Layout:
        told = self.chosen.get(name)
        if told:
            row = int(told["row"])
            titles = [plain(title) for title in head[row - 1]] if 0 < row <= len(head) else []
            return Layout(name, row, titles, {f: int(c) for f, c in told["fields"].items()})
        header = columns.find_header(head, self.kind, self.remembered.get(self.kind)) if self.kind else None
        if header:
            return Layout(name, header.row, list(header.titles), header.fields)
        widest = max(range(len(head)), key=lambda i: sum(1 for cell in head[i] if plain(cell)), default=0)
        return Layout(name, widest + 1, [plain(title) for title in head[widest]] if head else [], {})

    def _drafts(self, layout: Layout, rows: Iterator[list[Any]], known: Known) -> Iterator[ReadRow]:
        read: Any = read_establishment if self.kind == Kind.ESTABLISHMENTS else read_worker
        for number, row in enumerate(rows, 1):
            if number <= layout.row or columns.is_blank(row) or columns.is_total(row):
                continue
            draft, problems = read(row, layout.fields, known)
            yield ReadRow(layout.sheet, number, row, draft, problems)

    def title_of(self, sheet: str, name: str) -> str:
        """The title that the file gives to a field, for telling people where to look."""
        for layout in self.layouts:
            if layout.sheet == sheet and name in layout.fields:
                column = layout.fields[name]
                if column < len(layout.titles) and layout.titles[column]:
                    return layout.titles[column]
        return str(columns.FIELDS.get(self.kind, {}).get(name, (name, ""))[0])
