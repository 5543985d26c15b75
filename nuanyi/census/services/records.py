"""Follow-up, and recording somebody at the door."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from nuanyi.census import events, kinds
from nuanyi.census.loading.workers import prefixes
from nuanyi.census.models import DoorstepEntry, Establishment, Worker
from nuanyi.census.rows import Known, name_key, read_establishment, read_worker
from nuanyi.census.rules import REASONS, FollowUp, Kind
from nuanyi.journal import services as journal
from nuanyi.ledger import services as ledger
from nuanyi.ledger.services import Delivered
from nuanyi.lib import clock
from nuanyi.lib.actor import Actor
from nuanyi.lib.digests import body_digest
from nuanyi.lib.errors import BadInput, Conflict, NotFound, Refusal
from nuanyi.lib.ids import new_id
from nuanyi.people import queries as people
from nuanyi.people.models import Person
from nuanyi.people.services import seal_into
from nuanyi.places import queries as places

Record = Establishment | Worker


@transaction.atomic
def note_follow_up(*, actor: Actor, model: type[Record], ids: list[UUID], follow_up: str) -> dict[str, str]:
    """Set the follow-up of some records; returns ``{id: state before}`` so that it can be undone.

    Records outside the actor's scope answer like ones that do not exist. Raises BadInput, NotFound.
    """
    if follow_up not in FollowUp.values:
        raise BadInput(fields={"follow_up": _("Choose a state.")})
    rows = list(model.objects.visible_to(actor, "census.follow_up").select_for_update().filter(pk__in=ids))
    if not rows:
        raise NotFound()
    before = {str(row.pk): row.follow_up for row in rows}
    model.objects.filter(pk__in=[row.pk for row in rows]).update(
        follow_up=follow_up, followed_at=clock.now() if follow_up != FollowUp.NEW else None
    )
    for row in rows:
        journal.record(actor, events.FOLLOWED_UP, row, before=row.follow_up, after=follow_up)
    return before


@transaction.atomic
def undo_follow_up(*, actor: Actor, model: type[Record], before: dict[str, str]) -> int:
    """Put follow-up states back as ``note_follow_up`` returned them."""
    done = 0
    for state in set(before.values()):
        ids = [UUID(pk) for pk, was in before.items() if was == state]
        done += len(note_follow_up(actor=actor, model=model, ids=ids, follow_up=state))
    return done


@transaction.atomic
def record_at_doorstep(*, actor: Actor, client_key: UUID, entry: dict[str, str]) -> DoorstepEntry:
    """Record an establishment or a worker met at the door. A repeat with the same key gives the first answer.

    ``entry`` has ``kind`` and the fields of ``columns.FIELDS``. Raises BadInput with a word per field,
    Conflict (same key, other content), NotAllowed (outside the actor's places).
    """
    actor.require("census.enter")
    digest = body_digest("doorstep-body", json.dumps(entry, sort_keys=True).encode())
    known = DoorstepEntry.objects.select_for_update().filter(pk=client_key).first()
    if known is not None:
        if bytes(known.body_digest) != digest or known.account_id != actor.account_id:
            raise Conflict(code="key-reused")
        return known
    made = DoorstepEntry(client_key=client_key, body_digest=digest, account_id=actor.account_id)
    kind = entry.get("kind", Kind.WORKERS)
    record: Record
    if kind == Kind.ESTABLISHMENTS:
        made.establishment = record = _establishment(actor, entry)
        ledger_kind = kinds.ESTABLISHMENTS_RECORDED
    else:
        made.worker = record = _worker(actor, entry)
        ledger_kind = kinds.WORKERS_RECORDED
    made.save(force_insert=True)
    line = Delivered(clock.today(), 1, record.region_code[:9], record.sector, actor.unit_id or 0)
    ledger.record(ledger_kind, [line], source=record)
    journal.record(actor, events.RECORDED_AT_DOOR, record)
    return made


def _read(actor: Actor, entry: dict[str, str], read: Any) -> Any:
    names = places.names_by_code()
    known = Known(lambda text: places.region_named(text, names), lambda _text: None)
    known.may_write = lambda code: actor.can("census.enter", regions=(code,), units=(actor.unit_id or 0,))
    fields = {name: index for index, name in enumerate(entry)}
    draft, problems = read(list(entry.values()), fields, known)
    wrong = {problem.field: REASONS[problem.reason] for problem in problems}
    if not entry.get("region"):
        wrong["region"] = _("Choose a township.")
    if not entry.get("sector"):
        wrong["sector"] = _("Choose a sector.")
    if wrong:
        raise BadInput(fields=wrong)
    return draft


def _establishment(actor: Actor, entry: dict[str, str]) -> Establishment:
    draft = _read(actor, entry, read_establishment)
    same = Establishment.objects.filter(
        name_key=name_key(draft.name), region_code__startswith=draft.region[:9]
    )
    if draft.credit_code:
        same = same | Establishment.objects.filter(credit_code=draft.credit_code)
    if same.exists():
        raise _known_already()
    contact = None
    if draft.contact_name or draft.contact_phone:
        contact = _person(actor, draft.region)
        seal_into(contact, name=draft.contact_name, phone=draft.contact_phone).save(force_insert=True)
    return Establishment.objects.create(
        name=draft.name,
        name_key=name_key(draft.name),
        sector=draft.sector,
        region_code=draft.region,
        credit_code=draft.credit_code or None,
        headcount=draft.headcount,
        contact=contact,
        unit_id=actor.unit_id,
        follow_up=FollowUp.VISITED,
        followed_at=clock.now(),
    )


def _worker(actor: Actor, entry: dict[str, str]) -> Worker:
    draft = _read(actor, entry, read_worker)
    # only among those whom the actor may see: the answer must not tell who is on another unit's roster
    same = [
        person
        for number in (draft.phone, draft.id_number)
        if number
        for person in Person.objects.visible_to(actor).filter(_same(number)).exclude(worker=None)
    ]
    if same:
        raise _known_already()
    person = _person(actor, draft.region)
    seal_into(person, name=draft.name, phone=draft.phone, id_number=draft.id_number).save(force_insert=True)
    site = Establishment.objects.filter(name_key=name_key(draft.site)).first() if draft.site else None
    return Worker.objects.create(
        person=person,
        sector=draft.sector,
        region_code=draft.region,
        site_name=draft.site,
        establishment=site,
        unit_id=actor.unit_id,
        follow_up=FollowUp.VISITED,
        followed_at=clock.now(),
    )


def _same(number: str) -> Q:
    wanted = Q(pk__in=[])
    for field, digest in people.digests_of(number):
        wanted |= Q(**{f"{field}_digest": digest})
    return wanted


def _person(actor: Actor, region: str) -> Person:
    return Person(
        id=new_id(), region_codes=prefixes(region), unit_ids=[actor.unit_id] if actor.unit_id else []
    )


def _known_already() -> Refusal:
    return Refusal(
        _("This one is on record already. Thank you for looking."), code="known-already", status=409
    )
