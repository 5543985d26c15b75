"""A wage dispute: what is missing, mediation appointments and what came of them, instalments until the last is paid."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nuanyi.cases import events
from nuanyi.cases.models import ClaimLine, Hearing, Instalment
from nuanyi.cases.rules import Outcome
from nuanyi.cases.services.desk import held, note
from nuanyi.journal import services as journal
from nuanyi.lib import clock
from nuanyi.lib.actor import Actor
from nuanyi.lib.errors import BadInput, IllegalMove, NotFound
from nuanyi.people.models import Account, keys


def cents_of(text: str) -> int:
    """A sum of yuan as cents. Raises BadInput."""
    plain = text.replace(",", "").replace("，", "").replace("元", "").strip()
    whole, _dot, part = plain.partition(".")
    if not whole.isdecimal() or (part and not part.isdecimal()) or len(part) > 2 or len(whole) > 9:
        raise BadInput(fields={"sum": _("Write a sum like 1,234.50.")})
    return int(whole) * 100 + int((part + "00")[:2])


@transaction.atomic
def add_claim(
    *, actor: Actor, pk: int, first: date, last: date, work: str, sum_text: str, evidence: str
) -> ClaimLine:
    """A line of what was not paid. Raises BadInput, NotFound."""
    case = held(actor, pk)
    if last < first or last > clock.today():
        raise BadInput(fields={"last": _("The last day comes before the first.")})
    made = ClaimLine.objects.create(
        case=case,
        first_date=first,
        last_date=last,
        work=work[:60],
        cents=cents_of(sum_text),
        evidence=evidence[:120],
    )
    journal.record(actor, events.WAGE_NOTED, case, line=made.pk)
    return made


@transaction.atomic
def add_instalment(*, actor: Actor, pk: int, due: date, sum_text: str) -> Instalment:
    """A sum that was agreed upon, to be paid on a day."""
    case = held(actor, pk)
    made = Instalment.objects.create(case=case, due_date=due, cents=cents_of(sum_text))
    journal.record(actor, events.WAGE_NOTED, case, instalment=made.pk)
    return made


@transaction.atomic
def note_paid(*, actor: Actor, pk: int, instalment: int, came: bool = True) -> None:
    """An instalment came, or was noted by mistake and has not come (``came`` False). Raises NotFound."""
    case = held(actor, pk)
    rows = case.instalments.filter(pk=instalment, paid_date__isnull=came)
    if not rows.update(paid_date=clock.today() if came else None):
        raise NotFound()
    journal.record(actor, events.WAGE_NOTED, case, **{"paid" if came else "not_paid": instalment})


# mediation ---------------------------------------------------------------------------------------


@transaction.atomic
def appoint(*, actor: Actor, pk: int, key: UUID, at: datetime, where: str, participants: str) -> Hearing:
    """Fix a mediation: the worker sees when and where, and is told in a message. Raises BadInput.

    Who takes part is sealed; the worker's page shows the time and the place only.
    """
    case = held(actor, pk)
    known = Hearing.objects.filter(key=key, case=case).first()
    if known is not None:
        return known
    wrong: dict[str, object] = {}
    if at <= clock.now():
        wrong["at"] = _("This moment is over.")
    if len(where.strip()) < 2:
        wrong["where"] = _("Say where.")
    if wrong:
        raise BadInput(fields=wrong)  # type: ignore[arg-type]
    made = Hearing.objects.create(
        key=key,
        case=case,
        at=at,
        where=where.strip()[:120],
        mediator=Account.objects.filter(pk=actor.account_id or 0).first(),
        sealed_participants=keys().seal("person", participants.strip()[:400], key.bytes)
        if participants.strip()
        else None,
    )
    told = _("Mediation on %(when)s: %(where)s") % {
        "when": f"{at.astimezone(clock.CHINA):%Y-%m-%d %H:%M}",
        "where": made.where,
    }
    note(actor, case, str(told), of="unit")
    journal.record(actor, events.WAGE_NOTED, case, hearing=made.pk)
    return made


@transaction.atomic
def end_hearing(*, actor: Actor, pk: int, hearing: int, outcome: str, words: str) -> Hearing:
    """What came of a mediation. Not agreed: the worker reads that arbitration is open (Art. 14). Raises BadInput, NotFound."""
    case = held(actor, pk)
    found = case.hearings.filter(pk=hearing).first()
    if found is None:
        raise NotFound()
    if found.outcome != Outcome.OPEN:
        raise IllegalMove()
    if outcome not in (Outcome.AGREED, Outcome.FAILED, Outcome.PUT_OFF) or len(words.strip()) < 2:
        raise BadInput(fields={"outcome": _("Say what came of it, in a few words.")})
    found.outcome, found.words, found.ended_at = outcome, words.strip()[:400], clock.now()
    found.save()
    told = _("%(outcome)s: %(words)s") % {"outcome": found.get_outcome_display(), "words": found.words}
    if outcome == Outcome.FAILED:
        told += "\n" + str(
            _("You can now ask for arbitration (Labour Dispute Mediation and Arbitration Law, Art. 14).")
        )
    note(actor, case, told, of="unit")
    journal.record(actor, events.WAGE_NOTED, case, hearing=found.pk, outcome=outcome)
    return found
