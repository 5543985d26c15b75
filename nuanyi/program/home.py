"""What waits in setting the district up."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import ngettext

from nuanyi.lib.actor import Actor
from nuanyi.lib.rooms import Route, Task
from nuanyi.people import queries as people
from nuanyi.units import queries as units


def tasks_for(actor: Actor) -> Iterator[Task]:
    """Units at which nobody can sign in."""
    if actor.can("setup.view"):
        alone = people.units_without_hands(units.own_district(actor)).count()
        words = ngettext("nobody can sign in at %d unit yet", "nobody can sign in at %d units yet", alone)
        yield Task(words % alone, Route("setup-state", part="alone"), alone)
