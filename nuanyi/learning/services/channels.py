"""What the office sets for a channel, and how it did lately."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import Count, Q, Sum
from django.utils.translation import gettext_lazy as _

from nuanyi.journal import services as journal
from nuanyi.learning import events
from nuanyi.learning.models import Channel, Push, Reader
from nuanyi.learning.rules import PushState
from nuanyi.lib import clock
from nuanyi.lib.actor import Actor
from nuanyi.lib.errors import BadInput, NotFound
from nuanyi.notices import channels as ports
from nuanyi.notices.channels.port import Channel as Port

LATELY = timedelta(days=30)
MOST_A_MINUTE = 100_000


@dataclass(frozen=True)
class Row:
    """A channel as the office sees it; the counts are of the last thirty days."""

    name: str
    title: str
    port: Port
    ready: bool
    active: bool
    a_minute: int
    readers: int
    sent: int
    waiting: int
    dead: int
    doubt: int
    opens: int
    stops: int


def rows() -> list[Row]:
    """Every channel, in four statements."""
    saved = {row.name: row for row in Channel.objects.all()}
    of = {state: Count("pk", filter=Q(state=state)) for state in PushState.values}
    lately = Push.objects.filter(due_at__gte=clock.now() - LATELY).order_by()
    counted = {row["channel"]: row for row in lately.values("channel").annotate(opened=Sum("opens"), **of)}
    readers = dict(Reader.objects.filter(active=True).order_by().values_list("way").annotate(n=Count("pk")))
    found = []
    for port in ports.of_lessons():
        name = port.name
        kept = saved.get(name) or Channel(name=name, a_minute=port.a_minute)
        n = counted.get(name, {})
        found.append(
            Row(
                name,
                str(port.title),
                port,
                port.configured_for_lessons(),
                kept.active,
                kept.a_minute,
                readers.get(name, 0),
                n.get("sent", 0),
                n.get("queued", 0) + n.get("sending", 0),
                n.get("dead", 0),
                n.get("doubt", 0),
                n.get("opened") or 0,
                kept.stops,
            )
        )
    return found


def row(name: str) -> Row:
    """One channel. Raises NotFound."""
    found = next((one for one in rows() if one.name == name), None)
    if found is None:
        raise NotFound()
    return found


@transaction.atomic
def set_channel(*, actor: Actor, name: str, active: bool, a_minute: int) -> Channel:
    """Stop or start a channel; say how many messages a minute it sends (0: without limit). Raises NotFound, BadInput."""
    actor.require_everywhere("learning.publish")
    if name not in {port.name for port in ports.of_lessons()}:
        raise NotFound()
    if not 0 <= a_minute <= MOST_A_MINUTE:
        raise BadInput(fields={"a_minute": _("From 0 to 100,000.")})
    saved, _made = Channel.objects.update_or_create(
        name=name, defaults={"active": active, "a_minute": a_minute}
    )
    journal.record(actor, events.CHANNEL_SET, None, channel=name, active=active, a_minute=a_minute)
    return saved
