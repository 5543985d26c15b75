"""What waits in the journal for an auditor, and what it tells Prometheus."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

from django.db import connection
from django.utils.translation import gettext, ngettext

from nuanyi.journal import events, queries
from nuanyi.lib import clock, row_security
from nuanyi.lib.actor import Actor, system
from nuanyi.lib.rooms import Route, Task

#: An auditor looks at the last days, and verifies the chain at least once a month.
DAYS, VERIFIED_WITHIN = 7, 31


def tasks_for(actor: Actor) -> Iterator[Task]:
    """Whose values were opened in the last days, and whether the chain was verified of late."""
    if not actor.can("journal.read"):
        return
    count = queries.opened(actor, clock.midnight(clock.today() - timedelta(days=DAYS - 1))).count()
    words = ngettext(
        "personal data were opened %d time in the last 7 days",
        "personal data were opened %d times in the last 7 days",
        count,
    )
    yield Task(
        words % count, Route("journal:audit", query={"kind": queries.OPENED, "days": str(DAYS)}), count
    )
    verified = queries.last_of(actor, events.JOURNAL_VERIFIED)
    if verified is None or verified < clock.now() - timedelta(days=VERIFIED_WITHIN):
        yield Task(gettext("The chain was not verified for a month"), Route("journal:audit"), 1)


def entries() -> Iterator[tuple[Mapping[str, str], float]]:
    """How many entries there are, from the last number of each chain."""
    with row_security.reader(system("metrics")), connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(seq), 0) FROM (SELECT max(seq) AS seq FROM journal_entry GROUP BY partition) heads"
        )
        yield {}, float(cursor.fetchone()[0])
