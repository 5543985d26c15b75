"""The matrix and its figures."""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from nuanyi.lib import clock, downloads, figures, periods, sheets
from nuanyi.lib.access import actor_of, permission_required
from nuanyi.lib.errors import BadInput
from nuanyi.lib.figures import Window, window
from nuanyi.lib.form_parsing import day_of
from nuanyi.matrix import queries, week, year
from nuanyi.units import queries as units

#: Months back that the matrix offers; any other is typed.
MONTHS = 12


def _asked(request: HttpRequest) -> tuple[Window, str]:
    """The window and the period as it was typed; in a city whoever works for one district begins with that one."""
    period = request.GET.get("period", "").strip()
    region = request.GET.get("region") or units.own_district(actor_of(request))
    try:
        return window(period, region), period
    except BadInput:
        return Window(region=units.own_district(actor_of(request))), ""


def _periods(today: date) -> list[str]:
    """This month and those before it, then this year and the one before: what is asked for most."""
    months = [periods.shifted(today, -n).strftime("%Y-%m") for n in range(MONTHS)]
    return [*months, str(today.year), str(today.year - 1)]


@require_safe
@permission_required("matrix.view")
def matrix(request: HttpRequest) -> HttpResponse:
    """Sector by township: establishments, workers, who answers. Every number leads to its records."""
    (asked, period), actor = _asked(request), actor_of(request)
    reported, wrong = year.read()
    context = {
        "matrix": queries.matrix(asked, actor),
        "figures": queries.all_figures(asked, actor, period),
        "period": request.GET.get("period", "").strip()[:20],
        "wrong": bool(request.GET.get("period", "").strip()) and not period,
        "periods": _periods(clock.today()),
        "reported_years": sorted(reported, reverse=True),
        "wrong_reports": wrong if actor.everywhere("matrix.briefs") else [],
        "coarse": not figures.sees_exact(actor),
        "beside": queries.beside_workers(actor),
    }
    return render(request, "matrix/staff/matrix.html", context)


@require_safe
@permission_required("matrix.view")
def workbook(request: HttpRequest) -> HttpResponse:
    """The matrix as Excel."""
    (asked, _period), actor = _asked(request), actor_of(request)
    found = queries.matrix(asked, actor)
    out = io.BytesIO()
    writer = sheets.Writer(out)
    for title, of in ((_("Establishments"), "establishments"), (_("Workers"), "workers")):
        page = writer.sheet(title, [_("Sector"), *[name for _code, name in found.columns], _("Sum")], [16])
        for row in found.rows:
            page.row([row.title, *[getattr(cell, of) for cell in row.cells], getattr(row.sum, of)])
    page = writer.sheet(
        _("Figures"), [_("Key"), _("Figure"), _("Value"), _("Unit"), _("Definition")], [34, 30, 10, 12, 60]
    )
    for figure in queries.all_figures(asked, actor):
        page.row([figure.key, figure.title, figure.value, figure.unit, figure.definition])
    writer.close()
    return downloads.workbook(out.getvalue(), downloads.dated(_("Matrix")))


@require_safe
@permission_required("reports.handle")
def grids(request: HttpRequest, code: str = "") -> HttpResponse:
    """Which grid had what this week: who, what, reports, hours."""
    actor = actor_of(request)
    first = clock.monday(day_of(request.GET["week"], "week") if request.GET.get("week") else clock.today())
    context: dict[str, Any] = {
        "first": first,
        "before": (first - timedelta(days=7)).isoformat(),
        "later": (first + timedelta(days=7)).isoformat(),
    }
    if code:
        return render(request, "matrix/staff/week.html", context | week.week(actor, code, first))
    return render(request, "matrix/staff/grids.html", context | {"rows": week.grids(actor, first)})
