"""三进入: what was brought where, in three strands, each time counted once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nuanyi.census.models import Establishment
from nuanyi.journal import services as journal
from nuanyi.ledger import services as ledger
from nuanyi.lib import clock
from nuanyi.lib.actor import Actor
from nuanyi.lib.errors import BadInput, NotFound, Words
from nuanyi.party import events, instructor_queries, kinds
from nuanyi.party.models.speaking import Brought
from nuanyi.party.rules import ENTRIES, ORGANISE, Strand
from nuanyi.places import queries as places


@dataclass
class BroughtInput:
    """So much of something, brought to an establishment, or to a place of a region."""

    strand: str
    title: str
    amount: int
    measure: str
    on: date
    establishment: UUID | None = None
    region_code: str = ""
    place: str = ""


def _target(actor: Actor, pk: UUID) -> Establishment:
    """Any establishment of its district for the organisation department, those followed for an instructor. Raises NotFound."""
    rows = (
        Establishment.objects.filter(pk=pk) if actor.can(ORGANISE) else instructor_queries.followed(actor, pk)
    )
    found = next(iter(rows), None)
    if actor.can(ORGANISE) and found is not None:
        actor.require_within(ORGANISE, regions=(found.region_code,))
    if found is None:
        raise NotFound()
    return found


@transaction.atomic
def note_brought(*, actor: Actor, key: UUID, told: BroughtInput) -> Brought:
    """Note what was brought. The same key again gives the first answer. Raises NotAllowed, NotFound, BadInput."""
    actor.require(ENTRIES)
    known = Brought.objects.visible_to(actor).filter(key=key).first()
    if known is not None:
        return known
    target = _target(actor, told.establishment) if told.establishment is not None else None
    region = target.region_code if target is not None else told.region_code
    wrong: dict[str, Words] = {}
    if told.strand not in Strand.values:
        wrong["strand"] = _("Choose from the list.")
    if not 2 <= len(told.title.strip()) <= 80:
        wrong["title"] = _("What was brought? From 2 to 80 characters.")
    if not 1 <= told.amount <= 1_000_000:
        wrong["amount"] = _("A number from 1.")
    if not 1 <= len(told.measure.strip()) <= 12:
        wrong["measure"] = _("Copies, times, books …")
    if not date(2012, 1, 1) <= told.on <= clock.today():
        wrong["on"] = _("The day has not come yet.") if told.on > clock.today() else _("Choose a day.")
    if region not in places.names_by_code():
        wrong["region"] = _("Choose an establishment or a region.")
    if target is None and not told.place.strip():
        wrong["place"] = _("Where was it? An establishment, or a place in words.")
    if wrong:
        raise BadInput(fields=wrong)
    made = Brought.objects.create(
        key=key,
        strand=told.strand,
        title=told.title.strip(),
        amount=told.amount,
        measure=told.measure.strip(),
        establishment=target,
        region_code=region,
        place="" if target is not None else told.place.strip()[:80],
        brought_date=told.on,
        account_id=actor.account_id,
    )
    journal.record(actor, events.BROUGHT, made, strand=told.strand)
    line = ledger.Delivered(
        day=told.on,
        region_code=region,
        sector=target.sector if target is not None else "",
        unit_id=actor.unit_id or 0,
    )
    ledger.record(kinds.BROUGHT, [line], source=made)
    return made
