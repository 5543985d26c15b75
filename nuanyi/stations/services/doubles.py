"""Records of one room twice: two offices list the same door. Found by place and name, decided by a person, and told apart
again where that was wrong."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nuanyi.journal import services as journal
from nuanyi.ledger import services as ledger
from nuanyi.lib import clock
from nuanyi.lib.actor import Actor
from nuanyi.lib.errors import BadInput, IllegalMove, NotFound
from nuanyi.stations import events
from nuanyi.stations.models import Amenity, Fault, Keeper, Station, StationPair, Wish
from nuanyi.stations.rules import State
from nuanyi.stations.services.stations import editable_station

#: What the one that stays takes over from the other where it says nothing itself.
FILLED = ("how_to_find", "access_words", "desk_call", "place_words")


@transaction.atomic
def take_over(
    *, actor: Actor, station_id: UUID, owners: list[dict[str, str]], kinds: list[str], texts: dict[str, Any]
) -> dict[str, Any]:
    """Add what another record of the same room knows: owners, amenities, and words where none stand. Nothing that stands
    is changed. Returns what was added. Raises NotAllowed, NotFound."""
    station = editable_station(actor, station_id)
    before, there = owners_of(station), set(station.amenities.values_list("kind", flat=True))
    added: dict[str, Any] = {
        "owners": [one for one in owners if one not in before],
        "amenities": [kind for kind in kinds if kind not in there],
        "texts": {name: texts[name] for name in FILLED if texts.get(name) and not getattr(station, name, "")},
    }
    station.owners = [*before, *added["owners"]]
    for name, text in added["texts"].items():
        setattr(station, name, text)
    station.changed_at = clock.now()
    station.save()
    Amenity.objects.bulk_create([Amenity(station=station, kind=kind) for kind in added["amenities"]])
    journal.record(actor, events.STATION_SAVED, station, code=station.code, made=False)
    return added


def owners_of(station: Station) -> list[dict[str, str]]:
    """Whose a station is, to be written down at another: its unit where nothing else is said."""
    return station.owners or ([{"kind": "party", "name": station.unit.name}] if station.unit else [])


@transaction.atomic
def merge_stations(*, actor: Actor, station_id: UUID, other_id: UUID) -> Station:
    """The second is another record of the first: it is given up, its code leads to the first, as do those that led to it.

    What is open there, its keepers and its owners come along. Raises NotAllowed, NotFound, BadInput, IllegalMove.
    """
    if station_id == other_id:
        raise BadInput(code="bad-pair")
    locked = {pk: editable_station(actor, pk) for pk in sorted((station_id, other_id))}
    station, other = locked[station_id], locked[other_id]
    if other.merged_into_id or station.merged_into_id or station.state == State.CLOSED:
        raise IllegalMove()
    texts = {name: getattr(other, name) for name in FILLED}
    kinds = list(other.amenities.values_list("kind", flat=True))
    added = take_over(actor=actor, station_id=station.pk, owners=owners_of(other), kinds=kinds, texts=texts)
    Fault.objects.filter(station=other, ended_at=None).update(station=station)
    Wish.objects.filter(station=other, answered_at=None).update(station=station)
    keepers = other.keepers.exclude(account__in=station.keepers.values("account"))
    added["keepers"] = list(keepers.order_by("pk").values_list("account_id", flat=True))
    Keeper.objects.bulk_create([Keeper(station=station, account_id=pk) for pk in added["keepers"]])
    # a chain would end at a record that is closed: whoever was led to the second is led on to the first
    led_on = list(Station.objects.filter(merged_into=other).values_list("pk", flat=True))
    Station.objects.filter(pk__in=led_on).update(merged_into=station)
    StationPair.objects.filter(station=station, other__in=led_on).delete()
    StationPair.objects.filter(station=other, other__in=led_on, same=True).update(station=station)
    added["state"], added["reason"] = other.state, other.reason
    # one room was put into service, also where its second record was given up before
    ledger.reverse_all_from(other)
    other.closed_date = None
    other.state, other.reason = State.CLOSED, str(_("The same as %(name)s") % {"name": station.name})[:120]
    other.live_open = other.live_from_at = other.live_until_at = None
    other.merged_into, other.changed_at = station, clock.now()
    other.save()
    StationPair.objects.update_or_create(
        station=station, other=other, defaults={"same": True, "taken_over": added}
    )
    journal.record(actor, events.STATIONS_MERGED, station, other=other.code)
    return station


@transaction.atomic
def tell_stations_apart(*, actor: Actor, station_id: UUID, other_id: UUID) -> None:
    """They are two rooms: nobody is asked again. Raises NotAllowed, NotFound, BadInput."""
    if station_id == other_id:
        raise BadInput(code="bad-pair")
    first, second = sorted((station_id, other_id))
    station, other = editable_station(actor, first), editable_station(actor, second)
    StationPair.objects.update_or_create(station=station, other=other, defaults={"same": False})
    journal.record(actor, events.STATIONS_TOLD_APART, station, other=other.code)


@transaction.atomic
def split_station(*, actor: Actor, other_id: UUID) -> Station:
    """The two are two after all: the second is planned again, and what the first took over from it goes, but for what workers
    told there. Raises NotAllowed, NotFound, IllegalMove."""
    other = editable_station(actor, other_id)
    if other.merged_into_id is None:
        raise IllegalMove()
    station = editable_station(actor, other.merged_into_id)
    pair = StationPair.objects.filter(station=station, other=other).first()
    if pair is None:
        raise NotFound()
    added = pair.taken_over
    station.owners = [one for one in station.owners if one not in added["owners"]]
    for name, text in added["texts"].items():
        if getattr(station, name) == text:
            setattr(station, name, "")
    station.changed_at = other.changed_at = clock.now()
    station.save()
    station.amenities.filter(kind__in=added["amenities"]).delete()
    station.keepers.filter(account__in=added.get("keepers", [])).delete()
    other.state, other.reason, other.merged_into = State.PLANNED, "", None
    other.save()
    pair.same, pair.taken_over = False, {}
    pair.save()
    journal.record(actor, events.STATIONS_TOLD_APART, station, other=other.code)
    return other
