"""The list of volunteers out to Excel, names and phones masked."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from nuanyi.journal import services as journal
from nuanyi.lib import sheets
from nuanyi.lib.actor import Actor
from nuanyi.lib.downloads import MOST_ROWS
from nuanyi.volunteers import events, queries, rules
from nuanyi.volunteers.models import ACT


@transaction.atomic
def export_list(*, actor: Actor, filters: dict[str, str]) -> bytes:
    """What the actor's filtered list shows, at most ``MOST_ROWS`` rows. Raises NotAllowed."""
    actor.require(ACT)
    steps = queries.steps()
    columns = [
        (_("Name"), 12),
        (_("Phone"), 14),
        (_("Team"), 24),
        (_("Role"), 18),
        (_("Grid"), 18),
        (_("Hours a week"), 10),
        (_("Hours given"), 10),
        (_("Stars"), 8),
        (_("Standing"), 12),
    ]
    told = [
        (
            row.name_mask,
            row.phone_mask,
            row.team.name,
            row.get_role_display(),
            row.grid_code,
            row.hours_a_week,
            round(row.minutes / 60, 1),
            rules.stars_for(row.minutes, steps),
            row.get_standing_display(),
        )
        for row in queries.listed(actor, filters).order_by("pk")[:MOST_ROWS]
    ]
    journal.record(actor, events.LIST_EXPORTED, None, rows=len(told))
    return sheets.one_page(_("Volunteers"), columns, told)
