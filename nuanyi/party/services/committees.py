"""街道大工委 / 社区大党委: members, meetings, and the matters that a member takes on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from nuanyi.journal import services as journal
from nuanyi.ledger import services as ledger
from nuanyi.lib import clock
from nuanyi.lib.actor import Actor
from nuanyi.lib.errors import BadInput, Conflict, IllegalMove, NotFound, Words
from nuanyi.lib.region_codes import TOWNSHIP, VILLAGE
from nuanyi.lib.roles import Role
from nuanyi.notices import services as notices
from nuanyi.party import events, kinds
from nuanyi.party.models.committees import CommitteeMeeting, CommitteeSeat, JointCommittee, Matter
from nuanyi.party.models.organisations import Organisation
from nuanyi.party.rules import COMMITTEES, CommitteeLevel, MatterState
from nuanyi.places import queries as places
from nuanyi.units.models import Unit

#: Digits of the code of the place of a committee.
CODE_LENGTH = {CommitteeLevel.TOWNSHIP: TOWNSHIP, CommitteeLevel.COMMUNITY: VILLAGE}


@dataclass
class CommitteeInput:
    """A joint committee as it was approved."""

    name: str
    level: str
    region_code: str
    founded: date
    approval: str


@dataclass
class MatterInput:
    """A matter that a member takes on, by a day, at a meeting or between two."""

    title: str
    seat: int
    due: date
    meeting: int | None = None


def _committee(actor: Actor, pk: int) -> JointCommittee:
    """A joint committee that the actor keeps, locked. Raises NotAllowed, NotFound."""
    actor.require(COMMITTEES)
    rows = JointCommittee.objects.kept_by(actor).select_for_update()
    found = rows.filter(pk=pk, ended_date=None).first()
    if found is None:
        raise NotFound()
    return found


@transaction.atomic
def set_committee_up(*, actor: Actor, told: CommitteeInput) -> JointCommittee:
    """Set a joint committee up. Raises NotAllowed, BadInput."""
    actor.require(COMMITTEES, regions=(told.region_code,))
    _check(told)
    made = JointCommittee.objects.create(
        name=told.name.strip(),
        level=told.level,
        region_code=told.region_code,
        founded_date=told.founded,
        approval=told.approval.strip()[:80],
    )
    journal.record(actor, events.COMMITTEE_CHANGED, made)
    return made


def _check(told: CommitteeInput, known: JointCommittee | None = None) -> None:
    """Raises BadInput where a committee cannot be like this; ``known``: the one that is put right."""
    wrong: dict[str, Words] = {}
    others = (
        JointCommittee.objects.exclude(pk=known.pk) if known is not None else JointCommittee.objects.all()
    )
    if not 2 <= len(told.name.strip()) <= 60:
        wrong["name"] = _("A name, from 2 to 60 characters.")
    elif others.filter(name=told.name.strip()).exists():
        wrong["name"] = _("There is a joint committee of this name already.")
    if told.level not in CommitteeLevel.values:
        wrong["level"] = _("Choose from the list.")
    elif (
        told.region_code not in places.names_by_code()
        or len(told.region_code) != CODE_LENGTH[CommitteeLevel(told.level)]
    ):
        wrong["region"] = _("Choose a township, or a community for a committee of a community.")
    if told.founded > clock.today():
        wrong["founded"] = _("The day has not come yet.")
    if not told.approval.strip():
        wrong["approval"] = _("The committee above approves it: name its paper.")
    if wrong:
        raise BadInput(fields=wrong)


@transaction.atomic
def correct_committee(*, actor: Actor, pk: int, told: CommitteeInput) -> JointCommittee:
    """Put right what was noted of a joint committee; it keeps its level and place. Raises NotAllowed, NotFound, BadInput."""
    found = _committee(actor, pk)
    told.level, told.region_code = found.level, found.region_code
    _check(told, found)
    first = found.meetings.order_by("held_date").first()
    if first is not None and told.founded > first.held_date:
        raise BadInput(fields={"founded": _("It met before that day.")})
    found.name, found.founded_date = told.name.strip(), told.founded
    found.approval = told.approval.strip()[:80]
    found.save(update_fields=["name", "founded_date", "approval"])
    journal.record(actor, events.COMMITTEE_CHANGED, found)
    return found


@transaction.atomic
def end_committee(*, actor: Actor, pk: int, on: date, paper: str) -> JointCommittee:
    """A joint committee is dissolved, by its paper; its seats end with it, and what it did stays.

    Raises NotAllowed, NotFound, BadInput, IllegalMove where a matter is open.
    """
    found = _committee(actor, pk)
    wrong: dict[str, Words] = {}
    if not found.founded_date <= on <= clock.today():
        wrong["on"] = _("A day between its beginning and today.")
    if not paper.strip():
        wrong["paper"] = _("Name the paper by which it ends.")
    if wrong:
        raise BadInput(fields=wrong)
    if found.matters.filter(state=MatterState.OPEN).exists():
        raise IllegalMove(
            _("Matters that it took on are open: end or drop them first."), code="has-open-matters"
        )
    found.seats.filter(until_date=None).update(until_date=on)
    found.ended_date, found.end_paper = on, paper.strip()[:120]
    found.save(update_fields=["ended_date", "end_paper"])
    journal.record(actor, events.COMMITTEE_CHANGED, found)
    return found


@transaction.atomic
def take_member(
    *, actor: Actor, pk: int, unit: int | None = None, organisation: int | None = None
) -> CommitteeSeat:
    """A unit or a branch becomes a member. Raises NotFound, BadInput, Conflict where it is one."""
    found = _committee(actor, pk)
    who = Unit.objects.filter(pk=unit or 0, active=True).first()
    branch = Organisation.objects.filter(pk=organisation or 0, ended_date=None).first()
    if (who is None) == (branch is None):
        raise BadInput(fields={"member": _("Choose a unit or a branch.")})
    try:
        with transaction.atomic():
            made = CommitteeSeat.objects.create(
                committee=found, unit=who, organisation=branch, from_date=clock.today()
            )
    except IntegrityError:
        raise Conflict(_("It is a member already."), code="member-already") from None
    journal.record(actor, events.COMMITTEE_CHANGED, found)
    return made


@transaction.atomic
def let_member_go(*, actor: Actor, pk: int, seat: int) -> None:
    """A member leaves; not before somebody else has what it took on. Raises NotFound, IllegalMove."""
    found = _committee(actor, pk)
    leaving = found.seats.filter(pk=seat, until_date=None).first()
    if leaving is None:
        raise NotFound()
    if leaving.matters.filter(state=MatterState.OPEN).exists():
        raise IllegalMove(_("It has taken matters on that are not done yet."), code="has-matters")
    leaving.until_date = clock.today()
    leaving.save(update_fields=["until_date"])
    journal.record(actor, events.COMMITTEE_CHANGED, found)


@transaction.atomic
def note_meeting(
    *, actor: Actor, pk: int, key: UUID, on: date, topic: str, present: int, decided: str = ""
) -> CommitteeMeeting:
    """The committee met. The same key again gives the first answer. Raises NotFound, BadInput."""
    found = _committee(actor, pk)
    known = found.meetings.filter(key=key).first()
    if known is not None:
        return known
    wrong: dict[str, Words] = {}
    if not found.founded_date <= on <= clock.today():
        wrong["on"] = _("A day between its beginning and today.")
    if not 2 <= len(topic.strip()) <= 80:
        wrong["topic"] = _("What is it about? From 2 to 80 characters.")
    members = found.seats.filter(until_date=None).count()
    if not 1 <= present <= members:
        wrong["present"] = _("From 1 to %(n)d: so many members there are.") % {"n": members}
    if wrong:
        raise BadInput(fields=wrong)
    made = CommitteeMeeting.objects.create(
        key=key,
        committee=found,
        held_date=on,
        topic=topic.strip(),
        present=present,
        decided=decided.strip()[:500],
    )
    journal.record(actor, events.COMMITTEE_CHANGED, found)
    return made


@transaction.atomic
def take_matter_on(*, actor: Actor, pk: int, key: UUID, told: MatterInput) -> Matter:
    """A member takes a matter on. The same key again gives the first answer. Raises NotFound, BadInput."""
    found = _committee(actor, pk)
    known = found.matters.filter(key=key).first()
    if known is not None:
        return known
    wrong: dict[str, Words] = {}
    seat = found.seats.filter(pk=told.seat, until_date=None).first()
    meeting = found.meetings.filter(pk=told.meeting or 0).first()
    if seat is None:
        wrong["seat"] = _("Choose the member who takes it on.")
    if told.meeting and meeting is None:
        wrong["meeting"] = _("Choose from the list.")
    if not 2 <= len(told.title.strip()) <= 80:
        wrong["title"] = _("What is it? From 2 to 80 characters.")
    if not clock.today() <= told.due <= date(clock.today().year + 3, 12, 31):
        wrong["due"] = _("A day from today on.")
    if wrong or seat is None:
        raise BadInput(fields=wrong)
    made = Matter.objects.create(
        key=key, committee=found, meeting=meeting, seat=seat, title=told.title.strip(), due_date=told.due
    )
    journal.record(actor, events.COMMITTEE_CHANGED, found)
    if seat.unit_id is not None:
        notices.call(
            seat.unit_id,
            [Role.UNIT_STAFF],
            kinds.MATTER_TAKEN,
            once=f"matter-{made.pk}",
            title=made.title,
            due=made.due_date.isoformat(),
        )
    return made


@transaction.atomic
def end_matter(*, actor: Actor, pk: int, matter: int, state: str, outcome: str) -> Matter:
    """A matter is done, which counts, or dropped; either with a word. The member that took it on may say so, too.

    Raises NotAllowed, NotFound, BadInput, IllegalMove.
    """
    actor.require(COMMITTEES)
    found = JointCommittee.objects.visible_to(actor).filter(pk=pk, ended_date=None).first()
    if found is None:
        raise NotFound()
    row = found.matters.select_for_update(of=("self",)).select_related("seat").filter(pk=matter).first()
    if row is None:
        raise NotFound()
    kept = JointCommittee.objects.kept_by(actor).filter(pk=pk).exists()
    if not row.is_of(actor, kept=kept):
        raise NotFound()
    if row.state != MatterState.OPEN:
        raise IllegalMove(_("It is done or dropped already."), code="not-open")
    wrong: dict[str, Words] = {}
    if state not in (MatterState.DONE, MatterState.DROPPED):
        wrong["state"] = _("Choose from the list.")
    if len(outcome.strip()) < 2:
        wrong["outcome"] = _("What came of it?")
    if wrong:
        raise BadInput(fields=wrong)
    row.state, row.outcome, row.done_date = MatterState(state), outcome.strip()[:200], clock.today()
    row.save(update_fields=["state", "outcome", "done_date"])
    journal.record(actor, events.COMMITTEE_CHANGED, found)
    if row.state == MatterState.DONE:
        line = ledger.Delivered(
            day=clock.today(), region_code=found.region_code, unit_id=row.seat.unit_id or actor.unit_id or 0
        )
        ledger.record(kinds.MATTERS, [line], source=row)
    return row
