"""Campaigns: leaflets drawn from stock by a team for a place, counted back; what was handed out goes to the ledger."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nuanyi.journal import services as journal
from nuanyi.ledger import services as ledger
from nuanyi.ledger.services import Delivered
from nuanyi.lib import clock, once
from nuanyi.lib.actor import Actor
from nuanyi.lib.errors import BadInput, IllegalMove, NotFound
from nuanyi.people.models import Account
from nuanyi.places import queries as places
from nuanyi.units.models import Unit
from nuanyi.volunteers import events, kinds, queries, rules
from nuanyi.volunteers.models import ACT, Campaign, Draw
from nuanyi.volunteers.rules import Topic
from nuanyi.volunteers.services.joining import _own_team


@transaction.atomic
def save_campaign(
    *,
    actor: Actor,
    topic: str,
    title: str,
    text: str,
    unit: Unit,
    stock: int,
    first_day: date,
    last_day: date,
) -> Campaign:
    """Enter a campaign with its stock of leaflets. Raises NotAllowed, BadInput."""
    actor.require(ACT, units=(unit.pk,))
    wrong: dict[str, Any] = {}
    if topic not in Topic.values:
        wrong["topic"] = _("Choose from the list.")
    if len(title.strip()) < 2:
        wrong["title"] = _("Give it a title.")
    if not 0 <= stock <= rules.MAX_LEAFLETS:
        wrong["stock"] = _("At most 100,000 leaflets.")
    if last_day < first_day:
        wrong["last_day"] = _("It ends after it begins.")
    if wrong:
        raise BadInput(fields=wrong)
    made = Campaign.objects.create(
        topic=topic,
        title=title.strip()[:60],
        text=text.strip()[:600],
        unit=unit,
        stock=stock,
        first_day=first_day,
        last_day=last_day,
    )
    journal.record(actor, events.CAMPAIGN_SAVED, made, stock=stock)
    return made


def _own(actor: Actor, pk: int) -> Campaign:
    actor.require(ACT)
    found = Campaign.objects.select_for_update().filter(pk=pk).first()
    if found is None:
        raise NotFound()
    actor.require_within(ACT, units=(found.unit_id,))
    return found


@transaction.atomic
def draw(
    *,
    actor: Actor,
    campaign: int,
    team: int,
    region_code: str,
    count: int,
    key: UUID,
    day: date | None = None,
) -> Draw:
    """A team draws leaflets for a place, never more than are left. The same key again gives the first answer.

    Raises BadInput, IllegalMove, NotAllowed, NotFound.
    """
    found, by = _own(actor, campaign), _own_team(actor, team)
    known = Draw.objects.filter(key=key).first()
    if first := once.first_of(
        known, campaign_id=found.pk, team_id=by.pk, region_code=region_code, count=count
    ):
        return first
    if region_code not in places.names_by_code():
        raise BadInput(fields={"region": _("Choose a region.")})
    if count < 1 or count > queries.left_of(found):
        raise IllegalMove(_("Not so many are left."), code="stock")
    made = Draw.objects.create(
        key=key,
        campaign=found,
        team=by,
        region_code=region_code,
        count=count,
        day=day or clock.today(),
        account=Account.objects.filter(pk=actor.account_id or 0).first(),
    )
    journal.record(actor, events.CAMPAIGN_SAVED, found, drawn=count, region=region_code)
    return made


@transaction.atomic
def count_back(*, actor: Actor, pk: int, back: int) -> Draw:
    """Count what came back; the rest was handed out and goes to the ledger. Counting again corrects it. Raises BadInput, NotFound."""
    found = Draw.objects.select_for_update(of=("self",)).select_related("campaign").filter(pk=pk).first()
    if found is None:
        raise NotFound()
    _own(actor, found.campaign_id)
    if not 0 <= back <= found.count:
        raise BadInput(fields={"back": _("Not more than were drawn.")})
    found.back = back
    found.save(update_fields=["back"])
    ledger.reverse_all_from(found)
    line = Delivered(
        day=found.day, count=found.count - back, region_code=found.region_code, unit_id=found.campaign.unit_id
    )
    ledger.record(kinds.LEAFLETS, [line], source=found)
    journal.record(actor, events.CAMPAIGN_SAVED, found.campaign, back=back, handed_out=found.count - back)
    return found
