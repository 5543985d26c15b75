"""Recognition: stars, and small things from pledges. A voucher is good once; hours are spent once. None of it is money."""

from __future__ import annotations

import secrets
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from nuanyi.journal import services as journal
from nuanyi.lib import clock, once
from nuanyi.lib.actor import Actor
from nuanyi.lib.errors import BadInput, IllegalMove, NotFound
from nuanyi.lib.shape import Reason, shaped_otherwise
from nuanyi.people.models import Account
from nuanyi.volunteers import events
from nuanyi.volunteers.models import ACT, Reward, StarStep, Voucher
from nuanyi.volunteers.pledges import port
from nuanyi.volunteers.services.joining import by_link

ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"


@transaction.atomic
def save_reward(*, actor: Actor, pledge: int, hours: int, stock: int) -> Reward:
    """Offer so much of what a unit pledged for hours given. Raises NotAllowed, NotFound, BadInput (more than is left of it)."""
    actor.require(ACT)
    if not 1 <= hours <= 500 or not 1 <= stock <= 10_000:
        raise BadInput(fields={"hours": _("1 to 500 hours, 1 to 10,000 pieces.")})
    drawn = port().set_aside(actor, pledge, stock)
    actor.require(ACT, units=(drawn.unit_id,))
    made = Reward.objects.create(
        title=drawn.title[:40],
        unit_id=drawn.unit_id,
        hours=hours,
        stock=stock,
        pledge=drawn.pk,
        until=drawn.last_date,
    )
    journal.record(actor, events.REWARD_SAVED, made, hours=hours, stock=stock, pledge=pledge)
    return made


@transaction.atomic
def withdraw(*, actor: Actor, pk: int) -> Reward:
    """Offer a reward no longer; what nobody took goes back to its pledge, taken vouchers stay good. Twice is once.

    Raises NotAllowed, NotFound.
    """
    actor.require(ACT)
    found = Reward.objects.select_for_update().filter(pk=pk).first()
    if found is None:
        raise NotFound()
    actor.require_within(ACT, units=(found.unit_id,))
    if found.active:
        if found.pledge is not None and found.stock:
            port().give_back(actor, found.pledge, found.stock)
        found.active, found.stock = False, 0
        found.save(update_fields=["active", "stock"])
        journal.record(actor, events.REWARD_SAVED, found, withdrawn=True)
    return found


@transaction.atomic
def set_star(*, actor: Actor, stars: int, hours: int) -> StarStep:
    """From how many hours on somebody has so many stars. Raises NotAllowed, BadInput."""
    actor.require_everywhere("volunteers.settings")
    if not 1 <= stars <= 5 or not 1 <= hours <= 10_000:
        raise BadInput(fields={"hours": _("1 to 5 stars, 1 to 10,000 hours.")})
    made, _new = StarStep.objects.update_or_create(stars=stars, defaults={"hours": hours})
    journal.record(actor, events.REWARD_SAVED, made, stars=stars, hours=hours)
    return made


@shaped_otherwise(Reason.STRANGER)
@transaction.atomic
def take(*, link: str, reward: int, key: UUID) -> Voucher:
    """Spend hours on a reward. The same key again gives the first voucher. Raises IllegalMove (too few hours,
    none left), NotFound.
    """
    volunteer = by_link(link, lock=True)
    known = Voucher.objects.filter(key=key).first()
    if first := once.first_of(known, volunteer_id=volunteer.pk, reward_id=reward):
        return first
    found = Reward.objects.select_for_update().filter(pk=reward, active=True).first()
    if found is None:
        raise NotFound()
    if found.until is not None and found.until < clock.today():
        raise IllegalMove(_("It is not offered any more."), code="ended")
    if found.stock < 1:
        raise IllegalMove(_("None is left."), code="none-left")
    if volunteer.minutes - volunteer.spent < found.hours * 60:
        raise IllegalMove(_("Your hours do not reach for it yet."), code="too-few-hours")
    Reward.objects.filter(pk=found.pk).update(stock=F("stock") - 1)
    volunteer.spent += found.hours * 60
    volunteer.save(update_fields=["spent"])
    code = "".join(secrets.choice(ALPHABET) for _n in range(8))
    return Voucher.objects.create(key=key, code=code, reward=found, volunteer=volunteer)


@transaction.atomic
def redeem(*, actor: Actor, code: str) -> Voucher:
    """Hand a reward out at a station; staff of a unit hand out what it pledged. A code is good once.

    Raises NotAllowed, NotFound (also another unit's), IllegalMove.
    """
    actor.require("volunteers.redeem")
    told = "".join(sign for sign in code.upper() if sign.isalnum())
    found = Voucher.objects.select_for_update(of=("self",)).select_related("reward").filter(code=told).first()
    if found is None or not actor.can("volunteers.redeem", units=(found.reward.unit_id,)):
        raise NotFound(_("There is no such code. Look at it once more."))
    if found.used_at is not None:
        raise IllegalMove(_("This code was used already."), code="used")
    found.used_at, found.used_by = clock.now(), Account.objects.filter(pk=actor.account_id or 0).first()
    found.save()
    journal.record(actor, events.VOUCHER_USED, found, reward=found.reward_id)
    return found
