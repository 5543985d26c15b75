"""What was sealed is opened here: ``reveal``, the only way to a person's clear text, with its purpose and the day's quota."""

from __future__ import annotations

from uuid import UUID

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from nuanyi.journal import queries as journal_queries
from nuanyi.journal import rules as journal_rules
from nuanyi.journal import services as journal
from nuanyi.lib import clock, sealed
from nuanyi.lib.actor import Actor
from nuanyi.lib.errors import BadInput, NotAllowed, NotFound, TooMuch
from nuanyi.people import events, rules
from nuanyi.people.models import Account, Person


def read_purpose(text: str) -> str:
    """For what somebody opens a value, as it goes into the journal. Raises BadInput where nothing is said."""
    if len(text.strip()) < rules.MIN_PURPOSE:
        raise BadInput(
            _("Say in a few words what you need it for."),
            code="no-purpose",
            fields={"purpose": _("What for?")},
        )
    return text.strip()[:200]


def reveal(*, actor: Actor, person: Person, field: str, purpose: str) -> str:
    """Open one sealed value for a stated purpose and write that to the journal.

    Raises BadInput (unknown field, no purpose), NotFound (not the actor's business), NotAllowed,
    TooMuch (the day's quota is used up).
    """
    if field not in rules.FIELDS:
        raise BadInput(code="bad-field")
    purpose = read_purpose(purpose)
    try:
        return _reveal(actor, person.pk, field, purpose)
    except (NotAllowed, TooMuch) as exc:
        journal.record(actor, events.REVEAL_REFUSED, person, field=field, why=exc.code)
        raise


@transaction.atomic
def _reveal(actor: Actor, pk: UUID, field: str, purpose: str) -> str:
    person = Person.objects.visible_to(actor).filter(pk=pk, erased_at=None).first()
    if person is None:
        raise NotFound()
    permission = "people.reveal_political" if field == "political" else "people.reveal"
    actor.require(permission, regions=tuple(person.region_codes), units=tuple(person.unit_ids))
    record_opening(actor, events.REVEALED, person, field=field, purpose=purpose)
    return sealed.open_text(person, f"sealed_{field}")


@transaction.atomic
def record_opening(
    actor: Actor, kind: str, subject: models.Model, *, values: int = 1, **detail: object
) -> None:
    """Write to the journal that so many personal values are opened, count them into the day's quota, tell the auditors.

    Every room that shows a value in clear calls it before it opens one; ``kind`` was declared with ``opens``. Nothing is
    opened without a purpose: that of the page, which was declared with the kind, or ``purpose``, as somebody says it.
    Raises BadInput (no purpose), TooMuch (the day's quota is used up, and nothing may be shown).
    """
    declared = journal_rules.kind(kind)
    if not declared.opens:
        raise ValueError(f"{kind} is not declared as one that opens values")
    if not declared.purpose and actor.kind != "system":
        read_purpose(str(detail.get("purpose") or ""))
    # one opening at a time: counted side by side, 32 at once gave two more than the day's quota and no alarm
    if actor.account_id is not None:
        Account.objects.select_for_update().filter(pk=actor.account_id).first()
    midnight = clock.midnight(clock.today())
    used = journal_queries.values_opened_since(actor_id=actor.account_id, since=midnight)
    if actor.kind != "system" and used + values > rules.REVEALS_A_DAY:
        raise TooMuch(
            _("You have opened as many values as one person may in a day. Ask your superior."),
            code="reveal-quota",
        )
    journal.record(actor, kind, subject, values=values, **detail)
    if used < rules.REVEALS_ALARM <= used + values:
        events.reveal_alarm.send(sender=Person, actor=actor, count=used + values)


def open_for_program(person: Person, field: str) -> str:
    """The clear text for the program's own comparison within a journaled act (an import's dry run); never shown."""
    return sealed.open_text(person, f"sealed_{field}")
