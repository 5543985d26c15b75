"""What the notices put on the home page and into the metrics."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from django.utils.translation import ngettext

from nuanyi.lib.actor import Actor
from nuanyi.lib.rooms import Route, Task
from nuanyi.notices.models import Notice, State


def unseen(actor: Actor) -> int:
    """How many notices the actor has not looked at."""
    return Notice.objects.visible_to(actor).filter(seen_at=None).count()


def tasks_for(actor: Actor) -> Iterator[Task]:
    """Notices that are unread."""
    count = unseen(actor)
    words = ngettext("%d notice is unread", "%d notices are unread", count) % count
    yield Task(words, Route("notices:notices", query={"unread": "1"}), count)


def waiting() -> Iterator[tuple[Mapping[str, str], float]]:
    """Notices that wait to be sent, for Prometheus."""
    yield {}, Notice.objects.filter(state=State.QUEUED).count()
