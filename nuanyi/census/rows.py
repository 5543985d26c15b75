"""Reading one row of a roster into a draft, with every bad cell named. Pure: no database."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from nuanyi.lib.identity import (
    Unreadable,
    mobiles_in,
    plain,
    read_count,
    read_credit_code,
    read_id_number,
    read_mobile,
    read_person_name,
    squeezed,
)
from nuanyi.lib.sectors import sector_named

#: What stands in place of a formula that was saved without its value.
UNSAVED = "#UNSAVED!"
_LEFT = re.compile(r"[(\[【]?(?:已|现已)?(?:离职|辞职|离队|退出|注销|停岗)(?:人员)?[)\]】]?$")
_REMARK = re.compile(r"[(\[【][^)\]】]{1,12}[)\]】]$")
_FORMULA_ERRORS = frozenset({"#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!"})


@dataclass(frozen=True, slots=True)
class Problem:
    """A bad cell: which field, what stands there, why it will not do, and what was probably meant."""

    field: str
    value: str
    reason: str
    hint: str = ""


@dataclass(slots=True)
class WorkerDraft:
    """A worker as a row tells it; normalised, empty where the row is silent."""

    name: str = ""
    phone: str = ""
    id_number: str = ""
    site: str = ""
    sector: str = ""
    region: str = ""
    political: str = ""
    establishment: str = ""
    #: what was read otherwise than it stands; the row is good all the same
    notes: list[Problem] | None = None


@dataclass(slots=True)
class EstablishmentDraft:
    """An establishment as a row tells it."""

    name: str = ""
    credit_code: str = ""
    sector: str = ""
    region: str = ""
    contact_name: str = ""
    contact_phone: str = ""
    headcount: int | None = None
    address: str = ""
    notes: list[Problem] | None = None


#: site, establishment, sector, region, problems
PlaceOfWork = tuple[str, str, str, str, tuple[Problem, ...]]


@dataclass
class Known:
    """What reading needs to know of the district, looked up once: how a township is named, which sites exist."""

    region_named: Callable[[str], str | None]
    region_in: Callable[[str], str | None]
    #: name key of an establishment -> (id, region code, sector)
    sites: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    default_sector: str = ""
    default_region: str = ""
    may_write: Callable[[str], bool] = lambda _code: True
    #: what the sender answered, by ``field:reason``: leave such cells empty; take what was probably meant
    leave: frozenset[str] = frozenset()
    hints: frozenset[str] = frozenset()
    #: words that a source uses in its own way: ``{"sector": {"其他": "courier"}, "region": {…}}``
    words: dict[str, dict[str, str]] = field(default_factory=dict)
    places: dict[tuple[object, object, object], PlaceOfWork] = field(default_factory=dict)
    _sectors: dict[str, str | None] = field(default_factory=dict)
    _regions: dict[str, str | None] = field(default_factory=dict)
    _within: dict[str, bool] = field(default_factory=dict)

    def sector(self, text: str) -> str | None:
        """The sector's code, remembered."""
        if text not in self._sectors:
            found = sector_named(text)
            own = self.words.get("sector", {}).get(text)
            self._sectors[text] = own or (found.value if found else None)
        return self._sectors[text]

    def region(self, text: str) -> str | None:
        """The region's code, remembered."""
        if text not in self._regions:
            self._regions[text] = self.words.get("region", {}).get(text) or self.region_named(text)
        return self._regions[text]

    def within(self, code: str) -> bool:
        """Whether the importing person may write there, remembered."""
        if code not in self._within:
            self._within[code] = self.may_write(code)
        return self._within[code]


def name_key(name: str) -> str:
    """How names of establishments are compared: no blanks, no brackets, half-width."""
    return squeezed(name).lower()


Cells = Sequence[object]


def _cell(row: Cells, column: int | None) -> object:
    return row[column] if column is not None and column < len(row) else ""


def _text(row: Cells, column: int | None) -> str:
    return plain(_cell(row, column))


def _read(
    reader: Callable[[object], str], cell: object, name: str, problems: list[Problem], known: Known
) -> str:
    try:
        return reader(cell)
    except Unreadable as wrong:
        return _unreadable(reader, cell, name, wrong, problems, known)


def _unreadable(
    reader: Callable[[object], str],
    cell: object,
    name: str,
    wrong: Unreadable,
    problems: list[Problem],
    known: Known,
) -> str:
    """What a bad cell gives: nothing and a problem, unless its sender has said what to do with such cells."""
    text = plain(cell)
    reason = wrong.reason
    if text in _FORMULA_ERRORS:
        reason = "formula"
    elif text == UNSAVED:
        reason = "formula-unsaved"
    elif "**" in text:
        reason = "masked"
    if wrong.hint and f"{name}:{reason}" in known.hints:
        try:
            return reader(wrong.hint)
        except Unreadable:
            reason = wrong.reason
    if f"{name}:{reason}" not in known.leave:
        problems.append(Problem(name, text, reason, wrong.hint))
    return ""


def _note(draft: WorkerDraft | EstablishmentDraft, *note: str) -> None:
    draft.notes = [*(draft.notes or ()), Problem(*note)]


def _read_name(cell: object, draft: WorkerDraft, problems: list[Problem], known: Known) -> str:
    """A name without what people write behind it: ``覃芳(已离职)``, ``覃芳（组长）``."""
    if not isinstance(cell, str) or not ("(" in cell or "（" in cell or "职" in cell or "】" in cell):
        return _read(read_person_name, cell, "name", problems, known)
    text = plain(cell)
    bare = _LEFT.sub("", text).strip()
    if bare and bare != text:
        if "name:left" not in known.leave:
            problems.append(Problem("name", text, "left"))
        return _read(read_person_name, bare, "name", problems, known)
    bare = _REMARK.sub("", text).strip()
    if bare and bare != text:
        _note(draft, "name", text, "remark")
    return _read(read_person_name, bare or text, "name", problems, known)


def _read_phone(
    cell: object,
    name: str,
    draft: WorkerDraft | EstablishmentDraft,
    problems: list[Problem],
    known: Known,
) -> str:
    """A mobile number; the first one where a cell holds several."""
    try:
        return read_mobile(cell)
    except Unreadable as wrong:
        several = mobiles_in(cell)
        if several:
            _note(draft, name, plain(cell), "phone-second")
            return several[0]
        return _unreadable(read_mobile, cell, name, wrong, problems, known)


def read_worker(row: Cells, fields: dict[str, int], known: Known) -> tuple[WorkerDraft, list[Problem]]:
    """One person. Without name, or without both phone and identity number, it is a bad row."""
    problems: list[Problem] = []
    get = fields.get
    draft = WorkerDraft()
    draft.name = _read_name(_cell(row, get("name")), draft, problems, known)
    phone, number = _cell(row, get("phone")), _cell(row, get("id_number"))
    if phone not in ("", None):
        draft.phone = _read_phone(phone, "phone", draft, problems, known)
    if number not in ("", None):
        draft.id_number = _read(read_id_number, number, "id_number", problems, known)
    if not (draft.phone or draft.id_number or problems):
        problems.append(Problem("phone" if "phone" in fields else "id_number", "", "no-identifier"))
    if "political" in fields:
        draft.political = _text(row, fields["political"])[:20]
    where = (_cell(row, get("site")), _cell(row, get("sector")), _cell(row, get("region")))
    found = known.places.get(where)
    if found is None:
        found = known.places[where] = _place_of_worker(*where, known)
    draft.site, draft.establishment, draft.sector, draft.region, wrong = found
    if wrong:
        problems += wrong
    return draft, problems


def _place_of_worker(site: object, sector: object, region: object, known: Known) -> PlaceOfWork:
    """Where somebody works. A roster names few places again and again, so ``known`` remembers the answers."""
    problems: list[Problem] = []
    draft = WorkerDraft(site=plain(site)[:120])
    known_site = known.sites.get(name_key(draft.site)) if draft.site else None
    if known_site:
        draft.establishment = known_site[0]
    _sector_of(draft, plain(sector), known_site[2] if known_site else "", known, problems)
    _region_of(draft, plain(region), known_site[1] if known_site else "", draft.site, known, problems)
    return draft.site, draft.establishment, draft.sector, draft.region, tuple(problems)


def read_establishment(
    row: Cells, fields: dict[str, int], known: Known
) -> tuple[EstablishmentDraft, list[Problem]]:
    """One establishment. Without name, sector or township it is a bad row."""
    problems: list[Problem] = []
    get = fields.get
    draft = EstablishmentDraft()
    draft.name = _text(row, get("name"))
    if not draft.name or len(draft.name) > 120:
        problems.append(Problem("name", draft.name[:60], "name-long" if draft.name else "name-missing"))
    if _text(row, get("credit_code")):
        draft.credit_code = _read(
            read_credit_code, _cell(row, get("credit_code")), "credit_code", problems, known
        )
    if _text(row, get("contact_name")):
        draft.contact_name = _read(
            read_person_name, _cell(row, get("contact_name")), "contact_name", problems, known
        )
    if _text(row, get("contact_phone")):
        draft.contact_phone = _read_phone(
            _cell(row, get("contact_phone")), "contact_phone", draft, problems, known
        )
    _sector_of(draft, _text(row, get("sector")), "", known, problems)
    if not draft.sector and not any(p.field == "sector" for p in problems):
        problems.append(Problem("sector", "", "sector-unknown"))
    _region_of(draft, _text(row, get("region")), "", draft.name, known, problems)
    draft.address = _text(row, get("address"))[:200]
    if _text(row, get("headcount")):
        headcount = _read(read_headcount, _cell(row, get("headcount")), "headcount", problems, known)
        draft.headcount = int(headcount) if headcount else None
    return draft, problems


def read_headcount(cell: object) -> str:
    """How many people, as text of digits. Raises Unreadable."""
    number = read_count(cell)
    if number > 100_000:
        raise Unreadable("headcount")
    return str(number)


def _sector_of(
    draft: WorkerDraft | EstablishmentDraft, text: str, of_site: str, known: Known, problems: list[Problem]
) -> None:
    if text:
        found = known.sector(text)
        if found is None and "sector:sector-unknown" not in known.leave:
            problems.append(Problem("sector", text, "sector-unknown"))
        draft.sector = found or known.default_sector
    else:
        draft.sector = of_site or known.default_sector


def _region_of(
    draft: WorkerDraft | EstablishmentDraft,
    text: str,
    of_site: str,
    name: str,
    known: Known,
    problems: list[Problem],
) -> None:
    if text:
        found = known.region(text)
        if found is None and "region:region-unknown" not in known.leave:
            problems.append(Problem("region", text, "region-unknown"))
            return
        draft.region = found or known.default_region
    else:
        draft.region = of_site or (known.region_in(name) if name else None) or known.default_region
    if not known.within(draft.region):
        problems.append(Problem("region", text or draft.region, "region-outside"))
