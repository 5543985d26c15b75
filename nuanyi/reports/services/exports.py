"""The list of reports out to Excel: no words, no reporter, no phone."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from nuanyi.journal import services as journal
from nuanyi.lib import clock, sheets
from nuanyi.lib.actor import Actor
from nuanyi.lib.downloads import MOST_ROWS
from nuanyi.places import queries as places
from nuanyi.reports import events, queries


@transaction.atomic
def export_list(*, actor: Actor, filters: dict[str, str]) -> bytes:
    """What the actor's filtered list shows, at most ``MOST_ROWS`` rows, the newest first; times of China. Raises NotAllowed."""
    actor.require("reports.handle")
    names = places.names_by_code()
    rows = list(queries.listed(actor, filters).order_by("-pk")[:MOST_ROWS])
    columns = [
        (_("Number"), 14),
        (_("Kind"), 14),
        (_("Place"), 30),
        (_("Region"), 18),
        (_("State"), 12),
        (_("Day"), 12),
        (_("Due"), 12),
        (_("Mended on"), 12),
        (_("Unit"), 20),
        (_("Grid worker"), 14),
        (_("Grid"), 18),
        (_("Voices"), 8),
        (_("Same as"), 14),
    ]
    day = clock.day_of
    told = [
        (
            row.ref,
            queries.shown_kind(row),
            row.where,
            names.get(row.region_code, row.region_code),
            row.get_state_display(),
            day(row.hour_at),
            clock.last_day(row.due_at),
            day(row.mended_at),
            row.unit.short_name or row.unit.name,
            str(row.account or ""),
            row.grid_code,
            row.voices_count,
            row.double_of.ref if row.double_of else "",
        )
        for row in rows
    ]
    journal.record(actor, events.LIST_EXPORTED, None, rows=len(told))
    return sheets.one_page(_("Reports"), columns, told)
