"""Sealed persons: put in, put right, forgotten, and what they agreed to."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nuanyi.journal import services as journal
from nuanyi.lib import clock, masks, retention, sealed
from nuanyi.lib.actor import Actor
from nuanyi.lib.errors import BadInput, NotFound
from nuanyi.lib.identity import Unreadable, read_id_number, read_mobile, read_person_name
from nuanyi.lib.shape import Reason, shaped_otherwise
from nuanyi.people import erasures, events, queries, rules
from nuanyi.people.models import Consent, ErasureMark, Person, keys

_MASKS = {"name": masks.mask_name, "phone": masks.mask_phone, "id_number": masks.mask_id_number}
_CORRECTED = {"name": read_person_name, "phone": read_mobile, "id_number": read_id_number}


def seal_into(person: Person, **clear: str) -> Person:
    """Put normalised clear values into a person's sealed fields, masks and digests; does not save.

    Fields: name, phone, id_number, political. An empty text empties the field.
    """
    ring = keys()
    for field, text in clear.items():
        sealed.put(person, f"sealed_{field}", text)
        if field in _MASKS:
            setattr(person, f"{field}_mask", _MASKS[field](text))
        if field in rules.FOUND_BY_DIGEST:
            setattr(person, f"{field}_digest", ring.digest(field, text) if text else None)
    return person


def columns_of(*fields: str) -> tuple[str, ...]:
    """The columns that ``seal_into`` fills for these fields, for whoever saves no others of a person."""
    columns: list[str] = []
    for field in fields:
        columns.append(f"sealed_{field}")
        if field in _MASKS:
            columns.append(f"{field}_mask")
        if field in rules.FOUND_BY_DIGEST:
            columns.append(f"{field}_digest")
    return tuple(columns)


@transaction.atomic
def erase_person(*, actor: Actor, person: Person, reason: str, for_good: bool = True) -> None:
    """Forget a person everywhere (PIPL Art. 47): sealed values, digests and masks; counts stay.

    ``for_good``: on request, so that a restored backup must not bring the person back. Without it the person was only
    past the time of keeping.

    Raises NotAllowed, OSError (it could not be noted beside the keys, and nothing is erased).
    """
    actor.require("people.erase", regions=tuple(person.region_codes), units=tuple(person.unit_ids))
    events.person_erased.send(sender=Person, person=person, actor=actor)
    marks = [bytes(mark) for mark in (person.phone_digest, person.id_number_digest) if mark]
    seal_into(person, name="", phone="", id_number="", political="")
    person.erased_at = person.changed_at = clock.now()
    person.save()
    Consent.objects.filter(person=person, withdrawn_at=None).update(withdrawn_at=clock.now())
    journal.record(actor, events.ERASED, person, reason=reason[:200])
    if not for_good:
        return
    ErasureMark.objects.bulk_create([ErasureMark(digest=mark) for mark in marks], ignore_conflicts=True)
    # the last before the commit: whoever dies after it leaves a person too many on the list, whom a restore erases as
    # was asked; the other way round, a restore would bring back one who was told to be forgotten
    erasures.note(person.pk, marks=marks)


def barred(digests: Iterable[bytes]) -> set[bytes]:
    """Those of some digests of phones and identity numbers whose holders asked to be forgotten."""
    rows = ErasureMark.objects.filter(digest__in=list(digests))
    return {bytes(mark) for mark in rows.values_list("digest", flat=True)}


def all_barred() -> frozenset[bytes]:
    """Every such digest, 16 bytes each: for a roster, which asks once for all its rows."""
    return frozenset(bytes(mark) for mark in ErasureMark.objects.values_list("digest", flat=True))


@transaction.atomic
def admit(*, actor: Actor, text: str) -> bool:
    """Take the mark off a phone or an identity number: its holder wants to be here again. Returns whether there was one."""
    actor.require("people.erase")
    digests = [digest for _field, digest in queries.digests_of(text)]
    if not digests:
        raise BadInput(_("Neither a mobile number nor an ID number."), code="bad-number")
    done = ErasureMark.objects.filter(digest__in=digests).delete()[0]
    if done:
        journal.record(actor, events.ADMITTED)
        # the last before the commit, as with an erasure; a restore would bar them again
        erasures.note_admitted(digests)
    return bool(done)


@transaction.atomic
def correct_person(*, actor: Actor, person: Person, field: str, value: str, reason: str) -> None:
    """Put a value right that the person says is wrong (PIPL Art. 46). Raises NotAllowed, NotFound, BadInput."""
    read = _CORRECTED.get(field)
    if read is None:
        raise BadInput(code="bad-field")
    found = Person.objects.visible_to(actor).select_for_update().filter(pk=person.pk, erased_at=None).first()
    if found is None and actor.kind == "system":
        found = Person.objects.select_for_update().filter(pk=person.pk, erased_at=None).first()
    if found is None:
        raise NotFound()
    actor.require("people.correct", regions=tuple(found.region_codes), units=tuple(found.unit_ids))
    try:
        clear = read(value)
    except Unreadable as exc:
        raise BadInput(fields={"value": _("This cannot be read as such a value.")}) from exc
    seal_into(found, **{field: clear})
    found.changed_at = clock.now()
    found.save()
    journal.record(actor, events.CORRECTED, found, field=field, reason=reason[:200])


def replay_erasures(*, actor: Actor) -> int:
    """After a restore: forget again whatever was forgotten or taken back on request after the backup was written.

    Returns how many persons and other rows that were.
    """
    ErasureMark.objects.bulk_create(
        [ErasureMark(digest=mark) for mark in sorted(erasures.noted_marks())], ignore_conflicts=True
    )
    done = 0
    for rule in retention.rules():
        rows = list(rule.holding(erasures.noted_rows().get(rule.name, ())))
        if rows:
            rule.forget(actor, rows)
            done += len(rows)
    taken_back = erasures.noted_rows().get(Consent._meta.label_lower, ())
    for consent in Consent.objects.filter(pk__in=taken_back, withdrawn_at=None).select_related("person"):
        withdraw_consent(actor=actor, consent=consent)
        done += 1
    again = Person.objects.filter(pk__in=list(erasures.noted()), erased_at=None)
    for person in again:
        erase_person(actor=actor, person=person, reason="erased after the backup was written")
        done += 1
    return done


@shaped_otherwise(Reason.PART)
@transaction.atomic
def give_consent(*, actor: Actor, person: Person, purpose: str, evidence: str) -> Consent:
    """Record that a person agreed to one purpose; a second time gives the standing one."""
    consent, made = Consent.objects.get_or_create(
        person=person, purpose=purpose, withdrawn_at=None, defaults={"evidence": evidence}
    )
    if made:
        journal.record(actor, events.CONSENT_GIVEN, person, purpose=purpose)
    return consent


@transaction.atomic
def withdraw_consent(*, actor: Actor, consent: Consent) -> None:
    """Take a consent back (PIPL Art. 15). For political affiliation the value goes with it. Raises NotAllowed."""
    whose = consent.person
    actor.require("people.correct", regions=tuple(whose.region_codes), units=tuple(whose.unit_ids))
    if consent.withdrawn_at is not None:
        return
    consent.withdrawn_at = clock.now()
    consent.save(update_fields=["withdrawn_at"])
    if consent.purpose == "political":
        seal_into(consent.person, political="").save()
    journal.record(actor, events.CONSENT_WITHDRAWN, consent.person, purpose=consent.purpose)
    erasures.note(consent.pk, table=Consent._meta.label_lower)
