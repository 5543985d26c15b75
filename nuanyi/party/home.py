"""What waits in Party work for a person."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import ngettext

from nuanyi.lib.actor import Actor
from nuanyi.lib.rooms import Route, Task
from nuanyi.party import queries
from nuanyi.party.rules import APPLICATIONS, ORGANISE


def tasks_for(actor: Actor) -> Iterator[Task]:
    """Talks that are owed; branches whose task is over."""
    if actor.can(APPLICATIONS):
        owed = queries.talks_owed(actor)
        words = ngettext("%d person waits for a first talk", "%d people wait for a first talk", owed) % owed
        yield Task(words, Route("party:applications"), owed, urgent=True)
    if actor.can(ORGANISE):
        over = queries.past_their_end()
        words = (
            ngettext("%d temporary branch is past its end", "%d temporary branches are past their end", over)
            % over
        )
        yield Task(words, Route("party:organisations"), over)
