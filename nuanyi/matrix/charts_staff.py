"""Charts, each with its table and a sentence."""

from __future__ import annotations

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from nuanyi.ledger import rules as kinds
from nuanyi.lib import figures
from nuanyi.lib.access import actor_of, permission_required
from nuanyi.lib.errors import BadInput
from nuanyi.lib.sectors import Sector
from nuanyi.matrix import charts
from nuanyi.matrix import cube as cubes
from nuanyi.places import queries as places

MOST_YEARS = 6


def year_of(text: str, usual: int) -> int:
    """The year that was typed. Raises BadInput."""
    if not text:
        return usual
    if not (text.isdigit() and len(text) == 4 and 2000 <= int(text) <= 2100):
        raise BadInput(_("“%(typed)s” is no year. Write 2022.") % {"typed": text[:20]}, code="bad-period")
    return int(text)


@require_safe
@permission_required("matrix.view")
def page(request: HttpRequest) -> HttpResponse:
    """Trend with the year before, places side by side, a map, from told to mended, hours of the day."""
    actor = actor_of(request)
    last = charts.last_year()
    year = year_of(request.GET.get("year", "").strip(), last)
    view = cubes.view_of({name: request.GET.get(name, "") for name in ("kind", "region", "sector")})
    view = replace(view, kind=view.kind or cubes.DESK)
    small = charts.by_place(view, year, actor)
    shapes = charts.choropleth(view, year, actor)
    context = {
        "view": view,
        "year": year,
        "trend": charts.trend(view, year, actor),
        "small": small,
        "small_numbers": charts.side_by_side(small),
        "small_sentence": charts.places_sentence(small),
        "map": shapes,
        "outlines": shapes.outlines,
        "funnel": charts.funnel(year, "" if view.region == cubes.UNKNOWN else view.region, actor),
        "hours": charts.hours(year),
        "sectors": Sector.choices,
        "years": sorted({*range(last, last - MOST_YEARS, -1), year}, reverse=True),
        "kinds": [
            (cubes.DESK, _("What the service desk brought to an end")),
            *((kind.name, kind.title) for kind in kinds.kinds().values()),
        ],
        "regions": [(region.code, region.name) for region in places.townships()],
        "exact": figures.sees_exact(actor),
    }
    return render(request, "matrix/staff/charts.html", context)
