"""The worklist out to Excel: what the page shows of a case; no name, no phone, no words."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from nuanyi.cases import events, queries
from nuanyi.cases.models import Case
from nuanyi.journal import services as journal
from nuanyi.lib import clock, sheets
from nuanyi.lib.actor import Actor
from nuanyi.lib.downloads import MOST_ROWS
from nuanyi.places import queries as places


def _all(actor: Actor, filters: dict[str, str]) -> list[Case]:
    found: list[Case] = []
    rows, cursor = queries.worklist(actor, filters)
    found += rows
    while cursor and len(found) < MOST_ROWS:
        rows, cursor = queries.worklist(actor, filters, cursor)
        found += rows
    return found


@transaction.atomic
def export_list(*, actor: Actor, filters: dict[str, str]) -> bytes:
    """The actor's filtered worklist by deadline, at most ``MOST_ROWS`` rows. Raises NotAllowed."""
    actor.require("cases.handle")
    names = places.names_by_code()
    columns = [
        (_("Number"), 14),
        (_("What about"), 18),
        (_("Due"), 12),
        (_("State"), 12),
        (_("Clerk"), 14),
        (_("Township"), 16),
        (_("Employer"), 30),
    ]
    told = [
        (
            case.ref,
            case.official_kind,
            clock.last_day(case.due_at) if case.open else "",
            case.get_state_display(),
            str(case.clerk or ""),
            names.get(case.region_code, case.region_code),
            case.employer,
        )
        for case in _all(actor, filters)
    ]
    journal.record(actor, events.LIST_EXPORTED, None, rows=len(told))
    return sheets.one_page(_("Worklist"), columns, told)
