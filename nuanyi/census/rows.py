"""Reading one row of a roster into a draft, with every bad cell named. Pure: no database."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from nuanyi.lib.identity import (
    Unreadable,
    plain,
    read_credit_code,
    read_id_number,
    read_mobile,
    read_person_name,
    squeezed,
)
from nuanyi.lib.sectors import sector_named

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
    places: dict[tuple[object, object, object], PlaceOfWork] = field(default_factory=dict)
    _sectors: dict[str, str | None] = field(default_factory=dict)
    _regions: dict[str, str | None] = field(default_factory=dict)
    _within: dict[str, bool] = field(default_factory=dict)

    def sector(self, text: str) -> str | None:
        """The sector's code, remembered."""
        if text not in self._sectors:
            found = sector_named(text)
            self._sectors[text] = found.value if found else None
        return self._sectors[text]

    def region(self, text: str) -> str | None:
        """The region's code, remembered."""
        if text not in self._regions:
            self._regions[text] = self.region_named(text)
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


def _read(reader: Callable[[object], str], cell: object, name: str, problems: list[Problem]) -> str:
    try:
        return reader(cell)
    except Unreadable as wrong:
        text = plain(cell)
        reason = "formula" if text in _FORMULA_ERRORS else wrong.reason
        problems.append(Problem(name, text, reason, wrong.hint))
        return ""


def read_worker(row: Cells, fields: dict[str, int], known: Known) -> tuple[WorkerDraft, list[Problem]]:
    """One person. Without name, or without both phone and identity number, it is a bad row."""
    problems: list[Problem] = []
    get = fields.get
    draft = WorkerDraft()
    draft.name = _read(read_person_name, _cell(row, get("name")), "name", problems)
    phone, number = _cell(row, get("phone")), _cell(row, get("id_number"))
    if phone not in ("", None):
        draft.phone = _read(read_mobile, phone, "phone", problems)
    if number not in ("", None):
        draft.id_number = _read(read_id_number, number, "id_number", problems)
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
        draft.credit_code = _read(read_credit_code, _cell(row, get("credit_code")), "credit_code", problems)
    if _text(row, get("contact_name")):
        draft.contact_name = _read(
            read_person_name, _cell(row, get("contact_name")), "contact_name", problems
        )
    if _text(row, get("contact_phone")):
        draft.contact_phone = _read(read_mobile, _cell(row, get("contact_phone")), "contact_phone", problems)
    _sector_of(draft, _text(row, get("sector")), "", known, problems)
    if not draft.sector and not any(p.field == "sector" for p in problems):
        problems.append(Problem("sector", "", "sector-unknown"))
    _region_of(draft, _text(row, get("region")), "", draft.name, known, problems)
    headcount = _text(row, get("headcount"))
    if headcount:
        if headcount.isdecimal() and int(headcount) <= 100_000:
            draft.headcount = int(headcount)
        else:
            problems.append(Problem("headcount", headcount, "headcount"))
    return draft, problems


def _sector_of(
    draft: WorkerDraft | EstablishmentDraft, text: str, of_site: str, known: Known, problems: list[Problem]
) -> None:
    if text:
        found = known.sector(text)
        if found is None:
            problems.append(Problem("sector", text, "sector-unknown"))
        draft.sector = found or ""
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
        if found is None:
            problems.append(Problem("region", text, "region-unknown"))
            return
        draft.region = found
    else:
        draft.region = of_site or (known.region_in(name) if name else None) or known.default_region
    if not known.within(draft.region):
        problems.append(Problem("region", text or draft.region, "region-outside"))
