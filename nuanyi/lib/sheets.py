"""The one reader and the one writer of spreadsheets.

Reading: the gate looks at size, at what the file really is, and at its unpacked size before anything
is unpacked; then a child process with memory and time limits reads it (``sheets_child``) and rows come
back as a stream. Writing: one cell writer, so that no text ever becomes a formula in somebody's Excel.
"""

from __future__ import annotations

import contextlib
import io
import json
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import chain
from pathlib import Path
from typing import Any, cast

import xlsxwriter
from django.utils.translation import gettext_lazy as _

from nuanyi.lib import children
from nuanyi.lib.errors import Refusal, Words

MAX_FILE_BYTES = 40 << 20
MAX_UNPACKED_BYTES = 400 << 20
MAX_RATIO = 200
MAX_ROWS = 300_000
MAX_COLUMNS = 256
#: A message holds about a million characters, or one row of as many cells as large as Excel allows.
MAX_LINE = 16 << 20
#: What a child may grow by and compute: a little, and more for each megabyte that was sent. A small file that wants
#: much is a bomb.
LEAST_MEGABYTES, MEGABYTES_A_MEGABYTE, MOST_MEGABYTES = 64, 45, 1500
LEAST_SECONDS, SECONDS_A_MEGABYTE = 1.2, 4.0

REASONS: dict[str, Words] = {
    "too-large": _("The file is larger than 40 MB. Split it, or remove pictures from it."),
    "too-large-unpacked": _(
        "The file is small but unpacks to far too much. Save it again from Excel and retry."
    ),
    "too-many-rows": _("There are too many rows for one file. Split it into parts."),
    "too-many-columns": _("There are more than 256 columns. Remove those that are not part of the roster."),
    "password": _("The workbook is locked with a password. Save a copy without it and send that."),
    "not-a-sheet": _("This is not a spreadsheet. Send xlsx, xls, et, ods or csv."),
    "not-xlsx": _(
        "Only an Excel workbook (xlsx) can be filled in and sent back. Open the form in Excel or WPS, "
        "save it as xlsx and send that."
    ),
    "text-codec": _("The text is neither UTF-8 nor GB18030. Open it in Excel and save it as xlsx."),
    "empty": _("The file has no rows."),
}


class BadSheet(Refusal):
    """A file that will not be read; ``code`` is one of ``REASONS``."""

    status = 422

    def __init__(self, code: str) -> None:
        super().__init__(REASONS.get(code, REASONS["not-a-sheet"]), code=f"sheet-{code}")


@dataclass
class Sheet:
    """One sheet while it streams by: ``rows`` yields lists of cells; row numbers start at 1 like in Excel."""

    name: str
    rows: Iterator[list[Any]]
    about: About = field(default_factory=lambda: About())


@dataclass(frozen=True)
class About:
    """What a workbook says of a sheet beside its cells; rows and columns counted from 1 and 0."""

    hidden: bool = False
    hidden_rows: frozenset[int] = frozenset()
    #: first row, first column, last row, last column
    merged: tuple[tuple[int, int, int, int], ...] = ()
    #: row and column of formulas that were saved without a value
    unsaved: frozenset[tuple[int, int]] = frozenset()


#: The first record of an old workbook, and right behind it the one that says that the rest is locked.
_LOCKED = re.compile(rb"\x09\x08..\x00\x06.{14}(?:\x86\x00\x00\x00)?\x2f\x00", re.DOTALL)
_MARKUP_HEADS = (b"<html", b"<!doc", b"<table", b"<head", b"<meta", b"<style", b"<body", b"<div", b"<!--")


def kind_of(data: bytes) -> str:
    """``workbook``, ``html``, ``xml`` or ``text``, by content and not by name. Raises BadSheet."""
    if not data:
        raise BadSheet("empty")
    if len(data) > MAX_FILE_BYTES:
        raise BadSheet("too-large")
    if data.startswith(b"PK\x03\x04"):
        return _packed_kind(data)
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        if b"E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e" in data:
            raise BadSheet("password")
        if _LOCKED.search(data):
            raise BadSheet("password")
        return "workbook"
    if b"\0" in data[:4096] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise BadSheet("not-a-sheet")
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        data = data.decode("utf-16", errors="ignore").encode()
    head = data[:4096].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if head.startswith((b"%pdf-", b"{\\rtf")):
        raise BadSheet("not-a-sheet")
    if head.startswith(b"<?xml") and b"urn:schemas-microsoft-com:office:spreadsheet" in head:
        return "xml"
    if head.startswith(_MARKUP_HEADS) or (head.startswith(b"<?xml") and b"<html" in head):
        return _page_kind(data)
    if head.startswith((b"mime-version:", b"from: <saved by")) and b"text/html" in head:
        return "html"
    if head.startswith(b"<?xml"):
        raise BadSheet("not-a-sheet")
    return "text"


def _page_kind(data: bytes) -> str:
    """A web page with a table in it is a spreadsheet; any other page is none."""
    if not re.search(rb"<t[dh][\s>]", data, re.IGNORECASE):
        raise BadSheet("not-a-sheet")
    return "html"


def _packed_kind(data: bytes) -> str:
    """A zip that says it is a workbook and does not unpack to the moon."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as pack:
            parts = pack.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as exc:
        raise BadSheet("not-a-sheet") from exc
    names = {part.filename for part in parts}
    if sum(part.file_size for part in parts) > MAX_UNPACKED_BYTES or len(parts) > 5000:
        raise BadSheet("too-large-unpacked")
    if any(
        part.file_size > (4 << 20) and part.file_size > MAX_RATIO * max(1, part.compress_size)
        for part in parts
    ):
        raise BadSheet("too-large-unpacked")
    if any(part.flag_bits & 1 for part in parts):
        raise BadSheet("password")
    if not names & {"xl/workbook.xml", "xl/workbook.bin", "content.xml"}:
        raise BadSheet("not-a-sheet")
    return "workbook"


def read(data: bytes, *, most_signs: int = 0) -> Iterator[Sheet]:
    """Stream the sheets of a file in order. Each sheet must be used up (or left) before the next is asked for.

    The bytes go to the child through a pipe and never to disk. ``most_signs`` bounds how much comes back in all, for
    callers that keep the rows and are waited for. Raises BadSheet at the gate, or later where
    the child gives up; callers treat both alike.
    """
    kind = kind_of(data)
    size = len(data) / (1 << 20)
    megabytes = min(MOST_MEGABYTES, LEAST_MEGABYTES + int(MEGABYTES_A_MEGABYTE * size))
    with children.turn():
        child = children.start("sheets_child.py", kind, megabytes, LEAST_SECONDS + SECONDS_A_MEGABYTE * size)
        assert child.stdin is not None and child.stdout is not None
        try:
            with contextlib.suppress(BrokenPipeError):
                child.stdin.write(data)
                child.stdin.close()
            yield from _sheets(_messages(cast(io.BufferedReader, child.stdout), most_signs))
        finally:
            child.kill()
            child.wait()
            child.stdout.close()


def _messages(stream: io.BufferedReader, most_signs: int = 0) -> Iterator[tuple[Any, ...]]:
    signs = 0
    while True:
        try:
            line = stream.readline(MAX_LINE)
            signs += len(line)
            if most_signs and signs > most_signs:
                raise BadSheet("too-many-rows")
            message = _message(line)
        except (ValueError, RecursionError) as exc:
            raise BadSheet(
                "too-large-unpacked"
            ) from exc  # the child met its limits, or says what it never says
        if message[0] == "refused":
            raise BadSheet(message[1])
        yield message
        if message[0] == "end":
            return


#: What JSON gives that is a cell as it stands.
_PLAIN = frozenset({str, int, float, bool, type(None)})


def _message(line: bytes) -> tuple[Any, ...]:
    """One message of the child, believed in nothing. Raises ValueError for anything that it has no business to say."""
    if not line.endswith(b"\n"):
        raise ValueError("cut off")
    told = json.loads(line)
    match told:
        case ["end"]:
            return ("end",)
        case ["refused", str(name)]:
            return ("refused", name[:255])
        case ["sheet", str(name), dict(about)]:
            return ("sheet", name[:255], _about(about))
        case ["rows", list(rows)] if all(isinstance(row, list) for row in rows):
            return (
                "rows",
                [row if _PLAIN.issuperset(map(type, row)) else list(map(_cell, row)) for row in rows],
            )
    raise ValueError("no such message")


def _about(told: dict[str, Any]) -> About:
    """What is said of a sheet, believed in nothing. Raises ValueError."""
    rows, merged, unsaved = (told.get(name) for name in ("hidden_rows", "merged", "unsaved"))
    if not (isinstance(rows, list) and isinstance(merged, list) and isinstance(unsaved, list)):
        raise ValueError("no such description")
    numbers = [*rows, *chain.from_iterable(merged), *chain.from_iterable(unsaved)]
    if not all(type(number) is int and 0 <= number < 1 << 21 for number in numbers):
        raise ValueError("no such place")
    if any(len(part) != 4 for part in merged) or any(len(part) != 2 for part in unsaved):
        raise ValueError("no such place")
    return About(
        told.get("hidden") is True,
        frozenset(row + 1 for row in rows),
        tuple((top + 1, left, bottom + 1, right) for top, left, bottom, right in merged),
        frozenset((row + 1, column) for row, column in unsaved),
    )


def _cell(cell: Any) -> Any:
    """A cell as the child writes it. Raises ValueError."""
    if cell is None or isinstance(cell, str | int | float):
        return cell
    match cell:
        case {"t": str(text)}:
            return datetime.fromisoformat(text)
        case {"d": str(text)}:
            return date.fromisoformat(text)
        case {"h": str(text)}:
            return time.fromisoformat(text)
        case {"s": int() | float() as seconds} if abs(seconds) < 1e12:
            return timedelta(seconds=seconds)
    raise ValueError("no such cell")


def _sheets(messages: Iterator[tuple[Any, ...]]) -> Iterator[Sheet]:
    message, seen = next(messages), 0  # of all sheets: one that stands there a thousand times is a thousand
    while message[0] == "sheet":
        following: list[tuple[Any, ...]] = []

        def rows(follow: list[tuple[Any, ...]] = following) -> Iterator[list[Any]]:
            nonlocal seen
            for part in messages:
                if part[0] != "rows":
                    follow.append(part)
                    return
                seen += len(part[1])
                if seen > MAX_ROWS + 1000:
                    raise BadSheet("too-many-rows")
                if any(len(row) > MAX_COLUMNS for row in part[1]):
                    raise BadSheet("too-many-columns")
                yield from part[1]

        stream = rows()
        yield Sheet(message[1], stream, message[2])
        for _skipped in stream:
            pass
        message = following[0] if following else next(messages)


# writing -------------------------------------------------------------------------------------

DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Note:
    """A cell that carries a remark (a bad cell in an annotated copy)."""

    value: object
    remark: str


class Writer:
    """A workbook being written, row by row, in constant memory. ``close`` finishes it."""

    def __init__(self, target: Path | io.BytesIO) -> None:
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        self.book = xlsxwriter.Workbook(target if isinstance(target, io.BytesIO) else str(target), options)
        self.head = self.book.add_format(
            {"bold": True, "bg_color": "#F6E7D8", "text_wrap": True, "valign": "top"}
        )
        self.text = self.book.add_format({"num_format": "@"})
        self.quoted = self.book.add_format({"num_format": "@", "quote_prefix": True})
        self.day = self.book.add_format({"num_format": "yyyy-mm-dd"})
        self.bad = self.book.add_format({"bg_color": "#FBD5D0", "num_format": "@"})

    def sheet(self, name: str, titles: Sequence[object] = (), widths: Sequence[int] = ()) -> SheetWriter:
        """Begin a sheet with a frozen head row."""
        return SheetWriter(self, name, titles, widths)

    def close(self) -> None:
        """Write the file."""
        self.book.close()


class SheetWriter:
    """One sheet; ``row`` appends."""

    def __init__(self, writer: Writer, name: str, titles: Sequence[object], widths: Sequence[int]) -> None:
        self.writer = writer
        clean = re.sub(r"[\[\]:*?/\\]", " ", name).strip().strip("'")[:31] or "Sheet"
        taken = {sheet.get_name().lower() for sheet in writer.book.worksheets()}
        while clean.lower() in taken:
            clean = f"{clean[:27]} ({len(taken) + 1})"
        self.sheet = writer.book.add_worksheet(clean)
        self.next = 0
        for column, width in enumerate(widths):
            self.sheet.set_column(column, column, width)
        if titles:
            self.sheet.freeze_panes(1, 0)
            for column, title in enumerate(titles):
                self.sheet.write_string(0, column, str(title), writer.head)
            self.next = 1

    def row(self, cells: Iterable[object]) -> None:
        """Append a row."""
        for column, cell in enumerate(cells):
            self._cell(column, cell)
        self.next += 1

    def _cell(self, column: int, cell: object) -> None:
        at, write = self.next, self.sheet
        if isinstance(cell, Note):
            write.write_string(at, column, str(cell.value), self.writer.bad)
            write.write_comment(at, column, cell.remark)
        elif cell is None or cell == "":
            return
        elif isinstance(cell, bool):
            write.write_boolean(at, column, cell)
        elif isinstance(cell, int | float) and abs(cell) < 1e11:
            write.write_number(at, column, cell)
        elif isinstance(cell, datetime):
            write.write_datetime(at, column, cell.replace(tzinfo=None), self.writer.day)
        elif isinstance(cell, date):
            write.write_datetime(at, column, datetime(cell.year, cell.month, cell.day), self.writer.day)
        else:  # text, and numbers so long that Excel would round them (phones, identity numbers)
            text = str(cell)[:32767]
            write.write_string(
                at, column, text, self.writer.quoted if text.startswith(DANGEROUS) else self.writer.text
            )


def one_page(name: str, columns: Sequence[tuple[object, int]], rows: Iterable[Iterable[object]]) -> bytes:
    """A workbook of one sheet; a column is its title and its width in characters."""
    out = io.BytesIO()
    writer = Writer(out)
    page = writer.sheet(name, [title for title, _width in columns], [width for _title, width in columns])
    for row in rows:
        page.row(row)
    writer.close()
    return out.getvalue()
