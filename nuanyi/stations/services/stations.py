"""Entering and changing stations, their life, their pictures and their keepers."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nuanyi.journal import services as journal
from nuanyi.journal.queries import last_hand
from nuanyi.ledger import services as ledger
from nuanyi.ledger.services import Delivered
from nuanyi.lib import clock, geo, moves, pictures
from nuanyi.lib.actor import Actor
from nuanyi.lib.errors import BadInput, Conflict, NotFound
from nuanyi.lib.meanwhile import changed_meanwhile
from nuanyi.people.models import Account
from nuanyi.places import queries as places
from nuanyi.places.models import Level
from nuanyi.stations import events, hours, kinds, rules
from nuanyi.stations.models import Amenity, HoursException, Keeper, Photo, Station, StationPair
from nuanyi.stations.rules import AmenityKind, Function, OwnerKind, State, Tier, Venue
from nuanyi.units.models import Unit

CODE = re.compile(r"[A-Z0-9]{2,12}")
PLAIN = (
    "name",
    "tier",
    "venue",
    "place_words",
    "how_to_find",
    "access",
    "access_words",
    "desk_call",
    "check_in",
)


@dataclass
class StationDraft:
    """What an office says of a station. ``hours`` is ``{"1": "08:00-12:00", …, "7": "", "holiday": …, "make_up": …}``."""

    name: str
    tier: str
    venue: str
    lat: float
    lon: float
    crs: str = "wgs84"
    code: str = ""
    unit: Unit | None = None
    owners: list[dict[str, str]] = field(default_factory=list)
    region_code: str = ""
    place_words: str = ""
    how_to_find: str = ""
    access: str = rules.Access.OPEN.value
    access_words: str = ""
    step_free: bool = False
    capacity: int = 0
    desk_call: str = ""
    check_in: str = rules.CheckIn.POSITION.value
    functions: list[str] = field(default_factory=list)
    amenities: list[str] = field(default_factory=list)
    hours: dict[str, Any] = field(default_factory=dict)


def _checked_hours(told: dict[str, Any]) -> dict[str, Any]:
    hours.week_from(told)
    kept: dict[str, Any] = {
        str(n): hours.written(hours.parse(str(told.get(str(n), "")))) for n in range(1, 8)
    }
    for name in ("holiday", "make_up"):
        text = told.get(name)
        if text is None:
            kept[name] = None
            continue
        try:
            kept[name] = hours.written(hours.parse(str(text)))
        except BadInput as wrong:
            raise BadInput(wrong.message, code=wrong.code, fields={name: wrong.message}) from wrong
    return kept


def _check(draft: StationDraft) -> None:
    wrong: dict[str, Any] = {}
    if not draft.name.strip() or len(draft.name) > 60:
        wrong["name"] = _("Give the station a name of at most 60 characters.")
    if draft.tier not in Tier.values:
        wrong["tier"] = _("District, township or village?")
    if draft.venue not in Venue.values:
        wrong["venue"] = _("What kind of room is it?")
    if draft.code and not CODE.fullmatch(draft.code):
        wrong["code"] = _("A code is 2 to 12 capital letters and digits.")
    if set(draft.functions) - set(Function.values):
        wrong["functions"] = _("Choose from the list.")
    if set(draft.amenities) - set(AmenityKind.values):
        wrong["amenities"] = _("Choose from the list.")
    if any(one["kind"] not in OwnerKind.values or len(one["name"]) > 60 for one in draft.owners):
        wrong["owners"] = _("Whose is it? A kind of owner and a name of at most 60 characters.")
    if wrong:
        raise BadInput(fields=wrong)


def placed(lat: float, lon: float, crs: str, region_code: str = "") -> tuple[float, float, str]:
    """The point in WGS-84 and the region that holds it; the region told where no known polygon holds the point.

    Raises BadInput (``outside-district``) where neither says that it lies in the district.
    """
    lat_wgs84, lon_wgs84 = geo.to_wgs84(lat, lon, crs)
    found = places.place_at(lat_wgs84=lat_wgs84, lon_wgs84=lon_wgs84).region
    region = found.code if found else ""
    if region_code.startswith(region) and region_code in places.names_by_code():
        region = region_code  # the finer one; or all that is known, where no polygon is
    drawn = bool(places.outlines(Level.TOWNSHIP)["features"])
    if not region and not drawn and (district := places.district()):
        region = district.code
    if not region or (not found and drawn):
        words = _(
            "This point lies outside the district. Was it perhaps copied from a map with another coordinate system?"
        )
        raise BadInput(words, code="outside-district", fields={"lat": words})
    return lat_wgs84, lon_wgs84, region


@transaction.atomic
def save_station(*, actor: Actor, draft: StationDraft, station: Station | None = None) -> Station:
    """Enter a station (planned) or change one. Raises NotAllowed, NotFound, BadInput, Conflict."""
    _check(draft)
    said = draft.region_code or (draft.unit.region_code if draft.unit else "")
    lat, lon, region = placed(draft.lat, draft.lon, draft.crs, said)
    units = (draft.unit.pk,) if draft.unit else ()
    actor.require("stations.edit", regions=(region,), units=units)
    if station is not None:
        station = Station.objects.kept_by(actor).select_for_update(of=("self",)).filter(pk=station.pk).first()
        if station is None:
            raise NotFound()
    made = station is None
    station = station or Station(secret=os.urandom(16))
    for name in PLAIN:
        setattr(station, name, getattr(draft, name).strip())
    station.code = draft.code or station.code or _next_code()
    if Station.objects.filter(code=station.code).exclude(pk=station.pk).exists():
        raise Conflict(code="code-taken", fields={"code": _("Another station has this code.")})
    station.unit, station.region_code, station.step_free = draft.unit, region, draft.step_free
    station.lat_wgs84, station.lon_wgs84, station.capacity = lat, lon, draft.capacity
    station.owners = draft.owners
    station.functions = [word for word in Function.values if word in draft.functions]
    station.hours, station.changed_at = _checked_hours(draft.hours), clock.now()
    station.synthetic = station.synthetic or actor.label == "demo"
    station.save(force_insert=made)
    _set_kinds(station, draft.amenities)
    journal.record(actor, events.STATION_SAVED, station, code=station.code, made=made)
    return station


#: What is changed in the list of stations, cell by cell.
CELLS = ("desk_call", "capacity")


@transaction.atomic
def change_cells(
    *, actor: Actor, field: str, values: dict[UUID, str], was: dict[UUID, str] | None = None
) -> list[tuple[str, str, str]]:
    """Change one field of some stations, all of them or none; returns number, what it said and what it says now.

    ``was`` is what their cells said when they were changed: what somebody else has written since is not overwritten.
    Raises NotAllowed, NotFound, BadInput, Conflict.
    """
    actor.require("stations.edit")
    if field not in CELLS:
        raise BadInput(code="bad-field")
    done: list[tuple[str, str, str]] = []
    for pk, text in sorted(values.items()):
        station, text = editable_station(actor, pk), text.strip()
        now = str(getattr(station, field))
        if was is not None and was.get(pk, now) != now:
            raise changed_meanwhile(*last_hand(station, events.STATION_SAVED))
        if field == "capacity" and not (text.isdecimal() and len(text) < 5):
            raise BadInput(fields={field: _("Write a whole number.")})
        if field == "desk_call" and len(text) > 20:
            raise BadInput(fields={field: _("At most 20 characters.")})
        setattr(station, field, int(text) if field == "capacity" else text)
        done.append((str(pk), now, str(getattr(station, field))))
        station.changed_at = clock.now()
        station.save(update_fields=[field, "changed_at"])
        journal.record(actor, events.STATION_SAVED, station, code=station.code, made=False)
    return done


def _next_code() -> str:
    taken = set(Station.objects.filter(code__startswith="NY").values_list("code", flat=True))
    return next(code for number in range(1, 1_000_000) if (code := f"NY{number:03d}") not in taken)


def _set_kinds(station: Station, wanted: list[str]) -> None:
    there = set(station.amenities.values_list("kind", flat=True))
    station.amenities.filter(kind__in=there - set(wanted)).delete()
    Amenity.objects.bulk_create([Amenity(station=station, kind=kind) for kind in wanted if kind not in there])


def kept_station(actor: Actor, pk: UUID, *, lock: bool = True) -> Station:
    """A station that the actor keeps or edits, locked. Raises NotAllowed, NotFound."""
    actor.require("stations.keep")
    rows = Station.objects.kept_by(actor)
    rows = Station.objects.filter(pk__in=rows.values("pk")).select_for_update() if lock else rows
    found = rows.filter(pk=pk).first()
    if found is None:
        raise NotFound()
    return found


def editable_station(actor: Actor, pk: UUID) -> Station:
    """A station that the actor may change, locked. Raises NotAllowed, NotFound."""
    station = kept_station(actor, pk)
    actor.require(
        "stations.edit", regions=(station.region_code,), units=(station.unit_id,) if station.unit_id else ()
    )
    return station


@transaction.atomic
def move_station(
    *,
    actor: Actor,
    station: Station,
    state: str,
    reason: str = "",
    back: date | None = None,
    day: date | None = None,
) -> Station:
    """Open, pause (with a reason), or give up a station. That it was put into service stands in the ledger, also when it is
    given up later.

    ``back`` is the day on which a paused station opens again by itself; ``day`` that of the move (today).
    Raises NotAllowed, NotFound, BadInput, IllegalMove.
    """
    station = editable_station(actor, station.pk)
    if state not in State.values:
        raise BadInput(code="bad-state")
    moves.check(rules.MOVES, station.state, state)
    if state in (State.PAUSED, State.CLOSED) and len(reason.strip()) < 2:
        words = _("Say why, workers will read it.")
        raise BadInput(words, code="no-reason", fields={"reason": words})
    if back is not None and back <= clock.today():
        raise BadInput(fields={"back": _("Choose a day to come.")})
    before, day = station.state, day or clock.today()
    # one that stood already and is opened again was put into service then, and is not a second time
    stood = station.closed_date is not None and station.closed_date != station.opened_date
    if station.merged_into_id is not None:  # it has a life of its own: the two are two
        StationPair.objects.filter(other=station, same=True).update(same=False, taken_over={})
    station.merged_into = None
    station.state, station.reason, station.back_date = (
        state,
        reason.strip()[:120],
        back if state == State.PAUSED else None,
    )
    station.live_open = station.live_from_at = station.live_until_at = None
    if state == State.OPEN:
        station.opened_date, station.closed_date = station.opened_date or day, None
    if state == State.CLOSED and station.opened_date is not None:
        station.closed_date = station.closed_date or day
    station.changed_at = clock.now()
    station.save()
    if state == State.OPEN and before == State.PLANNED and not stood:
        line = Delivered(day=day, count=1, region_code=station.region_code, unit_id=station.unit_id or 0)
        ledger.record(kinds.OPENED, [line], source=station)
    elif state == State.CLOSED and station.opened_date == station.closed_date:
        # it never stood; one that did was put into service, whatever came after
        ledger.reverse_all_from(station)
    journal.record(actor, events.STATION_MOVED, station, before=before, after=state, reason=station.reason)
    return station


@transaction.atomic
def add_exception(
    *, actor: Actor, station: Station, first: date | None, last: date | None, text: str, reason: str = ""
) -> HoursException:
    """Other hours for some days (empty: closed); without a last day for one. Raises NotAllowed, NotFound, BadInput."""
    station = kept_station(actor, station.pk)
    if first is None:
        raise BadInput(fields={"first": _("Which day?")})
    last = last or first
    if last < first or (last - first).days > 366:
        raise BadInput(code="bad-days", fields={"last": _("The last day comes before the first.")})
    made = HoursException.objects.create(
        station=station,
        first_date=first,
        last_date=last,
        hours=hours.written(hours.parse(text)),
        reason=reason[:60],
    )
    journal.record(actor, events.HOURS_CHANGED, station, first=first, last=last, hours=made.hours)
    return made


@transaction.atomic
def drop_exception(*, actor: Actor, station: Station, pk: int) -> None:
    """Take exceptional hours back."""
    station = kept_station(actor, station.pk)
    if station.exceptions.filter(pk=pk).delete()[0]:
        journal.record(actor, events.HOURS_CHANGED, station, dropped=pk)


@transaction.atomic
def add_exceptions(
    *, actor: Actor, stations: list[UUID], first: date, last: date, text: str, reason: str = ""
) -> list[HoursException]:
    """The same other hours at several stations: at all of them or at none. Raises as ``add_exception``."""
    actor.require("stations.keep")
    return [
        add_exception(actor=actor, station=Station(pk=pk), first=first, last=last, text=text, reason=reason)
        for pk in sorted(stations)
    ]


@transaction.atomic
def drop_exceptions(*, actor: Actor, pks: list[int]) -> None:
    """Take exceptional hours of several stations back; what is gone already stays gone."""
    actor.require("stations.keep")
    for one in HoursException.objects.filter(pk__in=pks).order_by("station_id", "pk"):
        drop_exception(actor=actor, station=Station(pk=one.station_id), pk=one.pk)


@transaction.atomic
def set_photo(*, actor: Actor, station: Station, shows: str, data: bytes) -> Photo:
    """Put up the picture of the door or the room, in place of the one before. Raises BadPicture, BadInput."""
    station = kept_station(actor, station.pk)
    if shows not in ("door", "room"):
        raise BadInput(code="bad-photo")
    clean = pictures.rebuild(data)
    station.photos.filter(shows=shows).delete()
    made = Photo.objects.create(
        station=station, shows=shows, jpeg=clean.jpeg, width=clean.width, height=clean.height
    )
    journal.record(actor, events.PHOTO_CHANGED, station, shows=shows)
    return made


@transaction.atomic
def set_keepers(*, actor: Actor, station: Station, accounts: list[Account]) -> None:
    """Name who keeps a station. Raises NotAllowed, NotFound."""
    station = editable_station(actor, station.pk)
    station.keepers.exclude(account__in=accounts).delete()
    Keeper.objects.bulk_create([Keeper(station=station, account=a) for a in accounts], ignore_conflicts=True)
    journal.record(actor, events.KEEPERS_SET, station, accounts=[a.pk for a in accounts])
