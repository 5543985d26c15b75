"""What waits at the desk for a person."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import ngettext

from nuanyi.lib.actor import Actor
from nuanyi.lib.rooms import Route, Task
from nuanyi.rights import queries


def tasks_for(actor: Actor) -> Iterator[Task]:
    """Requests that somebody else took and that wait for a second person."""
    count = queries.open_to(actor).count()
    words = ngettext(
        "%d person's request waits for a second person",
        "%d persons' requests wait for a second person",
        count,
    )
    yield Task(words % count, Route("rights:desk", query={"waiting": "1"}), count, urgent=True)
