"""Background work of the stations. Every job can be run again."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Count, F
from django.urls import reverse
from procrastinate.contrib.django import app

from nuanyi.ledger import services as ledger
from nuanyi.ledger.services import Delivered
from nuanyi.lib import clock
from nuanyi.lib.actor import system
from nuanyi.notices import services as notices
from nuanyi.stations import kinds
from nuanyi.stations.models import Amenity, Fault, Keeper, Station, VisitCount
from nuanyi.stations.rules import EXPIRY_DAYS
from nuanyi.stations.services import grading
from nuanyi.stations.services.faults import forget_hours


@app.periodic(cron="4 * * * *")
@app.task(queue="stations", queueing_lock="close-hours")
def close_hours(timestamp: int = 0) -> int:
    """Put the visits of hours that are over into the ledger, and forget the devices of those hours."""
    forget_hours()
    return count_visits()


@transaction.atomic
def count_visits() -> int:
    """Visits of hours that are over and not in the ledger yet; one entry an hour, station and sector."""
    over = VisitCount.objects.filter(hour_at__lt=clock.hour_of(clock.now()), count__gt=F("in_ledger"))
    counted = 0
    for visits in over.select_for_update(of=("self",)).select_related("station"):
        more = visits.count - visits.in_ledger
        line = Delivered(
            day=visits.hour_at.astimezone(clock.CHINA).date(),
            count=more,
            region_code=visits.station.region_code,
            sector=visits.sector,
            unit_id=visits.station.unit_id or 0,
        )
        ledger.record(kinds.VISITS, [line], source=visits)
        visits.in_ledger = visits.count
        visits.save(update_fields=["in_ledger"])
        counted += more
    return counted


@app.periodic(cron="21 * * * *")
@app.task(queue="stations", queueing_lock="grade-stations")
def grade(timestamp: int = 0) -> int:
    """Work out the grades from what is there and how it was found."""
    return grading.grade_stations(actor=system("stations"))


@app.periodic(cron="*/5 * * * *")
@app.task(queue="stations", queueing_lock="tell-keepers")
def tell_keepers(timestamp: int = 0) -> int:
    """Tell keepers what workers told since the last time: every five minutes, so that no notice carries the moment."""
    with transaction.atomic():
        fresh = list(Fault.objects.select_for_update(skip_locked=True).filter(told=False, ended_at=None))
        for fault in fresh:
            fault.told = True
            ledger.reverse_all_from(fault)  # one that was mended and is open again counts no longer
        Fault.objects.bulk_update(fresh, ["told"])
        by_station: dict[UUID, list[Fault]] = {}
        for fault in fresh:
            by_station.setdefault(fault.station_id, []).append(fault)
        for station_id, faults in by_station.items():
            _tell(station_id, kinds.FAULT_TOLD, once=f"faults:{max(f.pk for f in faults)}", count=len(faults))
    return len(fresh)


@app.periodic(cron="2 * * * *")
@app.task(queue="stations", queueing_lock="remind-keepers")
def remind_keepers(timestamp: int = 0) -> int:
    """Once a day a station: faults past the promised time; and first aid kits that expire within 30 days, once a date."""
    now, today = clock.now(), clock.today()
    with transaction.atomic():
        late = (
            Fault.objects.filter(ended_at=None, due_at__lt=now)
            .order_by()
            .values_list("station")
            .annotate(n=Count("pk"))
        )
        for station_id, number in late:
            _tell(station_id, kinds.FAULT_LATE, once=f"late:{station_id}:{today}", count=number)
        soon = Amenity.objects.filter(expires_date__lte=today + timedelta(days=EXPIRY_DAYS)).select_related(
            "station"
        )
        for amenity in soon:
            date = amenity.expires_date
            _tell(amenity.station_id, kinds.EXPIRES, once=f"expires:{amenity.pk}:{date}", date=str(date))
    return len(late) + len(soon)


def _tell(station_id: UUID, kind: str, *, once: str, **facts: object) -> None:
    station = Station.objects.filter(pk=station_id).first()
    for keeper in Keeper.objects.filter(station_id=station_id).select_related("account"):
        notices.queue(
            keeper.account,
            kind,
            once=once,
            address=reverse("keeper:today", args=[station.code]) if station else "",
            station=station.name if station else "",
            **facts,
        )
