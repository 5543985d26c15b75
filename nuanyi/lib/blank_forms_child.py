"""The child that writes into a workbook which another office sent. Run as ``python -I blank_forms_child.py MEGABYTES SECONDS``.

Standard input: one JSON line ``{"cells": [[sheet, row, column, value, remark, missing], …]}`` (sheet from 0, row and column
from 1), then the workbook. Standard output: one JSON line ``{"file": true}`` followed by the workbook, or ``{"refused": true}``.
Layout, formats and merged cells stay as they are; a cell inside a merged range is written where the range begins.
"""

from __future__ import annotations

import io
import json
import sys
import zipfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))  # an isolated interpreter does not look beside its script
from bounds import bound  # type: ignore[import-not-found]

sys.path.pop(0)

MOST_UNPACKED = 60 << 20
MOST_REMARK = 400
#: What begins like a formula is text in every sheet.
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
AUTHOR = "暖驿"


def answer(asked: dict[str, Any], data: bytes) -> bytes:
    """The workbook with the cells written. Raises whatever the library raises for what is none."""
    import openpyxl
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    with zipfile.ZipFile(io.BytesIO(data)) as pack:
        if sum(part.file_size for part in pack.infolist()) > MOST_UNPACKED:
            raise ValueError("too large")
    book = openpyxl.load_workbook(io.BytesIO(data))
    found, missing = PatternFill("solid", fgColor="E4F1E7"), PatternFill("solid", fgColor="FFE9A8")
    for number, row, column, value, remark, is_missing in asked["cells"]:
        sheet = book.worksheets[int(number)]
        top, left = _head_of(sheet, int(row), int(column))
        cell = sheet.cell(top, left)
        if not is_missing:
            cell.value = value
            if isinstance(value, str) and value.startswith(DANGEROUS):
                cell.data_type, cell.quotePrefix = "s", True
        cell.fill = missing if is_missing else found
        comment = Comment(str(remark)[:MOST_REMARK], AUTHOR)
        comment.width, comment.height = 320, 140
        cell.comment = comment
    return _saved(book)


def _saved(book: Any) -> bytes:
    """The workbook's bytes; the library itself would write each sheet to disk first."""
    from openpyxl.drawing.spreadsheet_drawing import SpreadsheetDrawing
    from openpyxl.worksheet._writer import WorksheetWriter
    from openpyxl.writer.excel import ExcelWriter

    class InMemory(ExcelWriter):  # type: ignore[misc]
        def write_worksheet(self, ws: Any) -> None:
            ws._drawing = SpreadsheetDrawing()
            ws._drawing.charts, ws._drawing.images = ws._charts, ws._images
            part = io.BytesIO()
            writer = WorksheetWriter(ws, out=part)
            writer.write()
            ws._rels = writer._rels
            self._archive.writestr(ws.path[1:], part.getvalue())
            self.manifest.append(ws)

    out = io.BytesIO()
    InMemory(book, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, allowZip64=True)).save()
    return out.getvalue()


def _head_of(sheet: Any, row: int, column: int) -> tuple[int, int]:
    for merged in sheet.merged_cells.ranges:
        if merged.min_row <= row <= merged.max_row and merged.min_col <= column <= merged.max_col:
            return merged.min_row, merged.min_col
    return row, column


def main(megabytes: int, seconds: float) -> None:
    """Answer one question."""
    import openpyxl  # noqa: F401 - loaded before the bounds count

    bound(megabytes, seconds)
    made = b""
    try:
        asked = json.loads(sys.stdin.buffer.readline())
        made = answer(asked, sys.stdin.buffer.read())
        said: dict[str, Any] = {"file": True}
    except BaseException:  # whatever a library throws at a hostile file is a refusal, never a crash
        said = {"refused": True}
    sys.stdout.buffer.write(json.dumps(said).encode() + b"\n" + made)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]))
