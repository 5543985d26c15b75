"""What waits among the volunteers for a person."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import ngettext

from nuanyi.lib.actor import Actor
from nuanyi.lib.rooms import Route, Task
from nuanyi.volunteers import queries


def tasks_for(actor: Actor) -> Iterator[Task]:
    """People who asked to join."""
    if actor.can("volunteers.manage"):
        asked = queries.listed(actor, {"standing": "asked"}).count()
        words = ngettext("%d person would like to help", "%d people would like to help", asked) % asked
        yield Task(words, Route("volunteers:people", query={"standing": "asked"}), asked)
