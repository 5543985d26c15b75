"""Organisations: set up with approval, what they cover, ended with their reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nuanyi.census.models import Establishment
from nuanyi.journal import services as journal
from nuanyi.lib import clock, row_security
from nuanyi.lib.actor import Actor
from nuanyi.lib.errors import BadInput, Conflict, IllegalMove, NotFound, Words
from nuanyi.lib.sectors import Sector
from nuanyi.notices import services as notices
from nuanyi.party import events, kinds, queries, rules
from nuanyi.party.models.alliances import AllianceBranch
from nuanyi.party.models.applications import Application
from nuanyi.party.models.committees import CommitteeSeat
from nuanyi.party.models.coverage import CoverageDefinition
from nuanyi.party.models.members import Member
from nuanyi.party.models.organisations import Organisation, OrganisationChange, Reach
from nuanyi.party.rules import ORGANISE, Changed, Door, Form, State
from nuanyi.party.services import life
from nuanyi.people.models import Account
from nuanyi.places import queries as places


@dataclass
class OrganisationInput:
    """An organisation as the superior committee approved it."""

    name: str
    form: str
    region_code: str
    founded_date: date
    parent: int | None = None
    sector: str = ""
    members: int = 0
    approval: str = ""
    task: str = ""
    until_date: date | None = None
    secretary: int | None = None
    establishments: Sequence[UUID] = field(default_factory=tuple)


@dataclass
class ChangeInput:
    """What an organisation is from a day on, by a paper; whatever stays is said as it is."""

    on: date
    paper: str
    name: str
    region_code: str
    parent: int | None = None
    sector: str = ""
    task: str = ""
    until_date: date | None = None


@transaction.atomic
def found(*, actor: Actor, told: OrganisationInput) -> Organisation:
    """Set an organisation up. Raises NotAllowed, BadInput, Conflict where a branch covers one of its establishments."""
    actor.require(ORGANISE)
    wrong: dict[str, Words] = {}
    if told.form not in Form.values:
        raise BadInput(fields={"form": _("Choose from the list.")})
    form = Form(told.form)
    wrong |= rules.check_form(
        form,
        members=told.members,
        establishments=len(told.establishments),
        task=told.task.strip(),
        until=told.until_date,
        secretary=told.secretary is not None,
    )
    if not 2 <= len(told.name.strip()) <= 80:
        wrong["name"] = _("A name, from 2 to 80 characters.")
    elif Organisation.objects.filter(name=told.name.strip()).exists():
        wrong["name"] = _("There is one of this name already.")
    if told.region_code not in places.names_by_code() or not actor.can(ORGANISE, regions=(told.region_code,)):
        wrong["region"] = _("Choose a region.")
    if told.founded_date > clock.today():
        wrong["founded"] = _("The day has not come yet.")
    if form is not Form.COMMITTEE and not told.approval.strip():
        wrong["approval"] = _("The committee above approves it: name its paper.")
    parent, wrong_parent = _above(actor, told.parent, form, told.region_code)
    wrong |= wrong_parent
    if told.secretary is not None and told.secretary not in _may_lead(told.region_code):
        wrong["secretary"] = _("Choose somebody with the role of a branch secretary.")
    if told.until_date is not None and told.until_date < told.founded_date:
        wrong["until"] = _("The last day lies before the first.")
    if wrong:
        raise BadInput(fields=wrong)
    made = Organisation.objects.create(
        name=told.name.strip(),
        form=form,
        parent=parent,
        region_code=told.region_code,
        sector=told.sector,
        members=told.members,
        approval=told.approval.strip(),
        task=told.task.strip() if rules.FORMS[form].ends_with_a_task else "",
        founded_date=told.founded_date,
        until_date=told.until_date if rules.FORMS[form].ends_with_a_task else None,
        secretary_id=told.secretary,
    )
    journal.record(actor, events.ORGANISATION_FOUNDED, made, form=str(form))
    if told.establishments:
        cover(actor=actor, pk=made.pk, establishments=told.establishments, on=told.founded_date)
    return made


def _above(
    actor: Actor, pk: int | None, form: Form, region_code: str, itself: Organisation | None = None
) -> tuple[Organisation | None, dict[str, Words]]:
    """What an organisation stands below, and what is wrong with it: only a committee stands above others, and nothing but
    the topmost committee of a place stands below none. In a city nobody puts one below another district's committee: it
    is the actor's own, that of a place around it, or where it stands already."""
    committees = Organisation.objects.filter(form=Form.COMMITTEE, ended_date=None)
    if itself is not None:
        committees = committees.exclude(pk__in=_below(itself))
    if pk:
        parent = committees.filter(pk=pk).first()
        if parent is not None and not (
            (itself is not None and itself.parent_id == pk)
            or region_code.startswith(parent.region_code)
            or actor.can(ORGANISE, regions=(parent.region_code,))
        ):
            parent = None
        return parent, {} if parent is not None else {
            "parent": _("Choose the committee above from the list.")
        }
    wider = [
        code
        for code in committees.values_list("region_code", flat=True)
        if region_code.startswith(code) and (form is not Form.COMMITTEE or len(code) < len(region_code))
    ]
    return None, {"parent": _("The committee above approved it: which one?")} if wider else {}


def _below(top: Organisation) -> set[int]:
    """An organisation and all that stand below it: none of them can stand above it."""
    found, level = {top.pk}, {top.pk}
    while level:
        level = set(Organisation.objects.filter(parent__in=level).values_list("pk", flat=True)) - found
        found |= level
    return found


def _may_lead(region_code: str) -> set[int]:
    return {one.pk for one in queries.secretaries(region_code)}


def _as_it_stands(branch: Organisation, names: dict[str, str]) -> dict[Changed, str]:
    """What a paper may change of an organisation, in the words that the list of changes keeps."""
    return {
        Changed.NAME: branch.name,
        Changed.ABOVE: branch.parent.name if branch.parent else "",
        Changed.PLACE: names.get(branch.region_code, branch.region_code),
        Changed.SECTOR: branch.sector,
        Changed.TASK: branch.task,
        Changed.UNTIL: branch.until_date.isoformat() if branch.until_date else "",
    }


@transaction.atomic
def rearrange(*, actor: Actor, pk: int, told: ChangeInput) -> list[OrganisationChange]:
    """Rename an organisation, put it below another committee, prolong its end, change place, sector or task, by a paper.

    Raises NotAllowed, NotFound, BadInput.
    """
    branch = _open(actor, pk)
    form = Form(branch.form)
    wrong: dict[str, Words] = {}
    if not branch.founded_date <= told.on <= clock.today():
        wrong["on"] = _("A day between its beginning and today.")
    if not told.paper.strip():
        wrong["paper"] = _("The committee above approves it: name its paper.")
    if not 2 <= len(told.name.strip()) <= 80:
        wrong["name"] = _("A name, from 2 to 80 characters.")
    elif Organisation.objects.filter(name=told.name.strip()).exclude(pk=pk).exists():
        wrong["name"] = _("There is one of this name already.")
    if told.region_code not in places.names_by_code() or not actor.can(ORGANISE, regions=(told.region_code,)):
        wrong["region"] = _("Choose a region.")
    if told.sector and told.sector not in Sector.values:
        wrong["sector"] = _("Choose from the list.")
    parent, wrong_parent = _above(actor, told.parent, form, told.region_code, branch)
    wrong |= wrong_parent
    ends = rules.FORMS[form].ends_with_a_task
    if ends:
        if not told.task.strip():
            wrong["task"] = _("A temporary branch has a task.")
        if told.until_date is None or told.until_date < told.on:
            wrong["until"] = _("A temporary branch has an end.")
    if wrong:
        raise BadInput(fields=wrong)
    names = places.names_by_code()
    was = _as_it_stands(branch, names)
    branch.name, branch.parent, branch.region_code = told.name.strip(), parent, told.region_code
    branch.sector = told.sector
    if ends:
        branch.task, branch.until_date = told.task.strip()[:200], told.until_date
    becomes = _as_it_stands(branch, names)
    changed = [what for what in Changed if was[what] != becomes[what]]
    if not changed:
        raise BadInput(_("Nothing of it changes."), code="nothing-changes")
    branch.save(update_fields=["name", "parent", "region_code", "sector", "task", "until_date"])
    made = OrganisationChange.objects.bulk_create(
        [
            OrganisationChange(
                organisation=branch,
                change_date=told.on,
                paper=told.paper.strip()[:120],
                what=what,
                before=was[what],
                after=becomes[what],
            )
            for what in changed
        ]
    )
    journal.record(actor, events.ORGANISATION_CHANGED, branch, more=len(made))
    return made


@transaction.atomic
def change(
    *, actor: Actor, pk: int, members: int, secretary: int | None = None, room: str = "", groups: int = 0
) -> Organisation:
    """Change what may change: how many full members, who is secretary, the home room, into how many groups it is divided.

    A branch that falls under three is not ended by itself: the committee above decides, and the pages say so.
    Raises NotAllowed, NotFound, BadInput.
    """
    branch = _open(actor, pk)
    wrong: dict[str, Words] = {}
    if not 0 <= members <= 5000:
        wrong["members"] = _("From 0 to 5,000.")
    if not 0 <= groups <= 100:
        wrong["groups"] = _("From 0 to 100.")
    if secretary is not None and secretary not in _may_lead(branch.region_code):
        wrong["secretary"] = _("Choose somebody with the role of a branch secretary.")
    if secretary is None and rules.FORMS[Form(branch.form)].ends_with_a_task:
        wrong["secretary"] = _("The secretary of a temporary branch is appointed: name them.")
    if wrong:
        raise BadInput(fields=wrong)
    branch.members, branch.secretary_id, branch.room = members, secretary, room.strip()[:80]
    branch.groups = groups
    branch.save(update_fields=["members", "secretary", "room", "groups"])
    journal.record(actor, events.ORGANISATION_CHANGED, branch)
    return branch


@transaction.atomic
def cover(*, actor: Actor, pk: int, establishments: Sequence[UUID], on: date) -> int:
    """Let a branch cover establishments from a day on. Raises NotFound, IllegalMove, BadInput, Conflict naming the branch."""
    branch = _open(actor, pk)
    if not branch.founded_date <= on <= clock.today():
        raise BadInput(fields={"on": _("A day between its beginning and today.")})
    wanted = set(establishments)
    known = set(Establishment.objects.filter(pk__in=wanted).values_list("pk", flat=True))
    if wanted - known:
        raise NotFound()
    taken = (
        Reach.objects.select_for_update()
        .filter(establishment__in=wanted, until_date=None)
        .exclude(organisation=branch)
        .select_related("organisation", "establishment")
        .first()
    )
    if taken is not None:
        raise Conflict(
            _("%(who)s is covered by %(branch)s: take it out there first.")
            % {"who": taken.establishment.name, "branch": taken.organisation.name},
            code="covered-already",
        )
    there = set(branch.reaches.filter(until_date=None).values_list("establishment_id", flat=True))
    limit = rules.FORMS[Form(branch.form)].establishments_at_most
    if limit is not None and len(there | wanted) > limit:
        raise BadInput(fields={"establishments": _("A joint branch covers five units at most, as a rule.")})
    made = Reach.objects.bulk_create(
        [Reach(organisation=branch, establishment_id=one, from_date=on) for one in sorted(wanted - there)]
    )
    journal.record(actor, events.REACH_CHANGED, branch, more=len(made))
    return len(made)


@transaction.atomic
def uncover(*, actor: Actor, pk: int, establishment: UUID, on: date) -> None:
    """A branch covers an establishment no more from a day on, and the flag that it showed of this branch is lowered.

    Raises NotAllowed, NotFound, BadInput.
    """
    branch = _open(actor, pk)
    reach = branch.reaches.select_for_update().filter(establishment=establishment, until_date=None).first()
    if reach is None:
        raise NotFound()
    if not reach.from_date <= on <= clock.today():
        raise BadInput(fields={"on": _("A day between its beginning and today.")})
    reach.until_date = on
    reach.save(update_fields=["until_date"])
    branch.flags.filter(establishment=establishment, until_date=None).update(until_date=on)
    journal.record(actor, events.REACH_CHANGED, branch, more=1)


@transaction.atomic
def end(*, actor: Actor, pk: int, on: date, reason: str, paper: str) -> int:
    """End an organisation with the paper that approves it and its reason.

    What it covered is covered no more and shows its flag no more; whom it received is let go; it leaves joint committees;
    what it planned is called off. Open applications go to the organisation above it, or to the organisation department, and
    their instructors are told; returns how many. Raises NotFound, BadInput, IllegalMove where organisations stand below it
    or members stand on its list.
    """
    branch = _open(actor, pk)
    wrong: dict[str, Words] = {}
    if not branch.founded_date <= on <= clock.today():
        wrong["on"] = _("A day between its beginning and today.")
    if not reason.strip():
        wrong["reason"] = _("Why does it end?")
    if not paper.strip():
        wrong["paper"] = _("The committee above approves it: name its paper.")
    if wrong:
        raise BadInput(fields=wrong)
    if branch.children.filter(ended_date=None).exists():
        raise IllegalMove(
            _("Organisations stand below it: end them or move them first."), code="has-children"
        )
    if branch.members_kept.filter(left_date=None).exists():
        raise IllegalMove(
            _("Members stand on its list: transfer them to another branch first."), code="has-members"
        )
    for meeting in branch.meetings.filter(held_date=None, called_off_date=None, planned_date__gte=on):
        life.call_off(actor=actor, pk=meeting.pk)
    branch.ended_date, branch.end_reason, branch.secretary = on, reason.strip()[:200], None
    branch.end_paper = paper.strip()[:120]
    branch.save(update_fields=["ended_date", "end_reason", "end_paper", "secretary"])
    with row_security.reader(queries.PROGRAM):  # whom it received is away still, and reports to another
        Member.objects.filter(receiving=branch).update(receiving=None, changed_date=clock.today())
    branch.reaches.filter(until_date=None).update(until_date=on)
    branch.flags.filter(until_date=None).update(until_date=on)
    for model in (CommitteeSeat, AllianceBranch):
        model.objects.filter(organisation=branch, until_date=None).update(until_date=on)
    above = branch.parent
    while above is not None and (above.ended_date or not rules.FORMS[Form(above.form)].admits):
        above = above.parent
    waiting = Application.objects.filter(organisation=branch, state__in=[State.OPEN, State.PAUSED])
    told = set(waiting.exclude(instructor=None).values_list("instructor", flat=True))
    moved = waiting.update(organisation=above, door=Door.HANDED if above is not None else Door.DEPARTMENT)
    for account in Account.objects.filter(pk__in=told, is_active=True):
        notices.queue(account, kinds.LIST_CHANGED, once=f"branch-ended-{branch.pk}")
    journal.record(actor, events.ORGANISATION_ENDED, branch, handed_on=moved)
    return moved


@transaction.atomic
def define_coverage(*, actor: Actor, told: CoverageDefinition) -> CoverageDefinition:
    """Say what counts as covered from a day on, everywhere. Raises NotAllowed, BadInput."""
    actor.require_everywhere(ORGANISE)
    if (
        not 1 <= told.visit_within_days <= 366
        or not 1 <= told.activity_within_days <= 366
        or not 1 <= told.target_percent <= 100
        or not told.source.strip()
    ):
        raise BadInput(_("Days from 1 to 366, per cent from 1 to 100, and the paper that says so."))
    made, _new = CoverageDefinition.objects.update_or_create(
        from_date=told.from_date,
        defaults={
            "visit_within_days": told.visit_within_days,
            "activity_within_days": told.activity_within_days,
            "target_percent": told.target_percent,
            "target_date": told.target_date,
            "source": told.source.strip(),
        },
    )
    journal.record(actor, events.DEFINITION_SAVED, made)
    return made


def _open(actor: Actor, pk: int) -> Organisation:
    """An organisation that goes on, locked, within the reach of whoever keeps it. Raises NotAllowed, NotFound."""
    actor.require(ORGANISE)
    found = Organisation.objects.select_for_update().filter(pk=pk, ended_date=None).first()
    if found is None:
        raise NotFound()
    actor.require_within(ORGANISE, regions=(found.region_code,))
    return found
