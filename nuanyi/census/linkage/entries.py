"""Entries of rosters as the linkage compares them. Pure: no database, nothing written anywhere."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any

from pypinyin import lazy_pinyin

from nuanyi.census.columns import HEADER_WITHIN, fields_of, is_data, key_of
from nuanyi.census.reading import NoHeader, Reader
from nuanyi.census.rows import Known
from nuanyi.census.rules import Kind
from nuanyi.lib import sheets
from nuanyi.lib.errors import BadInput
from nuanyi.lib.identity import Unreadable, plain, read_id_number, read_mobile, read_person_name, squeezed
from nuanyi.lib.sectors import sector_named
from nuanyi.lib.sheets import BadSheet

#: What a township's name ends in; ``良丰街道`` and ``良丰`` are one.
_PLACE_ENDS = re.compile(r"(回族乡|壮族乡|瑶族乡|苗族乡|侗族乡|街道办事处|街道办|街道|乡|镇)$")
_HIDDEN = "某*＊xX×"
_SEX_TITLES = frozenset({"性别", "sex", "gender"})
_SEXES = {"男": "m", "m": "m", "女": "f", "f": "f"}

Columns = dict[str, list[Any]]
COLUMNS = (
    "unique_id",
    "roster",
    "name",
    "sound",
    "letters",
    "hidden",
    "phone",
    "id_text",
    "valid_id",
    "site",
    "region",
    "sector",
    "sex",
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of one roster, as it stands there.

    ``roster`` and ``row`` say where; all other values are text as typed, empty where the row is silent.
    """

    roster: str
    row: int
    name: str = ""
    phone: str = ""
    id_number: str = ""
    site: str = ""
    sector: str = ""
    region: str = ""
    sex: str = ""


def entries_of(data: bytes, file: str) -> Iterator[Entry]:
    """The entries of a workbook or CSV. Bad cells are kept as typed: half a phone still says something.

    Rows are the sheet's own, counted from 1 with the header; a workbook of several sheets gives
    ``file#sheet``. Raises BadInput, which names the file.
    """
    try:
        yield from _entries_of(data, file)
    except NoHeader as wrong:
        raise BadInput(
            f"{file}: no row was recognised as the header of a list of persons (姓名 with 手机号码 or 身份证号)",
            code="no-header",
        ) from wrong
    except BadSheet as wrong:
        raise BadInput(f"{file}: {wrong}", code=wrong.code) from wrong


def _entries_of(data: bytes, file: str) -> Iterator[Entry]:
    known = Known(region_named=lambda text: text, region_in=lambda _text: None)
    reader = Reader(data, Kind.WORKERS)
    try:
        rows = list(reader.rows(known))
    except NoHeader:
        reader = Reader(data, Kind.WORKERS, chosen=_names_alone(data))
        rows = list(reader.rows(known))
    layouts = {layout.sheet: layout for layout in reader.layouts}
    for row in rows:
        layout = layouts[row.sheet]
        sex = next((at for at, title in enumerate(layout.titles) if key_of(title) in _SEX_TITLES), None)
        values = {name: _cell(row.cells, at) for name, at in layout.fields.items() if name != "political"}
        roster = f"{file}#{row.sheet}" if len(layouts) > 1 else file
        yield Entry(roster, row.number, sex=_cell(row.cells, sex), **values)


def _names_alone(data: bytes) -> dict[str, Any]:
    """Where the column of names stands in sheets that have nothing else; a list of names is a roster too."""
    found: dict[str, Any] = {}
    for sheet in sheets.read(data):
        for number, row in enumerate(islice(sheet.rows, HEADER_WITHIN), 1):
            fields = fields_of(row, Kind.WORKERS)
            if "name" in fields and not is_data(row):
                found[sheet.name] = {"row": number, "fields": fields}
                break
    return found


def _cell(cells: Sequence[Any], at: int | None) -> str:
    return plain(cells[at]) if at is not None and at < len(cells) else ""


@lru_cache(maxsize=200_000)
def name_forms(text: str) -> tuple[str, str, str]:
    """A name as compared, its sound without tones, and its characters in order.

    ``李雪明`` and ``李明雪`` hold the same characters; ``覃萍`` and ``覃平`` sound alike.
    """
    try:
        name = read_person_name(text)
    except Unreadable:
        name = "".join(text.split())[:30]
    return name, " ".join(lazy_pinyin(name)), "".join(sorted(name))


@lru_cache(maxsize=200_000)
def _phone(text: str) -> str:
    """The number where it is one, else its digits where at least seven are left."""
    try:
        return read_mobile(text)
    except Unreadable:
        digits = "".join(sign for sign in squeezed(text) if sign.isdigit())
        return digits if 7 <= len(digits) <= 15 else ""


def _id_number(text: str) -> tuple[str, bool]:
    """An ID number as typed, and whether its birth date and check digit hold."""
    try:
        return read_id_number(text), True
    except Unreadable:
        typed = squeezed(text).upper()
        return (typed if len(typed) >= 15 else ""), False


@lru_cache(maxsize=20_000)
def _sector(text: str) -> str:
    found = sector_named(text) if text else None
    return found.value if found else ""


def prepared(entries: Iterable[Entry]) -> Columns:
    """Columns for the linkage, one value an entry; None where an entry is silent."""
    entries = list(entries)
    region_of = _region_finder(entries)
    columns: Columns = {key: [] for key in COLUMNS}
    for number, entry in enumerate(entries):
        name, sound, letters = name_forms(entry.name)
        id_text, valid = _id_number(entry.id_number) if entry.id_number else ("", False)
        site = squeezed(entry.site).lower()
        row = (
            number,
            entry.roster,
            name,
            sound,
            letters,
            any(sign in _HIDDEN for sign in name[1:]),
            _phone(entry.phone) if entry.phone else "",
            id_text,
            id_text if valid else "",
            site,
            region_of(squeezed(entry.region), site),
            _sector(entry.sector),
            _SEXES.get(entry.sex[:1].lower(), ""),
        )
        for key, value in zip(COLUMNS, row, strict=True):
            columns[key].append(None if value == "" else value)
    return columns


def _region_finder(entries: list[Entry]) -> Callable[[str, str], str]:
    """The township that an entry names itself, or that its site's name holds (``山水到家良丰第3站``)."""
    named = {_PLACE_ENDS.sub("", squeezed(region)) for region in {entry.region for entry in entries}}
    places = sorted((place for place in named if len(place) >= 2), key=len, reverse=True)

    @lru_cache(maxsize=50_000)
    def find(region: str, site: str) -> str:
        if region:
            return _PLACE_ENDS.sub("", region)
        return next((place for place in places if place in site), "")

    return find
