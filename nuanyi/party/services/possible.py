"""Where a branch is possible: groups and neighbours from the census, for the organisation department alone.

That a group passes three says who belongs: nothing of it is kept, every look is journaled, and no other room asks.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce

from nuanyi.census.models import Establishment, Worker
from nuanyi.journal import services as journal
from nuanyi.lib import sealed
from nuanyi.lib.actor import Actor
from nuanyi.lib.region_codes import township_of
from nuanyi.lib.seal import CannotOpen
from nuanyi.party import events, rules
from nuanyi.party.models.organisations import Organisation, Reach
from nuanyi.party.rules import ORGANISE, Form, Group, Possible


@dataclass(frozen=True)
class Findings:
    """What may be set up, how many of the census it is worked out from, how many values could not be opened."""

    possible: list[Possible]
    told: int
    people: int
    closed: int

    @property
    def percent(self) -> int:
        """How much of the census carries an affiliation that somebody agreed to, rounded down."""
        return self.told * 100 // self.people if self.people else 0


@transaction.atomic
def find_possible(*, actor: Actor) -> Findings:
    """Groups that could have a branch and have none. Raises NotAllowed.

    Whoever stands in no unit has one where a branch of roving members stands in their township, of their sector or of any.
    One person is counted once, where the certain count joined the rosters; those whose value cannot be opened are not counted.
    """
    actor.require(ORGANISE)
    roving = list(
        Organisation.objects.filter(form=Form.MOBILE, ended_date=None).values_list("region_code", "sector")
    )
    covered = set(Reach.objects.filter(until_date=None).values_list("establishment_id", flat=True))
    rows = (
        Worker.objects.filter(person__erased_at=None)
        .exclude(person__sealed_political=None)
        .select_related("person")
        .annotate(counted_as=Coalesce(F("counted_with__head_id"), F("pk")))
        .order_by("pk")
    )
    by_shop: dict[object, int] = defaultdict(int)
    loose: dict[tuple[str, str], int] = defaultdict(int)
    told: set[int] = set()
    members: set[int] = set()
    closed = 0
    for row in rows.iterator(chunk_size=2000):
        try:
            written = sealed.open_text(row.person, "sealed_political")
        except CannotOpen:
            closed += 1
            continue
        told.add(row.counted_as)
        if row.counted_as in members or not rules.is_full_member(written):
            continue
        members.add(row.counted_as)
        if row.establishment_id is None:
            loose[township_of(row.region_code), row.sector] += 1
        elif row.establishment_id not in covered:
            by_shop[row.establishment_id] += 1
    shops = Establishment.objects.filter(pk__in=list(by_shop)).order_by("region_code", "name")
    groups = [
        Group(str(shop.pk), shop.name, shop.region_code, shop.sector, by_shop[shop.pk]) for shop in shops
    ]
    groups += [
        Group("", "", place, sector, count)
        for (place, sector), count in sorted(loose.items())
        if not any(place.startswith(region) and kind in ("", sector) for region, kind in roving)
    ]
    people = Worker.objects.filter(person__erased_at=None, counted_with=None).count()
    journal.record(actor, events.AFFILIATION_COUNTED, None, count=len(told))
    return Findings(rules.possible(groups), len(told), people, closed)
