"""What waits in the census for a person, and what the office's search finds there."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from nuanyi.census import queries
from nuanyi.census.models import Worker
from nuanyi.census.rules import FollowUp, RoundState
from nuanyi.lib.actor import Actor
from nuanyi.lib.errors import TooMuch
from nuanyi.lib.rooms import Hit, Hits, Route, Task
from nuanyi.people import queries as people


def tasks_for(actor: Actor) -> Iterator[Task]:
    """Rosters and exports that wait for a decision, records that want somebody, rounds that run."""
    if actor.can("census.import"):
        count = queries.imports_listed(actor, {"state": queries.WAITING}).count()
        words = ngettext("%d roster waits for your decision", "%d rosters wait for your decision", count)
        yield Task(
            words % count, Route("census:imports", query={"state": queries.WAITING}), count, urgent=True
        )
    if actor.can("census.approve_export"):
        count = queries.exports_for(actor, waiting=True).count()
        words = ngettext(
            "%d export in clear waits for a second person",
            "%d exports in clear wait for a second person",
            count,
        )
        yield Task(words % count, Route("census:exports", query={"waiting": "1"}), count, urgent=True)
    if actor.can("census.view"):
        count = queries.establishments(actor, {"follow_up": FollowUp.NEW}).count()
        words = ngettext(
            "%d establishment has not been contacted", "%d establishments have not been contacted", count
        )
        yield Task(words % count, Route("census:establishments", query={"follow_up": "new"}), count)
        count = Worker.objects.visible_to(actor).filter(sector="").count()
        words = ngettext("%d worker has no sector yet", "%d workers have no sector yet", count)
        yield Task(words % count, Route("census:workers", query={"sector": "none"}), count)
    if actor.can("census.rounds"):
        count = len(queries.rounds(RoundState.RUNNING))
        words = ngettext("%d census round is running", "%d census rounds are running", count)
        yield Task(words % count, Route("census:rounds", query={"state": RoundState.RUNNING.value}), count)


def search_for(actor: Actor, text: str) -> Iterator[Hits]:
    """Workers by a whole phone, ID number or name (the look-up is journaled), establishments by a part of the name."""
    if not actor.can("census.view"):
        return
    try:
        found = people.look_up(actor, text)
    except TooMuch as wrong:  # the other rooms and lists are searched all the same
        yield Hits(_("Workers"), [], wrong.message)
    else:
        workers = Worker.objects.visible_to(actor).select_related("person").filter(person__in=found.persons)
        if found.by:
            yield Hits(
                _("Workers"),
                [
                    Hit(f"{row.person.name} {row.person.phone}", Route("census:worker", {"pk": row.pk}))
                    for row in workers[:20]
                ],
                "、".join(str(way) for way in found.by),
            )
    rows = queries.establishments(actor, {"q": text})[:20]
    yield Hits(
        _("Establishments"),
        [Hit(row.name, Route("census:establishment", {"pk": row.pk})) for row in rows],
        _("part of the name"),
    )
