"""Wanting to join: two taps, the right door, an instructor at once, and a path on which nothing is forgotten."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nuanyi.journal import services as journal
from nuanyi.lib import clock, limits, row_security
from nuanyi.lib.actor import Actor
from nuanyi.lib.errors import BadInput, IllegalMove, NotFound, Words
from nuanyi.lib.sectors import Sector
from nuanyi.lib.shape import Reason, shaped_otherwise
from nuanyi.notices import services as notices
from nuanyi.party import application_queries, events, instructor_queries, kinds, queries, rules
from nuanyi.party.models.applications import Application, Review, StepDone
from nuanyi.party.models.members import Member
from nuanyi.party.models.organisations import Organisation
from nuanyi.party.rules import FOLLOW, ORGANISE, Door, EndReason, Standing, State
from nuanyi.party.services import members
from nuanyi.people import erasures, links
from nuanyi.people.contacts import read_contact
from nuanyi.people.models import Account, keys
from nuanyi.people.services import openings
from nuanyi.places import queries as places


@dataclass
class ApplicationInput:
    """Somebody who would like to join."""

    name: str
    phone: str
    work_code: str
    home_code: str = ""
    workplace: str = ""
    sector: str = ""
    roving: bool = False
    agrees: bool = False


def link_of(application: Application) -> str:
    """The secret end of the address of one's own page."""
    return links.link_of("application", application.key)


def by_link(link: str) -> Application:
    """The application of a secret link. Raises NotFound, whatever is wrong."""
    return links.row_of("application", link, Application.objects.select_related("organisation", "instructor"))


def _checked(told: ApplicationInput) -> ApplicationInput:
    told.phone, wrong = read_contact(name=told.name, phone=told.phone, agrees=told.agrees)
    known = places.names_by_code()
    if told.work_code not in known:
        wrong["work"] = _("Choose where you work. In another district ask the organisation there.")
    if told.sector and told.sector not in Sector.values:
        wrong["sector"] = _("Choose from the list.")
    if told.home_code and told.home_code not in known:
        wrong["home"] = _("Choose from the list.")
    if wrong:
        raise BadInput(fields=wrong)
    return told


@shaped_otherwise(Reason.STRANGER)
@transaction.atomic
def ask(*, key: UUID, told: ApplicationInput, network: str) -> Application:
    """Ask for a talk about joining. The same key again gives the first answer; the instructor is told at once.

    Where an application of this phone is on its way already, or the phone stands on a roll, this one goes to the
    instructor of its own place like any other: neither whoever types a phone nor an instructor who types it learns
    anything. The organisation department sees it and settles it. Raises BadInput, TooMuch.
    """
    row_security.show(application=str(key))
    known = Application.objects.filter(key=key).first()
    if known is not None:
        return known
    limits.count("party", network, at_most=rules.ASKED_AN_HOUR)
    told = _checked(told)
    ring = keys()
    door, organisation = _door(told)
    instructor = instructor_queries.instructor_for(told.work_code)
    made = Application(
        key=key,
        on_a_roll=application_queries.stands_on_a_roll(told.phone),
        sealed_name=ring.seal("political", told.name.strip(), key.bytes + b"name"),
        sealed_phone=ring.seal("political", told.phone, key.bytes + b"phone"),
        phone_digest=ring.digest("application", told.phone),
        workplace=told.workplace.strip()[:80],
        sector=told.sector,
        work_code=told.work_code,
        home_code=told.home_code,
        roving=told.roving,
        door=door,
        organisation=organisation,
        instructor_id=instructor,
    )
    made.save()
    StepDone.objects.create(application=made, code="applied", done_date=made.asked_date)
    journal.record(queries.PROGRAM, events.APPLIED, made)
    _tell_of(made)
    return made


def _tell_of(application: Application, again: str = "") -> None:
    """Tell its instructor; where there is none, the organisation department."""
    if application.instructor_id is not None:
        _tell(application, application.instructor_id)
    else:
        once = f"application-{application.pk}{again}"
        notices.queue_to_role("organisation", kinds.TALK_OWED, once=once, region_code=application.work_code)


def _tell(application: Application, account: int) -> None:
    notices.queue(
        Account.objects.get(pk=account), kinds.TALK_OWED, once=f"application-{application.pk}-{account}"
    )


@shaped_otherwise(Reason.PROGRAM)
@transaction.atomic
def tell_of_days(actor: Actor) -> int:
    """Tell instructors (where there is none, the organisation department) of days of their applications that are a week away:
    the last day of the next step, the next half-yearly review, the end of a year. Each day is told once; the notice says
    nothing of whom or what. Returns how many days.
    """
    actor.require(ORGANISE)
    today = clock.today()
    told = 0
    for path in application_queries.paths_for(actor, State.OPEN):
        for what, day in application_queries.days_of(path):
            if not timedelta() <= day - today <= timedelta(days=rules.TOLD_BEFORE_DAYS):
                continue
            _queue(path.application, kinds.DAY_NEAR, f"day-{path.application.pk}-{what}-{day.isoformat()}")
            told += 1
    return told


def _queue(application: Application, kind: str, once: str) -> None:
    """To its instructor; where there is none, to the organisation department."""
    account = application.instructor
    if account is not None and account.is_active:
        notices.queue(account, kind, once=once)
    else:
        notices.queue_to_role("organisation", kind, once=once, region_code=application.work_code)


def _door(told: ApplicationInput) -> tuple[Door, Organisation | None]:
    """The right organisation by Art. 6: the first that is open; else the department finds one."""
    doors = queries.open_doors(
        work_code=told.work_code,
        home_code=told.home_code,
        workplace=told.workplace,
        sector=told.sector,
        roving=told.roving,
    )
    return (doors[0].door, doors[0].organisation) if doors else (Door.DEPARTMENT, None)


def _locked(actor: Actor, pk: int) -> Application:
    """An application that this actor may move. Raises NotAllowed, NotFound."""
    if not actor.can(ORGANISE):
        actor.require(FOLLOW)
    rows = Application.objects.visible_to(actor).select_for_update(of=("self",))
    found = rows.select_related("organisation").filter(pk=pk).first()
    if found is None:
        raise NotFound()
    return found


@transaction.atomic
def take_step(
    *, actor: Actor, pk: int, code: str, on: date, paper: str = "", key: UUID | None = None
) -> Application:
    """Record the next step with its day and paper. The same key again, made by a phone, records nothing more.

    Raises NotFound, BadInput, IllegalMove (see rules.check_step)."""
    found = _locked(actor, pk)
    if key is not None and found.steps.filter(key=key).exists():
        return found
    if found.state != State.OPEN:
        raise IllegalMove(_("It does not go on now."), code="not-open")
    # an instructor goes on as with anybody: a refusal would answer whoever typed a phone to ask whose it is
    if found.on_a_roll and code != "talk" and actor.everywhere(ORGANISE):
        raise IllegalMove(
            _("This phone stands on the roll of a branch: talk, then end the application."), code="on-a-roll"
        )
    done = application_queries.steps_of(found)
    step = rules.check_step(
        code,
        on,
        done=done,
        where=application_queries.standing_of(found.organisation),
        today=clock.today(),
        prolonged_months=found.prolonged_months,
    )
    if step.needs_paper and not paper.strip():
        raise BadInput(fields={"paper": _("Every step but the talk has its paper: name it.")})
    StepDone.objects.create(
        application=found,
        key=key,
        code=step.code,
        done_date=on,
        paper=paper.strip()[:120],
        by_id=actor.account_id,
    )
    if step.code == "full":
        found.state = State.MEMBER
        found.save(update_fields=["state"])
        _stands_full(actor, found, on, paper.strip()[:120])
    journal.record(actor, events.APPLICATION_MOVED, found)
    return found


def _stands_full(actor: Actor, application: Application, on: date, paper: str) -> None:
    """Whoever was entered from the application stands as a full member on the list of the branch, too, where who takes the
    step keeps that list; else it waits for whoever does (``members.confirm_full``)."""
    with row_security.reader(queries.PROGRAM):  # whoever goes the path with them may not see the list
        rows = Member.objects.select_for_update(of=("self",)).select_related("branch")
        row = rows.filter(key=application_queries.member_key(application), left_date=None).first()
        if row is None or row.standing == Standing.FULL:
            return
        if members.keeps(actor, row.branch):
            row.stand_full(on, paper)
        else:
            row.full_date, row.full_paper = on, paper
        row.save()


@transaction.atomic
def review(*, actor: Actor, pk: int, on: date, note: str = "") -> Review:
    """An activist was looked at, as every half year. Raises NotFound, IllegalMove, BadInput."""
    found = _locked(actor, pk)
    done = application_queries.steps_of(found)
    if found.state != State.OPEN or rules.review_due(done, []) is None:
        raise IllegalMove(_("Only activists are looked at every half year."), code="no-activist")
    if not done["activist"] <= on <= clock.today():
        raise BadInput(fields={"on": _("A day between becoming an activist and today.")})
    made, new = Review.objects.get_or_create(
        application=found,
        review_date=on,
        defaults={"note": note.strip()[:120], "by_id": actor.account_id},
    )
    if new:
        journal.record(actor, events.APPLICATION_MOVED, found)
    return made


@transaction.atomic
def move(*, actor: Actor, pk: int, work_code: str, workplace: str = "") -> Application:
    """The worker works somewhere else now: it rests until the instructor there takes it on, and nothing starts anew.

    The days that were counted go on counting (Art. 12). Raises NotFound, IllegalMove, BadInput.
    """
    found = _locked(actor, pk)
    if found.state not in (State.OPEN, State.PAUSED):
        raise IllegalMove(_("It does not go on now."), code="not-open")
    if work_code not in places.names_by_code():
        raise BadInput(fields={"work": _("Choose a region.")})
    told = ApplicationInput("", "", work_code, found.home_code, workplace, found.sector, found.roving)
    found.work_code, found.workplace = work_code, workplace.strip()[:80]
    found.door, found.organisation = _door(told)
    found.instructor_id = instructor_queries.instructor_for(work_code)
    found.state, found.moved = State.PAUSED, True
    found.save()
    journal.record(actor, events.APPLICATION_MOVED, found)
    _tell_of(found, "-moved")
    return found


@transaction.atomic
def prolong(*, actor: Actor, pk: int, months: int) -> Application:
    """Prolong the probation, once, by half a year to a year (Art. 32). Raises NotFound, IllegalMove, BadInput."""
    found = _locked(actor, pk)
    actor.require(ORGANISE)
    least, most = rules.PROLONGED_MONTHS
    if not least <= months <= most:
        raise BadInput(fields={"months": _("Half a year at least, a year at most.")})
    if (
        found.prolonged_months
        or "meeting" not in application_queries.steps_of(found)
        or found.state != State.OPEN
    ):
        raise IllegalMove(
            _("A probation is prolonged once, after the meeting of the branch."), code="not-prolonged"
        )
    found.prolonged_months = months
    found.save(update_fields=["prolonged_months"])
    journal.record(actor, events.APPLICATION_MOVED, found)
    return found


@transaction.atomic
def hand_over(
    *, actor: Actor, pk: int, organisation: int | None = None, account: int | None = None
) -> Application:
    """Give an application to another organisation or instructor: whoever moves starts nothing anew (Art. 12).

    In a city both are of the own district; to another one it is handed on by its papers (``end``). Raises NotAllowed,
    NotFound.
    """
    actor.require(ORGANISE)
    found = _locked(actor, pk)
    if organisation is not None:
        target = Organisation.objects.filter(pk=organisation, ended_date=None).first()
        if target is None:
            raise NotFound()
        actor.require_within(ORGANISE, regions=(target.region_code,))
        found.organisation, found.door = target, Door.HANDED
    if account is not None:
        if account not in {one.account.pk for one in instructor_queries.instructors_of(actor)}:
            raise NotFound()
        found.instructor_id = account
    found.save(update_fields=["organisation", "door", "instructor"])
    if account is not None:
        _tell(found, account)
    journal.record(actor, events.APPLICATION_MOVED, found)
    return found


@transaction.atomic
def pause(*, actor: Actor, pk: int, to: str) -> Application:
    """Let it rest or go on. Raises NotFound, IllegalMove."""
    found = _locked(actor, pk)
    allowed = {State.OPEN: State.PAUSED, State.PAUSED: State.OPEN}
    if to != allowed.get(State(found.state)):
        raise IllegalMove(_("It does not go on now."), code="not-open")
    found.state, found.moved = State(to), False
    found.save(update_fields=["state", "moved"])
    journal.record(actor, events.APPLICATION_MOVED, found)
    return found


@dataclass
class EndInput:
    """Why an application ends, by which paper, and for one that is handed on: to whom."""

    why: str
    paper: str = ""
    to: str = ""


@transaction.atomic
def end(*, actor: Actor, pk: int, told: EndInput) -> Application:
    """End an application: not accepted, probation cancelled, handed on to another district, taken back, another reason.

    Handed on, the papers of Art. 12 go along (``papers``). Raises NotFound, IllegalMove, BadInput.
    """
    found = _locked(actor, pk)
    if found.state not in (State.OPEN, State.PAUSED):
        raise IllegalMove(_("It does not go on now."), code="not-open")
    wrong: dict[str, Words] = {}
    if told.why not in EndReason.values:
        wrong["why"] = _("Choose from the list.")
    if told.why in rules.ENDED_BY_PAPER and not told.paper.strip():
        wrong["paper"] = _("Name the paper by which it ends.")
    if told.why == EndReason.HANDED_OUT and not told.to.strip():
        wrong["to"] = _("To which organisation?")
    if wrong:
        raise BadInput(fields=wrong)
    # before the branch has met there is no probation to cancel, and after it nobody is simply not accepted
    done = application_queries.steps_of(found)
    if (told.why == EndReason.CANCELLED) != ("approved" in done) and told.why in (
        EndReason.CANCELLED,
        EndReason.REFUSED,
    ):
        raise IllegalMove(
            _("Before the approval it is “not accepted”, after it “probationary membership cancelled”."),
            code="other-ending",
        )
    found.state, found.moved, found.end_reason = State.ENDED, False, told.why
    found.end_paper = told.paper.strip()[:120]
    found.handed_to = told.to.strip()[:80] if told.why == EndReason.HANDED_OUT else ""
    found.save(update_fields=["state", "moved", "end_reason", "end_paper", "handed_to"])
    journal.record(actor, events.APPLICATION_MOVED, found)
    return found


@shaped_otherwise(Reason.STRANGER)
@transaction.atomic
def withdraw(*, link: str) -> None:
    """The applicant takes it back: name, phone, mark and all notes are deleted; another asking of the phone stays.

    Raises NotFound, IllegalMove.
    """
    found = by_link(link)
    if found.state not in (State.OPEN, State.PAUSED):
        raise IllegalMove(_("It does not go on now."), code="not-open")
    chosen = Application.objects.filter(pk=found.pk)
    chosen.update(state=State.ENDED, end_reason=EndReason.TAKEN_BACK)
    with row_security.reader(queries.PROGRAM):
        # notes of steps are not shown to the holder of the link, and go all the same
        chosen.empty()
    journal.record(queries.PROGRAM, events.APPLICATION_MOVED, found)
    erasures.note(found.pk, table=found._meta.label_lower)


@transaction.atomic
def open_application(*, actor: Actor, pk: int, purpose: str) -> tuple[str, str]:
    """Name and phone, for whoever owes the talk, opened for a purpose; two values of the day's quota.

    Raises NotFound, NotAllowed, BadInput (no purpose), TooMuch.
    """
    found = _locked(actor, pk)
    if found.sealed_name is None or found.sealed_phone is None:
        raise NotFound()
    ring = keys()
    openings.record_opening(
        actor, events.APPLICATION_SEEN, found, values=2, purpose=openings.read_purpose(purpose)
    )
    return (
        ring.open("political", found.sealed_name, found.key.bytes + b"name"),
        ring.open("political", found.sealed_phone, found.key.bytes + b"phone"),
    )
