"""Who belongs to a branch; whoever is away reports to another by one code; showing oneself is one's own deed."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from nuanyi.census.models import Establishment
from nuanyi.journal import queries as journal_queries
from nuanyi.journal import services as journal
from nuanyi.lib import clock, limits, once, row_security, sealed
from nuanyi.lib.actor import Actor
from nuanyi.lib.errors import BadInput, Conflict, IllegalMove, NotAllowed, NotFound, Words
from nuanyi.lib.ids import PLAIN_SIGNS
from nuanyi.lib.shape import Reason, shaped_otherwise
from nuanyi.notices import services as notices
from nuanyi.party import application_queries, events, instructor_queries, kinds, queries, rules
from nuanyi.party.models.applications import Application
from nuanyi.party.models.members import Flag, Member, Showing
from nuanyi.party.models.organisations import Organisation
from nuanyi.party.rules import FOLLOW, MEMBERS, ORGANISE, Standing
from nuanyi.people import erasures, links
from nuanyi.people.contacts import read_contact
from nuanyi.people.models import keys
from nuanyi.people.services import openings
from nuanyi.places import queries as places

CODE_SIGNS = 10


@dataclass
class MemberInput:
    """Somebody as the branch enters them; ``agreed`` says where their own consent lies."""

    name: str
    phone: str
    standing: str
    joined_date: date
    agreed: str


@dataclass(frozen=True)
class MemberChange:
    """What of a member is otherwise: name and phone where they are not "", the standing from a day on by a paper."""

    name: str = ""
    phone: str = ""
    standing: str = ""
    on: date | None = None
    paper: str = ""


@dataclass(frozen=True)
class Absence:
    """From when to when somebody is away, where, and which branch there may receive them (None: whichever has the code)."""

    since: date
    until: date
    place: str
    branch: int | None = None


@dataclass(frozen=True)
class EnrolInput:
    """The branch to whose list somebody comes who was approved, from which day on, by which letter."""

    branch: int
    on: date
    paper: str


def link_of(member: Member) -> str:
    """The secret end of the address of a member's own page."""
    return links.link_of("member", member.key)


def by_link(link: str) -> Member:
    """The member of a secret link. Raises NotFound, whatever is wrong."""
    return links.row_of(
        "member", link, Member.objects.select_related("branch", "receiving").filter(left_date=None)
    )


def _branch(actor: Actor, pk: int) -> Organisation:
    """A branch whose members this actor keeps. Raises NotAllowed, NotFound."""
    actor.require(MEMBERS)
    found = Organisation.objects.select_for_update().filter(pk=pk, ended_date=None).first()
    if found is None or not keeps(actor, found):
        raise NotFound()
    return found


def keeps(actor: Actor, branch: Organisation) -> bool:
    """Whether this actor keeps the list of a branch: its secretary, or the organisation department of its district."""
    own = actor.account_id is not None and branch.secretary_id == actor.account_id
    return own or actor.can(ORGANISE, regions=(branch.region_code,))


def _member(actor: Actor, pk: int, *, home: bool = False) -> Member:
    """A member that this actor may see, locked; ``home``: of the own branch. Raises NotAllowed, NotFound."""
    actor.require(MEMBERS)
    rows = Member.objects.visible_to(actor).select_for_update(of=("self",)).select_related("branch")
    found = rows.filter(pk=pk, left_date=None).first()
    if found is None:
        raise NotFound()
    if home and not keeps(actor, found.branch):
        raise NotAllowed(_("Only the home branch does this."))
    return found


def add_member(*, actor: Actor, key: UUID, branch: int, told: MemberInput) -> Member:
    """Enter somebody into a branch; the same key again gives the first answer.

    A phone that stands on another branch's roll is entered like any other, and the organisation department settles which
    holds: a refusal would answer whoever types a phone to ask. Raises NotAllowed, NotFound, BadInput, TooMuch, Conflict
    (in this branch already).
    """
    actor.require(MEMBERS)
    if actor.account_id is not None:
        # outside the transaction: what a refusal takes back must not take the count of the attempt with it
        limits.count_of_account("party-members", actor.account_id, at_most=rules.ENTERED_AN_HOUR)
    with transaction.atomic():
        return _add_member(actor, key, branch, told)


def _add_member(actor: Actor, key: UUID, branch: int, told: MemberInput) -> Member:
    home = _branch(actor, branch)
    known = Member.objects.filter(key=key).first()
    if first := once.first_of(known, branch_id=home.pk):
        return first
    phone, wrong = read_contact(name=told.name, phone=told.phone, agrees=True)
    if told.standing not in Standing.values:
        wrong["standing"] = _("Choose from the list.")
    if not told.agreed.strip():
        wrong["agreed"] = _("Where is the paper by which they agree?")
    if told.joined_date > clock.today():
        wrong["joined"] = _("The day has not come yet.")
    if not rules.FORMS[rules.Form(home.form)].admits:
        wrong["branch"] = _("Whoever works in a temporary branch stays a member of the home branch.")
    if wrong:
        raise BadInput(fields=wrong)
    made = Member(
        key=key,
        branch=home,
        standing=told.standing,
        agreed=told.agreed.strip()[:120],
        joined_date=told.joined_date,
        phone_digest=keys().digest("member", phone),
    )
    sealed.put(made, "sealed_name", told.name.strip())
    sealed.put(made, "sealed_phone", phone)
    _save_once(made)
    journal.record(actor, events.MEMBER_ENTERED, made)
    if actor.account_id is not None:
        _tell_of_many(actor, actor.account_id)
    return made


def _tell_of_many(actor: Actor, account: int) -> None:
    """The auditors hear, once a day, of an account that enters very many."""
    since = clock.midnight(clock.today())
    entered = journal_queries.count_since(events.MEMBER_ENTERED, actor_id=account, since=since)
    if entered >= rules.ENTERED_ALARM:
        once = f"members-entered:{account}:{clock.today()}"
        notices.queue_to_role("auditor", kinds.MANY_ENTERED, once=once, who=actor.label, count=entered)


@transaction.atomic
def names_of(*, actor: Actor, rows: Sequence[Member], purpose: str) -> dict[int, str]:
    """The names of these members, for whoever keeps the list, opened for a purpose; each counts into the day's quota.

    Raises NotAllowed, BadInput (no purpose), TooMuch.
    """
    actor.require(MEMBERS)
    seen = list(
        Member.objects.visible_to(actor).filter(pk__in=[row.pk for row in rows]).select_related("branch")
    )
    if seen:
        openings.record_opening(
            actor,
            events.MEMBERS_SEEN,
            seen[0].branch,
            values=len(seen),
            purpose=openings.read_purpose(purpose),
        )
    return {row.pk: sealed.open_text(row, "sealed_name") for row in seen}


@transaction.atomic
def open_member(*, actor: Actor, pk: int, purpose: str) -> tuple[str, str]:
    """A member's name and phone, opened for a purpose; two values of the day's quota.

    Raises NotAllowed, NotFound, BadInput (no purpose), TooMuch.
    """
    found = _member(actor, pk)
    openings.record_opening(
        actor, events.MEMBERS_SEEN, found, values=2, purpose=openings.read_purpose(purpose)
    )
    return sealed.open_text(found, "sealed_name"), sealed.open_text(found, "sealed_phone")


@transaction.atomic
def hand_over_link(*, actor: Actor, pk: int) -> str:
    """The secret end of the member's own page, to be handed over: once for the branch, again for the department alone.

    Whoever has it speaks as the member; so who was shown it, and when, stands in the journal and on the page itself.
    Raises NotAllowed, NotFound, IllegalMove, TooMuch.
    """
    found = _member(actor, pk, home=True)
    if found.link_shown_date is not None and not actor.can(ORGANISE, regions=(found.branch.region_code,)):
        raise IllegalMove(
            _("The address was shown already. The organisation department shows it again."), code="shown-once"
        )
    openings.record_opening(actor, events.LINK_SHOWN, found)
    found.link_shown_date = clock.today()
    found.save(update_fields=["link_shown_date"])
    return link_of(found)


@transaction.atomic
def send_away(*, actor: Actor, pk: int, told: Absence) -> str:
    """A member goes away for half a year or more: the one code with which they report to a branch there.

    An older code opens nothing any more. Raises NotAllowed, NotFound, BadInput.
    """
    found = _member(actor, pk, home=True)
    wrong: dict[str, Words] = {}
    if not rules.is_roving(told.since, told.until):
        wrong["until"] = _("Whoever is away for less than six months stays with the home branch.")
    if told.place not in places.names_by_code():
        wrong["place"] = _("Choose a region.")
    target = Organisation.objects.filter(pk=told.branch or 0, ended_date=None).first()
    if told.branch and (target is None or target.pk == found.branch_id):
        wrong["branch"] = _("Choose from the list.")
    if wrong:
        raise BadInput(fields=wrong)
    code = "".join(secrets.choice(PLAIN_SIGNS) for _n in range(CODE_SIGNS))
    found.away_from_date, found.away_until_date, found.away_code = told.since, told.until, told.place
    found.receiving = None
    found.code_digest = _digest(code, target.pk if target is not None else None)
    found.code_until_date = clock.today() + timedelta(days=rules.REPORT_DAYS)
    found.changed_date = clock.today()
    found.save()
    journal.record(actor, events.MEMBER_MOVED, found)
    return code


def _digest(code: str, branch: int | None) -> bytes:
    """What is kept of a code: made for one branch it is another code for every other."""
    return keys().digest("report-code", f"{code}|{branch or ''}")


def check_in(*, actor: Actor, branch: int, code: str) -> Member:
    """A member reports to a receiving branch by the code: both branches see it from now on, and nobody else.

    A code that is spent, over, another branch's or made up gets one and the same answer. Raises NotAllowed, NotFound, BadInput,
    TooMuch.
    """
    actor.require(MEMBERS)
    # outside the transaction: what a refusal takes back must not take the count of the attempt with it
    limits.count("party-code", f"-|account-{actor.account_id}", at_most=rules.CODES_AN_HOUR)
    with transaction.atomic():
        return _check_in(actor, branch, code)


def _check_in(actor: Actor, branch: int, code: str) -> Member:
    target = _branch(actor, branch)
    spelled = "".join(code.upper().split()).replace("-", "")
    with row_security.reader(queries.PROGRAM):  # no secretary sees a member before the code has opened it
        found = (
            Member.objects.select_for_update()
            .filter(
                code_digest__in=[_digest(spelled, None), _digest(spelled, target.pk)],
                code_until_date__gte=clock.today(),
                left_date=None,
            )
            .exclude(branch=target)
            .first()
        )
        if found is not None:
            found.receiving, found.code_digest, found.code_until_date = target, None, None
            found.changed_date = clock.today()
            found.save()
    if found is None:
        raise BadInput(fields={"code": _("No member reports with this code.")}, code="no-such-code")
    journal.record(actor, events.MEMBER_MOVED, found)
    return found


@transaction.atomic
def come_home(*, actor: Actor, pk: int) -> Member:
    """The absence is over; only the home branch sees the member again. Raises NotAllowed, NotFound, IllegalMove."""
    found = _member(actor, pk, home=True)
    if found.away_from_date is None:
        raise IllegalMove(_("They are not away."), code="not-away")
    found.receiving = found.away_from_date = found.away_until_date = None
    found.code_digest = found.code_until_date = None
    found.away_code, found.changed_date = "", clock.today()
    found.save()
    journal.record(actor, events.MEMBER_MOVED, found)
    return found


@transaction.atomic
def change_member(*, actor: Actor, pk: int, told: MemberChange) -> Member:
    """Mend a name or a phone, or say by a paper that a probationary member is a full one (or a full one on probation again).

    Raises NotAllowed, NotFound, BadInput, Conflict (the phone stands on this list already).
    """
    found = _member(actor, pk, home=True)
    name, number = told.name.strip(), told.phone.strip()
    wrong: dict[str, Words] = {}
    if name or number:
        phone, wrong = read_contact(
            name=name or sealed.open_text(found, "sealed_name"),
            phone=number or sealed.open_text(found, "sealed_phone"),
            agrees=True,
        )
    if told.standing and told.standing not in Standing.values:
        wrong["standing"] = _("Choose from the list.")
    elif told.standing and told.standing != found.standing:
        if told.on is None or not found.joined_date <= told.on <= clock.today():
            wrong["on"] = _("A day between its beginning and today.")
        if not told.paper.strip():
            wrong["paper"] = _("Name the paper that says so.")
    if wrong:
        raise BadInput(fields=wrong)
    if name:
        sealed.put(found, "sealed_name", name)
    if number:
        sealed.put(found, "sealed_phone", phone)
        found.phone_digest = keys().digest("member", phone)
    if told.standing and told.standing != found.standing:
        found.standing, found.standing_date = told.standing, told.on
        found.standing_paper = told.paper.strip()[:120]
        found.full_date, found.full_paper = None, ""
    found.changed_date = clock.today()
    _save_once(found)
    journal.record(actor, events.MEMBER_MOVED, found)
    return found


@transaction.atomic
def confirm_full(*, actor: Actor, pk: int, good: bool) -> Member:
    """Whoever keeps the list lets it say what the path says, a full member from a day on by its paper, or sets that aside.

    Raises NotAllowed, NotFound, IllegalMove (nothing waits).
    """
    found = _member(actor, pk, home=True)
    if found.full_date is None:
        raise IllegalMove(_("Nothing waits to be confirmed here."), code="nothing-waits")
    if good:
        found.stand_full(found.full_date, found.full_paper)
    found.full_date, found.full_paper, found.changed_date = None, "", clock.today()
    found.save()
    journal.record(actor, events.MEMBER_MOVED, found, good=good)
    return found


def _save_once(member: Member) -> None:
    try:
        with transaction.atomic():
            member.save()
    except IntegrityError:
        raise Conflict(
            _("Somebody with this phone stands on the list of this branch already."), code="entered-already"
        ) from None


@transaction.atomic
def transfer(*, actor: Actor, pk: int, to: int, on: date, paper: str) -> Member:
    """Transfer a member to another branch (组织关系转接), by the letter that introduces them there.

    The organisation department does it: a branch that could would learn by the answer whom another has on its list. An
    absence is over with it; what they show of themselves stays theirs. Raises NotAllowed, NotFound, BadInput, Conflict.
    """
    actor.require(ORGANISE)
    found = _member(actor, pk, home=True)
    actor.require_within(ORGANISE, regions=(found.branch.region_code,))
    wrong: dict[str, Words] = {}
    # locked: it may be ending, once it sees that it has no members
    target = queries.led_by(actor).select_for_update().filter(pk=to).exclude(pk=found.branch_id).first()
    # to lead a branch as its secretary is no right of its district's department
    if target is None or not actor.can(ORGANISE, regions=(target.region_code,)):
        wrong["to"] = _("Choose from the list.")
    elif not rules.FORMS[rules.Form(target.form)].admits:
        wrong["to"] = _("Whoever works in a temporary branch stays a member of the home branch.")
    if not found.joined_date <= on <= clock.today():
        wrong["on"] = _("A day between its beginning and today.")
    if not paper.strip():
        wrong["paper"] = _("Name the letter of introduction.")
    if wrong or target is None:
        raise BadInput(fields=wrong)
    found.came_from, found.branch, found.joined_date = found.branch, target, on
    found.transfer_paper = paper.strip()[:120]
    found.receiving = found.away_from_date = found.away_until_date = None
    found.code_digest = found.code_until_date = None
    found.away_code, found.changed_date = "", clock.today()
    _save_once(found)
    journal.record(actor, events.MEMBER_MOVED, found)
    return found


def enrol(*, actor: Actor, application: int, told: EnrolInput) -> Member:
    """Enter whoever was approved as a probationary member into the list of a branch (组织关系), from what their application
    holds: nobody types name and phone again. Where another branch admitted them, ``told.paper`` is the letter that introduces
    them. Once: again gives the first answer.

    Raises NotAllowed, NotFound, IllegalMove (not approved yet, nothing is kept of them any more), BadInput, TooMuch, Conflict.
    """
    actor.require(ORGANISE)
    if actor.account_id is not None:
        # outside the transaction: what a refusal takes back must not take the count of the attempt with it
        limits.count_of_account("party-members", actor.account_id, at_most=rules.ENTERED_AN_HOUR)
    with transaction.atomic():
        return _enrol(actor, application, told)


def _enrol(actor: Actor, application: int, told: EnrolInput) -> Member:
    rows = Application.objects.visible_to(actor).select_for_update(of=("self",))
    asked = rows.select_related("organisation").filter(pk=application).first()
    if asked is None:
        raise NotFound()
    if known := application_queries.enrolled(asked):
        return known
    done = application_queries.steps_of(asked)
    if not rules.may_be_enrolled(done, asked.state, is_named=asked.sealed_name is not None):
        raise IllegalMove(
            _("The list of a branch holds whoever was approved as a probationary member."),
            code="not-approved",
        )
    wrong: dict[str, Words] = {}
    # locked: it may be ending, once it sees that it has no members
    target = queries.led_by(actor).select_for_update().filter(pk=told.branch).first()
    if target is None or not rules.FORMS[rules.Form(target.form)].admits:
        wrong["branch"] = _("Choose from the list.")
    if not done["approved"] <= told.on <= clock.today():
        wrong["on"] = _("A day between the approval and today.")
    if not told.paper.strip():
        wrong["paper"] = _("Name the letter of introduction.")
    if wrong or target is None:
        raise BadInput(fields=wrong)
    actor.require_within(ORGANISE, regions=(target.region_code,))
    paper = told.paper.strip()[:120]
    phone = sealed.open_text(asked, "sealed_phone")
    made = Member(
        key=application_queries.member_key(asked),
        branch=target,
        standing=Standing.FULL if "full" in done else Standing.PROBATIONARY,
        agreed=paper,
        joined_date=told.on,
        phone_digest=keys().digest("member", phone),
        transfer_paper=paper,
    )
    admitted = asked.organisation
    if admitted is not None and admitted.pk != target.pk and admitted.form != rules.Form.COMMITTEE:
        made.came_from = admitted
    sealed.put(made, "sealed_name", sealed.open_text(asked, "sealed_name"))
    sealed.put(made, "sealed_phone", phone)
    _save_once(made)
    journal.record(actor, events.MEMBER_ENTERED, made)
    if actor.account_id is not None:
        _tell_of_many(actor, actor.account_id)
    return made


@transaction.atomic
def leave(*, actor: Actor, pk: int, on: date) -> Member:
    """Somebody belongs to this branch no more; what they said of themselves goes at once. Raises NotFound, BadInput."""
    found = _member(actor, pk, home=True)
    if not found.joined_date <= on <= clock.today():
        raise BadInput(fields={"on": _("A day between joining the branch and today.")})
    _take_back(found)
    found.left_date = found.changed_date = on
    found.receiving = found.code_digest = None
    found.save()
    journal.record(actor, events.MEMBER_MOVED, found)
    return found


@shaped_otherwise(Reason.STRANGER)
@transaction.atomic
def show_oneself(*, link: str, said: str) -> Showing:
    """亮身份, in one's own words; nothing is read out of what the branch keeps. Raises NotFound, BadInput."""
    member = by_link(link)
    words = " ".join(said.split())
    if not 2 <= len(words) <= 60:
        raise BadInput(fields={"said": _("From 2 to 60 characters, as you want to be read.")})
    made, _new = Showing.objects.update_or_create(
        member=member, defaults={"said": words, "since_date": clock.today()}
    )
    journal.record(queries.PROGRAM, events.SHOWN, None)
    return made


@shaped_otherwise(Reason.STRANGER)
@transaction.atomic
def hide_oneself(*, link: str) -> None:
    """Take it back: nothing of it is kept, also not after a restore. Raises NotFound."""
    if _take_back(by_link(link)):
        journal.record(queries.PROGRAM, events.SHOWN, None)


def _take_back(member: Member) -> bool:
    """Delete what a member says of themselves, so that a restore does not bring it back; whether there was anything."""
    shown = Showing.objects.filter(member=member).first()
    if shown is None:
        return False
    erasures.note(shown.pk, table=Showing._meta.label_lower)
    shown.delete()
    return True


@transaction.atomic
def raise_flag(*, actor: Actor, establishment: UUID, paper: str) -> Flag:
    """亮旗帜: an establishment shows the flag of the branch that covers it, by its own paper.

    The organisation department, or the instructor who follows it. Raises NotAllowed, NotFound, BadInput, Conflict.
    """
    target = _establishment(actor, establishment)
    if not paper.strip():
        raise BadInput(fields={"paper": _("The paper by which the establishment agrees.")})
    with row_security.reader(queries.PROGRAM):
        reach = target.reaches.filter(until_date=None).select_related("organisation").first()
    if reach is None:
        raise Conflict(_("No branch covers it yet."), code="not-covered")
    made, new = Flag.objects.get_or_create(
        establishment=target,
        until_date=None,
        defaults={
            "organisation": reach.organisation,
            "paper": paper.strip()[:120],
            "from_date": clock.today(),
        },
    )
    if new:
        journal.record(actor, events.FLAG_CHANGED, made)
    return made


@transaction.atomic
def lower_flag(*, actor: Actor, establishment: UUID) -> None:
    """The establishment shows it no more. Raises NotAllowed, NotFound."""
    target = _establishment(actor, establishment)
    Flag.objects.filter(establishment=target, until_date=None).update(until_date=clock.today())
    journal.record(actor, events.FLAG_CHANGED, target)


def _establishment(actor: Actor, pk: UUID) -> Establishment:
    """One that this actor may speak for. Raises NotAllowed, NotFound."""
    found: Establishment | None
    if actor.can(ORGANISE):
        found = Establishment.objects.filter(pk=pk).first()
    else:
        actor.require(FOLLOW)
        found = next(iter(instructor_queries.followed(actor, pk)), None)
    if found is None:
        raise NotFound()
    return found
