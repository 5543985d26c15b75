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
from nuanyi.party import events, queries, rules
from nuanyi.party.models import Application, CoverageDefinition, Member, Organisation, Reach
from nuanyi.party.rules import ORGANISE, Form, State
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
    establishments: Sequence[UUID] = field(default_factory=tuple)


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
    parent = Organisation.objects.filter(pk=told.parent or 0, ended_date=None).first()
    if told.parent and parent is None:
        wrong["parent"] = _("Choose from the list.")
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
    )
    journal.record(actor, events.ORGANISATION_FOUNDED, made, form=str(form))
    if told.establishments:
        cover(actor=actor, pk=made.pk, establishments=told.establishments, on=told.founded_date)
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
    if secretary is not None and secretary not in {one.pk for one in queries.secretaries(branch)}:
        wrong["secretary"] = _("Choose somebody with the role of a branch secretary.")
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
def end(*, actor: Actor, pk: int, on: date, reason: str) -> int:
    """End an organisation with its approval's reason; what it covered is covered no more, whom it received is let go.

    Open applications go to the organisation above it, or to the organisation department; returns how many.
    Raises NotFound, BadInput, IllegalMove where organisations stand below it.
    """
    branch = _open(actor, pk)
    wrong: dict[str, Words] = {}
    if not branch.founded_date <= on <= clock.today():
        wrong["on"] = _("A day between its beginning and today.")
    if not reason.strip():
        wrong["reason"] = _("Why does it end?")
    if wrong:
        raise BadInput(fields=wrong)
    if branch.children.filter(ended_date=None).exists():
        raise IllegalMove(
            _("Organisations stand below it: end them or move them first."), code="has-children"
        )
    branch.ended_date, branch.end_reason, branch.secretary = on, reason.strip()[:200], None
    branch.save(update_fields=["ended_date", "end_reason", "secretary"])
    with row_security.reader(queries.PROGRAM):  # whom it received is away still, and reports to another
        Member.objects.filter(receiving=branch).update(receiving=None, changed_date=clock.today())
    branch.reaches.filter(until_date=None).update(until_date=on)
    above = branch.parent
    while above is not None and (above.ended_date or not rules.FORMS[Form(above.form)].admits):
        above = above.parent
    moved = Application.objects.filter(organisation=branch, state__in=[State.OPEN, State.PAUSED]).update(
        organisation=above
    )
    journal.record(actor, events.ORGANISATION_ENDED, branch, handed_on=moved)
    return moved


@transaction.atomic
def define_coverage(*, actor: Actor, told: CoverageDefinition) -> CoverageDefinition:
    """Say what counts as covered from a day on, everywhere. Raises NotAllowed, BadInput."""
    actor.require_everywhere(ORGANISE)
    if (
        not 1 <= told.visit_within_days <= 366
        or not 1 <= told.target_percent <= 100
        or not told.source.strip()
    ):
        raise BadInput(_("Days from 1 to 366, per cent from 1 to 100, and the paper that says so."))
    made, _new = CoverageDefinition.objects.update_or_create(
        from_date=told.from_date,
        defaults={
            "visit_within_days": told.visit_within_days,
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
