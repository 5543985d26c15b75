"""A keeper's day: the door, the amenities, answers to what workers told, notes for the next keeper."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from nuanyi.journal import services as journal
from nuanyi.ledger import services as ledger
from nuanyi.ledger.services import Delivered
from nuanyi.lib import clock, moves
from nuanyi.lib.actor import Actor
from nuanyi.lib.errors import BadInput, IllegalMove, NotFound
from nuanyi.lib.sectors import Sector
from nuanyi.people.models import Account
from nuanyi.stations import events, kinds, rules
from nuanyi.stations.models import Amenity, Fault, HandOver, Station, VisitCount, Wish
from nuanyi.stations.rules import AmenityState, FaultState, State, Trouble
from nuanyi.stations.services.stations import kept_station


@transaction.atomic
def tap_door(*, actor: Actor, station: Station, is_open: bool, day: date | None = None) -> Station:
    """Open or shut for the rest of today, whatever the hours say.

    ``day`` is the day on which it was said, where a phone without network may have waited: another day than today changes
    nothing. Raises NotAllowed, NotFound, IllegalMove, BadInput.
    """
    station = kept_station(actor, station.pk)
    if day is not None and day != clock.today():
        words = _("That was for another day: nothing was changed.")
        raise BadInput(words, code="day-over", fields={"door": words})
    if station.state != State.OPEN:
        raise IllegalMove(_("The station is not in service."), code="not-in-service")
    now = clock.now()
    station.live_open, station.live_from_at = is_open, now
    station.live_until_at = clock.midnight(clock.today() + timedelta(days=1))
    station.changed_at = now
    station.save()
    journal.record(actor, events.DOOR_TAPPED, station, open=is_open)
    return station


@transaction.atomic
def untap_door(*, actor: Actor, station: Station) -> Station:
    """Back to the hours as they are written."""
    station = kept_station(actor, station.pk)
    station.live_open = station.live_from_at = station.live_until_at = None
    station.changed_at = clock.now()
    station.save()
    journal.record(actor, events.DOOR_TAPPED, station, open=None)
    return station


@transaction.atomic
def set_amenity(
    *,
    actor: Actor,
    station: Station,
    kind: str,
    state: str | None = None,
    left: int | None = None,
    threshold: int | None = None,
    inspected: bool = False,
    expires: date | None = None,
) -> Amenity:
    """Say how an amenity is; what is not told stays. A stock at or below its threshold runs low by itself.

    Raises NotAllowed, NotFound, BadInput.
    """
    station = kept_station(actor, station.pk)
    amenity = Amenity.objects.select_for_update().filter(station=station, kind=kind).first()
    if amenity is None:
        raise NotFound()
    if state is not None and state not in AmenityState.values:
        raise BadInput(code="bad-state")
    for number in (left, threshold):
        if number is not None and not 0 <= number <= 100_000:
            raise BadInput(fields={"left": _("A number from 0 to 100,000.")})
    amenity.left = amenity.left if left is None else left
    amenity.threshold = amenity.threshold if threshold is None else threshold
    amenity.expires_date = expires or amenity.expires_date
    if inspected or expires:
        amenity.inspected_date = clock.today()
    if state is not None:
        amenity.state = state
    elif amenity.state != AmenityState.BROKEN and amenity.left is not None and amenity.threshold is not None:
        amenity.state = AmenityState.LOW if amenity.left <= amenity.threshold else AmenityState.OK
    amenity.save()
    journal.record(
        actor,
        events.AMENITY_SET,
        station,
        amenity=kind,
        state=amenity.state,
        left=amenity.left,
        expires=str(amenity.expires_date or ""),
    )
    return amenity


@transaction.atomic
def move_fault(*, actor: Actor, fault: Fault, state: str, answer: str = "") -> Fault:
    """Take up, mend or dismiss what a worker told; a mended amenity is all right again, and the mending counts.

    Raises NotAllowed, NotFound, IllegalMove, BadInput (dismissed without a word).
    """
    station = kept_station(actor, fault.station_id)
    fault = Fault.objects.select_for_update().get(pk=fault.pk)
    if state not in FaultState.values or state == FaultState.OPEN:
        raise BadInput(code="bad-state")
    moves.check(rules.FAULT_MOVES, fault.state, state)
    if state == FaultState.UNFOUNDED and len(answer.strip()) < 2:
        words = _("Say why, the worker will read it.")
        raise BadInput(words, code="no-answer", fields={"answer": words})
    before, fault.state, fault.answer = fault.state, state, answer.strip()[:200] or fault.answer
    fault.ended_at = clock.now() if state in (FaultState.MENDED, FaultState.UNFOUNDED) else None
    fault.save()
    if state == FaultState.MENDED:
        _whole_again(station, fault)
        line = Delivered(
            day=clock.today(), count=1, region_code=station.region_code, unit_id=station.unit_id or 0
        )
        ledger.record(kinds.MENDED, [line], source=fault)
    journal.record(actor, events.FAULT_MOVED, fault, before=before, after=state)
    return fault


def _whole_again(station: Station, fault: Fault) -> None:
    """Nothing else is told of this amenity: it is all right again."""
    if fault.trouble not in (Trouble.BROKEN, Trouble.EMPTY) or not fault.kind:
        return
    others = Fault.objects.filter(station=station, kind=fault.kind, ended_at=None).exclude(pk=fault.pk)
    if not others.exists():
        Amenity.objects.filter(station=station, kind=fault.kind).update(
            state=AmenityState.OK, inspected_date=clock.today()
        )


@transaction.atomic
def answer_wish(*, actor: Actor, wish: Wish, answer: str, granted: bool) -> Wish:
    """Answer a wish; everybody at the station reads it. Raises NotAllowed, NotFound, BadInput."""
    kept_station(actor, wish.station_id)
    if len(answer.strip()) < 2:
        words = _("Write a word of answer.")
        raise BadInput(words, code="no-answer", fields={"answer": words})
    wish.answer, wish.granted, wish.answered_at = answer.strip()[:200], granted, clock.now()
    wish.save()
    journal.record(actor, events.WISH_ANSWERED, wish, granted=granted)
    return wish


@transaction.atomic
def hand_over(*, actor: Actor, station: Station, words: str) -> HandOver:
    """Leave a note for the next keeper. Raises NotAllowed, NotFound, BadInput."""
    station = kept_station(actor, station.pk)
    if not words.strip():
        raise BadInput(fields={"words": _("Write a word.")})
    account = Account.objects.filter(pk=actor.account_id or 0).first()
    made = HandOver.objects.create(station=station, account=account, words=words.strip()[:400])
    journal.record(actor, events.HANDED_OVER, station)
    return made


@transaction.atomic
def note_visits(*, actor: Actor, station: Station, counts: list[tuple[datetime, str, int]]) -> int:
    """Enter a paper tally: ``(hour, sector or "", how many)``. Hours to come are refused. Returns how many in all."""
    station = kept_station(actor, station.pk)
    total = 0
    for moment, sector, number in counts:
        if moment > clock.now() or not 0 < number <= 10_000 or (sector and sector not in Sector.values):
            raise BadInput(code="bad-tally")
        hour = clock.hour_of(moment)
        row, _made = VisitCount.objects.get_or_create(station=station, hour_at=hour, sector=sector)
        VisitCount.objects.filter(pk=row.pk).update(count=F("count") + number)
        total += number
    journal.record(actor, events.VISITS_NOTED, station, visits=total)
    return total
