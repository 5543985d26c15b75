"""Follow-up, and recording somebody at the door."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from nuanyi.census import events, kinds
from nuanyi.census.loading import establishments, workers
from nuanyi.census.loading.workers import prefixes
from nuanyi.census.models import Change, DoorstepEntry, Establishment, Worker
from nuanyi.census.rows import Known, name_key, read_establishment, read_headcount, read_worker
from nuanyi.census.rules import REASONS, FollowUp, Kind
from nuanyi.journal import services as journal
from nuanyi.journal.queries import last_hand
from nuanyi.ledger import services as ledger
from nuanyi.ledger.services import Delivered
from nuanyi.lib import clock, row_security
from nuanyi.lib.actor import Actor, system
from nuanyi.lib.digests import body_digest
from nuanyi.lib.errors import BadInput, Conflict, NotFound, Refusal
from nuanyi.lib.identity import (
    Unreadable,
    plain,
    read_credit_code,
    read_id_number,
    read_mobile,
    read_person_name,
)
from nuanyi.lib.ids import new_id
from nuanyi.lib.meanwhile import changed_meanwhile
from nuanyi.lib.region_codes import township_of
from nuanyi.lib.sectors import Sector
from nuanyi.people import queries as people
from nuanyi.people.models import Person, keys
from nuanyi.people.services.persons import barred, seal_into
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
def undo_follow_up(*, actor: Actor, model: type[Record], before: dict[str, str], noted: str = "") -> int:
    """Put follow-up states back as ``note_follow_up`` returned them; ``noted`` is what was noted then.

    Where somebody has noted something else since, that stays. Raises NotFound, and Conflict with who and when where
    that is so for all of them.
    """
    rows = model.objects.visible_to(actor, "census.follow_up").filter(pk__in=list(before))
    if noted:
        there = list(rows.select_for_update(of=("self",)))
        still = [row for row in there if row.follow_up == noted]
        if there and not still:
            raise changed_meanwhile(*last_hand(there[0], events.FOLLOWED_UP))
        before = {str(row.pk): before[str(row.pk)] for row in still}
    done = 0
    for state in set(before.values()):
        ids = [UUID(pk) for pk, was in before.items() if was == state]
        done += len(note_follow_up(actor=actor, model=model, ids=ids, follow_up=state))
    return done


@transaction.atomic
def record_at_doorstep(*, actor: Actor, client_key: UUID, entry: dict[str, str]) -> DoorstepEntry:
    """Record an establishment or a worker met at the door. A repeat with the same key gives the first answer.

    ``entry`` has ``kind`` and the fields of ``columns.FIELDS``. Who asked to be forgotten is not recorded, and the answer
    is that of a kept one: at a door nobody asks by it who did. Raises BadInput with a word per field,
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
        worker = _worker(actor, entry)
        if worker is None:
            again = DoorstepEntry.objects.filter(account=actor.account_id, body_digest=digest)
            if again.filter(worker=None, establishment=None).exists():
                raise _known_already()
            made.save(force_insert=True)
            return made
        made.worker = record = worker
        ledger_kind = kinds.WORKERS_RECORDED
    made.save(force_insert=True)
    line = Delivered(clock.today(), 1, township_of(record.region_code), record.sector, actor.unit_id or 0)
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
        name_key=name_key(draft.name), region_code__startswith=township_of(draft.region)
    )
    if draft.credit_code:
        same = same | Establishment.objects.filter(credit_code=draft.credit_code)
    with row_security.reader(system("doorstep")):
        known = same.exists()
    if known:
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
        address=draft.address,
        contact=contact,
        unit_id=actor.unit_id,
        follow_up=FollowUp.VISITED,
        followed_at=clock.now(),
    )


def _worker(actor: Actor, entry: dict[str, str]) -> Worker | None:
    """The worker of an entry; None for one who asked to be forgotten. Who may forget people is told so (Refusal)."""
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
    marks = [mark for number in (draft.phone, draft.id_number) for _f, mark in people.digests_of(number)]
    if barred(marks):
        if not actor.can("people.erase"):
            return None
        raise Refusal(
            _(
                "This person asked to be forgotten here. The office can take them in again, if they want that."
            ),
            code="barred",
            status=409,
        )
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


# changed and made by hand ----------------------------------------------------------------------

WORKER_FIELDS = ("name", "phone", "id_number", "sector", "region", "site")
ESTABLISHMENT_FIELDS = (
    "name",
    "credit_code",
    "sector",
    "region",
    "address",
    "headcount",
    "contact_name",
    "contact_phone",
)
#: Left empty in a form, these stay as they are: nobody sees them in clear to write them again.
PERSONAL_FIELDS = frozenset({"phone", "id_number", "contact_name", "contact_phone"})


def _read_title(cell: object) -> str:
    text = plain(cell)
    if not text or len(text) > 120:
        raise Unreadable("name-long" if text else "name-missing")
    return text


_READERS: dict[str, Callable[[object], str]] = {
    "phone": read_mobile,
    "id_number": read_id_number,
    "contact_name": read_person_name,
    "contact_phone": read_mobile,
    "credit_code": read_credit_code,
    "headcount": read_headcount,
    "site": lambda cell: plain(cell)[:120],
    "address": lambda cell: plain(cell)[:200],
}


def _value(actor: Actor, model: type[Record], name: str, text: str) -> str:
    """A value as it is kept. Raises BadInput with a word at its field."""
    text = text.strip()
    if name == "sector":
        if text and text not in Sector.values:
            raise BadInput(fields={name: _("Choose a sector.")})
        return text
    if name == "region":
        if text not in places.names_by_code():
            raise BadInput(fields={name: _("Choose a township.")})
        if not actor.can("census.edit", regions=(text,), units=(actor.unit_id or 0,)):
            raise BadInput(fields={name: REASONS["region-outside"]})
        return text
    if not text and name != "name":
        return ""
    reader = _READERS.get(name) or (read_person_name if model is Worker else _read_title)
    try:
        return reader(text)
    except Unreadable as wrong:
        raise BadInput(fields={name: REASONS[wrong.reason]}) from wrong


def _loader(model: type[Record]) -> Any:
    return workers if model is Worker else establishments


def _now(record: Record, name: str) -> str:
    return str(_loader(type(record)).value_of(record, name))


def shown_now(record: Record, name: str) -> str:
    """One field as a page may show it: personal values masked."""
    if isinstance(record, Worker):
        if name in workers.OF_PERSON:
            return str(getattr(record.person, name))
    elif name in establishments.CONTACT:
        return str(getattr(record.contact, name.removeprefix("contact_"))) if record.contact else ""
    return _now(record, name)


@transaction.atomic
def change_record(
    *,
    actor: Actor,
    model: type[Record],
    pk: UUID,
    values: dict[str, str],
    seen: str = "",
    was: dict[str, str] | None = None,
    taken_away: Collection[str] = (),
) -> Change | None:
    """Change some fields of a record by hand, keeping what they were; None where nothing differs.

    ``seen`` is the record's ``changed_at`` (ISO 8601) when it was shown, ``was`` what fields said then: somebody else's
    change since is not overwritten. ``taken_away`` names personal values that are wrong and go; left empty they would stay.
    Raises NotAllowed, NotFound, BadInput with a word per field, Conflict.
    """
    actor.require("census.edit")
    record: Any = _held(actor, model, pk)
    if record is None:
        raise NotFound()
    if seen and seen != record.changed_at.isoformat():
        raise _changed_meanwhile(record)
    for name, text in (was or {}).items():
        if name in values and text != shown_now(record, name):
            raise _changed_meanwhile(record)
    known = WORKER_FIELDS if model is Worker else ESTABLISHMENT_FIELDS
    told: dict[str, str] = {}
    wrong: dict[str, Any] = {}
    for name, text in values.items():
        is_personal = name in PERSONAL_FIELDS or (name == "name" and model is Worker)
        if name not in known or (is_personal and not text.strip()):
            if name in PERSONAL_FIELDS and name in known and name in taken_away:
                told[name] = ""
            continue
        try:
            told[name] = _value(actor, model, name, text)
        except BadInput as bad:
            wrong |= bad.fields
    code = told.get("credit_code")
    if code:
        # one code, one firm, whoever may see it: what the policies hide would end as an error of the database
        with row_security.reader(system("credit-codes")):
            taken = Establishment.objects.filter(credit_code=code).exclude(pk=pk).exists()
        if taken:
            wrong["credit_code"] = _("Another establishment has this code.")
    if wrong:
        raise BadInput(fields=wrong)
    wanted = [name for name, value in told.items() if value != _now(record, name)]
    if not wanted:
        return None
    values = {name: told[name] for name in wanted}
    if isinstance(record, Worker):
        change = _keep_former(actor, record, wanted, None)
        workers.put_values(record, values)
    else:
        contact = establishments.said_of_contact(record, values)
        change = _keep_former(actor, record, wanted, contact.leaves)
        establishments.put_values(record, values, contact)
    if "site" in wanted:
        site = Establishment.objects.filter(name_key=name_key(told["site"])).first() if told["site"] else None
        record.establishment = site
    record.changed_at = change.changed_at
    record.as_of_date = max(record.as_of_date, clock.today())
    _loader(model).save(record, wanted)
    journal.record(actor, events.RECORD_CHANGED, record, fields=wanted)
    return change


def _keep_former(actor: Actor, record: Record, names: list[str], leaves: Person | None) -> Change:
    before = {name: _now(record, name) for name in names} | {"as_of": record.as_of_date.isoformat()}
    return Change.objects.create(
        account_id=actor.account_id,
        record_type="worker" if isinstance(record, Worker) else "establishment",
        record_id=record.pk,
        former_contact=leaves,
        changed_at=clock.now(),
        sealed_before=keys().seal("file", json.dumps(before), record.pk.bytes),
        **workers.moved(record, names, clock.today()),
    )


def _held(actor: Actor, model: type[Record], pk: UUID) -> Record | None:
    """A record that one may change, and whoever it names, both locked; None where there is none."""
    rows = model.objects.visible_to(actor, "census.edit").filter(pk=pk)
    found: Record | None = _loader(model).held(rows).first()
    if isinstance(found, Establishment):
        establishments.hold_contact(found)
    return found


def _changed_meanwhile(record: Record) -> Conflict:
    """Who changed a record last, and when: by hand, by a roster or by their follow-up."""
    last = (
        Change.objects.filter(record_id=record.pk, changed_at=record.changed_at)
        .select_related("account", "source_import__source")
        .order_by("-pk")
        .first()
    )
    if last is None:
        return changed_meanwhile(None, record.changed_at)
    return changed_meanwhile(
        last.source_import.source if last.source_import else last.account, last.changed_at
    )


@transaction.atomic
def change_many(
    *,
    actor: Actor,
    model: type[Record],
    values: dict[UUID, dict[str, str]],
    was: dict[UUID, dict[str, str]] | None = None,
) -> list[Change]:
    """Change several records, all or none; ``was``: what the fields of each said. Raises what ``change_record`` raises."""
    known = was or {}
    made = [
        change_record(actor=actor, model=model, pk=pk, values=told, was=known.get(pk))
        for pk, told in sorted(values.items())
    ]
    return [change for change in made if change is not None]


@transaction.atomic
def undo_changes(*, actor: Actor, pks: list[int]) -> int:
    """Take one's own last changes back; what somebody has changed since stays. Returns how many were taken back.

    Raises Conflict where all of them were changed since, with who and when.
    """
    actor.require("census.edit")
    done, refused = 0, None
    for change in Change.objects.filter(pk__in=pks, account_id=actor.account_id or 0).order_by("-pk"):
        model: type[Record] = Worker if change.record_type == "worker" else Establishment
        record: Any = _held(actor, model, change.record_id)
        if record is None:
            continue
        if record.changed_at != change.changed_at:
            refused = refused or _changed_meanwhile(record)
            continue
        names = [
            name
            for name in json.loads(keys().open("file", bytes(change.sealed_before), record.pk.bytes))
            if name != "as_of"
        ]
        leaves = None
        if isinstance(record, Establishment):
            leaves = establishments.contact_who_leaves_by_undoing(record, change)
        again = _keep_former(actor, record, names, leaves)
        _loader(model).restore(record, change)
        record.changed_at = again.changed_at
        _loader(model).save(record, names)
        Change.objects.filter(pk__in=(change.pk, again.pk)).update(until_date=None)
        journal.record(actor, events.RECORD_CHANGED, record, fields=names, undone=change.pk)
        done += 1
    if refused is not None and not done:
        raise refused
    return done


@transaction.atomic
def add_record(*, actor: Actor, client_key: UUID, entry: dict[str, str]) -> Record | None:
    """Write a record by hand, nobody having been met; None where ``record_at_doorstep`` kept none. Raises what it raises."""
    actor.require("census.edit")
    made = record_at_doorstep(actor=actor, client_key=client_key, entry=entry)
    record = made.worker or made.establishment
    if record is None:
        return None
    record.follow_up, record.followed_at = FollowUp.NEW, None
    record.save(update_fields=["follow_up", "followed_at"])
    return record
