"""Reads of alliances: who belongs to one, what they share and do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import (
    Count,
    Q,
    QuerySet,
)

from nuanyi.census.models import Establishment
from nuanyi.lib import row_security
from nuanyi.lib.actor import Actor
from nuanyi.party import coverage, queries
from nuanyi.party.models.alliances import AllianceBranch, AllianceFirm, JointActivity, SharedRoom
from nuanyi.party.rules import ALLIANCES, COVERAGE
from nuanyi.units.models import Alliance, Unit


@dataclass(frozen=True)
class Belt:
    """An alliance with its members of every kind, what they share and do, and its figures."""

    alliance: Alliance
    units: list[Unit]
    firms: list[AllianceFirm]
    branches: list[AllianceBranch]
    #: full members of these branches together
    members: int
    rooms: list[SharedRoom]
    activities: list[JointActivity]
    organised: int
    worked: int

    @property
    def held(self) -> int:
        """Joint activities that took place."""
        return sum(1 for one in self.activities if one.present is not None)

    @property
    def present(self) -> int:
        """How many people came to them altogether."""
        return sum(one.present or 0 for one in self.activities)


def belt(actor: Actor, pk: int) -> Belt | None:
    """One alliance that this actor may see: an office any, others one of which their own unit is a member.

    Who is a member of it, and how far the coverages reach, is read as the program: a member unit sees the others' names.
    """
    alliance = alliances_seen(actor).filter(pk=pk).first()
    if alliance is None:
        return None
    # of one that was dissolved: who was a member, and what was shared, on the day it ended
    open_then = Q(until_date=None)
    if alliance.ended_date is not None:
        open_then = Q(until_date=alliance.ended_date)
    with row_security.reader(queries.PROGRAM):
        firms = list(alliance.firms.filter(open_then).select_related("establishment"))
        branches = list(alliance.branches.filter(open_then).select_related("organisation"))
        wanted = Establishment.objects.filter(pk__in=[firm.establishment_id for firm in firms])
        heads = {head or one for one, head in wanted.values_list("pk", "counted_with__head")}
        reached: list[Any] = list(coverage.covered().filter(pk__in=heads)) if heads else []
        rooms = list(alliance.rooms.filter(open_then).select_related("unit", "firm__establishment"))
    return Belt(
        alliance,
        list(alliance.members.filter(active=True).order_by("name")),
        firms,
        branches,
        sum(queries.full_members(one.organisation for one in branches).values()),
        rooms,
        list(alliance.activities.all()[:100]),
        sum(1 for one in reached if one.organised),
        sum(1 for one in reached if one.worked),
    )


def alliances_seen(actor: Actor) -> QuerySet[Alliance]:
    """The alliances that an actor may see: an office all of them, others those of their own unit."""
    if actor.can(COVERAGE):
        return Alliance.objects.all()
    own = Unit.objects.filter(pk=actor.unit_id or 0)
    return Alliance.objects.filter(members__in=own) if actor.can(ALLIANCES) else Alliance.objects.none()


def belts(actor: Actor | None = None) -> list[Alliance]:
    """Every alliance that was not dissolved (and that an actor may see) by name, with how many members of each kind and rooms
    it has. One query."""
    seen = Alliance.objects.all() if actor is None else alliances_seen(actor)
    # asked by number: what decides who sees it must not narrow what is counted of it
    rows = Alliance.objects.filter(pk__in=seen.values("pk"), ended_date=None).annotate(
        unit_count=Count("members", filter=Q(members__active=True), distinct=True),
        firm_count=Count("firms", filter=Q(firms__until_date=None), distinct=True),
        branch_count=Count("branches", filter=Q(branches__until_date=None), distinct=True),
        room_count=Count("rooms", filter=Q(rooms__until_date=None), distinct=True),
    )
    return list(rows.order_by("name"))
