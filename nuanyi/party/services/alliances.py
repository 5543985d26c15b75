"""Alliances (党建示范带): firms beside units as members, the rooms they share, what they do together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nuanyi.census.models import Establishment
from nuanyi.journal import services as journal
from nuanyi.ledger import services as ledger
from nuanyi.lib import clock
from nuanyi.lib.actor import Actor
from nuanyi.lib.errors import BadInput, Conflict, IllegalMove, NotFound, Words
from nuanyi.party import events, kinds
from nuanyi.party.models.alliances import AllianceBranch, AllianceFirm, JointActivity, SharedRoom
from nuanyi.party.models.organisations import Organisation
from nuanyi.party.ports import StationPlan, stations
from nuanyi.party.rules import ORGANISE
from nuanyi.places import queries as places
from nuanyi.units import queries as units
from nuanyi.units.models import Alliance, Unit


@dataclass
class RoomInput:
    """A room that a member opens to others: a unit's or a firm's."""

    name: str
    region_code: str
    offers: str
    hours: str
    unit: int | None = None
    firm: int | None = None


@dataclass
class ActivityInput:
    """What members did or will do together."""

    title: str
    on: date
    place: str
    present: int = 0


def _alliance(actor: Actor, pk: int) -> Alliance:
    """An alliance whose members are all within the actor's reach: in a city one with another district's units is not.

    Raises NotAllowed, NotFound.
    """
    actor.require(ORGANISE)
    found = Alliance.objects.filter(pk=pk, ended_date=None).first()
    if found is None:
        raise NotFound()
    units.require_unit(actor, ORGANISE, *found.members.all())
    return found


@transaction.atomic
def take_firm(*, actor: Actor, alliance: int, establishment: UUID, paper: str) -> AllianceFirm:
    """An establishment joins an alliance, by its own paper. Raises NotAllowed, NotFound, BadInput, Conflict."""
    belt = _alliance(actor, alliance)
    target = Establishment.objects.select_for_update().filter(pk=establishment).first()
    if target is None:
        raise NotFound()
    if not paper.strip():
        raise BadInput(fields={"paper": _("The paper by which the establishment agrees.")})
    if AllianceFirm.objects.filter(alliance=belt, establishment=target, until_date=None).exists():
        raise Conflict(_("It is a member already."), code="member-already")
    made = AllianceFirm.objects.create(
        alliance=belt, establishment=target, paper=paper.strip()[:120], from_date=clock.today()
    )
    journal.record(actor, events.ALLIANCE_CHANGED, belt)
    return made


@transaction.atomic
def let_firm_go(*, actor: Actor, pk: int) -> None:
    """An establishment leaves; the rooms it opened are open no more. Raises NotAllowed, NotFound."""
    actor.require(ORGANISE)
    found = AllianceFirm.objects.select_for_update().filter(pk=pk, until_date=None).first()
    if found is None:
        raise NotFound()
    _alliance(actor, found.alliance_id)
    found.until_date = clock.today()
    found.save(update_fields=["until_date"])
    found.rooms.filter(until_date=None).update(until_date=clock.today())
    journal.record(actor, events.ALLIANCE_CHANGED, found.alliance)


@transaction.atomic
def take_branch(*, actor: Actor, alliance: int, organisation: int, paper: str) -> AllianceBranch:
    """A Party organisation joins an alliance, by a paper. Raises NotAllowed, NotFound, BadInput, Conflict."""
    belt = _alliance(actor, alliance)
    target = Organisation.objects.select_for_update().filter(pk=organisation, ended_date=None).first()
    if target is None or not actor.can(ORGANISE, regions=(target.region_code,)):
        raise NotFound()
    if not paper.strip():
        raise BadInput(fields={"branch-paper": _("Name the paper that says so.")})
    if belt.branches.filter(organisation=target, until_date=None).exists():
        raise Conflict(_("It is a member already."), code="member-already")
    made = AllianceBranch.objects.create(
        alliance=belt, organisation=target, paper=paper.strip()[:120], from_date=clock.today()
    )
    journal.record(actor, events.ALLIANCE_CHANGED, belt)
    return made


@transaction.atomic
def let_branch_go(*, actor: Actor, pk: int) -> None:
    """A Party organisation leaves an alliance. Raises NotAllowed, NotFound."""
    actor.require(ORGANISE)
    found = AllianceBranch.objects.select_for_update().filter(pk=pk, until_date=None).first()
    if found is None:
        raise NotFound()
    _alliance(actor, found.alliance_id)
    found.until_date = clock.today()
    found.save(update_fields=["until_date"])
    journal.record(actor, events.ALLIANCE_CHANGED, found.alliance)


@transaction.atomic
def share_room(*, actor: Actor, alliance: int, told: RoomInput) -> SharedRoom:
    """A member opens a room. Raises NotAllowed, NotFound, BadInput."""
    belt = _alliance(actor, alliance)
    wrong: dict[str, Words] = {}
    if not 2 <= len(told.name.strip()) <= 80:
        wrong["name"] = _("A name, from 2 to 80 characters.")
    if told.region_code not in places.names_by_code():
        wrong["region"] = _("Choose a region.")
    unit = Unit.objects.filter(pk=told.unit or 0, alliances=belt, active=True).first()
    firm = AllianceFirm.objects.filter(pk=told.firm or 0, alliance=belt, until_date=None).first()
    if (unit is None) == (firm is None):
        wrong["whose"] = _("Choose the member who opens it.")
    if wrong:
        raise BadInput(fields=wrong)
    made = SharedRoom.objects.create(
        alliance=belt,
        unit=unit,
        firm=firm,
        name=told.name.strip(),
        region_code=told.region_code,
        offers=told.offers.strip()[:120],
        hours=told.hours.strip()[:60],
        from_date=clock.today(),
    )
    journal.record(actor, events.ALLIANCE_CHANGED, belt)
    return made


@transaction.atomic
def open_as_station(
    *, actor: Actor, pk: int, lat_wgs84: float, lon_wgs84: float, how_to_find: str
) -> SharedRoom:
    """A shared lounge becomes a planned station of the same name, which is opened among the stations; once.

    Raises NotAllowed, NotFound, IllegalMove, BadInput where the point lies outside the district.
    """
    actor.require(ORGANISE)
    found = SharedRoom.objects.select_for_update().filter(pk=pk, until_date=None).first()
    if found is None:
        raise NotFound()
    _alliance(actor, found.alliance_id)
    if found.station:
        raise IllegalMove(_("It is a station already."), code="station-already")
    found.station, found.station_page = stations().plan(
        actor,
        StationPlan(
            name=found.name,
            lat_wgs84=lat_wgs84,
            lon_wgs84=lon_wgs84,
            region_code=found.region_code,
            how_to_find=how_to_find.strip()[:120],
            unit=found.unit_id,
        ),
    )
    found.save(update_fields=["station", "station_page"])
    journal.record(actor, events.ALLIANCE_CHANGED, found.alliance, station=found.station)
    return found


@transaction.atomic
def close_room(*, actor: Actor, pk: int) -> None:
    """A room is shared no more. Raises NotAllowed, NotFound."""
    actor.require(ORGANISE)
    found = SharedRoom.objects.select_for_update().filter(pk=pk, until_date=None).first()
    if found is None:
        raise NotFound()
    _alliance(actor, found.alliance_id)
    found.until_date = clock.today()
    found.save(update_fields=["until_date"])
    journal.record(actor, events.ALLIANCE_CHANGED, found.alliance)


@transaction.atomic
def plan_activity(*, actor: Actor, alliance: int, told: ActivityInput) -> JointActivity:
    """Members do something together. Raises NotAllowed, NotFound, BadInput."""
    belt = _alliance(actor, alliance)
    wrong: dict[str, Words] = {}
    if not 2 <= len(told.title.strip()) <= 80:
        wrong["title"] = _("A name, from 2 to 80 characters.")
    if not date(2012, 1, 1) <= told.on <= date(clock.today().year + 2, 12, 31):
        wrong["on"] = _("Choose a day.")
    if wrong:
        raise BadInput(fields=wrong)
    made = JointActivity.objects.create(
        alliance=belt, title=told.title.strip(), activity_date=told.on, place=told.place.strip()[:80]
    )
    journal.record(actor, events.ALLIANCE_CHANGED, belt)
    return made


@transaction.atomic
def hold_activity(*, actor: Actor, pk: int, present: int) -> JointActivity:
    """It took place, with so many people; it is counted. Raises NotAllowed, NotFound, BadInput, IllegalMove."""
    actor.require(ORGANISE)
    found = JointActivity.objects.select_for_update().filter(pk=pk).first()
    if found is None:
        raise NotFound()
    _alliance(actor, found.alliance_id)
    if not 1 <= present <= 5000:
        raise BadInput(fields={"present": _("From 1 to 5,000 people.")})
    if found.present is not None or found.activity_date > clock.today():
        raise IllegalMove(_("It has not begun yet, or was counted already."), code="not-to-be-held")
    found.present = present
    found.save(update_fields=["present"])
    journal.record(actor, events.ALLIANCE_CHANGED, found.alliance)
    line = ledger.Delivered(day=found.activity_date, unit_id=actor.unit_id or 0)
    ledger.record(kinds.JOINT_ACTIVITIES, [line], source=found)
    return found
