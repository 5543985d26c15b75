"""A trial over a channel: asked for on a page, sent by a job, what came of it shown on the page that asked.

A page never waits for a server of others. Where the trial goes is sealed while it waits; what is kept of it for an hour
is whether it went and, where not, the other side's words.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID, uuid4

from django.core.cache import cache
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from nuanyi.journal import services as journal
from nuanyi.learning import events
from nuanyi.learning.models import Group
from nuanyi.learning.services import delivery, readers
from nuanyi.learning.services.groups import ACT
from nuanyi.lib import clock, limits
from nuanyi.lib.actor import Actor
from nuanyi.lib.addresses import link_to
from nuanyi.lib.errors import NotFound
from nuanyi.notices import channels
from nuanyi.notices.channels.port import Message
from nuanyi.people.models import keys

#: Trials that one account may send in an hour.
TRIALS = 20
KEPT_SECONDS = 3600
_SEALED_FOR = "waiting trial"


@dataclass(frozen=True)
class Trial:
    """What came of a trial. ``state``: waiting, sent or refused; ``words``: the other side's, where it refused."""

    state: str
    words: str = ""


def _kept(number: UUID) -> str:
    return f"trial:{number}"


def trial(number: UUID) -> Trial | None:
    """What is known of a trial by the number that its page got; None for one that nobody asked for or that is long over."""
    kept = cache.get(_kept(number))
    return Trial(**kept) if kept else None


@transaction.atomic
def ask_for_channel(*, actor: Actor, name: str, to: str) -> UUID:
    """Queue a trial to a group (its number) or to an address of one's own (e-mail, phone, OpenID, this browser's subscription).

    The number by which its page looks what came of it. Raises BadInput, NotFound, NotAllowed, TooMuch.
    """
    actor.require("learning.publish")
    channel = channels.CHANNELS.get(name)
    if channel is not None and channel.robot:
        return ask_for_group(actor=actor, pk=int(to) if to.isdecimal() and len(to) < 19 else 0)
    limits.count(f"trial:{actor.account_id}", "", at_most=TRIALS)
    if channel is None or not channel.for_readers:
        raise NotFound()
    number = _queue({"name": name, "address": readers.address_in_form(name, to)})
    journal.record(actor, events.CHANNEL_SET, None, channel=name, tried=True)
    return number


@transaction.atomic
def ask_for_group(*, actor: Actor, pk: int) -> UUID:
    """Queue a trial message into a group. Raises NotFound, NotAllowed, TooMuch."""
    actor.require(ACT)
    limits.count(f"trial:{actor.account_id}", "", at_most=TRIALS)
    group = Group.objects.filter(pk=pk).first()
    if group is None:
        raise NotFound()
    actor.require_within(ACT, units=(group.unit_id,))
    number = _queue({"group": pk})
    journal.record(actor, events.GROUP_TESTED, group)
    return number


def _queue(told: dict[str, Any]) -> UUID:
    number = uuid4()
    cache.set(_kept(number), asdict(Trial("waiting")), KEPT_SECONDS)
    sealed = keys().seal_for_good(_SEALED_FOR, json.dumps(told | {"language": translation.get_language()}))
    defer(str(number), sealed)
    return number


def defer(number: str, sealed: str) -> None:
    """Leave it to the next job, once this transaction is committed."""
    app.configure_task("nuanyi.learning.jobs.send_trial", queue="learning").defer(
        number=number, sealed=sealed
    )


def send(number: str, sealed: str) -> Trial:
    """Send a trial that waited, once, and keep what came of it."""
    told = json.loads(keys().open_for_good(_SEALED_FOR, sealed))
    with translation.override(told["language"]):
        try:
            _speak(told)
            outcome = Trial("sent")
        except (ConnectionError, ValueError) as wrong:
            outcome = Trial("refused", str(wrong)[:200])
    cache.set(_kept(UUID(number)), asdict(outcome), KEPT_SECONDS)
    return outcome


def _speak(told: dict[str, Any]) -> None:
    title = _("A trial")
    if "group" in told:
        group = Group.objects.filter(pk=told["group"]).first()
        if group is None:
            raise ValueError(_("The group is gone."))
        text = _("If you read this, the robot is set up rightly.")
        delivery.speak_in_group(group, Message(title, text, link_to("")), clock.now().timestamp())
        return
    text = _("If you read this, the channel is set up rightly.")
    message = Message(title, text, link_to(""), code="00000000")
    delivery.speak_to(told["name"], told["address"], message)
