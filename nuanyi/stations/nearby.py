"""The question "which stations are near?": reading it, and writing its answer. No database."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext_lazy as _

from nuanyi.lib import clock
from nuanyi.lib.errors import BadInput, Words
from nuanyi.lib.geo import CRS_NAMES, gcj02_to_bd09, to_wgs84, wgs84_to_gcj02
from nuanyi.stations.hours import Standing
from nuanyi.stations.rules import CHINA_BOX, RIDE_METRES_A_MINUTE, WALK_METRES_A_MINUTE, AmenityKind, Function
from nuanyi.stations.snapshot import BITS, PLACE, Entry, Near, Snapshot, place_text

MOST = 50
_AMENITIES = frozenset(AmenityKind.values)
#: A station of the answer: its head, how far it is, how it stands.
_ROW = b'%b,"metres":%.1f,"walk_minutes":%d,"ride_minutes":%d%b'


@dataclass(frozen=True)
class Asked:
    """A question: a point in WGS-84, the system of the answer, filters as bits, the moment (None: now)."""

    lat_wgs84: float
    lon_wgs84: float
    crs: str
    bits: int
    open_only: bool
    at: float | None
    limit: int


def _bad(code: str, field: str, words: Words) -> BadInput:
    return BadInput(words, code=code, fields={field: words})


def point_of(lat_text: str, lon_text: str, crs: str) -> tuple[float, float]:
    """A point in WGS-84 from what a phone or a person sent.

    Raises BadInput: ``bad-point``, ``swapped-point`` (latitude and longitude changed places), ``outside-china``,
    ``bad-crs``.
    """
    try:
        lat, lon = float(lat_text), float(lon_text)
    except ValueError as exc:
        raise _bad(
            "bad-point", "lat", _("Give lat and lon as degrees, e.g. lat=25.0746&lon=110.2863.")
        ) from exc
    if crs not in CRS_NAMES:
        raise _bad("bad-crs", "crs", _("crs is wgs84, gcj02 or bd09."))
    south, west, north, east = CHINA_BOX
    if not (south <= lat <= north and west <= lon <= east):
        if south <= lon <= north and west <= lat <= east:
            raise _bad("swapped-point", "lat", _("Latitude and longitude seem to have changed places."))
        if math.isfinite(lat) and math.isfinite(lon) and abs(lat) <= 90 and abs(lon) <= 180:
            raise _bad("outside-china", "lat", _("This position lies outside China."))
        raise _bad("bad-point", "lat", _("Give lat and lon as degrees, e.g. lat=25.0746&lon=110.2863."))
    return to_wgs84(lat, lon, crs)


def bits_of(amenities: str, functions: str, *, step_free: bool = False) -> int:
    """Filters as bits. Raises BadInput naming what is not known."""
    bits = BITS["step_free"] if step_free else 0
    for kind in filter(None, amenities.split(",")):
        if kind not in _AMENITIES:
            raise _bad("bad-amenity", "amenity", ", ".join(AmenityKind.values))
        bits |= BITS[kind]
    for function in filter(None, functions.split(",")):
        if function not in Function.values:
            raise _bad("bad-function", "function", ", ".join(Function.values))
        bits |= BITS[f"function:{function}"]
    return bits


def moment_of(text: str) -> float | None:
    """A moment to ask for, within a week; None for now. Raises BadInput."""
    if text in ("", "now", "any"):
        return None
    words = _("Give a moment within seven days, e.g. 2026-06-03T22:30.")
    try:
        found = datetime.fromisoformat(text)
    except ValueError as exc:
        raise _bad("bad-moment", "open", words) from exc
    found = found if found.tzinfo else found.replace(tzinfo=clock.CHINA)
    if abs(found - clock.now()) > timedelta(days=7):
        raise _bad("bad-moment", "open", words)
    return found.timestamp()


def asked_of(given: Mapping[str, str]) -> Asked:
    """A question from the parameters of an address. Raises BadInput."""
    get = given.get
    crs = get("crs", "wgs84")
    lat, lon = point_of(get("lat", ""), get("lon", ""), crs)
    opening = get("open", "any")
    limit = get("limit", "10")
    if not limit.isdecimal() or not 1 <= int(limit) <= MOST:
        raise _bad("bad-limit", "limit", _("limit is a number from 1 to 50."))
    bits = bits_of(get("amenity", ""), get("function", ""), step_free=get("step_free") == "1")
    return Asked(lat, lon, crs, bits, opening not in ("", "any"), moment_of(opening), int(limit))


def found(asked: Asked, snapshot: Snapshot, now: float) -> list[Near]:
    """The answer's rows, for a page."""
    return [Near(*row) for row in _rows(asked, snapshot, now)]


def _rows(asked: Asked, snapshot: Snapshot, now: float) -> list[tuple[Entry, float, Standing]]:
    return snapshot.rows(
        asked.lat_wgs84,
        asked.lon_wgs84,
        bits=asked.bits,
        open_only=asked.open_only,
        limit=asked.limit,
        now=now,
        at=asked.at,
    )


def shown_in(lat_wgs84: float, lon_wgs84: float, crs: str) -> tuple[float, float]:
    """A WGS-84 point in another system."""
    if crs == "wgs84":
        return lat_wgs84, lon_wgs84
    lat, lon = wgs84_to_gcj02(lat_wgs84, lon_wgs84)
    return gcj02_to_bd09(lat, lon) if crs == "bd09" else (lat, lon)


def iso(second: int) -> str:
    """A second as China's wall clock with its offset."""
    return datetime.fromtimestamp(second, UTC).astimezone(clock.CHINA).isoformat()


@lru_cache(maxsize=300_000)
def _place_in(lat_wgs84: float, lon_wgs84: float, crs: str) -> bytes:
    """A station's position in another system than WGS-84; it hardly ever moves."""
    return place_text(*shown_in(lat_wgs84, lon_wgs84, crs))


def _head_in(entry: Entry, crs: str) -> bytes:
    """An entry's head with its position in another system. No text in it holds the mark: there its quotes are escaped."""
    head: bytes = entry.head.rpartition(PLACE.encode())[0]
    return head + _place_in(entry.lat_wgs84, entry.lon_wgs84, crs)


@lru_cache(maxsize=20_000)
def _standing_text(is_open: bool, changes_at: int | None, opens_in_minutes: int | None) -> bytes:
    """How a station stands, to the end of its object; many stand alike."""
    changes = f'"{iso(changes_at)}"' if changes_at is not None else "null"
    opens = "null" if opens_in_minutes is None else str(opens_in_minutes)
    return f',"open":{"true" if is_open else "false"},"changes_at":{changes},"opens_in_minutes":{opens}}}'.encode()


def answer(asked: Asked, snapshot: Snapshot, now: float) -> bytes:
    """The answer as JSON: ``{"crs": …, "stations": [{…, "lat", "lon", "metres", "open", …}]}``, nearest first."""
    moment = now if asked.at is None else asked.at
    there = asked.crs == "wgs84"
    parts = []
    for entry, metres, (is_open, changes_at) in _rows(asked, snapshot, now):
        opens = None if is_open or changes_at is None else max(0, math.ceil((changes_at - moment) / 60))
        parts.append(
            _ROW
            % (
                entry.head if there else _head_in(entry, asked.crs),
                metres,
                round(metres / WALK_METRES_A_MINUTE) or 1,
                round(metres / RIDE_METRES_A_MINUTE) or 1,
                _standing_text(is_open, changes_at, opens),
            )
        )
    return b'{"crs":"%b","stations":[%b]}' % (asked.crs.encode(), b",".join(parts))


def head_of(near: Near) -> dict[str, Any]:
    """What an entry's head says, for a page."""
    told: dict[str, Any] = json.loads(near.entry.head + b"}")
    return told
