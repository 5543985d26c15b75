"""The child that opens a stranger's spreadsheet, so that a bomb hurts only a short-lived process.

Run as ``python -I sheets_child.py KIND MEGABYTES SECONDS`` with the file on standard input; it knows nothing of
the program, has no environment, and writes
one JSON message a line to standard output: ``["sheet", name, about]`` (what is hidden, merged, saved without a value),
``["rows", [[cell, …], …]]``, ``["end"]`` or ``["refused", code]``.
Cells are text, numbers, true or false; a date is ``{"d": …}``, a moment ``{"t": …}``, a time of day ``{"h": …}`` and a span
``{"s": seconds}``. A parent that believes nothing reads them (``sheets``).
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import sys
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))  # an isolated interpreter does not look beside its script
from bounds import bound  # type: ignore[import-not-found]
from sheet_markup import About, look_inside, read_html, read_xml  # type: ignore[import-not-found]

sys.path.pop(0)

#: A message holds so many rows, or about so many characters.
BATCH, BATCH_SIGNS = 1000, 1 << 20
MAX_COLUMNS = 256
#: Each may lead to the same part of the file, which is read as often.
MAX_SHEETS = 1000
CSV_CODECS = ("utf-8-sig", "gb18030")
#: What may separate the cells of a text, and how much of it is looked at to find out.
DELIMITERS = "\t,;"
LOOKED_AT, LINES_LOOKED_AT = 20_000, 60


def send(*message: Any) -> None:
    """One message to the parent."""
    sys.stdout.buffer.write(json.dumps(message, default=plain, separators=(",", ":")).encode() + b"\n")


def plain(value: Any) -> Any:
    """A cell that JSON has no word for."""
    if isinstance(value, datetime):
        return {"t": value.isoformat()}
    if isinstance(value, date):
        return {"d": value.isoformat()}
    if isinstance(value, time):
        return {"h": value.isoformat()}
    if isinstance(value, timedelta):
        return {"s": value.total_seconds()}
    return str(value)


def send_rows(rows: Iterable[list[Any]]) -> None:
    """Rows in batches."""
    batch: list[list[Any]] = []
    signs = 0
    for row in rows:
        batch.append(row)
        signs += sum(len(cell) for cell in row if isinstance(cell, str))
        if len(batch) == BATCH or signs > BATCH_SIGNS:
            send("rows", batch)
            batch, signs = [], 0
    if batch:
        send("rows", batch)


def read_workbook(raw: bytes) -> None:
    """An xlsx, xls, et or ods workbook, sheet by sheet; hidden ones too, and empty ones are left out."""
    from python_calamine import CalamineWorkbook, SheetVisibleEnum

    told: dict[str, About] = {}
    if raw[:2] == b"PK":
        # a workbook that its own XML says nothing about is still read, cell by cell
        with contextlib.suppress(ValueError, KeyError, SyntaxError, zipfile.BadZipFile, zlib.error):
            told, raw = look_inside(raw)
    book = CalamineWorkbook.from_filelike(io.BytesIO(raw))
    if len(book.sheets_metadata) > MAX_SHEETS:
        send("refused", "too-large-unpacked")
        return
    for described in book.sheets_metadata:
        sheet = book.get_sheet_by_name(described.name)
        if not sheet.height:
            continue
        about = told.get(described.name) or About()
        about.hidden = described.visible != SheetVisibleEnum.Visible
        about.merged = [(*first, *last) for first, last in sheet.merged_cell_ranges or ()]
        send("sheet", described.name, about.as_json())
        send_rows(
            sheet.iter_rows()
        )  # counts from the sheet's first row and column, even where they are empty


def read_markup(raw: bytes, kind: str) -> None:
    """A web page or an XML spreadsheet that was saved under a workbook's name."""
    tables = read_xml(raw) if kind == "xml" else read_html(raw)
    if tables is None:
        send("refused", "text-codec")
        return
    if not tables:
        send("refused", "not-a-sheet")
        return
    for table in tables:
        send("sheet", table.name, table.about.as_json())
        send_rows(table.rows)


def read_text(raw: bytes) -> None:
    """A csv or tsv file in UTF-8 (with or without mark), UTF-16 or GB18030."""
    text = decoded(raw)
    if text is None or "\0" in text:
        send("refused", "text-codec" if text is None else "not-a-sheet")
        return
    send("sheet", "", About().as_json())
    send_rows(list_rows(text, delimiter_of(text)))


def delimiter_of(text: str) -> str:
    """What separates cells: the sign by which most of the first rows have equally many, and among those the most.

    Counting signs would not do: an address has more commas than its row has tabs.
    """
    best, most = ",", (0, 0)
    for sign in DELIMITERS:
        try:
            rows = list(csv.reader(io.StringIO(text[:LOOKED_AT], newline=""), delimiter=sign))
        except csv.Error:
            continue
        if len(text) > LOOKED_AT:
            rows.pop()  # cut off
        widths = Counter(len(row) for row in rows[:LINES_LOOKED_AT] if len(row) > 1)
        told = max(((number, width) for width, number in widths.items()), default=(0, 0))
        if told > most:
            best, most = sign, told
    return best


def list_rows(text: str, delimiter: str) -> Iterator[list[Any]]:
    """csv rows; ``csv.Error`` (a field of megabytes) is a refusal."""
    csv.field_size_limit(200_000)
    yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)


def decoded(raw: bytes) -> str | None:
    """The text, by its mark or the first codec that fits; None where none does."""
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return raw.decode("utf-16", errors="replace")
    for codec in CSV_CODECS:
        try:
            return raw.decode(codec)
        except UnicodeDecodeError:
            continue
    return None


def main(kind: str, megabytes: int, seconds: float) -> None:
    """Read one file and report."""
    import python_calamine  # noqa: F401 - loaded before the bounds count

    bound(megabytes, seconds)
    try:
        raw = sys.stdin.buffer.read()
        if kind == "text":
            read_text(raw)
        elif kind in ("html", "xml"):
            read_markup(raw, kind)
        else:
            read_workbook(raw)
        send("end")
    except MemoryError:
        send("refused", "too-large-unpacked")
    except csv.Error:
        send("refused", "not-a-sheet")
    except BaseException as exc:  # whatever a parser throws at a hostile file is a refusal, never a crash
        words = f"{type(exc).__name__} {exc}".lower()
        send("refused", "password" if "password" in words or "encrypt" in words else "not-a-sheet")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))
