"""Groups of riders and their robots: entered, tried, told of sessions. Address and secret are sealed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nuanyi.journal import services as journal
from nuanyi.learning import events, rules
from nuanyi.learning.models import Group
from nuanyi.lib.actor import Actor
from nuanyi.lib.errors import BadInput, NotFound
from nuanyi.lib.sectors import Sector
from nuanyi.notices import channels
from nuanyi.people.models import keys
from nuanyi.places import queries as places
from nuanyi.units.models import Unit
from nuanyi.units.queries import of_own_units

ACT = "learning.groups"


@dataclass
class GroupInput:
    """A group as somebody enters it. ``address`` and ``secret`` stay as they are where left empty."""

    name: str
    robot: str
    address: str
    secret: str
    hour: time
    unit: Unit
    sector: str = ""
    region_code: str = ""
    members: int = 0
    active: bool = True


def groups_for(actor: Actor) -> list[Group]:
    """The groups of the actor's unit, or all."""
    rows = Group.objects.select_related("unit").order_by("-active", "name")
    return list(of_own_units(rows, actor, ACT))


@transaction.atomic
def save_group(*, actor: Actor, told: GroupInput, pk: int | None = None) -> Group:
    """Enter or change a group. Raises NotAllowed, NotFound, BadInput (an address that is not the robot's own)."""
    actor.require(ACT, units=(told.unit.pk,))
    group = Group.objects.select_for_update().filter(pk=pk).first() if pk else Group()
    if group is None:
        raise NotFound()
    if pk:
        actor.require_within(ACT, units=(group.unit_id,))
    wrong: dict[str, Any] = {}
    robot = channels.robot(told.robot)
    if robot is None:
        wrong["robot"] = _("Choose from the list.")
    elif (told.address or not pk) and not robot.right_address(told.address):
        wrong["address"] = _("This is not the address of such a robot. Copy it from the group's settings.")
    elif pk and told.robot != group.robot and not told.address:
        wrong["address"] = _("Another robot has another address.")
    if rules.quiet_at(told.hour):
        wrong["hour"] = _("By night nothing is sent. Choose an hour between 5:00 and 22:00.")
    if not told.name.strip():
        wrong["name"] = _("Give it a name.")
    if told.region_code and told.region_code not in places.names_by_code():
        wrong["region"] = _("Choose a region.")
    if told.sector and told.sector not in Sector.values:
        wrong["sector"] = _("Choose a sector.")
    if wrong:
        raise BadInput(fields=wrong)
    group.name, group.robot, group.hour, group.unit = told.name.strip()[:60], told.robot, told.hour, told.unit
    group.sector, group.region_code, group.members, group.active = (
        told.sector,
        told.region_code,
        told.members,
        told.active,
    )
    if told.address:
        group.sealed_address = keys().seal("person", told.address, b"group-address")
    if told.secret:
        group.sealed_secret = keys().seal("person", told.secret, b"group-secret")
    group.save()
    journal.record(actor, events.GROUP_SAVED, group, robot=group.robot, active=group.active)
    return group
