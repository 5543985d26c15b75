"""By proof of the phone: what its holder may see and do at once, without a desk."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import Any

from django.core import signing
from django.db import transaction
from django.utils.translation import gettext as _

from nuanyi.cases.services import phones
from nuanyi.journal import services as journal
from nuanyi.lib import row_security
from nuanyi.lib.actor import PHONE_HOLDER, Actor
from nuanyi.lib.errors import IllegalMove, NotFound, Refusal
from nuanyi.lib.retention import Subject
from nuanyi.people import erasures
from nuanyi.people.models import Consent, Person, keys
from nuanyi.people.services import persons
from nuanyi.rights import events, queries
from nuanyi.rights.rules import BY_PHONE, PROOF_SECONDS

#: Who reads and writes once somebody has proven a phone: the program, for exactly what belongs to that phone.
HOLDER = PHONE_HOLDER
_SALT = "rights-proof"


@dataclass(frozen=True)
class Known:
    """Who proved a phone. ``shared``: the number stands on several persons' records, which it opens none of."""

    subject: Subject
    shared: bool


@dataclass
class Outcome:
    """What was forgotten, and what was not, with the reason: ``[(title, why)]``."""

    forgotten: int = 0
    left: list[tuple[str, str]] = field(default_factory=list)


def proof_of(phone: str) -> str:
    """What a page carries for a quarter of an hour, so that no code is asked for at each step. The number in it is sealed."""
    raw = keys().seal_bytes("person", phone.encode(), _SALT.encode())
    return signing.dumps(base64.b64encode(raw).decode(), salt=_SALT)


def begin(*, phone: str, code: str, network: str) -> str:
    """The proof for whoever got the code. Raises BadInput, IllegalMove, TooMuch."""
    return proof_of(phones.prove(phone=phone, code=code, network=network))


def known_by(proof: str) -> Known:
    """Who carries a proof. Raises IllegalMove where it is over or made up."""
    try:
        raw = base64.b64decode(signing.loads(proof, salt=_SALT, max_age=PROOF_SECONDS))
    except (signing.BadSignature, ValueError, TypeError) as wrong:
        raise IllegalMove(
            _("A quarter of an hour is over. Ask for a new code."), code="proof-over"
        ) from wrong
    phone = keys().open_bytes("person", raw, _SALT.encode()).decode()
    with row_security.reading_as(HOLDER):
        holders = queries.persons_with(phone)
    shared = len(holders) > 1
    return Known(Subject(phone, () if shared else tuple(person.pk for person in holders)), shared)


def show(*, proof: str) -> tuple[Known, dict[str, Any]]:
    """What is kept, for a page; journaled. Raises IllegalMove."""
    known = known_by(proof)
    with row_security.reading_as(HOLDER):
        shown = {
            "holdings": queries.holdings(known.subject, full=False),
            "consents": list(queries.consents_of(known.subject)),
            "looks": queries.looks_of(known.subject, full=False),
        }
        _note_shown(known)
    return known, shown


def take(*, proof: str) -> dict[str, Any]:
    """What is kept, as a file; journaled. Raises IllegalMove."""
    known = known_by(proof)
    with row_security.reading_as(HOLDER):
        document = queries.document(known.subject, full=False)
        _note_shown(known)
    return document


def _note_shown(known: Known) -> None:
    for person in Person.objects.filter(pk__in=known.subject.persons):
        note_shown(HOLDER, person)


def note_shown(actor: Actor, person: Person) -> None:
    """Journal that everything of a person was shown."""
    journal.record(actor, events.SHOWN, person, by=actor.label)


def correct(*, actor: Actor, proof: str, field: str, value: str) -> None:
    """Put one's own name right; whoever ``actor`` is, the proof is the permission. Raises IllegalMove, NotFound, BadInput."""
    known = known_by(proof)
    if field not in BY_PHONE or not known.subject.persons:
        raise NotFound()
    with row_security.reading_as(HOLDER):
        person = Person.objects.get(pk=known.subject.persons[0])
        persons.correct_person(actor=HOLDER, person=person, field=field, value=value, reason="phone")


def withdraw(*, actor: Actor, proof: str, consent: str) -> None:
    """Take one consent back; whoever ``actor`` is, the proof is the permission. Raises IllegalMove, NotFound."""
    known = known_by(proof)
    with row_security.reading_as(HOLDER):
        found = queries.consents_of(known.subject).filter(pk=_key_of(consent)).first()
        if found is None:
            raise NotFound()
        persons.withdraw_consent(actor=HOLDER, consent=found)


def _key_of(text: str) -> str:
    try:
        Consent._meta.pk.to_python(text)
    except Exception as wrong:
        raise NotFound() from wrong
    return text


def forget(*, actor: Actor, proof: str, table: str = "", key: str = "") -> Outcome:
    """Forget everything that belongs to the phone, or one row of it; whoever ``actor`` is, the proof is the
    permission. Raises IllegalMove, NotFound.
    """
    known = known_by(proof)
    with row_security.reading_as(HOLDER):
        return forget_subject(actor=HOLDER, subject=known.subject, table=table, key=key)


def forget_subject(*, actor: Actor, subject: Subject, table: str = "", key: str = "") -> Outcome:
    """Forget the rows about a person in every room, each in a savepoint: what must wait says so and holds up nothing else.

    Raises NotFound where one row was named and is not the person's.
    """
    outcome, named = Outcome(), bool(table)
    for rule, rows in queries.rows_of(subject):
        for row in rows:
            if rule.part or (named and (rule.name, str(row.pk)) != (table, key)):
                continue
            title, number = queries.title_of(rule), row.pk  # a deleted row has none any more
            try:
                with transaction.atomic():
                    if isinstance(row, Person):
                        persons.erase_person(actor=actor, person=row, reason=str(_("on request")))
                    else:
                        rule.forget(actor, [row])
                        erasures.note(number, table=rule.name)
                    journal.record(actor, events.FORGOTTEN, table=rule.name)
                    outcome.forgotten += 1
            except Refusal as why:
                outcome.left.append((title, str(why)))
    if named and not outcome.forgotten and not outcome.left:
        raise NotFound()
    return outcome
