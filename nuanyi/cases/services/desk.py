"""What a clerk does with a case: read, take, give, hand over, answer, class, pause, solve."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from nuanyi.cases import events, kinds, queries, rules
from nuanyi.cases.models import Case, Message
from nuanyi.cases.rules import State, Urgency
from nuanyi.cases.services.intake import tell_unit, tell_worker
from nuanyi.journal import services as journal
from nuanyi.journal.queries import last_hand
from nuanyi.ledger import services as ledger
from nuanyi.ledger.services import Delivered
from nuanyi.lib import clock, row_security
from nuanyi.lib.actor import Actor, system
from nuanyi.lib.dates import due_words
from nuanyi.lib.errors import BadInput, IllegalMove, NotFound
from nuanyi.lib.ids import new_id
from nuanyi.lib.meanwhile import changed_meanwhile
from nuanyi.lib.shape import Reason, shaped_otherwise
from nuanyi.people.models import Account, keys
from nuanyi.people.services import openings
from nuanyi.units.models import Unit
from nuanyi.workflow import clocks, handover

HANDLE = "cases.handle"
#: How many clocks run on in one round of the watch; the rest in the next.
AT_ONCE = 1000


def own(actor: Actor, pk: int) -> Case:
    """A case of the actor's unit, locked. Raises NotAllowed, NotFound (another unit's case is as good as none)."""
    actor.require(HANDLE)
    found = Case.objects.visible_to(actor).select_for_update(of=("self",)).filter(pk=pk).first()
    if found is None:
        raise NotFound()
    # the row may leave the unit in this very transaction, and PostgreSQL looks again
    row_security.show(case=str(found.key))
    return found


def held(actor: Actor, pk: int) -> Case:
    """A case that the actor's unit has: not one that is only offered to it. Raises IllegalMove for that."""
    case = own(actor, pk)
    units = [scope.unit for scope in actor.scopes(HANDLE)]
    if actor.kind != "system" and case.unit_id not in units:
        raise IllegalMove(_("Take the case first."), code="not-taken")
    return case


@transaction.atomic
def read_case(*, actor: Actor, pk: int) -> Case:
    """A case for showing; that it was read is journaled. Raises NotAllowed, NotFound."""
    case = own(actor, pk)
    journal.record(actor, events.CASE_READ, case)
    return case


@transaction.atomic
def open_phone(*, actor: Actor, pk: int, purpose: str) -> str:
    """The worker's phone in clear, for a purpose that is journaled. Raises NotAllowed, NotFound, BadInput, TooMuch."""
    case = held(actor, pk)
    openings.record_opening(actor, events.PHONE_OPENED, case, purpose=openings.read_purpose(purpose)[:120])
    return queries.opened(case.sealed_phone, case.key.bytes + b"phone")


@transaction.atomic
def open_file(*, actor: Actor, pk: int, number: UUID) -> tuple[str, bytes]:
    """Type and bytes of a photo or a voice note, for the unit that has the case; journaled.

    Raises NotFound, IllegalMove (it is only offered).
    """
    case = held(actor, pk)
    found = case.attachments.filter(pk=number).first()
    if found is None:
        raise NotFound()
    journal.record(actor, events.FILE_OPENED, case, media=found.media)
    return queries.file_of(found)


@transaction.atomic
def take(*, actor: Actor, pk: int) -> Case:
    """The unit takes a case: a new one, or one that is offered to it. Until then it stays where it is."""
    case = own(actor, pk)
    came = case.offered_unit_id is not None
    if came:
        handover.accept(case, actor, HANDLE)
    elif case.state != State.NEW:
        raise IllegalMove()
    if case.state == State.NEW:
        case.state = State.OPEN
    case.clerk = Account.objects.filter(pk=actor.account_id or 0).first()
    case.save()
    if came:
        with row_security.reader(system("cases")):  # what was joined to it is the other unit's until now
            Case.objects.filter(merged_into=case).update(unit=case.unit_id)
    tell_worker(case)
    journal.record(actor, events.CASE_TAKEN, case, unit=case.unit_id)
    return case


@transaction.atomic
def offer(*, actor: Actor, pk: int, to: Unit, words: str) -> Case:
    """Hand a case over to another unit with a reason; it stays here until they take it. Raises BadInput, IllegalMove."""
    case = held(actor, pk)
    handover.offer(case, to, words)
    case.save()
    journal.record(actor, events.CASE_OFFERED, case, to=to.pk)
    tell_unit(
        case,
        to,
        kinds.CASE_OFFERED,
        once=f"offer:{case.pk}:{clock.now().timestamp()}",
        unit=case.unit.short_name or case.unit.name,
    )
    return case


@transaction.atomic
def refuse_offer(*, actor: Actor, pk: int, words: str) -> Case:
    """The other unit does not take it, and says why; it is the sender's as before. Raises BadInput, IllegalMove."""
    case = own(actor, pk)
    asked = case.offered_unit
    words = handover.decline(case, actor, HANDLE, words)
    case.save()
    note(actor, case, _("%(unit)s did not take it: %(why)s") % {"unit": asked, "why": words})
    journal.record(actor, events.OFFER_REFUSED, case)
    tell_unit(
        case,
        case.unit,
        kinds.CASE_DECLINED,
        once=f"decline:{case.pk}:{clock.now().timestamp()}",
        ref=case.ref,
        unit=str(asked),
    )
    return case


@shaped_otherwise(Reason.PART)
@transaction.atomic
def note(actor: Actor, case: Case, words: str, of: str = "inside") -> None:
    """Leave a message that the program writes for the clerk."""
    key = new_id()
    account = Account.objects.filter(pk=actor.account_id or 0).first()
    Message.objects.create(
        key=key,
        case=case,
        of=of,
        account=account,
        sealed_words=keys().seal("person", words, key.bytes),
        made_at=clock.now(),
    )


@transaction.atomic
def assign(*, actor: Actor, pks: list[int], clerk: Account | None) -> dict[int, int | None]:
    """Give cases to a clerk of the unit (or to nobody); returns whose each was. Cases of others are left out.

    Raises NotAllowed, BadInput.
    """
    actor.require(HANDLE)
    units = actor.units(HANDLE)
    if clerk is not None and (clerk.unit_id not in units or not clerk.is_active):
        raise BadInput(fields={"clerk": _("Choose somebody of your unit.")})
    rows = list(_in_hand(actor, pks))
    before = {case.pk: case.clerk_id for case in rows}
    for case in rows:
        _give(actor, case, clerk)
    return before


def _in_hand(actor: Actor, pks: Iterable[int]) -> QuerySet[Case]:
    """The open cases among some that the actor's units hold, locked."""
    rows = Case.objects.visible_to(actor).filter(pk__in=list(pks), unit_id__in=actor.units(HANDLE))
    return rows.filter(ended_at=None).select_for_update(of=("self",))


def _give(actor: Actor, case: Case, clerk: Account | None) -> None:
    case.clerk = clerk
    case.save(update_fields=["clerk"])
    journal.record(actor, events.CASE_ASSIGNED, case, clerk=clerk.pk if clerk else None)


@transaction.atomic
def undo_assign(*, actor: Actor, before: dict[int, int | None], given: int | None) -> int:
    """Give cases back to whose they were; one whose clerk has left the unit meanwhile is nobody's.

    ``given`` is the clerk who got them (None: nobody): what somebody has given on since stays. Raises NotAllowed, and
    Conflict with who and when where all of them were given on.
    """
    actor.require(HANDLE)
    rows = list(_in_hand(actor, before))
    still = [case for case in rows if case.clerk_id == given]
    if rows and not still:
        raise changed_meanwhile(*last_hand(rows[0], events.CASE_ASSIGNED))
    wanted = {clerk for clerk in before.values() if clerk is not None}
    clerks = Account.objects.filter(pk__in=wanted, unit__in=actor.units(HANDLE), is_active=True).in_bulk()
    for case in still:
        _give(actor, case, clerks.get(before[case.pk] or 0))
    return len(still)


@transaction.atomic
def write(*, actor: Actor, pk: int, key: UUID, words: str, inside: bool) -> Message:
    """Answer the worker, or leave a note that stays inside. The same ``key`` again gives the first answer."""
    case = held(actor, pk)
    known = Message.objects.filter(key=key, case=case).first()
    if known is not None:
        return known
    words = words.strip()
    if not 1 <= len(words) <= rules.MAX_WORDS:
        raise BadInput(fields={"words": _("Write a word.")})
    account = Account.objects.filter(pk=actor.account_id or 0).first()
    made = Message.objects.create(
        key=key,
        case=case,
        of="inside" if inside else "unit",
        account=account,
        sealed_words=keys().seal("person", words, key.bytes),
        made_at=clock.now(),
    )
    if not inside:
        case.answered_at = case.answered_at or clock.now()
        if case.state == State.NEW:
            case.state, case.clerk = State.OPEN, account
        case.save()
        tell_worker(case)
    journal.record(actor, events.CASE_ANSWERED, case, of=made.of)
    return made


@transaction.atomic
def set_class(*, actor: Actor, pk: int, urgency: str) -> Case:
    """Change how urgent a case is; its deadline is counted anew from the day it came."""
    case = held(actor, pk)
    if urgency not in Urgency.values:
        raise BadInput(fields={"urgency": _("Choose from the list.")})
    case.urgency = urgency
    due, source = queries.due_of(case, case.made_at)
    case.due_at = due + timedelta(seconds=case.paused_seconds)
    case.due_source, case.warned = str(source)[:120], ""
    case.save()
    journal.record(actor, events.CASE_CLASSED, case, urgency=urgency)
    return case


@transaction.atomic
def solve(*, actor: Actor, pk: int, key: UUID, words: str) -> Case:
    """The unit says that it is solved and tells the worker how; the worker's own word is counted apart.

    A wage dispute with instalments that are not all paid is not solved. Raises BadInput, IllegalMove.
    """
    case = held(actor, pk)
    rules.check_move(case.state, State.SOLVED)
    if case.instalments.filter(paid_date=None).exists():
        raise IllegalMove(_("An instalment is not paid yet."), code="not-paid")
    write(actor=actor, pk=pk, key=key, words=words, inside=False)
    case.refresh_from_db()
    if case.paused_at is not None:
        clocks.run_on(case, queries.clock_book().pauses, clock.now())
    case.state, case.solved_at, case.offered_unit = State.SOLVED, clock.now(), None
    case.save()
    line = Delivered(
        day=clock.today(), region_code=case.region_code, sector=case.sector, unit_id=case.unit_id
    )
    ledger.record(kinds.SERVED[case.kind], [line], source=case)
    journal.record(actor, events.CASE_MOVED, case, after=case.state)
    return case


# standing still ----------------------------------------------------------------------------------


@transaction.atomic
def pause(*, actor: Actor, pk: int, reason: str, words: str) -> Case:
    """Let the unit's clock stand still for a reason that the law knows; the worker reads which. Raises BadInput, IllegalMove."""
    case = held(actor, pk)
    known = clocks.pauses_for(queries.clock_book().pauses, case.kind).get(reason)
    if known is None:
        raise BadInput(fields={"reason": _("The law knows no such reason for this kind of case.")})
    if case.state != State.OPEN:
        raise IllegalMove()
    clocks.pause(case, reason, clock.now())
    if len(words.strip()) < 2:
        raise BadInput(fields={"words": _("Tell the worker what is waited for.")})
    case.save()
    note(actor, case, f"{words.strip()[:400]}\n{known.source}", of="unit")
    tell_worker(case)
    journal.record(actor, events.CLOCK_PAUSED, case, reason=reason)
    return case


@transaction.atomic
def resume(*, actor: Actor, pk: int) -> Case:
    """Let the clock run on; the deadline moves by the time it stood still. Raises IllegalMove."""
    case = held(actor, pk)
    clocks.run_on(case, queries.clock_book().pauses, clock.now())
    case.save()
    journal.record(actor, events.CLOCK_RESUMED, case, due=case.due_at.isoformat())
    return case


def resume_stood_out(*, actor: Actor) -> int:
    """Let clocks run on that stood as long as their reason gives, at most ``AT_ONCE``; tell unit and worker.

    Returns how many. One that somebody else let run on meanwhile holds up none of the others.
    """
    pauses, now, done = queries.clock_book().pauses, clock.now(), 0
    standing = Case.objects.exclude(paused_at=None).filter(ended_at=None).order_by("paused_at", "pk")
    due = [
        row.pk
        for row in standing.only("paused_at", "pause_reason")
        if (ends_at := clocks.runs_on_at(row, pauses)) is not None and ends_at <= now
    ]
    for pk in due[:AT_ONCE]:
        with suppress(IllegalMove):
            _run_on(actor, pk)
            done += 1
    return done


@transaction.atomic
def _run_on(actor: Actor, pk: int) -> None:
    case = resume(actor=actor, pk=pk)
    due = due_words(case.due_at)
    words = gettext("The time runs on; it is to be done by %(due)s.") % {"due": due}
    note(actor, case, words, of="unit")
    tell_unit(case, case.unit, kinds.CLOCK_RUNS_ON, once=f"on:{case.pk}:{due}", ref=case.ref, due=due)
    tell_worker(case)
