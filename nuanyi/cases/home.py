"""What waits at the service desk for a person, and what the office's search finds there."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from nuanyi.cases import queries
from nuanyi.lib.actor import Actor
from nuanyi.lib.rooms import Hit, Hits, Route, Task
from nuanyi.workflow import handover


def tasks_for(actor: Actor) -> Iterator[Task]:
    """Cases that wait for this actor's unit; for those who oversee, how many are late anywhere."""
    if actor.can("cases.handle"):
        offered = queries.filtered(actor, {"offered": handover.TO_US}).count()
        words = ngettext(
            "%d request is offered to your unit", "%d requests are offered to your unit", offered
        )
        yield Task(
            words % offered,
            Route("cases:worklist", query={"offered": handover.TO_US}),
            offered,
            urgent=True,
        )
        late = queries.filtered(actor, {"state": "late"}).count()
        words = ngettext("%d request is late", "%d requests are late", late) % late
        yield Task(words, Route("cases:worklist", query={"state": "late"}), late, urgent=True)
        new = queries.filtered(actor, {"state": "new"}).count()
        words = ngettext("%d request waits to be taken", "%d requests wait to be taken", new) % new
        yield Task(words, Route("cases:worklist", query={"state": "new"}), new, urgent=True)
        mine = queries.filtered(actor, {"who": "me"}).count()
        words = ngettext("%d request is yours", "%d requests are yours", mine) % mine
        yield Task(words, Route("cases:worklist", query={"who": "me"}), mine)
    if actor.can("cases.oversee"):
        late = sum(line.late for line in queries.overview())
        words = ngettext("%d request is late in the district", "%d requests are late in the district", late)
        yield Task(words % late, Route("cases:overview", part="late"), late, urgent=True)
    if actor.can("cases.settings"):
        count = len(queries.kinds_without_route())
        words = ngettext(
            "%d kind of request has no route and comes to you",
            "%d kinds of request have no route and come to you",
            count,
        )
        yield Task(words % count, Route("cases:rules", part="unrouted"), count)


def search_for(actor: Actor, text: str) -> Iterator[Hits]:
    """Cases by their number or what the worklist's search finds."""
    if actor.can("cases.handle"):
        rows = queries.filtered(actor, {"state": "all", "q": text})[:10]
        yield Hits(
            _("Service desk"),
            [Hit(f"{row.ref} {row.official_kind}", Route("cases:case", {"pk": row.pk})) for row in rows],
            _("number or employer"),
        )
