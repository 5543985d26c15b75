"""What workers do at a station without saying who they are: check in, confirm, rate, tell the keeper, wish.

No column, journal entry, ledger entry or notice carries who, or the moment: only the hour. One device counts once an
hour by a mark under a salt that dies with the hour (``HourMark``), so that not even we can tell later who it was.
"""

from __future__ import annotations

import hmac
import os
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from nuanyi.lib import clock, limits, moves, once, pictures, row_security
from nuanyi.lib.digests import body_digest, salted_mark, sha256_hex
from nuanyi.lib.errors import BadInput, IllegalMove, NotAllowed, NotFound
from nuanyi.lib.geo import metres_between
from nuanyi.lib.sectors import Sector
from nuanyi.lib.shape import Reason, shaped_otherwise
from nuanyi.people import links
from nuanyi.stations import rules
from nuanyi.stations.models import Amenity, Fault, HourMark, HourSalt, Photo, Station, Wish
from nuanyi.stations.rules import AmenityKind, AmenityState, CheckIn, FaultState, Trouble


def _public(pk: UUID) -> Station:
    found = Station.objects.public().filter(pk=pk).first()
    if found is None:
        raise NotFound()
    return found


# once an hour ----------------------------------------------------------------------------------


@shaped_otherwise(Reason.PART)
def first_time(device: str, act: str, station: Station) -> bool:
    """Whether this device does this here for the first time in this hour; remembers that it did."""
    hour = clock.hour_of(clock.now())
    salt = bytes(HourSalt.objects.get_or_create(hour_at=hour, defaults={"salt": os.urandom(32)})[0].salt)
    mark = salted_mark(salt, f"{act}\0{station.pk}\0{device}")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO stations_hourmark (mark, hour_at) VALUES (%s, %s) ON CONFLICT DO NOTHING",
            [mark, hour],
        )
        return bool(cursor.rowcount)


@shaped_otherwise(Reason.PROGRAM)
def forget_hours() -> int:
    """Delete the salts and marks of hours that are over."""
    hour = clock.hour_of(clock.now())
    HourSalt.objects.filter(hour_at__lt=hour).delete()
    return HourMark.objects.filter(hour_at__lt=hour).delete()[0]


def _add(table: str, columns: tuple[str, ...], values: list[Any]) -> None:
    """One more in a table of counts: one statement, so that two at once are two."""
    names, places = ", ".join(columns), ", ".join(["%s"] * len(columns))
    more = ", in_ledger" if table == "stations_visitcount" else ""
    zero = ", 0" if more else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} AS t ({names}, count{more}) VALUES ({places}, 1{zero})"  # noqa: S608 - names are ours
            f" ON CONFLICT ({names}) DO UPDATE SET count = t.count + 1",
            values,
        )


# the code on the wall --------------------------------------------------------------------------


def wall_code(station: Station) -> str:
    """The code printed on the wall: it does not change, so it counts only together with a position."""
    return hmac.digest(bytes(station.secret), b"wall", "sha256").hex()[:10]


def screen_code(station: Station, moment: float, step: int = 0) -> str:
    """The code on a screen in these 30 seconds (``step`` -1: in those before)."""
    turn = int(moment) // rules.ROTATES_SECONDS + step
    return hmac.digest(bytes(station.secret), f"screen{turn}".encode(), "sha256").hex()[:10]


def _check_code(station: Station, code: str, position: tuple[float, float] | None) -> None:
    if station.check_in == CheckIn.ROTATING:
        now = clock.now().timestamp()
        if not any(hmac.compare_digest(code, screen_code(station, now, step)) for step in (0, -1)):
            raise NotAllowed(_("This code is over. Scan the one on the screen now."), code="code-over")
        return
    if not hmac.compare_digest(code, wall_code(station)):
        raise NotAllowed(_("This code is not of this station. Scan the one on its wall."), code="code-wrong")
    if station.check_in == CheckIn.POSITION:
        if position is None:
            raise NotAllowed(
                _("Allow your position once: it shows that you are here and is not kept."), code="no-position"
            )
        if not _stands_at(station, position):
            raise NotAllowed(
                _("You seem to be elsewhere: a code counts only at its station."), code="too-far"
            )


def _stands_at(station: Station, position: tuple[float, float]) -> bool:
    return metres_between(*position, station.lat_wgs84, station.lon_wgs84) <= rules.NEAR_METRES


@shaped_otherwise(Reason.STRANGER)
@transaction.atomic
def check_in(
    *,
    station: Station,
    device: str,
    code: str,
    position: tuple[float, float] | None,
    sector: str,
    network: str,
) -> bool:
    """Count a visit; False where this device was counted in this hour already.

    Raises NotFound, NotAllowed (a copied code), BadInput, TooMuch.
    """
    station = _public(station.pk)
    if sector and sector not in Sector.values:
        raise BadInput(fields={"sector": _("Choose a sector.")})
    _check_code(station, code, position)
    limits.count(f"visit:{station.pk}", network, at_most=rules.VISITS_AN_HOUR)
    if not first_time(device, "visit", station):
        return False
    _add(
        "stations_visitcount",
        ("station_id", "hour_at", "sector"),
        [station.pk, clock.hour_of(clock.now()), sector],
    )
    return True


@shaped_otherwise(Reason.STRANGER)
@transaction.atomic
def confirm_open(
    *, station: Station, device: str, position: tuple[float, float] | None, network: str
) -> bool:
    """ "I am here and it is open": one more this hour; False where this device said so already.

    ``position`` (WGS-84) shows that somebody is there and is kept nowhere. Raises NotFound, NotAllowed, TooMuch.
    """
    station = _public(station.pk)
    if position is None:
        raise NotAllowed(
            _("Allow your position once: it shows that you are here and is not kept."), code="no-position"
        )
    if not _stands_at(station, position):
        raise NotAllowed(_("You are not at this station yet."), code="too-far")
    limits.count(f"confirm:{station.pk}", network, at_most=rules.TOLD_AN_HOUR)
    if not first_time(device, "confirm", station):
        return False
    _add("stations_confirmation", ("station_id", "hour_at"), [station.pk, clock.hour_of(clock.now())])
    return True


@shaped_otherwise(Reason.STRANGER)
@transaction.atomic
def rate(*, station: Station, device: str, stars: int, network: str) -> bool:
    """Give 1 to 5 stars; False where this device did in this hour already. Raises BadInput, NotFound, TooMuch."""
    station = _public(station.pk)
    if not 1 <= stars <= 5:
        raise BadInput(fields={"stars": _("One to five stars.")})
    limits.count(f"rate:{station.pk}", network, at_most=rules.TOLD_AN_HOUR)
    if not first_time(device, "rate", station):
        return False
    _add("stations_rating", ("station_id", "day", "stars"), [station.pk, clock.today(), stars])
    return True


# telling the keeper ----------------------------------------------------------------------------


def link_of(fault: Fault) -> str:
    """The secret end of the link by which the reporter comes back: worked out, kept nowhere."""
    return links.link_of("fault", fault.key)


def fault_by_link(link: str) -> Fault:
    """The fault of a secret link. Raises NotFound, in the same time whatever is wrong."""
    return links.row_of("fault", link, Fault.objects.select_related("station"))


@shaped_otherwise(Reason.STRANGER)
@transaction.atomic
def tell_fault(
    *,
    station: Station,
    key: UUID,
    trouble: str,
    kind: str = "",
    words: str = "",
    photo: bytes | None = None,
    network: str,
) -> Fault:
    """Tell the keeper that something is wrong. The same ``key`` again gives the first answer.

    What is broken or used up shows so at once. Raises NotFound, BadInput, BadPicture, Conflict, TooMuch.
    """
    station = _public(station.pk)
    body = body_digest("fault-body", repr((trouble, kind, words, sha256_hex(photo or b""))).encode())
    row_security.show(fault=str(key))
    known = Fault.objects.filter(key=key).first()
    if first := once.first_of(known, station_id=station.pk, body_digest=body):
        return first
    if trouble not in Trouble.values:
        raise BadInput(fields={"trouble": _("What is wrong?")})
    if kind and kind not in AmenityKind.values:
        raise BadInput(fields={"kind": _("Choose from the list.")})
    limits.count("told", network, at_most=rules.TOLD_IN_ALL)
    limits.count(f"told:{station.pk}", network, at_most=rules.TOLD_AN_HOUR)
    picture = None
    if photo:
        clean = pictures.rebuild(photo)
        picture = Photo.objects.create(
            station=station, shows="fault", jpeg=clean.jpeg, width=clean.width, height=clean.height
        )
    hour = clock.hour_of(clock.now())
    fault = Fault.objects.create(
        key=key,
        station=station,
        trouble=trouble,
        kind=kind,
        words=words.strip()[:200],
        photo=picture,
        body_digest=body,
        made_at=hour,
        due_at=hour + timedelta(hours=rules.MEND_HOURS[trouble]),
    )
    state = {Trouble.BROKEN: AmenityState.BROKEN, Trouble.EMPTY: AmenityState.LOW}.get(Trouble(trouble))
    if kind and state:
        Amenity.objects.filter(station=station, kind=kind).exclude(state=AmenityState.BROKEN).update(
            state=state
        )
    return fault


@shaped_otherwise(Reason.STRANGER)
@transaction.atomic
def reopen_fault(*, link: str) -> Fault:
    """The reporter says that it is not mended. Raises NotFound, IllegalMove (open, or ended more than 7 days ago)."""
    fault = Fault.objects.select_for_update(of=("self",)).get(pk=fault_by_link(link).pk)
    if fault.ended_at is not None and fault.ended_at < clock.now() - timedelta(days=7):
        raise IllegalMove()
    moves.check(rules.FAULT_MOVES, fault.state, FaultState.OPEN)
    fault.state, fault.ended_at, fault.told = FaultState.OPEN, None, False
    fault.due_at = clock.hour_of(clock.now()) + timedelta(hours=rules.MEND_HOURS[fault.trouble])
    fault.save()
    return fault


@shaped_otherwise(Reason.STRANGER)
@transaction.atomic
def wish(*, station: Station, key: UUID, words: str, network: str) -> Wish:
    """Put a small wish into the box. The same ``key`` again gives the first answer. Raises NotFound, BadInput, TooMuch."""
    station = _public(station.pk)
    row_security.show(wish=str(key))
    known = Wish.objects.filter(key=key).first()
    if first := once.first_of(known, station_id=station.pk, words=words.strip()[:120]):
        return first
    if len(words.strip()) < 2:
        raise BadInput(fields={"words": _("Write what you wish for.")})
    limits.count("told", network, at_most=rules.TOLD_IN_ALL)
    limits.count(f"wish:{station.pk}", network, at_most=rules.TOLD_AN_HOUR)
    return Wish.objects.create(key=key, station=station, words=words.strip()[:120], made_date=clock.today())
