"""Spreadsheets that are markup inside: web pages and SpreadsheetML saved as .xls, and what a workbook's XML alone tells.

Loaded by ``sheets_child`` by its path, so it imports nothing of the program. What it is given may be hostile; the
child's bounds on memory and time hold while it reads. Rows and columns are counted from 0.
"""

from __future__ import annotations

import email
import email.policy
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree

CODECS = ("utf-8-sig", "gb18030")
CHUNK = 1 << 20
#: How much of a sheet's XML is looked at twice, so that nothing is missed where two chunks meet.
OVERLAP = 4096
#: How many places of each sort are told; a sheet with more is told by the first ones.
MOST_TOLD = 20_000
MOST_SPAN = 2000
#: A sheet whose last row is so far down, with so few rows before it, ends where the first long gap begins.
FAR_ROW, SPARSE, LONG_GAP = 20_000, 4, 200
#: Column 257 and on: beyond what is read.
_WIDE = rb"(?:[A-Z]{3}|I[W-Z]|[J-Z][A-Z])"
_WIDE_CELL = re.compile(rb'<c r="' + _WIDE + rb'\d+"(?:[^>]*/>|[^>]*>.*?</c>)', re.DOTALL)
_ROW = re.compile(rb'<row\b[^>]*?\br="(\d+)"')
_HIDDEN_ROW = re.compile(rb"<row\b[^>]*?\bhidden=\"(?:1|true)\"[^>]*>")
_UNSAVED = re.compile(
    rb'<c r="([A-Z]{1,3})(\d+)"[^>]*>\s*<f(?:[^>]*/>|[^>]*>[^<]*</f>)\s*(?:<v\s*/>|<v></v>)?\s*</c>'
)


@dataclass
class About:
    """What is told of a sheet beside its cells."""

    hidden: bool = False
    hidden_rows: list[int] = field(default_factory=list)
    #: first row, first column, last row, last column
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    #: row and column of formulas that were saved without a value
    unsaved: list[tuple[int, int]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """For the parent."""
        return {
            "hidden": self.hidden,
            "hidden_rows": self.hidden_rows[:MOST_TOLD],
            "merged": self.merged[:MOST_TOLD],
            "unsaved": self.unsaved[:MOST_TOLD],
        }


@dataclass
class Table:
    """A sheet that was read whole."""

    name: str
    about: About
    rows: list[list[Any]]


# web pages -----------------------------------------------------------------------------------


class _Tables(HTMLParser):
    """Every table of a page; merged cells stand in their first place, as in a workbook."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.done: list[Table] = []
        self.open: list[Table] = []
        self.words: list[str] | None = None
        self.span = (1, 1)
        self.skips = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open a table, a row or a cell."""
        if tag in ("script", "style"):
            self.skips += 1
        elif tag == "table":
            self._end_cell()
            self.open.append(Table("", About(), []))
        elif not self.open:
            return
        elif tag == "tr":
            self._end_cell()
            self.open[-1].rows.append([])
            style = dict(attrs).get("style") or ""
            if re.search(r"display\s*:\s*none", style):
                self.open[-1].about.hidden_rows.append(len(self.open[-1].rows) - 1)
        elif tag in ("td", "th"):
            self._end_cell()
            told = dict(attrs)
            self.span = (_span(told.get("rowspan")), _span(told.get("colspan")))
            self.words = []
        elif tag == "br" and self.words is not None:
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """Close a cell, a row or a table."""
        if tag in ("script", "style"):
            self.skips = max(0, self.skips - 1)
        elif tag in ("td", "th", "tr"):
            self._end_cell()
        elif tag == "table" and self.open:
            self._end_cell()
            made = self.open.pop()
            if made.rows:
                self.done.append(made)

    def handle_data(self, data: str) -> None:
        """Words of a cell."""
        if self.words is not None and not self.skips:
            self.words.append(data)

    def _end_cell(self) -> None:
        if self.words is None or not self.open:
            self.words = None
            return
        table = self.open[-1]
        if not table.rows:
            table.rows.append([])
        row, at = table.rows[-1], len(table.rows) - 1
        text = " ".join("".join(self.words).replace("\xa0", " ").split())
        self.words = None
        taken = {
            column
            for top, left, bottom, right in table.about.merged
            if top < at <= bottom
            for column in range(left, right + 1)
        }
        while len(row) in taken:
            row.append("")
        down, across = self.span
        if down > 1 or across > 1:
            table.about.merged.append((at, len(row), at + down - 1, len(row) + across - 1))
        row.append(text)
        row.extend([""] * (across - 1))

    def finished(self) -> list[Table]:
        """All tables, also those that the page never closes."""
        self.close()
        while self.open:
            self.handle_endtag("table")
        return self.done


def _span(text: str | None) -> int:
    return min(int(text), MOST_SPAN) if text and text.isdecimal() and len(text) < 6 and int(text) > 0 else 1


def decoded(raw: bytes) -> str | None:
    """The text, by its mark, by what the page says of itself, or by the first codec that fits; None where none does."""
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return raw.decode("utf-16", errors="replace")
    for codec in CODECS:
        try:
            return raw.decode(codec)
        except UnicodeDecodeError:
            continue
    return None


def read_html(raw: bytes) -> list[Table] | None:
    """The tables of a page, or of a page saved with its parts in one file (MHTML). None where it is no text."""
    if raw[:400].lstrip().lower().startswith((b"mime-version:", b"from: <saved by")):
        raw = _page_inside(raw)
    text = decoded(raw)
    if text is None:
        return None
    reader = _Tables()
    reader.feed(text)
    found = reader.finished()
    for number, table in enumerate(found[1:], 2):
        table.name = str(number)
    return found


def _page_inside(raw: bytes) -> bytes:
    for part in email.message_from_bytes(raw, policy=email.policy.default).walk():
        if part.get_content_type() == "text/html":
            body = part.get_payload(decode=True)
            if isinstance(body, bytes) and b"<t" in body.lower():
                return body
    return b""


# SpreadsheetML -------------------------------------------------------------------------------

_SS = "{urn:schemas-microsoft-com:office:spreadsheet}"
_X = "{urn:schemas-microsoft-com:office:excel}"


def read_xml(raw: bytes) -> list[Table]:
    """The sheets of an "XML Spreadsheet 2003". Raises ParseError; a document type is refused, so nothing unfolds."""
    if b"<!DOCTYPE" in raw or b"<!ENTITY" in raw:
        raise ValueError("a document type")
    found: list[Table] = []
    for _event, node in ElementTree.iterparse(io.BytesIO(raw)):  # noqa: S314 - no document type, so no entities
        if node.tag == f"{_SS}Worksheet":
            found.append(_worksheet(node))
            node.clear()
    return found


def _worksheet(node: ElementTree.Element) -> Table:
    table = Table(node.get(f"{_SS}Name", ""), About(), [])
    visible = node.find(f"{_X}WorksheetOptions/{_X}Visible")
    table.about.hidden = visible is not None and "Hidden" in (visible.text or "")
    for line in node.iterfind(f"{_SS}Table/{_SS}Row"):
        _move_on(table.rows, line.get(f"{_SS}Index"))
        at = len(table.rows)
        if line.get(f"{_SS}Hidden") == "1":
            table.about.hidden_rows.append(at)
        table.rows.append(_cells(line, at, table.about))
    return table


def _move_on(rows: list[Any], index: str | None, blank: Any = ()) -> None:
    """Fill up to a place that is told by its number."""
    if index and index.isdecimal() and len(index) < 6:
        while len(rows) < int(index) - 1:
            rows.append(blank if blank != () else [])


def _cells(line: ElementTree.Element, at: int, about: About) -> list[Any]:
    row: list[Any] = []
    for cell in line.iterfind(f"{_SS}Cell"):
        _move_on(row, cell.get(f"{_SS}Index"), "")
        data = cell.find(f"{_SS}Data")
        down, across = (_more(cell.get(f"{_SS}Merge{way}")) for way in ("Down", "Across"))
        if down or across:
            about.merged.append((at, len(row), at + down, len(row) + across))
        if data is None and cell.get(f"{_SS}Formula"):
            about.unsaved.append((at, len(row)))
        row.append(_value(data))
        row.extend([""] * across)
    return row


def _more(text: str | None) -> int:
    return min(int(text), MOST_SPAN) if text and text.isdecimal() and len(text) < 6 else 0


def _value(data: ElementTree.Element | None) -> Any:
    if data is None:
        return ""
    text = "".join(data.itertext())
    if data.get(f"{_SS}Type") == "Number":
        try:
            return float(text)
        except ValueError:
            return text
    return text


# what a workbook's own XML tells ---------------------------------------------------------------


def look_inside(raw: bytes) -> tuple[dict[str, About], bytes]:
    """Of each sheet of an xlsx: hidden rows and formulas without a value; and the file, without cells that went astray.

    Somebody who touched the last row or column of a sheet by mistake did not send 1,048,576 rows.
    """
    told: dict[str, About] = {}
    astray: dict[str, int] = {}
    with zipfile.ZipFile(io.BytesIO(raw)) as pack:
        for name, path in _parts(pack).items():
            about, last, count, wide = _scan(pack, path)
            told[name] = about
            if wide or (last > FAR_ROW and last > SPARSE * count):
                astray[path] = last
        if astray:
            raw = _without_strays(pack, set(astray))
    return told, raw


def _parts(pack: zipfile.ZipFile) -> dict[str, str]:
    """``{sheet name: path of its part}``."""
    names = set(pack.namelist())
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
        return {}
    targets: dict[str, str] = {}
    for node in ElementTree.fromstring(_small(pack, "xl/_rels/workbook.xml.rels")):  # noqa: S314 - no document type
        targets[node.get("Id", "")] = node.get("Target", "")
    found = {}
    for node in ElementTree.fromstring(_small(pack, "xl/workbook.xml")).iter():  # noqa: S314 - no document type
        if node.tag.endswith("}sheet"):
            link = next((value for key, value in node.items() if key.endswith("}id")), "")
            target = targets.get(link, "").lstrip("/")
            path = target if target.startswith("xl/") else f"xl/{target}"
            if path in names:
                found[node.get("name", "")] = path
    return found


def _small(pack: zipfile.ZipFile, path: str) -> bytes:
    raw = pack.read(path)
    if b"<!DOCTYPE" in raw or b"<!ENTITY" in raw:
        raise ValueError("a document type")
    return raw


def _scan(pack: zipfile.ZipFile, path: str) -> tuple[About, int, int, bool]:
    """Hidden rows and unsaved formulas of a sheet; its last row, how many rows it has, whether a cell is too far right."""
    hidden: set[int] = set()
    unsaved: set[tuple[int, int]] = set()
    last, count, wide = 0, 0, False
    kept = b""
    with pack.open(path) as part:
        while chunk := part.read(CHUNK):
            count += chunk.count(b"<row ")
            text = kept + chunk
            if b" hidden=" in text:
                for match in _HIDDEN_ROW.finditer(text):
                    number = _ROW.match(match.group())
                    if number:
                        hidden.add(int(number.group(1)) - 1)
            if b"<f" in text:
                unsaved |= {(int(row) - 1, _column(letters)) for letters, row in _UNSAVED.findall(text)}
            start = text.rfind(b"<row ")
            number = _ROW.match(text, start) if start >= 0 else None
            if number:
                last = int(number.group(1))
            wide = wide or _WIDE_CELL.search(text) is not None
            kept = text[-OVERLAP:]
    return About(False, sorted(hidden), [], sorted(unsaved)), last, count, wide


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


def _without_strays(pack: zipfile.ZipFile, paths: set[str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as made:
        for part in pack.infolist():
            raw = pack.read(part)
            made.writestr(part.filename, _tidy(raw) if part.filename in paths else raw)
    return out.getvalue()


def _tidy(raw: bytes) -> bytes:
    """A sheet's XML without cells beyond the last column that is read, and without what follows the first long gap."""
    raw = _WIDE_CELL.sub(b"", raw)
    before, end = 0, raw.find(b"</sheetData>")
    for match in _ROW.finditer(raw):
        number = int(match.group(1))
        if before and number - before > LONG_GAP and end > match.start():
            raw = raw[: match.start()] + raw[end:]
            break
        before = number
    return re.sub(rb"<dimension [^>]*>", b"", raw, count=1)


def rows_of(tables: list[Table]) -> Iterator[tuple[str, About, list[list[Any]]]]:
    """Tables as the child sends them."""
    for table in tables:
        yield table.name, table.about, table.rows
