"""Establishments: matched by credit code, else by name in the same township. They are few, so the ORM writes them."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import ForeignObjectRel, Q, QuerySet

from nuanyi.census import events
from nuanyi.census.loading.tally import CHANGED, DOUBLE, KNOWN, NEW, UNCHANGED, Choices, Met, Stale, Tally
from nuanyi.census.loading.workers import moved, prefixes
from nuanyi.census.models import Appearance, Change, Establishment, Import, RecordNote, RecordPhoto
from nuanyi.census.reading import ReadRow
from nuanyi.census.rows import EstablishmentDraft, name_key
from nuanyi.census.rules import Choice
from nuanyi.journal.queries import acts_on
from nuanyi.lib import clock, masks, row_security, sealed
from nuanyi.lib.actor import Scope, system
from nuanyi.lib.ids import new_id
from nuanyi.lib.region_codes import township_of
from nuanyi.people.models import Person, keys
from nuanyi.people.services.openings import open_for_program
from nuanyi.people.services.persons import columns_of, seal_into

STEP = 200
#: How a roster calls what it says of an establishment's contact.
CONTACT = ("contact_name", "contact_phone")
#: What of a contact is put back with an establishment.
_OF_CONTACT = (*columns_of("name", "phone"), "region_codes")
#: What a row of a roster may change; how a record is followed up goes on beside a long import.
OWN_VALUES = (
    *("name", "name_key", "credit_code", "sector", "region_code", "headcount", "address"),
    *("contact", "as_of_date"),
)


class EstablishmentLoader:
    """Matches and writes the establishments of one import."""

    def __init__(
        self, source_import: Import, scopes: Iterable[Scope], choices: Choices | None = None
    ) -> None:
        self.of = source_import
        self.scopes = tuple(scopes)
        self.choices = choices or {}
        self.tally = Tally()
        self.at = clock.now()
        self.ring = keys()
        self.by_code: dict[str, Establishment] = {}
        self.by_name: dict[tuple[str, str], Establishment] = {}
        self.fresh: dict[UUID, int] = {}

    def load(self, rows: Iterable[ReadRow], *, write: bool) -> Iterator[int]:
        """Go through the good rows; yields how many were seen so far. Nothing is written unless ``write``."""
        for known in Establishment.objects.select_related("contact"):
            self._remember(known)
        digests = Appearance.objects.filter(source=self.of.source_id, worker=None).values_list(
            "row_digest", flat=True
        )
        seen_before, seen_now = {bytes(digest) for digest in digests}, set()
        count = 0
        for row in rows:
            if row.problems:
                continue
            count += 1
            digest = self._digest(row)
            self.tally.read(digest)
            if digest in seen_before or digest in seen_now:
                self.tally.counts[UNCHANGED if digest in seen_before else DOUBLE] += 1
            else:
                seen_now.add(digest)
                self._take(row, digest, write)
            if count % STEP == 0:
                yield count
        yield count

    def _digest(self, row: ReadRow) -> bytes:
        draft = row.draft
        assert isinstance(draft, EstablishmentDraft)
        parts = (
            draft.name,
            draft.credit_code,
            draft.sector,
            draft.region,
            draft.contact_name,
            draft.contact_phone,
        )
        told = (draft.address,) if draft.address else ()
        return self.ring.digest("row", "\0".join((*parts, str(draft.headcount), *told)))

    def _remember(self, record: Establishment) -> None:
        if record.credit_code:
            self.by_code[record.credit_code] = record
        self.by_name[record.name_key, township_of(record.region_code)] = record

    def _match(self, draft: EstablishmentDraft) -> Establishment | None:
        if draft.credit_code and draft.credit_code in self.by_code:
            return self.by_code[draft.credit_code]
        found = self.by_name.get((name_key(draft.name), township_of(draft.region)))
        if found and draft.credit_code and found.credit_code and found.credit_code != draft.credit_code:
            return None  # two firms of one name, told apart by their codes
        return found

    def _take(self, row: ReadRow, digest: bytes, write: bool) -> None:
        draft = row.draft
        assert isinstance(draft, EstablishmentDraft)
        record = self._match(draft)
        if record is None:
            record = self._make(draft)
            self.fresh[record.pk] = row.number
            self._remember(record)
            self.tally.counts[NEW] += 1
            self.tally.delivered[township_of(draft.region), draft.sector] += 1
            if write:
                if record.contact:
                    record.contact.save(force_insert=True)
                record.save(force_insert=True)
        elif record.pk in self.fresh:
            self.tally.meet(
                Met(
                    row.sheet, row.number, None, draft.name, DOUBLE, [["row", str(self.fresh[record.pk]), ""]]
                )
            )
        elif not any(scope.covers(region=record.region_code, units=_units(record)) for scope in self.scopes):
            self.tally.meet(Met(row.sheet, row.number, None, draft.name, "elsewhere"))
        else:
            self._meet(row, draft, record, write)
        if write:
            earlier = Establishment.objects.filter(pk=record.pk, first_seen_date__gt=self.of.as_of_date)
            earlier.update(first_seen_date=self.of.as_of_date)
            record.first_seen_date = min(record.first_seen_date, self.of.as_of_date)
            Appearance.objects.create(
                source_id=self.of.source_id,
                source_import=self.of,
                establishment=record,
                sheet=row.sheet[:60],
                row=row.number,
                row_digest=digest,
                as_of_date=self.of.as_of_date,
            )

    def _make(self, draft: EstablishmentDraft) -> Establishment:
        contact = None
        if draft.contact_name or draft.contact_phone:
            contact = Person(id=new_id(), region_codes=prefixes(draft.region), unit_ids=_unit_list(self.of))
            seal_into(contact, name=draft.contact_name, phone=draft.contact_phone)
        return Establishment(
            id=new_id(),
            name=draft.name,
            name_key=name_key(draft.name),
            sector=draft.sector,
            region_code=draft.region,
            credit_code=draft.credit_code or None,
            headcount=draft.headcount,
            address=draft.address,
            contact=contact,
            unit_id=self.of.unit_id,
            source_id=self.of.source_id,
            round_id=self.of.round_id,
            made_by=self.of,
            as_of_date=self.of.as_of_date,
            first_seen_date=self.of.as_of_date,
        )

    def _meet(self, row: ReadRow, draft: EstablishmentDraft, record: Establishment, write: bool) -> None:
        contact = said_of_contact(record, _told(draft), _silent_on(draft))
        changes = self._differences(draft, record, contact)
        if not changes:
            self.tally.counts[KNOWN] += 1
            return
        choice = self.choices.get((row.sheet, row.number)) or self.of.default_choice or Choice.KEEP
        wanted = [name for name, before, _after in changes if choice == Choice.OVERWRITE or not before]
        if choice != Choice.OVERWRITE and contact.leaves is not None:
            # a contact is one person: another one's number does not fill in what is missing of them
            wanted = [name for name in wanted if name not in CONTACT]
        if write and choice != Choice.KEEP and wanted:
            self._change(draft, record, wanted, contact)
            self.tally.counts["written"] += 1
        self.tally.meet(Met(row.sheet, row.number, record.pk, record.name, CHANGED, changes))

    def _differences(
        self, draft: EstablishmentDraft, record: Establishment, said: ContactSaid
    ) -> list[list[str]]:
        found = []
        for name in ("name", "credit_code", "sector", "region", "headcount", "address"):
            before, after = value_of(record, name), getattr(draft, name)
            if after not in ("", None) and str(after) != before:
                found.append([name, before, str(after)])
        contact = record.contact
        if draft.contact_name and draft.contact_name != said.now["contact_name"]:
            found.append(
                ["contact_name", contact.name if contact else "", masks.mask_name(draft.contact_name)]
            )
        if draft.contact_phone and draft.contact_phone != said.now["contact_phone"]:
            found.append(
                ["contact_phone", contact.phone if contact else "", masks.mask_phone(draft.contact_phone)]
            )
        elif contact and contact.phone and said.leaves is not None:
            # somebody else is named, and the number goes with the one before: that is shown, and stands in the history
            found.append(["contact_phone", contact.phone, ""])
        return found

    def _check_unchanged(self, record: Establishment, wanted: list[str], contact: ContactSaid) -> None:
        """Lock a record that a row changes. Raises Stale where somebody has changed it since the import began to read."""
        now = held(Establishment.objects.filter(pk=record.pk)).first()
        if now is None or (now.changed_at, now.contact_id) != (record.changed_at, record.contact_id):
            raise Stale
        hold_contact(now)
        if set(CONTACT) & set(wanted) and _contact_of(now) != contact.now:
            raise Stale
        if any(value_of(now, name) != value_of(record, name) for name in wanted if name not in CONTACT):
            raise Stale
        record.contact = now.contact

    def _change(
        self, draft: EstablishmentDraft, record: Establishment, wanted: list[str], contact: ContactSaid
    ) -> None:
        self._check_unchanged(record, wanted, contact)
        before = {
            name: contact.now[name] if name in CONTACT else value_of(record, name) for name in wanted
        } | {"as_of": record.as_of_date.isoformat()}
        told = {name: getattr(draft, name) for name in wanted}
        values = {name: "" if value is None else str(value) for name, value in told.items()}
        Change.objects.create(
            source_import=self.of,
            record_type="establishment",
            record_id=record.pk,
            former_contact=contact.leaves if set(CONTACT) & set(wanted) else None,
            changed_at=self.at,
            sealed_before=self.ring.seal("file", json.dumps(before), record.pk.bytes),
            **moved(record, wanted, self.of.as_of_date),
        )
        put_values(record, values, contact, _silent_on(draft))
        record.changed_at = self.at
        record.as_of_date = max(record.as_of_date, self.of.as_of_date)
        save(record, wanted)


def _told(draft: EstablishmentDraft) -> dict[str, str]:
    """What a row says of the contact."""
    return {name: getattr(draft, name) for name in CONTACT if getattr(draft, name)}


def _silent_on(draft: EstablishmentDraft) -> list[str]:
    """What a row does not say of the contact."""
    return [name for name in CONTACT if not getattr(draft, name)]


def _units(record: Establishment) -> tuple[int, ...]:
    return () if record.unit_id is None else (record.unit_id,)


def _unit_list(of: Import) -> list[int]:
    return [of.unit_id] if of.unit_id else []


def value_of(record: Establishment, name: str) -> str:
    """One field of an establishment by its roster name, in clear."""
    if name == "contact_name":
        return open_for_program(record.contact, "name") if record.contact else ""
    if name == "contact_phone":
        return open_for_program(record.contact, "phone") if record.contact else ""
    if name == "region":
        return record.region_code
    value = getattr(record, name)
    return "" if value is None else str(value)


def _contact_after(
    now: dict[str, str], values: dict[str, str], silent: Collection[str] = ()
) -> dict[str, str]:
    """What is known of the contact once ``values`` hold; what they are ``silent`` on says nothing of them."""
    before = {name: "" if name in silent else now[name] for name in CONTACT}
    return before | {name: value for name, value in values.items() if name in CONTACT}


def _is_same(one: dict[str, str], other: dict[str, str]) -> bool:
    """Whether two contacts of one shop are one person: by the name; by the number where a name is not known.

    A number alone does not say so: it is passed on with a shop, and a family shares one.
    """
    by = CONTACT[0] if one[CONTACT[0]] and other[CONTACT[0]] else CONTACT[1]
    return bool(one[by]) and one[by] == other[by]


@dataclass(frozen=True, slots=True)
class ContactSaid:
    """What is said of an establishment's contact, opened and decided once, and handed on.

    ``now``: who they are, in clear by roster names; nothing where nothing is said of them. ``leaves``: the contact who
    is it no longer, as far as can be shown; None where it is the same person.
    """

    now: dict[str, str]
    leaves: Person | None


def said_of_contact(
    record: Establishment, values: dict[str, str], silent: Collection[str] = ()
) -> ContactSaid:
    """Who is the contact, and who is it no longer by ``values``.

    What was noted while somebody was the contact is shown to them, and to nobody who came after. A roster that is
    ``silent`` on a name or a number says nothing of it; by hand what is left empty stays. So a number alone is a new
    number of whoever is named: that it is somebody else's shows with the next name.
    """
    if not any(name in values for name in CONTACT):
        return ContactSaid({}, None)
    now = _contact_of(record)
    after = _contact_after(now, values, silent)
    # of the name where there is one, else of the number
    known_by = CONTACT[0] if now[CONTACT[0]] else CONTACT[1]
    is_same = known_by in silent or now == after or _is_same(now, after)
    return ContactSaid(now, None if is_same else record.contact)


def put_values(
    record: Establishment, values: dict[str, str], contact: ContactSaid, silent: Collection[str] = ()
) -> None:
    """Set fields by their roster names; saves the contact, not the establishment. ``silent``: ``said_of_contact``."""
    moves = values.get("region", record.region_code) != record.region_code
    _put_own_values(record, values)
    told = {name: values[name] for name in CONTACT if name in values}
    if told:
        _put_contact(record, told, contact, silent)
    if moves and record.contact is not None:
        _save_contact(record.contact, record, ())


def _put_own_values(record: Establishment, values: dict[str, str]) -> None:
    """Set those of an establishment itself; saves nothing."""
    for name, value in values.items():
        if name == "name":
            record.name, record.name_key = value, name_key(value)
        elif name == "credit_code":
            record.credit_code = value or None
        elif name == "sector":
            record.sector = value
        elif name == "region":
            record.region_code = value
        elif name == "headcount":
            record.headcount = int(value) if value else None
        elif name == "address":
            record.address = value


def _put_contact(
    record: Establishment, told: dict[str, str], contact: ContactSaid, silent: Collection[str]
) -> None:
    leaves = contact.leaves
    after = _contact_after(contact.now, told, () if leaves is None else silent)
    if not any(after.values()):
        # taken away, somebody stays who they are: what was noted of them is theirs
        record.contact = None
        return
    person = record.contact
    if person is None or leaves is not None:
        units = leaves.unit_ids if leaves is not None else _units(record)
        person = _former(record, after) or Person(id=new_id(), unit_ids=list(units))
        told = {name: value for name, value in after.items() if value}
    is_first = record.contact is None and not _had_contact(record)
    seal_into(person, **{name.removeprefix("contact_"): value for name, value in told.items()})
    _save_contact(person, record, told)
    if is_first:
        # what was noted before anybody was named is about whoever is named first
        for remark in (RecordNote, RecordPhoto):
            remark.objects.filter(establishment=record, contact=None).update(contact=person)
        events.contact_named_first.send(sender=Establishment, establishment=record, person=person)
    record.contact = person


def held(rows: QuerySet[Establishment]) -> QuerySet[Establishment]:
    """Establishments, locked as they are read; whoever is their contact is held after them, by ``hold_contact``."""
    return rows.select_related("contact").select_for_update(of=("self",))


def hold_contact(record: Establishment) -> None:
    """Lock whoever is a record's contact, as they are now: by the program, since they may come from elsewhere."""
    if record.contact_id is None:
        record.contact = None
        return
    with row_security.reader(system("contacts")):
        record.contact = Person.objects.select_for_update().filter(pk=record.contact_id).first()


def save(record: Establishment, _names: Collection[str]) -> None:
    """Save what fields by their roster names may fill of an establishment; its contact was saved as it was put in."""
    record.save(update_fields=[*OWN_VALUES, "changed_at"])


def _save_contact(person: Person, record: Establishment, told: Iterable[str]) -> None:
    """Save of whoever is a record's contact what was ``told``, to be seen where that lies: by the program, as they may
    come from elsewhere.
    """
    person.region_codes = prefixes(record.region_code)
    columns = columns_of(*(name.removeprefix("contact_") for name in told))
    with row_security.reader(system("contacts")):
        person.save(update_fields=None if person._state.adding else [*columns, "region_codes"])


def _former(record: Establishment, told: dict[str, str]) -> Person | None:
    """Whoever was this establishment's contact before and is named again: by the name with the same number, or none."""
    phone = told["contact_phone"]
    with row_security.reader(system("contacts")):
        once = Q(pk__in=Change.objects.filter(record_id=record.pk).values("former_contact"))
        for remark in (RecordNote, RecordPhoto):
            once |= Q(pk__in=remark.objects.filter(establishment=record).values("contact"))
        digest = keys().digest("phone", phone) if phone else None
        known = Person.objects.select_for_update().filter(once, erased_at=None, phone_digest=digest)
        return next((one for one in known.order_by("-made_at") if _is_same(told, _as_contact(one))), None)


def _as_contact(person: Person) -> dict[str, str]:
    return {name: open_for_program(person, name.removeprefix("contact_")) for name in CONTACT}


def _contact_of(record: Establishment) -> dict[str, str]:
    return dict.fromkeys(CONTACT, "") if record.contact is None else _as_contact(record.contact)


def _had_contact(record: Establishment) -> bool:
    """Whether somebody was an establishment's contact before: what was noted after them without one is nobody's."""
    with row_security.reader(system("contacts")):
        if Change.objects.filter(record_id=record.pk, former_contact__isnull=False).exists():
            return True
        for remark in (RecordNote, RecordPhoto):
            if remark.objects.filter(establishment=record, contact__isnull=False).exists():
                return True
        return bool(acts_on(record, (events.CONTACT_FORGOTTEN,)))


def _before(change: Change) -> dict[str, str]:
    told: dict[str, str] = json.loads(sealed.open_text(change, "sealed_before"))
    return told


def contact_who_leaves_by_undoing(record: Establishment, change: Change) -> Person | None:
    """The contact who is it no longer once a change is undone; None where nobody else had come by it."""
    if change.former_contact is not None or _named_first(record, _before(change)):
        return record.contact
    return None


def _named_first(record: Establishment, before: dict[str, str]) -> bool:
    """Whether nobody was the contact before a change that had these values before."""
    if not any(name in before for name in CONTACT):
        return False
    return not any(_contact_after(_contact_of(record), before).values())


def restore(record: Establishment, change: Change) -> None:
    """Give an establishment the values it had before a change; saves its contact, not the establishment."""
    restore_all([(record, change)])


def restore_all(pairs: Iterable[tuple[Establishment, Change]]) -> None:
    """Give establishments the values they had before changes, the last change first; saves contacts, not establishments.

    Where another contact had come, the one before is it again, unless forgotten meanwhile; of whoever had come nothing
    stays, unless something was noted of them. Without a contact who left by the change the one there is the same person.
    Asks as often for a thousand establishments as for one, and asks after the persons once they are held: whoever
    was forgotten or put right since the records were read stays so.
    """
    pairs = list(pairs)
    persons = _held(pairs)
    saved: dict[UUID, Person] = {}
    left: dict[UUID, tuple[Establishment, Change]] = {}
    for record, change in pairs:
        if record.contact_id is not None:  # one person is one object, whoever names them
            record.contact = persons.get(record.contact_id)
        come = record.contact
        if _put_back(record, change, persons) and record.contact is not None:
            record.contact.region_codes = prefixes(record.region_code)
            saved[record.contact.pk] = record.contact
        if come is not None and come != record.contact:
            left[come.pk] = (record, change)
    with row_security.reader(system("contacts")):
        Person.objects.bulk_update(saved.values(), _OF_CONTACT, batch_size=STEP)
        if left:
            _take_back(left)


def _held(pairs: list[tuple[Establishment, Change]]) -> dict[UUID, Person]:
    """The contacts of establishments now and before changes who are not forgotten, locked in one order."""
    named = {pk for record, change in pairs for pk in (record.contact_id, change.former_contact_id)}
    with row_security.reader(system("contacts")):
        rows = Person.objects.select_for_update().filter(pk__in=named - {None}, erased_at=None)
        return {one.pk: one for one in rows.order_by("pk")}


def _put_back(record: Establishment, change: Change, persons: dict[UUID, Person]) -> bool:
    """Set what a record was before a change; saves nothing. Returns whether its contact is to be saved."""
    before, moves_from = _before(change), record.region_code
    record.as_of_date = datetime.fromisoformat(before.pop("as_of")).date()
    former = change.former_contact_id
    if former is not None:
        record.contact = persons.get(former)
    elif _named_first(record, before):
        record.contact = None
    contact = {name: before.pop(name) for name in CONTACT if name in before}
    _put_own_values(record, before)
    if former is None and record.contact is not None and contact:
        seal_into(record.contact, **{name.removeprefix("contact_"): value for name, value in contact.items()})
    return bool(contact) or former is not None or record.region_code != moves_from


def _take_back(left: dict[UUID, tuple[Establishment, Change]]) -> None:
    """Delete those of whom nothing is kept but that they were an establishment's contact since a change.

    ``left`` says of which establishment and since which change; it is that establishment's contact no longer, though it
    may not have been saved yet.
    """
    was: dict[UUID, list[Change]] = {pk: [] for pk in left}
    for change in Change.objects.filter(former_contact__in=left):
        was[change.former_contact_id].append(change)  # type: ignore[index]
    going = {
        pk
        for pk, (record, since) in left.items()
        if all(one.record_id == record.pk and one.pk >= since.pk for one in was[pk])
    }
    _give_up_what_was_noted_before({pk: left[pk] for pk in going})
    # those without a name of their own on a person, too: what is noted is one of them
    for relation in Person._meta.get_fields(include_hidden=True):
        model: Any = relation.related_model
        if not isinstance(relation, ForeignObjectRel) or model is Change:
            continue
        name = relation.field.name
        rows = model._base_manager.filter(**{f"{name}__in": going}).values_list(name, "pk")
        own = {(pk, left[pk][0].pk) for pk in going} if model is Establishment else set()
        going -= {person for person, row in rows if (person, row) not in own}
    forget_contact_in(one for pk in going for one in was[pk])
    Person.objects.filter(pk__in=going).delete()


def _give_up_what_was_noted_before(left: dict[UUID, tuple[Establishment, Change]]) -> None:
    """What was noted of an establishment before somebody was named its first contact is nobody's again."""
    first = {pk: told for pk, told in left.items() if told[1].former_contact_id is None}
    for remark in (RecordNote, RecordPhoto):
        noted = remark.objects.filter(contact__in=first).values_list(
            "pk", "contact", "establishment", "made_at"
        )
        earlier = [
            pk
            for pk, contact, establishment, made_at in noted
            if establishment == first[contact][0].pk and made_at < first[contact][1].changed_at
        ]
        remark.objects.filter(pk__in=earlier).update(contact=None)
    named = {pk: (record.pk, since.changed_at) for pk, (record, since) in first.items()}
    events.contact_named_by_mistake.send(sender=Establishment, named=named)


def forget_contact_in(changes: Iterable[Change]) -> None:
    """Of establishments' earlier values those of their contact go; the others stay, for undoing and for figures."""
    poorer = []
    for change in changes:
        before = _before(change)
        kept = {name: value for name, value in before.items() if name not in CONTACT}
        if kept != before:
            sealed.put(change, "sealed_before", json.dumps(kept))
            poorer.append(change)
    Change.objects.bulk_update(poorer, ["sealed_before"], batch_size=STEP)
