"""What this room does when a lower room announces something."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from nuanyi.lib import clock
from nuanyi.lib.actor import Actor
from nuanyi.notices import kinds, services
from nuanyi.people.events import reveal_alarm
from nuanyi.people.rules import Role


@receiver(reveal_alarm)
def tell_the_auditors(sender: object, actor: Actor, count: int, **_more: Any) -> None:
    """Somebody opens many personal values: every auditor is told, once a day and account."""
    once = f"reveal-alarm:{actor.account_id}:{clock.today()}"
    services.queue_to_role(Role.AUDITOR, kinds.REVEAL_ALARM, once=once, who=actor.label, count=count)
