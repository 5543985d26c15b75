"""What reports do when a lower room announces something."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django.db import transaction
from django.dispatch import receiver
from procrastinate.exceptions import AlreadyEnqueued

from nuanyi.places.events import shapes_changed


@receiver(shapes_changed)
def _find_grids_anew(**_told: Any) -> None:
    """Grids were redrawn: open reports are placed anew, in the background."""
    transaction.on_commit(_defer)


def _defer() -> None:
    from nuanyi.reports import jobs

    with suppress(AlreadyEnqueued):  # one that waits finds the newest shapes too
        jobs.regrid.defer()
