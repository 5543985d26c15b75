"""What waits among the reports for a person, and what the office's search finds there."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from nuanyi.lib.actor import Actor
from nuanyi.lib.rooms import Hit, Hits, Route, Task
from nuanyi.reports import queries
from nuanyi.workflow import handover


def tasks_for(actor: Actor) -> Iterator[Task]:
    """Reports that wait for this actor's unit or grid."""
    if not actor.can("reports.handle"):
        return
    offered = queries.listed(actor, {"offered": handover.TO_US}).count()
    words = ngettext("%d report is offered to your unit", "%d reports are offered to your unit", offered)
    yield Task(
        words % offered, Route("reports:list", query={"offered": handover.TO_US}), offered, urgent=True
    )
    late = queries.listed(actor, {"late": "1"}).count()
    words = ngettext("%d report is overdue", "%d reports are overdue", late) % late
    yield Task(words, Route("reports:list", query={"late": "1"}), late, urgent=True)
    new = queries.listed(actor, {"state": "new"}).count()
    words = ngettext("%d report waits to be taken", "%d reports wait to be taken", new) % new
    yield Task(words, Route("reports:list", query={"state": "new"}), new, urgent=True)


def search_for(actor: Actor, text: str) -> Iterator[Hits]:
    """Reports by their number or what the list's search finds."""
    if actor.can("reports.handle"):
        rows = queries.listed(actor, {"state": "all", "q": text})[:10]
        yield Hits(
            _("Reports"),
            [Hit(f"{row.ref} {row.kind}", Route("reports:report", {"pk": row.pk})) for row in rows],
            _("number or place"),
        )
