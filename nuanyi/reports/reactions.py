"""What reports do when a lower room announces something."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.dispatch import receiver
from django.utils.translation import gettext
from procrastinate.exceptions import AlreadyEnqueued

from nuanyi.places.events import shapes_changed
from nuanyi.reports import queries
from nuanyi.reports.models import DispatchRule, Report
from nuanyi.units.events import unit_closing, unit_merging, unit_received
from nuanyi.units.models import Unit


@receiver(shapes_changed)
def _find_grids_anew(**_told: Any) -> None:
    """Grids were redrawn: open reports are placed anew, in the background."""
    transaction.on_commit(_defer)


def _defer() -> None:
    from nuanyi.reports import jobs

    with suppress(AlreadyEnqueued):  # one that waits finds the newest shapes too
        jobs.regrid.defer()


@receiver(unit_received)
def have_reports(sender: object, unit: Unit, **_more: Any) -> bool:
    """Reports came to the unit, or are offered to it."""
    return Report.objects.filter(Q(unit=unit) | Q(offered_unit=unit)).exists()


@receiver(unit_closing)
def name_open_work(sender: object, unit: Unit, **_more: Any) -> list[str]:
    """Open reports and their routes keep a unit open."""
    found = {
        gettext("open reports"): Report.objects.open().filter(unit=unit).count(),
        gettext("routes of reports"): DispatchRule.objects.filter(unit=unit).count(),
    }
    return [f"{words} {count}" for words, count in found.items() if count]


@receiver(unit_merging)
def route_anew(sender: object, **_more: Any) -> None:
    """Routes point elsewhere at once."""
    queries.forget_books()
