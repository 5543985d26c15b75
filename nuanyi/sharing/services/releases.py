"""Publishing open data."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nuanyi.journal import services as journal
from nuanyi.ledger import rules as kinds
from nuanyi.lib import clock
from nuanyi.lib.actor import Actor
from nuanyi.lib.errors import IllegalMove
from nuanyi.sharing import events, queries
from nuanyi.sharing.models import Release
from nuanyi.sharing.rules import changes
from nuanyi.sharing.services.summaries import one_at_a_time


@transaction.atomic
def release(*, actor: Actor, note: str = "") -> Release:
    """Publish all months that are over. What was published before stays, and what was corrected is listed.

    Raises NotAllowed, IllegalMove where nothing is new and nothing was corrected.
    """
    actor.require_everywhere("sharing.publish")
    one_at_a_time()
    last = Release.objects.first()
    until = queries.month_before(clock.today())
    rows = queries.rows_until(until)
    if last is not None and last.rows == rows and last.until_month == until:
        raise IllegalMove(_("Nothing is new since the last release, and nothing was corrected."))
    corrected = []
    if last is not None:
        of_people = {name for name, kind in kinds.kinds().items() if kind.of_people}
        corrected = changes(last.rows, rows, until=last.until_month, now_until=until, of_people=of_people)
    made = Release.objects.create(
        number=last.number + 1 if last else 1,
        until_month=until,
        rows=rows,
        changes=corrected,
        note=note.strip()[:200],
    )
    journal.record(
        actor, events.RELEASED, made, number=made.number, rows=len(rows), corrected=len(made.changes)
    )
    return made
