"""``nuanyi person``: what a person may ask, done by whoever runs the machine; each act is journaled as the command's."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from nuanyi.lib import row_security
from nuanyi.lib.actor import system
from nuanyi.lib.errors import BadInput, NotFound
from nuanyi.lib.retention import Subject
from nuanyi.people import queries as people_queries
from nuanyi.people.models import Person
from nuanyi.people.services import openings, persons
from nuanyi.program.cli import answer
from nuanyi.rights import queries
from nuanyi.rights.services import own

ACTOR = system("person")


def run(chosen: argparse.Namespace) -> int:
    """One deed for one person, found by a number or by the identifier of the record."""
    with row_security.reading_as(ACTOR):
        result, words = _done(chosen)
    answer(chosen, result, words)
    return 0


def _done(chosen: argparse.Namespace) -> tuple[dict[str, Any], str]:
    if chosen.deed == "admit":
        done = persons.admit(actor=ACTOR, text=chosen.number)
        return {"admitted": done}, "The mark is gone." if done else "There was no mark."
    found = _person(chosen)
    subject = _subject(found)
    if chosen.deed == "show":
        document = queries.document(subject, full=True)
        own.note_shown(ACTOR, found)
        if chosen.out:
            Path(chosen.out).write_text(json.dumps(document, ensure_ascii=False, indent=1))
            return {"out": chosen.out, "kept": len(document["kept"])}, f"Written to {chosen.out}."
        return document, "\n".join(_lines(document))
    if len(chosen.reason.strip()) < 4:
        raise BadInput("--reason: say how the person asked and how you know them", code="no-reason")
    if chosen.deed == "correct":
        persons.correct_person(
            actor=ACTOR, person=found, field=chosen.field, value=chosen.value, reason=chosen.reason
        )
        return {"corrected": chosen.field}, "Put right."
    if chosen.deed == "withdraw":
        consents = list(queries.consents_of(subject))
        for consent in consents:
            persons.withdraw_consent(actor=ACTOR, consent=consent)
        return {"withdrawn": [one.purpose for one in consents]}, f"{len(consents)} consents taken back."
    outcome = own.forget_subject(actor=ACTOR, subject=subject)
    left = [{"what": title, "why": why} for title, why in outcome.left]
    words = [f"{outcome.forgotten} records forgotten.", *(f"{title}: {why}" for title, why in outcome.left)]
    return {"forgotten": outcome.forgotten, "left": left}, "\n".join(words)


def _person(chosen: argparse.Namespace) -> Person:
    """Exactly one. Raises BadInput, NotFound."""
    try:
        rows: QuerySet[Person] = Person.objects.filter(pk=UUID(chosen.number))
    except ValueError:
        if not people_queries.digests_of(chosen.number):
            raise BadInput(
                f"{chosen.number}: give a mobile number, an ID number, or the identifier of a record",
                code="bad-number",
            ) from None
        rows = people_queries.person_with(ACTOR, chosen.number)
    found = list(rows.filter(erased_at=None))
    if not found:
        raise NotFound("Nobody with this number is on record.")
    if len(found) > 1:
        several = ", ".join(f"{one.pk} ({one.name})" for one in found)
        raise BadInput(
            f"Several persons have this number: name one by its identifier: {several}", code="several"
        )
    return found[0]


def _subject(found: Person) -> Subject:
    phone = openings.open_for_program(found, "phone")
    shared = not phone or len(queries.persons_with(phone)) > 1
    return Subject("" if shared else phone, (found.pk,))


def _lines(document: dict[str, Any]) -> list[str]:
    lines = [
        f"{field['title']}: {field['value']}  ({field['basis']})"
        for part in document["kept"]
        for field in part["fields"]
    ]
    lines += [f"{one['purpose']}: {one['evidence']} ({one['given_at']})" for one in document["consents"]]
    return lines + [
        f"{one['at']}  {one['what']}  {one['who']}  {one['purpose']}" for one in document["looked"]
    ]
