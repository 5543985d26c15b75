"""At the desk: one takes the request, another decides, then it is done. Nobody decides what he took himself."""

from __future__ import annotations

from collections.abc import Collection
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
from nuanyi.people.models import Account, Person
from nuanyi.people.rules import FIELDS_OF_ACCOUNT
from nuanyi.people.services import accounts, openings, persons
from nuanyi.rights import events, queries
from nuanyi.rights.models import Request
from nuanyi.rights.rules import (
    CORRECTABLE,
    DEEDS_OF_ACCOUNT,
    MIN_REASON,
    WAITS_DAYS,
    Deed,
    State,
)
from nuanyi.rights.services import own

#: Who reads once two persons agreed: the program, for the one person whom they named.
DESK = system("rights-desk")


@transaction.atomic
def find(*, actor: Actor, text: str) -> list[Person]:
    """The persons with exactly this mobile or identity number; that somebody looked is journaled. Raises NotAllowed."""
    actor.require("rights.handle")
    return list(people_queries.person_with(actor, text)[:20])


@transaction.atomic
def find_account(*, actor: Actor, text: str) -> Account | None:
    """The colleague with exactly this sign-in name; that somebody looked is journaled. Raises NotAllowed."""
    actor.require("rights.handle")
    found = Account.objects.select_related("unit").filter(username=text).first()
    if found is None or not _reaches(actor, found):
        return None
    journal.record(actor, events.LOOKED_FOR, found)
    return found


def account(*, actor: Actor, pk: int) -> Account:
    """A colleague's account. Raises NotAllowed, NotFound (also for one of another district of the city)."""
    actor.require("rights.handle")
    found = Account.objects.select_related("unit").filter(pk=pk).first()
    if found is None or not _reaches(actor, found):
        raise NotFound()
    return found


def _reaches(actor: Actor, whose: Account) -> bool:
    region = whose.unit.region_code if whose.unit is not None else ""
    return actor.can("rights.handle", regions=(region,))


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
    made = Request(person=whose, deed=deed, reason=reason, field=field, asked_by_id=actor.account_id)
    return _take_down(actor, made, value, deeds=Deed.values, fields=CORRECTABLE)


@transaction.atomic
def ask_for_account(
    *, actor: Actor, account_id: int, deed: str, reason: str, field: str = "", value: str = ""
) -> Request:
    """Take a colleague's request about the own account. Raises NotAllowed, NotFound, BadInput, Conflict."""
    whose = account(actor=actor, pk=account_id)
    actor.require_within("rights.handle", regions=(whose.unit.region_code if whose.unit is not None else "",))
    made = Request(account=whose, deed=deed, reason=reason, field=field, asked_by_id=actor.account_id)
    return _take_down(actor, made, value, deeds=DEEDS_OF_ACCOUNT, fields=FIELDS_OF_ACCOUNT)


def _take_down(
    actor: Actor, made: Request, value: str, *, deeds: Collection[str], fields: Collection[str]
) -> Request:
    wrong = {}
    if made.deed not in deeds:
        wrong["deed"] = _("Choose from the list.")
    if len(made.reason.strip()) < MIN_REASON:
        wrong["reason"] = _("Say how the person asked, and how you know them.")
    if made.deed == Deed.CORRECT and made.field not in fields:
        wrong["field"] = _("Choose from the list.")
    if made.deed == Deed.CORRECT and not value.strip():
        wrong["value"] = _("What is right?")
    if wrong:
        raise BadInput(fields=wrong)
    made.reason = made.reason.strip()[:200]
    if made.deed == Deed.CORRECT:
        sealed.put(made, "sealed_value", value.strip()[:254])
    else:
        made.field = ""
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as exc:
        raise Conflict(_("The same waits for a second person already."), code="asked-already") from exc
    journal.record(actor, events.ASKED, made.whose, deed=made.deed, request=str(made.pk))
    return made


def may_decide(actor: Actor, request: Request) -> bool:
    """Whether the actor is the second person beside whoever took the request."""
    return (
        request.state == State.ASKED
        and actor.can("rights.handle")
        and actor.account_id is not None
        and accounts.independent(request.asked_by_id, actor.account_id)
    )


def may_take(actor: Actor, request: Request) -> bool:
    """Whether the actor took a request for a copy, it was agreed, and nobody has taken the copy yet."""
    return (
        request.deed == Deed.COPY
        and request.state == State.DONE
        and request.taken_at is None
        and request.asked_by_id == actor.account_id
    )


@transaction.atomic
def decide(*, actor: Actor, pk: UUID, good: bool) -> Request:
    """Let it be done, or refuse it. Raises NotAllowed (no second person), NotFound, IllegalMove (decided, lapsed)."""
    actor.require("rights.handle")
    found = _locked(actor, pk)
    if found is None or found.whose is None:
        raise NotFound()
    if found.state != State.ASKED or found.asked_at < clock.now() - timedelta(days=WAITS_DAYS):
        raise IllegalMove()
    if not may_decide(actor, found):
        raise NotAllowed(_("A second person decides, not the one who took the request."), code="own-request")
    value = sealed.open_text(found, "sealed_value")
    found.state = State.DONE if good else State.REFUSED
    found.decided_by_id, found.decided_at = actor.account_id, clock.now()
    found.sealed_value = None
    # before it is done: to be forgotten takes along how it was asked, and nothing here brings that back
    found.save()
    if good:
        _do(actor, found, found.whose, value)
    journal.record(actor, events.DECIDED, found.whose, deed=found.deed, good=good, request=str(found.pk))
    return found


def _locked(actor: Actor, pk: UUID) -> Request | None:
    seen = Request.objects.visible_to(actor).select_for_update(of=("self",))
    rows = seen.select_related("person", "account")
    return rows.filter(pk=pk).first()


def _do(actor: Actor, found: Request, whose: Person | Account, value: str) -> None:
    if found.deed == Deed.CORRECT:
        reason = f"request {found.pk}"
        if isinstance(whose, Account):
            accounts.correct_account(
                actor=actor, account=whose, field=found.field, value=value, reason=reason
            )
        else:
            persons.correct_person(actor=actor, person=whose, field=found.field, value=value, reason=reason)
    elif found.deed == Deed.WITHDRAW:
        for consent in queries.consents_of(_subject(whose)):
            persons.withdraw_consent(actor=actor, consent=consent)
    elif found.deed == Deed.ERASE:
        if isinstance(whose, Account) and whose.is_active:
            raise IllegalMove(_("The account is still open: it is closed first."), code="account-open")
        with row_security.reader(DESK):
            own.forget_subject(actor=DESK, subject=_subject(whose))


def _subject(whose: Person | Account) -> Subject:
    """The person with the number on their record, unless others share it: then what hangs on the number alone is left.

    A colleague is an account.
    """
    if isinstance(whose, Account):
        return Subject(accounts=(whose.pk,))
    phone = openings.open_for_program(whose, "phone")
    shared = not phone or len(queries.persons_with(phone)) > 1
    return Subject("" if shared else phone, (whose.pk,))


@transaction.atomic
def take(*, actor: Actor, pk: UUID) -> dict[str, Any]:
    """Everything that is kept of the person, in clear, once: to be printed or handed over. Journaled.

    Raises NotAllowed (somebody else took the request), NotFound, IllegalMove (not agreed, taken already).
    """
    actor.require("rights.handle")
    found = _locked(actor, pk)
    if found is None or found.whose is None or found.deed != Deed.COPY:
        raise NotFound()
    if actor.account_id != found.asked_by_id:
        raise NotAllowed(_("Whoever took the request hands it over."), code="not-yours")
    if found.state != State.DONE or found.taken_at is not None:
        raise IllegalMove()
    found.taken_at = clock.now()
    found.save(update_fields=["taken_at"])
    with row_security.reader(DESK):
        document = queries.document(_subject(found.whose), full=True)
    journal.record(actor, events.SHOWN, found.whose, by="desk", request=str(found.pk))
    return document


def lapse(*, actor: Actor) -> int:
    """End requests that nobody decided in time; the value of one goes with it. Returns how many."""
    old = Request.objects.filter(state=State.ASKED, asked_at__lt=clock.now() - timedelta(days=WAITS_DAYS))
    done = 0
    with transaction.atomic():
        for found in old.select_for_update(of=("self",)).select_related("person", "account"):
            found.state, found.sealed_value, found.decided_at = State.LAPSED, None, clock.now()
            found.save()
            journal.record(actor, events.DECIDED, found.whose, deed=found.deed, good=False, lapsed=True)
            done += 1
    return done
