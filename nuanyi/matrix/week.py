"""A grid's week: its grid worker, its volunteers, its shifts, its reports, on one page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Q

from nuanyi.lib import clock
from nuanyi.lib.actor import Actor
from nuanyi.lib.errors import NotFound
from nuanyi.places import queries as places
from nuanyi.reports import queries as reports
from nuanyi.reports.models import Report
from nuanyi.reports.rules import OPEN
from nuanyi.volunteers import queries as volunteers


@dataclass(frozen=True)
class GridRow:
    """One grid in the list: who walks it, what is open, told and mended this week."""

    code: str
    name: str
    region: str
    open: int
    told: int
    mended: int


def grids(actor: Actor, first: date) -> list[GridRow]:
    """Every grid that the actor may see reports in, with its numbers. Two statements."""
    begin, end = clock.midnight(first), clock.midnight(first + timedelta(days=7))
    counted = {
        row["grid_code"]: row
        for row in Report.objects.visible_to(actor)
        .order_by()
        .values("grid_code")
        .annotate(
            waiting=Count("pk", filter=Q(state__in=OPEN)),
            told=Count("pk", filter=Q(hour_at__gte=begin, hour_at__lt=end)),
            mended=Count("pk", filter=Q(mended_at__gte=begin, mended_at__lt=end)),
        )
    }
    nothing: dict[str, Any] = {"waiting": 0, "told": 0, "mended": 0}
    found = []
    for grid in places.all_grids():
        numbers = counted.get(grid.code, nothing)
        found.append(
            GridRow(
                grid.code, grid.name, grid.region.name, numbers["waiting"], numbers["told"], numbers["mended"]
            )
        )
    return found


def week(actor: Actor, code: str, first: date) -> dict[str, Any]:
    """One grid's week. Volunteers by masked names; no ways, only shifts and hours. Raises NotFound."""
    grid = next((grid for grid in places.all_grids() if grid.code == code), None)
    if grid is None:
        raise NotFound()
    begin = clock.midnight(first)
    rows = Report.objects.visible_to(actor).filter(grid_code=code).select_related("kind", "unit")
    this = Q(hour_at__gte=begin, hour_at__lt=begin + timedelta(days=7)) | Q(
        mended_at__gte=begin, mended_at__lt=begin + timedelta(days=7)
    )
    people, shifts, minutes = volunteers.week_of_grid(code, begin)
    worker = dict(reports.grid_workers()).get(reports.book().grids.get(code, 0), "")
    return {
        "grid": grid,
        "worker": worker,
        "people": people,
        "shifts": shifts,
        "hours": round(minutes / 60, 1),
        "reports": list(rows.filter(this | Q(state__in=OPEN)).order_by("due_at")[:100]),
    }
