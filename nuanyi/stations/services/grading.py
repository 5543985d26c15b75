"""The grade of each station, worked out from what is there and from how it was found (``rules.GRADES``)."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Sum

from nuanyi.journal import services as journal
from nuanyi.lib import clock
from nuanyi.lib.actor import Actor
from nuanyi.stations import events
from nuanyi.stations.models import Amenity, Confirmation, Fault, Station, VisitCount
from nuanyi.stations.rules import CORE_KINDS, GRADE_DAYS, AmenityState, FaultState, State, Trouble, grade_of


def _counts() -> dict[UUID, Counter[str]]:
    """What ``rules.grade_of`` takes, by station: five queries, however many stations there are."""
    since = clock.now() - timedelta(days=GRADE_DAYS)
    found: dict[UUID, Counter[str]] = {}
    for pk, kind, state in Amenity.objects.values_list("station_id", "kind", "state"):
        counts = found.setdefault(pk, Counter())
        if state == AmenityState.BROKEN:
            counts["broken"] += 1
            continue
        counts["works"] += 1
        counts["core"] += kind in CORE_KINDS
    shut = Fault.objects.filter(trouble=Trouble.SHUT, made_at__gte=since).exclude(state=FaultState.UNFOUNDED)
    for pk, number in shut.order_by().values_list("station_id").annotate(n=Count("pk")):
        found.setdefault(pk, Counter())["shut"] = number
    for pk, number in (
        Confirmation.objects.filter(hour_at__gte=since)
        .order_by()
        .values_list("station_id")
        .annotate(n=Sum("count"))
    ):
        found.setdefault(pk, Counter())["seen_open"] += number
    for pk, number in (
        VisitCount.objects.filter(hour_at__gte=since)
        .order_by()
        .values_list("station_id")
        .annotate(n=Count("hour_at", distinct=True))
    ):
        found.setdefault(pk, Counter())["seen_open"] += number
    return found


@transaction.atomic
def grade_stations(*, actor: Actor) -> int:
    """Work out the grade of every station in service; returns how many changed. Raises NotAllowed."""
    actor.require("stations.edit")
    counts, changed = _counts(), []
    in_service = Station.objects.filter(state__in=[State.OPEN, State.PAUSED])
    for station in in_service.only("grade", "graded").order_by("pk"):
        one = counts.get(station.pk, Counter())
        told = {name: one[name] for name in ("core", "works", "broken", "shut", "seen_open")}
        grade = grade_of(**told)
        if (station.grade, station.graded) != (grade, told):
            station.grade, station.graded = grade, told
            changed.append(station)
    # of all stations those alone are locked that change, and none that left the service meanwhile
    locked = in_service.filter(pk__in=[station.pk for station in changed]).select_for_update().order_by("pk")
    still = set(locked.values_list("pk", flat=True))
    changed = [station for station in changed if station.pk in still]
    Station.objects.bulk_update(changed, ["grade", "graded"], batch_size=500)
    if changed:
        journal.record(actor, events.STATIONS_GRADED, None, changed=len(changed))
    return len(changed)
