"""What people would rather look at than read: each chart with its numbers and a sentence that says what it shows.

Everything is a view of the cube or a table that a room shows anyway, so what is hidden there is hidden here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from nuanyi.ledger import queries as ledger
from nuanyi.ledger import rules as kinds
from nuanyi.lib import clock
from nuanyi.lib.actor import Actor
from nuanyi.lib.small_cells import INSIDE, cell, coarse
from nuanyi.matrix import cube as cubes
from nuanyi.matrix import rules
from nuanyi.matrix.rules import Axis, Measure
from nuanyi.places import queries as places
from nuanyi.reports import queries as reports
from nuanyi.stations import queries as stations

MONTHS = range(1, 13)


@dataclass(frozen=True)
class Series:
    """One line or row of bars; None where nothing can be said (a month that is still to come)."""

    name: str
    values: list[float | None]
    earlier: bool = False


@dataclass(frozen=True)
class Chart:
    """A chart (``form``: trend, small, map, funnel, hours), its sentence, and the table beside it."""

    form: str
    title: str
    sentence: str
    labels: list[str]
    series: list[Series]
    unit: str = ""
    codes: list[str] = field(default_factory=list)
    most: float = 0
    #: the sum of the first series, where one is told beside it
    total: int = 0

    @property
    def spec(self) -> dict[str, Any]:
        """What the page's script draws."""
        return {
            "form": self.form,
            "title": self.title,
            "unit": self.unit,
            "labels": self.labels,
            "codes": self.codes,
            "most": self.most,
            "series": [
                {"name": one.name, "values": one.values, "earlier": one.earlier} for one in self.series
            ],
        }

    @property
    def table(self) -> list[tuple[str, list[float | None]]]:
        """The numbers by label: one row a label, one column a series."""
        return [
            (label, [one.values[n] if n < len(one.values) else None for one in self.series])
            for n, label in enumerate(self.labels)
        ]

    @property
    def empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not any(value for one in self.series for value in one.values)

    @property
    def outlines(self) -> dict[str, Any] | None:
        """The shapes of the places of a map, whatever their level; None where one has none: then tiles stand for it."""
        shapes = places.outlines_of(self.codes)
        return shapes if self.codes and len(shapes["features"]) == len(set(self.codes)) else None

    @property
    def tiles(self) -> list[tuple[str, str, float | None, int]]:
        """For a map without outlines: the code of each place, its name, its number, its shade."""
        values = self.series[0].values if self.series else []
        top = round(max((value or 0 for value in values), default=0) * 10)
        return [
            (code, label, value, rules.heat(round((value or 0) * 10), top))
            for code, label, value in zip(self.codes, self.labels, values, strict=True)
        ]


def last_year() -> int:
    """The last year in which the service desk brought anything to an end; this one where it never did."""
    desk = tuple(name for name in kinds.kinds() if name.startswith(f"{cubes.DESK}."))
    found = ledger.months(desk)
    return found[1].year if found else clock.today().year


def _sum(values: Sequence[float | None]) -> int:
    return int(sum(value or 0 for value in values))


def _month(number: int) -> str:
    if (get_language() or "").startswith("zh"):
        return f"{number}月"
    return date(2000, number, 1).strftime("%b")


def _to_come(year: int, month: int) -> bool:
    today = clock.today()
    return (year, month) > (today.year, today.month)


def trend(
    view: cubes.View, year: int, actor: Actor | None, *, step: int = 1, by_place: bool = False
) -> Chart:
    """A year's months, with the year before. ``step``: each number that is shown is made coarse by itself, and so is the sum
    that the sentence says, for one fixed view that nobody can filter. ``by_place``: where the places' own numbers stand
    beside it, each number is the sum of what is shown of them, so that the parts make up the whole.
    """
    rows = Axis.PLACE if by_place else Axis.KIND
    asked = replace(view, rows=rows, columns=Axis.MONTH, kind=view.kind or cubes.DESK)
    now = cubes.cube(replace(asked, period=str(year)), actor)
    before = cubes.cube(replace(asked, period=str(year - 1)), actor)
    months = sum(not _to_come(year, month) for month in MONTHS)
    parts = [_by_month(found, by_place=by_place) for found in (now, before)]
    this, last = (
        [float(sum(coarse(n, step) for n in month)) for month in zip(*one, strict=True)] for one in parts
    )
    sums = [sum(coarse(sum(line[:months]), step) for line in one) for one in parts]
    return Chart(
        "trend",
        _("Month by month"),
        _trend_sentence(year, this[:months], (sums[0], sums[1]), now.unit),
        [_month(month) for month in MONTHS],
        [
            Series(str(year), [*this[:months], *[None] * (len(MONTHS) - months)]),
            Series(str(year - 1), [*last], earlier=True),
        ],
        now.unit,
        total=sums[0],
    )


def _by_month(found: cubes.Cube, *, by_place: bool) -> list[list[int]]:
    """The counts of twelve months: a line for each place, or one for all."""
    if by_place:
        return [[cell.count for cell in row] for row in found.cells] or [[0] * len(MONTHS)]
    return [[cell.count for cell in found.column_totals]]


def of_places(view: cubes.View, year: int, *, step: int) -> dict[str, int | None]:
    """What was delivered in each place of a year, each made coarse by itself (None where that hides it); "" where the place is
    not known.
    """
    asked = replace(view, rows=Axis.PLACE, columns=Axis.MONTH, kind=view.kind or cubes.DESK)
    found = cubes.cube(replace(asked, period=str(year)), None)
    counts = {place.code: sum(one.count for one in cells) for place, cells, _all in found.lines}
    return {code: cell(n, step) for code, n in counts.items()}


def _trend_sentence(year: int, this: Sequence[float], sums: tuple[int, int], unit: str) -> str:
    """In words: how many so far, how that compares with the same months of the year before, the strongest month."""
    months = len(this)
    now, then = sums
    if not now and not then:
        return _("Nothing in %(year)s, nor in the year before.") % {"year": year}
    strongest = max(range(months), key=lambda n: this[n]) + 1 if now else 0
    said = _("%(year)s: %(n)s %(unit)s") % {"year": year, "n": f"{now:,}", "unit": unit}
    if not then:
        said += _(", the year before had none")
    elif now == then:
        said += _(", as many as in the same months of the year before")
    elif now > then:
        said += _(", %(n)s more than in the same months of the year before") % {"n": f"{now - then:,}"}
    else:
        said += _(", %(n)s fewer than in the same months of the year before") % {"n": f"{then - now:,}"}
    if strongest:
        said += _("; most in month %(month)s") % {"month": strongest}
    return said + _(".")


def by_place(view: cubes.View, year: int, actor: Actor | None) -> list[Chart]:
    """The same months, one small chart a place, all to one scale."""
    asked = replace(view, rows=Axis.PLACE, columns=Axis.MONTH, kind=view.kind or cubes.DESK, period=str(year))
    found = cubes.cube(asked, actor)
    most = max((cell.count for row in found.cells for cell in row), default=0)
    made = []
    for place, cells, total in found.lines:
        if not place.code and not total.count:
            continue
        values = [None if _to_come(year, month) else float(cells[month - 1].count) for month in MONTHS]
        made.append(
            Chart(
                "small",
                place.title,
                _("%(n)s in all") % {"n": f"{total.count:,}"},
                [_month(month) for month in MONTHS],
                [Series(place.title, values)],
                found.unit,
                most=float(most),
            )
        )
    return made


def side_by_side(small: Sequence[Chart]) -> Chart:
    """The small charts as one, a series a place: what the table beside them shows."""
    months = [_month(month) for month in MONTHS]
    return Chart(
        "small", _("Places side by side"), places_sentence(small), months, [one.series[0] for one in small]
    )


def places_sentence(charts: Sequence[Chart]) -> str:
    """Which place has most, which have none."""
    sums = [(one.title, _sum(one.series[0].values)) for one in charts]
    if not any(number for _title, number in sums):
        return _("Nothing in any place.")
    best = max(sums, key=lambda one: one[1])
    none = [title for title, number in sums if not number]
    said = _("%(where)s has most, %(n)s") % {"where": best[0], "n": f"{best[1]:,}"}
    if none:
        said += _("; nothing in %(where)s") % {"where": "、".join(none)}
    return said + _(".")


def choropleth(view: cubes.View, year: int, actor: Actor | None, *, step: int = 0) -> Chart:
    """For each 100 workers, by place. ``step``: worked out from what was delivered and who is there, each made coarse."""
    asked = replace(
        view,
        rows=Axis.KIND,
        columns=Axis.PLACE,
        kind=view.kind or cubes.DESK,
        period=str(year),
        measure=Measure.PER_100,
    )
    found = cubes.cube(asked, actor)
    known = [
        (
            column,
            rules.per_100(coarse(total.count, step), coarse(found.heads.get(column.code, 0), step))
            if step
            else total.value,
        )
        for column, total in zip(found.columns, found.column_totals, strict=True)
        if column.code
    ]
    said = [(place.title, value) for place, value in known if value is not None]
    sentence = _("No place has both workers on record and something delivered.")
    if any(value for _title, value in said):
        best = max(said, key=lambda one: one[1])
        worst = min(said, key=lambda one: one[1])
        sentence = _("For each 100 workers: most in %(best)s (%(n)s), least in %(worst)s (%(m)s).") % {
            "best": best[0],
            "n": f"{best[1]:.1f}",
            "worst": worst[0],
            "m": f"{worst[1]:.1f}",
        }
    return Chart(
        "map",
        _("For each 100 workers, by place"),
        sentence,
        [place.title for place, _value in known],
        [Series(_("For each 100 workers"), [value for _place, value in known])],
        found.unit,
        [place.code for place, _value in known],
    )


def funnel(year: int, region: str, actor: Actor | None) -> Chart:
    """What riders saw: told, answered, mended, found mended by who told of it."""
    # of days that are over: who asks again and again must not see the moment at which one comes
    first, last = date(year, 1, 1), min(date(year, 12, 31), clock.today() - timedelta(days=1))
    counted = reports.funnel(reports.within(first, last, region))
    if actor is not None and not actor.everywhere("reports.handle"):
        counted = {name: coarse(number, INSIDE) for name, number in counted.items()}
    told, mended = counted["told"], counted["mended"]
    sentence = _("Nobody told of anything in %(year)s.") % {"year": year}
    if told:
        sentence = ngettext(
            "Of %(told)s thing that was told of, %(mended)s were mended (%(share)s%%), and %(confirmed)s were"
            " found mended by who told of them.",
            "Of %(told)s things that were told of, %(mended)s were mended (%(share)s%%), and %(confirmed)s were"
            " found mended by who told of them.",
            told,
        ) % {
            "told": told,
            "mended": mended,
            "share": round(100 * mended / told),
            "confirmed": counted["confirmed"],
        }
    labels = [_("Told"), _("Answered"), _("Mended"), _("Found mended")]
    values: list[float | None] = [
        float(counted[name]) for name in ("told", "answered", "mended", "confirmed")
    ]
    return Chart(
        "funnel", _("From told to mended"), sentence, labels, [Series(_("Reports"), values)], _("reports")
    )


def hours(year: int, region: str = "") -> Chart:
    """At which hours of the day workers come to all stations (of one district of a city); in fives, as everywhere."""
    by_hour = dict(stations.visits_table(date(year, 1, 1), date(year, 12, 31), region)["hours"])
    values: list[float | None] = [float(by_hour.get(hour, 0)) for hour in range(24)]
    sentence = _("Nobody checked in at a station in %(year)s.") % {"year": year}
    if any(values):
        best = max(range(24), key=lambda hour: values[hour] or 0)
        night = sum(values[hour] or 0 for hour in (22, 23, 0, 1, 2, 3, 4, 5))
        sentence = _("Most come from %(from)s to %(to)s; %(share)s%% come between 22:00 and 6:00.") % {
            "from": f"{best}:00",
            "to": f"{best + 1}:00",
            "share": round(100 * night / _sum(values)),
        }
    return Chart(
        "hours",
        _("Hours of the day at all stations of the district"),
        sentence,
        [f"{hour}:00" for hour in range(24)],
        [Series(_("Visits"), values)],
        _("visits"),
    )
