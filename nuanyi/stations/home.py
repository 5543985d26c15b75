"""What waits at the stations for a person, and what the office's search finds of them."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from nuanyi.lib.actor import Actor
from nuanyi.lib.rooms import Hit, Hits, Route, Task
from nuanyi.stations import queries
from nuanyi.stations.models import Station


def tasks_for(actor: Actor) -> Iterator[Task]:
    """What workers told at the stations that this actor keeps, and what expires there."""
    if not actor.can("stations.keep"):
        return
    if actor.can("stations.edit"):
        yield from _at_the_office(actor)
        return
    told, expiring = (
        sum(queries.waiting_at(actor, what).values()) for what in (queries.TOLD, queries.EXPIRES)
    )
    words = ngettext("%d thing told by workers is open", "%d things told by workers are open", told) % told
    yield Task(words, Route("keeper:mine", query={"wait": queries.TOLD}, part="told"), told, urgent=True)
    soon = ngettext("%d thing expires within 30 days", "%d things expire within 30 days", expiring) % expiring
    yield Task(soon, Route("keeper:mine", query={"wait": queries.EXPIRES}, part="expires"), expiring)


def _at_the_office(actor: Actor) -> Iterator[Task]:
    """The same for who answers for many stations: a list each, of exactly what is counted."""
    told = queries.faults_listed(actor, {"kept": "1"}).count()
    words = ngettext("%d thing told by workers is open", "%d things told by workers are open", told) % told
    yield Task(words, Route("stations:faults", query={"kept": "1"}), told, urgent=True)
    expires = {"kept": "1", "trouble": "expires"}
    stations = queries.listed(actor, expires).count()
    words = ngettext(
        "at %d station something expires within 30 days",
        "at %d stations something expires within 30 days",
        stations,
    )
    yield Task(words % stations, Route("stations:list", query=expires), stations)


def search_for(actor: Actor, text: str) -> Iterator[Hits]:
    """Stations by a part of their name."""
    rows = Station.objects.visible_to(actor).filter(name__contains=text)[:10]
    hits = [Hit(row.name, Route("stations:one", {"pk": row.pk})) for row in rows]
    yield Hits(_("Stations"), hits, _("part of the name"))
