"""At the desk: one takes the request, another decides, then it is done. Nobody decides what he took himself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from nuanyi.journal import services as journal
from nuanyi.lib import clock, row_security, sealed
from nuanyi.lib.actor import Actor, system
from nuanyi.lib.errors import BadInput, Conflict, IllegalMove, NotAllowed, NotFound
from nuanyi.lib.retention import Subject
from nuanyi.people import queries as people_queries
from nuanyi.people import services as people
from nuanyi.people.models import Person
from nuanyi.rights import events, queries
from nuanyi.rights.models import Request
from nuanyi.rights.rules import CORRECTABLE, MIN_REASON, WAITS_DAYS, Deed, State
from nuanyi.rights.services import own

#: Who reads once two persons agreed: the program, for the one person whom they named.
DESK = system("rights-desk")


@transaction.atomic
def find(*, actor: Actor, text: str) -> list[Person]:
    """The persons with exactly this mobile or identity number; that somebody looked is journaled. Raises NotAllowed."""
    actor.require("rights.handle")
    return list(people_queries.person_with(actor, text)[:20])


def person(*, actor: Actor, pk: UUID) -> Person:
    """A person whom the desk may handle. Raises NotAllowed, NotFound."""
    actor.require("rights.handle")
    found = Person.objects.visible_to(actor).filter(pk=pk, erased_at=None).first()
    if found is None:
        raise NotFound()
    return found


@transaction.atomic
def ask(
    *, actor: Actor, person_id: UUID, deed: str, reason: str, field: str = "", value: str = ""
) -> Request:
    """Take a person's request. Raises NotAllowed, NotFound, BadInput, Conflict (the same waits already)."""
    whose = person(actor=actor, pk=person_id)
    wrong = {}
    if deed not in Deed.values:
        wrong["deed"] = _("Choose from the list.")
    if len(reason.strip()) < MIN_REASON:
        wrong["reason"] = _("Say how the person asked, and how you know them.")
    if deed == Deed.CORRECT and field not in CORRECTABLE:
        wrong["field"] = _("Choose from the list.")
    if deed == Deed.CORRECT and not value.strip():
        wrong["value"] = _("What is right?")
    if wrong:
        raise BadInput(fields=wrong)
    made = Request(
        person=whose,
        deed=deed,
        reason=reason.strip()[:200],
        field=field if deed == Deed.CORRECT else "",
        asked_by_id=actor.account_id,
    )
    if deed == Deed.CORRECT:
        sealed.put(made, "sealed_value", value.strip()[:60])
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as exc:
        raise Conflict(_("The same waits for a second person already."), code="asked-already") from exc
    journal.record(actor, events.ASKED, whose, deed=deed, request=str(made.pk))
    return made


def may_decide(actor: Actor, request: Request) -> bool:
    """Whether the actor is the second person beside whoever took the request."""
    return (
        request.state == State.ASKED
        and actor.can("rights.handle")
        and actor.account_id is not None
        and people.independent(request.asked_by_id, actor.account_id)
    )


@transaction.atomic
def decide(*, actor: Actor, pk: UUID, good: bool) -> Request:
    """Let it be done, or refuse it. Raises NotAllowed (no second person), NotFound, IllegalMove (decided, lapsed)."""
    actor.require("rights.handle")
    found = Request.objects.select_for_update(of=("self",)).select_related("person").filter(pk=pk).first()
    if found is None or found.person is None:
        raise NotFound()
    if found.state != State.ASKED or found.asked_at < clock.now() - timedelta(days=WAITS_DAYS):
        raise IllegalMove()
    if not may_decide(actor, found):
        raise NotAllowed(_("A second person decides, not the one who took the request."), code="own-request")
    if good:
        _do(actor, found, found.person)
    found.state = State.DONE if good else State.REFUSED
    found.decided_by_id, found.decided_at = actor.account_id, clock.now()
    found.sealed_value = None
    found.save()
    journal.record(actor, events.DECIDED, found.person, deed=found.deed, good=good, request=str(found.pk))
    return found


def _do(actor: Actor, found: Request, whose: Person) -> None:
    if found.deed == Deed.CORRECT:
        value = sealed.open_text(found, "sealed_value")
        people.correct_person(
            actor=actor, person=whose, field=found.field, value=value, reason=f"request {found.pk}"
        )
    elif found.deed == Deed.WITHDRAW:
        for consent in queries.consents_of(_subject(whose)):
            people.withdraw_consent(actor=actor, consent=consent)
    elif found.deed == Deed.ERASE:
        with row_security.reader(DESK):
            own.forget_subject(actor=DESK, subject=_subject(whose))


def _subject(whose: Person) -> Subject:
    """The person with the number on their record, unless others share it: then what hangs on the number alone is left."""
    phone = people.open_for_program(whose, "phone")
    shared = not phone or len(queries.persons_with(phone)) > 1
    return Subject("" if shared else phone, (whose.pk,))


@transaction.atomic
def take(*, actor: Actor, pk: UUID) -> dict[str, Any]:
    """Everything that is kept of the person, in clear, once: to be printed or handed over. Journaled.

    Raises NotAllowed (somebody else took the request), NotFound, IllegalMove (not agreed, taken already).
    """
    actor.require("rights.handle")
    found = Request.objects.select_for_update(of=("self",)).select_related("person").filter(pk=pk).first()
    if found is None or found.person is None or found.deed != Deed.COPY:
        raise NotFound()
    if actor.account_id != found.asked_by_id:
        raise NotAllowed(_("Whoever took the request hands it over."), code="not-yours")
    if found.state != State.DONE or found.taken_at is not None:
        raise IllegalMove()
    found.taken_at = clock.now()
    found.save(update_fields=["taken_at"])
    with row_security.reader(DESK):
        document = queries.document(_subject(found.person), full=True)
    journal.record(actor, events.SHOWN, found.person, by="desk", request=str(found.pk))
    return document


def lapse(*, actor: Actor) -> int:
    """End requests that nobody decided in time; the value of one goes with it. Returns how many."""
    old = Request.objects.filter(state=State.ASKED, asked_at__lt=clock.now() - timedelta(days=WAITS_DAYS))
    done = 0
    with transaction.atomic():
        for found in old.select_for_update(of=("self",)).select_related("person"):
            found.state, found.sealed_value, found.decided_at = State.LAPSED, None, clock.now()
            found.save()
            journal.record(actor, events.DECIDED, found.person, deed=found.deed, good=False, lapsed=True)
            done += 1
    return done
