"""What the big screen says: at most eight numbers, a map, two movements; for a city its districts side by side.

It is worked out once in some minutes and shared by all screens that show the same; "as of" says when. Nobody can filter it:
each number is made coarse by itself, so that few in each of many cells are not told as nothing at all. Where the districts
stand beside the city, what is said of the city is the sum of what is shown of them, so that nothing can be subtracted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.cache import cache
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from nuanyi.lib import clock, figures, rooms
from nuanyi.lib.dates import moment_words
from nuanyi.lib.errors import Words
from nuanyi.lib.figures import Figure, Window
from nuanyi.lib.small_cells import INSIDE, cell
from nuanyi.matrix import charts
from nuanyi.matrix import cube as cubes
from nuanyi.places import queries as places

#: The last of those columns: what the desk ended for each 100 workers.
PER_100 = "per-100"
#: For so long what was worked out is shown to whoever asks; the page says as of when.
KEPT = timedelta(minutes=5)
#: Changes with what is kept: what another version of the program kept is not read.
_FORM = 1


@dataclass(frozen=True)
class Number:
    """One of the eight: None where it is too small to be shown."""

    key: str
    title: str
    value: int | None
    unit: str


@dataclass(frozen=True)
class DistrictRow:
    """A district of a city beside the others: a value for each column, None where too small to be shown, and for
    ``PER_100``. The row without a code is what lies in no district."""

    code: str
    name: str
    values: dict[str, float | None]


def content(district: str = "") -> dict[str, Any]:
    """What the screen of one district of a city shows, or ("") of all that this installation serves; at most ``KEPT`` old."""
    kept_as = f"big-screen:{_FORM}:{district}:{get_language()}"
    now = clock.now()
    kept = cache.get(kept_as)
    # the clock is asked too: a day that a test or a demo holds does not move the cache's own
    if kept is not None and timedelta() <= now - kept["at"] < KEPT:
        return dict(kept["content"])
    found = _worked_out(district)
    cache.set(kept_as, {"at": now, "content": found}, KEPT.total_seconds())
    return dict(found)


def _worked_out(district: str) -> dict[str, Any]:
    as_of = moment_words(clock.now())
    parts = [] if district else places.districts()
    is_city = len(parts) > 1
    year = charts.last_year()
    view = cubes.View(kind=cubes.DESK, region=district)
    trend = charts.trend(view, year, None, step=INSIDE, by_place=is_city)
    shades = charts.choropleth(view, year, None, step=INSIDE)
    codes = [part.code for part in parts] if is_city else []
    told = {key: _told(figure, district, codes) for key, figure in _figures().items()}
    rows: list[DistrictRow] = []
    if is_city:
        names = {part.code: part.name for part in parts} | {"": _("In no district")}
        desk = charts.of_places(view, year, step=INSIDE)
        rates = dict(zip(shades.codes, shades.series[0].values, strict=True))
        for code in (*codes, ""):
            values: dict[str, float | None] = {
                key: desk.get(code, 0) if key == cubes.DESK else told[key][code] for key in _beside(told)
            }
            rows.append(DistrictRow(code, names[code], {**values, PER_100: rates.get(code)}))
        rows = [row for row in rows if row.code or any(row.values.values())]
    return {
        "year": year,
        "as_of": as_of,
        "numbers": _numbers(told, year, trend),
        "trend": trend,
        "map": shades,
        "hours": None if is_city else charts.hours(year, district),
        "districts": rows,
        "heads": _heads(year, _beside(told)) if is_city else [],
    }


def _figures() -> dict[str, Figure]:
    offered = figures.offered()
    return {one.key: offered[one.key] for one in rooms.screen_figures() if one.key in offered}


def _beside(told: dict[str, dict[str, int | None]]) -> dict[str, Words]:
    """What stands in the columns of the districts side by side, by its key, with the short words at their heads."""
    return {
        one.key: one.head
        for one in rooms.screen_figures()
        if one.head and (one.key == cubes.DESK or one.key in told)
    }


def _heads(year: int, columns: dict[str, Words]) -> list[str]:
    return [*(str(head) % {"year": year} for head in columns.values()), _("For each 100")]


def _told(figure: Figure, district: str, parts: list[str]) -> dict[str, int | None]:
    """A figure as it is shown, by the code of each part ("" for what lies in none of them) and for "all" of them."""
    whole = figure.total(Window(region=district))
    if not parts:
        return {"all": _shown(figure, whole)}
    counts = {code: figure.total(Window(region=code)) for code in parts}
    counts[""] = max(0, whole - sum(counts.values()))
    shown = {code: _shown(figure, number) for code, number in counts.items()}
    total = sum(number or 0 for number in shown.values())
    return {**shown, "all": total or (None if whole else 0)}


def _shown(figure: Figure, number: int) -> int | None:
    return cell(number, INSIDE) if figure.of_people else number


def _numbers(told: dict[str, dict[str, int | None]], year: int, trend: charts.Chart) -> list[Number]:
    """All that was ever delivered; what the desk did, in the year that the panels show."""
    known = _figures()
    numbers = []
    for key in (one.key for one in rooms.screen_figures()):
        if key == cubes.DESK:
            title = _("Requests brought to an end, %(year)s") % {"year": year}
            numbers.append(Number(key, title, trend.total, trend.unit))
        elif key in told:
            numbers.append(Number(key, str(known[key].title), told[key]["all"], str(known[key].unit)))
    return numbers
