"""Open data as they were released; summaries made here; what districts handed up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import product
from typing import Any

from django.db.models import F, Func, IntegerField, QuerySet
from django.utils.translation import gettext as _

from nuanyi.ledger import queries as ledger
from nuanyi.ledger import rules as kinds
from nuanyi.ledger.queries import Slice
from nuanyi.lib import clock, figures
from nuanyi.lib.errors import BadInput
from nuanyi.lib.figures import Window
from nuanyi.lib.periods import month_end, shifted
from nuanyi.lib.region_codes import TOWNSHIP
from nuanyi.lib.sectors import Sector
from nuanyi.lib.small_cells import OUTSIDE, coarse
from nuanyi.places import queries as places
from nuanyi.sharing.models import Received, Release, SenderKey, SigningKey, Summary
from nuanyi.sharing.rules import DATASETS

FILTERS = ("dataset", "kind", "period", "township", "sector")


def month_before(day: date) -> date:
    """The first day of the last month that is over."""
    return shifted(day, -1)


def rows_until(last: date) -> list[dict[str, Any]]:
    """Every cell that may be public, of months that are over; counts of people in tens, under ten not told (None).

    Each cell is made from its own count, and no sum is told: whatever is subtracted from whatever, the difference is a
    multiple of ten. A cell of nobody is told as one of few (and stands there as well): that a township has nobody and
    a sector somebody would say of four hidden cells that each holds one.
    """
    known = kinds.kinds()
    asked = Slice(tuple(known), None, month_end(last), digits=TOWNSHIP, moved=places.moved(places.changes()))
    of_month = ledger.cube(asked, ("kind", "month"))
    if not of_month:
        return []
    months = [min(date.fromisoformat(month) for _kind, month in of_month)]
    while months[-1] < last:
        months.append(month_end(months[-1]) + date.resolution)
    years = sorted({f"{month:%Y}" for month in months})
    cells: dict[tuple[str, str, str, str, str], int] = {
        ("months", kind, month[:7], "", ""): count for (kind, month), count in of_month.items()
    }
    axes = (
        ("townships", "place", {region.code for region in places.townships()}),
        ("sectors", "sector", set(Sector.values)),
    )
    people = [kind for kind in known if known[kind].of_people]
    for name, day in product(people, months):
        cells.setdefault(("months", name, f"{day:%Y-%m}", "", ""), 0)
    for dataset, axis, members in axes:
        found = ledger.cube(asked, ("kind", "month", axis))
        members |= {"", *(member for _kind, _month, member in found)}
        for (kind, month, member), count in found.items():
            key = _yearly(dataset, kind, month[:4], member)
            cells[key] = cells.get(key, 0) + count
        for name, of_year, member in product(people, years, members):
            cells.setdefault(_yearly(dataset, name, of_year, member), 0)
    ordered = sorted(cells.items(), key=lambda cell: (DATASETS.index(cell[0][0]), cell[0]))
    return [
        {
            **dict(zip(FILTERS, key, strict=True)),
            "value": (coarse(max(count, 0), OUTSIDE) or None) if known[key[1]].of_people else count,
        }
        for key, count in ordered
    ]


def _yearly(dataset: str, kind: str, year: str, member: str) -> tuple[str, str, str, str, str]:
    return (dataset, kind, year, member, "") if dataset == "townships" else (dataset, kind, year, "", member)


def latest() -> Release | None:
    """The release that is in force."""
    return Release.objects.first()


def all_releases() -> QuerySet[Release]:
    """Every release, the latest first, with the number of its rows and without them."""
    counted = Func(F("rows"), function="jsonb_array_length", output_field=IntegerField())
    return Release.objects.defer("rows").annotate(row_count=counted)


def filtered(rows: list[dict[str, Any]], query: dict[str, str]) -> list[dict[str, Any]]:
    """The rows that fit; a filter that does not exist is refused. Raises BadInput."""
    unknown = set(query) - {*FILTERS, "release"}
    if unknown:
        raise BadInput(
            _("There is no filter “%(name)s”. There are: %(names)s.")
            % {"name": min(unknown)[:40], "names": ", ".join(FILTERS)},
            code="bad-filter",
        )
    dataset = query.get("dataset", "")
    if dataset and dataset not in DATASETS:
        raise BadInput(
            _("There is no dataset “%(name)s”. There are: %(names)s.")
            % {"name": dataset[:40], "names": ", ".join(DATASETS)},
            code="bad-filter",
        )
    wanted = {name: query[name] for name in FILTERS if query.get(name)}
    return [row for row in rows if all(row[name] == value for name, value in wanted.items())]


def schema() -> dict[str, Any]:
    """The fields of a row, as a Table Schema (specs.frictionlessdata.io), with the words of each kind, sector and township."""
    return {
        "fields": [
            {"name": "dataset", "type": "string", "constraints": {"enum": list(DATASETS), "required": True}},
            {
                "name": "kind",
                "type": "string",
                "constraints": {"enum": list(kinds.kinds()), "required": True},
            },
            {
                "name": "period",
                "type": "string",
                "description": _("A month (2022-06) or a year (2022)"),
                "constraints": {"pattern": r"\d{4}(-\d{2})?", "required": True},
            },
            {
                "name": "township",
                "type": "string",
                "description": _("Statistical code; empty: all or not known"),
            },
            {
                "name": "sector",
                "type": "string",
                "description": _("Empty: all or not known"),
                "constraints": {"enum": ["", *Sector.values]},
            },
            {
                "name": "value",
                "type": "integer",
                "description": _("Counts of people are in tens; empty: nobody, or under ten, not shown"),
            },
        ],
        "primaryKey": list(FILTERS),
        "missingValues": [""],
        "kinds": {
            kind.name: {"title": str(kind.title), "unit": str(kind.unit), "in_tens": kind.of_people}
            for kind in kinds.kinds().values()
        },
        "sectors": {code: str(title) for code, title in Sector.choices},
        "townships": {region.code: region.name for region in places.townships()},
    }


# upward ---------------------------------------------------------------------------------------


def counts_of(month: date) -> dict[str, int]:
    """What the whole district delivered in a month, by kind: sums only, no place, no sector, nobody."""
    asked = Slice(tuple(kinds.kinds()), month, month_end(month))
    return {kind: count for (kind,), count in sorted(ledger.cube(asked, ("kind",)).items())}


def workers_of(month: date) -> int:
    """Workers on record at the end of a month, each once as far as the linkage is certain."""
    figure = figures.offered().get("census.workers")
    return figure.total(Window(None, min(month_end(month), clock.today()))) if figure else 0


@dataclass(frozen=True)
class Month:
    """A month of one's own: what was signed, whether the numbers have changed since, whether the key has."""

    month: date
    latest: Summary | None
    has_changed: bool
    of_old_key: bool = False


def own_years() -> list[int]:
    """The years of which months can be signed or were: those with anything delivered, the latest first."""
    found = ledger.months(tuple(kinds.kinds()))
    latest = month_before(clock.today()).year
    return list(range(latest, min(found[0].year if found else latest, latest) - 1, -1))


def own_months(year: int | None = None) -> list[Month]:
    """Months that are over, the latest first: the last twelve, or those of ``year``. Two questions and one a signed month."""
    last = month_before(clock.today())
    newest = last if year is None else date(year, 12, 1)
    months = [one for one in (shifted(newest, -n) for n in range(12)) if one <= last]
    if not months:
        return []
    signed: dict[date, Summary] = {}
    for one in Summary.objects.filter(month__range=(months[-1], months[0])).order_by("revision"):
        signed[one.month] = one
    asked = Slice(tuple(kinds.kinds()), months[-1], month_end(months[0]))
    now: dict[date, dict[str, int]] = {}
    for (kind, month), number in ledger.cube(asked, ("kind", "month")).items():
        now.setdefault(date.fromisoformat(month), {})[kind] = number
    key = key_in_force()
    return [_own(month, signed.get(month), now.get(month, {}), key) for month in months]


def _own(month: date, signed: Summary | None, counts: dict[str, int], key: SigningKey | None) -> Month:
    if signed is None:
        return Month(month, None, has_changed=False)
    document = signed.document
    has_changed = document["counts"] != counts or document["workers"] != workers_of(month)
    return Month(month, signed, has_changed, key is not None and document["key"] != key.public_key)


def key_in_force() -> SigningKey | None:
    """The key that signs today."""
    return SigningKey.objects.filter(until_date=None).first()


@dataclass(frozen=True)
class DistrictLine:
    """One district in the city's table: what counts of it in a period."""

    code: str
    name: str
    months: list[str]
    missing: list[str]
    workers: int
    counts: dict[str, int]


@dataclass(frozen=True)
class CityTable:
    """Districts down, kinds across, and their sums."""

    kinds: list[tuple[str, str, str]]
    lines: list[DistrictLine]
    sums: dict[str, int]
    workers: int


def city_table(first: date, last: date) -> CityTable:
    """What the districts handed up for whole months, the latest revision of each; who did not is named. Two questions."""
    months = [first]
    while months[-1] < last:
        months.append(month_end(months[-1]) + date.resolution)
    in_force: dict[tuple[str, date], Received] = {}
    for one in Received.objects.filter(void_at=None, month__gte=first, month__lte=last).order_by("revision"):
        in_force[one.district_code, one.month] = one
    senders = {key.district_code: key.name for key in SenderKey.objects.order_by("from_date")}
    lines = []
    for code, name in sorted(senders.items()):
        mine = {month: in_force[code, month] for month in months if (code, month) in in_force}
        counts: dict[str, int] = {}
        for one in mine.values():
            for kind, number in one.counts.items():
                counts[kind] = counts.get(kind, 0) + number
        lines.append(
            DistrictLine(
                code,
                name,
                [f"{month:%Y-%m}" for month in mine],
                [f"{month:%Y-%m}" for month in months if month not in mine],
                mine[max(mine)].workers if mine else 0,
                counts,
            )
        )
    known = kinds.kinds()
    seen = {kind for line in lines for kind in line.counts}
    titles = [(kind.name, str(kind.title), str(kind.unit)) for kind in known.values() if kind.name in seen]
    titles += [(kind, kind, "") for kind in sorted(seen - set(known))]
    sums = {kind: sum(line.counts.get(kind, 0) for line in lines) for kind in seen}
    return CityTable(titles, lines, sums, sum(line.workers for line in lines))
