"""Teams and those in them: asking to join, being taken, the grid of one's own choice, leaving; the secret
link to one's own page.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nuanyi.journal import services as journal
from nuanyi.lib import clock, limits, masks, once, row_security
from nuanyi.lib.actor import Actor
from nuanyi.lib.errors import BadInput, IllegalMove, NotFound
from nuanyi.lib.shape import Reason, shaped_otherwise
from nuanyi.people import erasures, links
from nuanyi.people.contacts import read_contact
from nuanyi.people.models import keys
from nuanyi.people.services import openings
from nuanyi.places import queries as places
from nuanyi.units.models import Unit
from nuanyi.volunteers import events, queries, rules
from nuanyi.volunteers.models import ACT, Team, Volunteer
from nuanyi.volunteers.rules import Role, Standing, TeamKind


@dataclass
class VolunteerInput:
    """Somebody who wants to join. Where and how much is his own choice; his ways are nobody's business."""

    name: str
    phone: str
    role: str
    region_code: str = ""
    grid_code: str = ""
    hours_a_week: int = 2
    agrees: bool = False


def link_of(volunteer: Volunteer) -> str:
    """The secret end of the address of one's own page."""
    return links.link_of("volunteer", volunteer.key)


def by_link(link: str, *, lock: bool = False) -> Volunteer:
    """The volunteer of a secret link. Raises NotFound, whatever is wrong."""
    rows = Volunteer.objects.select_related("team__unit").exclude(standing=Standing.LEFT)
    return links.row_of("volunteer", link, rows.select_for_update(of=("self",)) if lock else rows)


def _checked(told: VolunteerInput) -> VolunteerInput:
    told.phone, wrong = read_contact(name=told.name, phone=told.phone, agrees=told.agrees)
    if told.role not in Role.values:
        wrong["role"] = _("Choose from the list.")
    if told.region_code and told.region_code not in places.names_by_code():
        wrong["region"] = _("Choose a region.")
    if not 1 <= told.hours_a_week <= 20:
        wrong["hours"] = _("From 1 to 20 hours a week.")
    if wrong:
        raise BadInput(fields=wrong)
    return told


@shaped_otherwise(Reason.STRANGER)
@transaction.atomic
def ask(*, key: UUID, team: int, told: VolunteerInput, network: str) -> Volunteer:
    """Ask to join a team; the unit says yes. The same key again gives the first answer. Raises BadInput, NotFound, TooMuch."""
    row_security.show(volunteer=str(key))
    known = Volunteer.objects.filter(key=key).first()
    if first := once.first_of(known, team_id=team):
        return first
    limits.count("volunteer", network, at_most=rules.ASKED_AN_HOUR)
    return _enter(key, Team.objects.filter(pk=team, active=True).first(), _checked(told), Standing.ASKED)


def _enter(key: UUID, team: Team | None, told: VolunteerInput, standing: Standing) -> Volunteer:
    if team is None:
        raise NotFound()
    name, ring = told.name.strip(), keys()
    return Volunteer.objects.create(
        key=key,
        team=team,
        role=told.role,
        region_code=told.region_code,
        hours_a_week=told.hours_a_week,
        standing=standing,
        day=clock.today(),
        grid_code=told.grid_code or queries.thinnest_grid(told.region_code),
        sealed_name=ring.seal("person", name, key.bytes + b"name"),
        sealed_phone=ring.seal("person", told.phone, key.bytes + b"phone"),
        name_mask=masks.mask_name(name),
        phone_mask=masks.mask_phone(told.phone),
    )


@transaction.atomic
def enter(*, actor: Actor, key: UUID, team: int, told: VolunteerInput) -> Volunteer:
    """Enter somebody who said yes on paper. Raises NotAllowed, BadInput, NotFound."""
    found = _own_team(actor, team)
    row_security.show(volunteer=str(key))
    known = once.first_of(Volunteer.objects.filter(key=key).first(), team_id=found.pk)
    made = known or _enter(key, found, _checked(told), Standing.ACTIVE)
    journal.record(actor, events.VOLUNTEER_MOVED, made, standing=made.standing)
    return made


def _own_team(actor: Actor, pk: int) -> Team:
    actor.require(ACT)
    found = Team.objects.filter(pk=pk).first()
    if found is None:
        raise NotFound()
    actor.require_within(ACT, units=(found.unit_id,))
    return found


@transaction.atomic
def save_team(
    *, actor: Actor, name: str, kind: str, unit: Unit, active: bool = True, pk: int | None = None
) -> Team:
    """Enter or change a team. Raises NotAllowed, BadInput."""
    actor.require(ACT, units=(unit.pk,))
    if not name.strip() or kind not in TeamKind.values:
        raise BadInput(fields={"name": _("A name and a kind.")})
    team = _own_team(actor, pk) if pk else Team()
    team.name, team.kind, team.unit, team.active = name.strip()[:40], kind, unit, active
    team.save()
    journal.record(actor, events.TEAM_SAVED, team, active=active)
    return team


def own(actor: Actor, pk: int) -> Volunteer:
    """A volunteer of the actor's unit, locked. Raises NotAllowed, NotFound."""
    actor.require(ACT)
    found = (
        Volunteer.objects.visible_to(actor)
        .select_for_update(of=("self",))
        .select_related("team")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise NotFound()
    return found


@transaction.atomic
def move(*, actor: Actor, pk: int, to: str, captain: bool = False, grid_code: str = "") -> Volunteer:
    """Take somebody who asked, make him captain, place him in a grid, let him go. Raises IllegalMove, NotFound."""
    found = own(actor, pk)
    if found.standing == Standing.LEFT or to not in Standing.values or to == Standing.ASKED:
        raise IllegalMove()
    if to == Standing.LEFT:
        return _left(actor, found)
    found.standing, found.grid_code = Standing.ACTIVE, grid_code or found.grid_code
    found.save()
    if captain:
        Team.objects.filter(pk=found.team_id).update(captain=found)
    journal.record(actor, events.VOLUNTEER_MOVED, found, standing=to, captain=captain)
    return found


@transaction.atomic
def take_in_many(*, actor: Actor, pks: list[int]) -> int:
    """Take several in: all of them or none. Raises IllegalMove, NotFound."""
    actor.require(ACT)
    for pk in sorted(pks):
        move(actor=actor, pk=pk, to=Standing.ACTIVE)
    return len(pks)


def _left(actor: Actor, found: Volunteer) -> Volunteer:
    """Name and phone go at once; hours stay, as nobody's."""
    found.standing, found.sealed_name, found.sealed_phone, found.name_mask, found.phone_mask = (
        Standing.LEFT,
        None,
        None,
        "",
        "",
    )
    found.save()
    journal.record(actor, events.VOLUNTEER_MOVED, found, standing=Standing.LEFT)
    erasures.note(found.pk, table=found._meta.label_lower)
    return found


@transaction.atomic
def let_go(*, actor: Actor, volunteer: Volunteer) -> Volunteer:
    """Forget who somebody was: on request, or because the time of keeping is over. Raises NotAllowed."""
    actor.require(ACT)
    return _left(actor, Volunteer.objects.select_for_update().get(pk=volunteer.pk))


@transaction.atomic
def leave(*, actor: Actor, link: str) -> None:
    """One's own wish to leave."""
    _left(actor, by_link(link, lock=True))


@transaction.atomic
def choose(*, link: str, grid_code: str, hours_a_week: int) -> Volunteer:
    """Where I want to help and how much. Raises BadInput."""
    found = by_link(link, lock=True)
    if not 1 <= hours_a_week <= 20 or (
        grid_code and grid_code not in {grid.code for grid in places.all_grids()}
    ):
        raise BadInput(fields={"hours": _("From 1 to 20 hours a week.")})
    found.grid_code, found.hours_a_week = grid_code or found.grid_code, hours_a_week
    found.save(update_fields=["grid_code", "hours_a_week"])
    return found


def name_of(volunteer: Volunteer) -> str:
    """A name, opened: for its holder's own page, or in ``names``."""
    return (
        keys().open("person", bytes(volunteer.sealed_name), volunteer.key.bytes + b"name")
        if volunteer.sealed_name
        else "—"
    )


@transaction.atomic
def names(*, actor: Actor, shift: int, purpose: str) -> list[tuple[str, str, str]]:
    """``(name, phone, role)`` of those who have a place on a shift of the actor's unit, opened for a purpose, journaled with it.

    Each of them counts into the day's quota, like a value opened on any other page. Raises NotFound, BadInput (no
    purpose), TooMuch.
    """
    found = queries.own_shift(actor, shift)
    purpose = openings.read_purpose(purpose)
    signups = found.signups.filter(place__in=("on", "offered")).select_related("volunteer")
    rows = [row for row in signups if row.volunteer.sealed_phone]
    openings.record_opening(actor, events.NAME_SEEN, found, values=len(rows), purpose=purpose)
    return [
        (
            name_of(row.volunteer),
            keys().open("person", bytes(row.volunteer.sealed_phone), row.volunteer.key.bytes + b"phone"),
            str(row.get_role_display()),
        )
        for row in rows
    ]
