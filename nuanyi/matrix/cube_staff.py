"""The cube: its page, its workbook, and the entries that a cell counts."""

from __future__ import annotations

import io
from typing import Any

from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from nuanyi.ledger import queries as ledger
from nuanyi.ledger import rules as kinds
from nuanyi.ledger.queries import Slice
from nuanyi.lib import clock, downloads, paging, rooms, sheets
from nuanyi.lib.access import actor_of, permission_required
from nuanyi.lib.actor import Actor
from nuanyi.lib.errors import NotFound, Words
from nuanyi.lib.region_codes import CITY, DISTRICT, TOWNSHIP, VILLAGE
from nuanyi.lib.sectors import Sector
from nuanyi.matrix import cube as cubes
from nuanyi.matrix import queries
from nuanyi.matrix.rules import Axis, Measure
from nuanyi.places import queries as places
from nuanyi.units import queries as units

AXES: dict[Axis, Words] = {
    Axis.KIND: gettext_lazy("Kind of service"),
    Axis.SECTOR: gettext_lazy("Sector"),
    Axis.PLACE: gettext_lazy("Place"),
    Axis.MONTH: gettext_lazy("Month"),
}
MEASURES: dict[Measure, Words] = {
    Measure.COUNT: gettext_lazy("Count"),
    Measure.PER_100: gettext_lazy("For each 100 workers"),
    Measure.CHANGE: gettext_lazy("Against the time before"),
    Measure.YEAR: gettext_lazy("Against the year before"),
    Measure.TARGET: gettext_lazy("Of the target"),
}
#: Thin cells told in words at once; the others behind a fold.
TOLD_AT_ONCE = 6


def _choices(view: cubes.View, of: cubes.Book, *, exact: bool) -> dict[str, Any]:
    open_places = _near(view, of, exact=exact)
    regions = [("", _("The whole district"))]
    most = TOWNSHIP if len(of.root) > CITY else DISTRICT
    for code, region in of.regions.items():
        near = len(of.root) < len(code) <= most and not region.ended_date
        if near or code == view.region or code in open_places:
            regions.append((code, region.name))
    regions.append((cubes.UNKNOWN, _("Place not known")))
    return {
        "axes": [(axis.value, words) for axis, words in AXES.items()],
        "measures": [
            (measure.value, words, view.address(measure=measure), measure is view.measure)
            for measure, words in MEASURES.items()
        ],
        "kinds": [
            ("", _("All kinds")),
            (cubes.DESK, _("What the service desk brought to an end")),
            *((kind.name, kind.title) for kind in kinds.kinds().values()),
        ],
        "sectors": [("", _("All sectors")), *Sector.choices, (cubes.UNKNOWN, _("Sector not known"))],
        "regions": regions,
    }


def _near(view: cubes.View, of: cubes.Book, *, exact: bool) -> set[str]:
    """The places around the one that is shown: those above it and beside it, and those one step below."""
    here = view.region
    if here not in of.regions:
        return set()
    steps = [length for length in (CITY, DISTRICT, TOWNSHIP) if len(of.root) <= length <= len(here)]
    finest = VILLAGE if exact else TOWNSHIP
    return {
        code
        for code, region in of.regions.items()
        if code != of.root
        and len(code) <= finest
        and not region.ended_date
        and (region.parent_id or "") in {here[:length] for length in steps}
    }


@require_safe
@permission_required("matrix.view")
def cube(request: HttpRequest) -> HttpResponse:
    """Any two of kind, sector, place and month against each other; the address holds the view."""
    found = cubes.cube(cubes.view_of(request.GET.dict()), actor_of(request))
    context = {
        "cube": found,
        "view": found.view,
        "flipped": found.view.address(rows=found.view.columns, columns=found.view.rows),
        "other_places": found.view.address(of_then=not found.view.of_then),
        "has_changes": bool(found.book.changes),
        "query": found.view.address(),
        "beside": queries.beside_workers(actor_of(request)),
        "row_words": AXES[found.view.rows],
        "column_words": AXES[found.view.columns],
        "told": found.thin[:TOLD_AT_ONCE],
        "told_later": found.thin[TOLD_AT_ONCE:],
        "measure_words": MEASURES[found.view.measure],
        "way_down": cubes.way_down(found.view, found.book),
        **_choices(found.view, found.book, exact=found.exact),
    }
    return render(request, "matrix/staff/cube.html", context)


@require_safe
@permission_required("matrix.view")
def workbook(request: HttpRequest) -> HttpResponse:
    """The view as Excel: the numbers, what is thin, and what they mean."""
    found = cubes.cube(cubes.view_of(request.GET.dict()), actor_of(request))
    out = io.BytesIO()
    writer = sheets.Writer(out)
    titles = [str(AXES[found.view.rows]), *[column.title for column in found.columns], _("Sum")]
    page = writer.sheet(_("Cube"), titles, [30])
    for row, cells, total in found.lines:
        page.row([row.title, *[_shown(cell) for cell in cells], _shown(total)])
    page.row([_("Sum"), *[_shown(cell) for cell in found.column_totals], _shown(found.total)])
    page = writer.sheet(
        _("Thin cells"),
        [AXES[found.view.rows], AXES[found.view.columns], _("Why"), _("Who answers"), _("Next step")],
        [24, 24, 60, 24, 40],
    )
    for thin in found.thin:
        page.row([thin.row, thin.column, thin.why, thin.who, thin.next])
    page = writer.sheet(_("Definition"), [_("What"), _("Value")], [24, 80])
    for line in _definition(found):
        page.row(line)
    writer.close()
    return downloads.workbook(out.getvalue(), downloads.dated(_("Cube")))


def _shown(cell: cubes.Cell) -> float | str | None:
    return _("under 5") if cell.hidden else cell.value


def _definition(found: cubes.Cube) -> list[tuple[str, object]]:
    view = found.view
    return [
        (_("Shown"), MEASURES[view.measure]),
        (_("Period"), _("All time") if view.period == "all" else view.period),
        (_("Place"), view.region or _("The whole district")),
        (_("Sector"), view.sector or _("All sectors")),
        (_("Places"), _("as they were then") if view.of_then else _("as they are today")),
        *([(_("Target"), found.target_note)] if found.target_note else []),
        (_("Workers counted"), found.workers),
        (_("Totals"), _exactness(found.exact)),
        (_("Asked at"), found.asked_at.astimezone(clock.CHINA).strftime("%Y-%m-%d %H:%M:%S")),
        (_("Source"), _("the ledger's own sums, kept with every entry")),
    ]


def _exactness(exact: bool) -> str:
    return (
        _("Exact: every total is the sum of its parts.")
        if exact
        else _(
            "Counts of people are in fives for each kind, sector, township and month, and under five nothing is "
            "shown; every number is a sum of these."
        )
    )


def _may_see_records(actor: Actor, asked: Slice) -> None:
    """All entries are for whoever sees all people; a township's for whoever sees those of the township one by one. Another
    place's answer like those of one that there is not. Raises NotAllowed, NotFound.
    """
    actor.require("matrix.records")
    if not cubes.opens_records(actor, asked.region, asked.place or ""):
        raise NotFound()


@require_safe
@permission_required("matrix.records")
def records(request: HttpRequest) -> HttpResponse:
    """Exactly the entries that a cell counts, each with the page of what it was written for."""
    asked = cubes.records_of(request.GET.dict())
    _may_see_records(actor_of(request), asked.slice)
    rows = ledger.entries(asked.slice)
    page = paging.page_of(rows, after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    total = rows.order_by().aggregate(n=Sum("count"))["n"] or 0
    names = places.names_by_code()
    unit_names = dict(units.unit_choices())
    lines = [
        {
            "entry": entry,
            "kind": kinds.kinds().get(entry.kind, None),
            "place": names.get(entry.region_code) or entry.region_code,
            "sector": dict(Sector.choices).get(entry.sector, ""),
            "unit": unit_names.get(entry.unit_id, ""),
            "of": _record_name(entry.source_type),
            "href": rooms.page_of(entry.source_type, entry.source_id),
        }
        for entry in page.rows
    ]
    context = {"lines": lines, "page": page, "total": total, "titles": asked.titles, "back": asked.back}
    return render(request, "matrix/staff/cube_records.html", context)


def _record_name(source_type: str) -> str:
    """What a record is called: the words of its room."""
    room = rooms.rooms().get(f"nuanyi.{source_type.partition('.')[0]}")
    return str(room.title) if room is not None else ""
