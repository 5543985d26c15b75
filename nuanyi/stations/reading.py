"""Rows of the database as entries of a snapshot. Works on any psycopg cursor, Django's or a bare one."""

from __future__ import annotations

import json
from datetime import date
from typing import Any, Protocol

from nuanyi.stations.models import schedule_of
from nuanyi.stations.rules import CONFIRMED_HOURS, AmenityState
from nuanyi.stations.snapshot import BITS, Entry, place_text

ROWS = """
SELECT s.id::text, s.code, s.name, s.tier, s.venue, s.region_code, s.place_words, s.lat_wgs84, s.lon_wgs84, s.access,
  s.step_free, s.functions, s.hours::text, s.state, s.back_date, s.live_open, s.live_from_at, s.live_until_at, s.reason,
  s.capacity, s.check_in, s.grade, s.owners::text, (SELECT u.name FROM units_unit u WHERE u.id = s.unit_id),
  (SELECT coalesce(json_agg(json_build_array(a.kind, a.state) ORDER BY a.id), '[]')::text FROM stations_amenity a
   WHERE a.station_id = s.id),
  (SELECT coalesce(json_agg(json_build_array(e.first_date, e.last_date, e.hours) ORDER BY e.id), '[]')::text
   FROM stations_hoursexception e WHERE e.station_id = s.id),
  (SELECT json_build_array(extract(epoch FROM max(c.hour_at))::bigint, sum(c.count))::text FROM stations_confirmation c
   WHERE c.station_id = s.id AND c.hour_at > now() - make_interval(hours => %s))
FROM stations_station s WHERE s.state IN ('open', 'paused')
"""
ALL = ROWS
SOME = ROWS + " AND s.id = ANY(%s::uuid[])"


class Cursor(Protocol):
    """What is needed of a cursor."""

    def execute(self, query: Any, params: Any = ...) -> Any:
        """Run a statement."""

    def fetchall(self) -> list[tuple[Any, ...]]:
        """All rows."""


def all_entries(cursor: Cursor) -> list[Entry]:
    """Every public station."""
    cursor.execute(ALL, [CONFIRMED_HOURS])
    return [entry_of(row) for row in cursor.fetchall()]


def some_entries(cursor: Cursor, ids: list[str]) -> dict[str, Entry | None]:
    """The stations of some ids; None for one that is not public (any more)."""
    found: dict[str, Entry | None] = dict.fromkeys(ids)
    cursor.execute(SOME, [CONFIRMED_HOURS, ids])
    found.update({entry.id: entry for entry in map(entry_of, cursor.fetchall())})
    return found


def entry_of(row: tuple[Any, ...]) -> Entry:
    """One row of ``ROWS`` as an entry. Its head is the beginning of a JSON object, the position last, still open at its end."""
    (
        pk,
        code,
        name,
        tier,
        venue,
        region,
        place,
        lat,
        lon,
        access,
        step_free,
        functions,
        hours,
        state,
        back,
        live_open,
        live_from,
        live_until,
        reason,
        capacity,
        check_in,
        grade,
        owners,
        unit,
        amenities,
        exceptions,
        confirmed,
    ) = row
    kinds = json.loads(amenities)
    schedule = schedule_of(
        json.loads(hours),
        [(date.fromisoformat(a), date.fromisoformat(b), text) for a, b, text in json.loads(exceptions)],
        state=state,
        back=back,
        live=(live_open, live_from, live_until),
    )
    hour, count = json.loads(confirmed)
    works = [kind for kind, how in kinds if how != AmenityState.BROKEN]
    bits = BITS[f"tier:{tier}"] | BITS[f"access:{access}"] | (BITS["step_free"] if step_free else 0)
    for kind in works:
        bits |= BITS[kind]
    for function in functions:
        bits |= BITS[f"function:{function}"]
    head = {
        "code": code,
        "name": name,
        "tier": tier,
        "venue": venue,
        "region": region,
        "place": place,
        "access": access,
        "step_free": step_free,
        "capacity": capacity,
        "functions": functions,
        "amenities": works,
        "broken": [kind for kind, how in kinds if how == AmenityState.BROKEN],
        "low": [kind for kind, how in kinds if how == AmenityState.LOW],
        "state": state,
        "reason": reason if state == "paused" else "",
        "check_in": check_in,
        "grade": grade,
        "owners": json.loads(owners) or ([{"kind": "", "name": unit}] if unit else []),
        "confirmed": {"count": count, "hour_at": hour} if hour else None,
    }
    text = json.dumps(head, ensure_ascii=False, separators=(",", ":")).encode()[:-1]
    return Entry(pk, lat, lon, bits, schedule, text + place_text(lat, lon))
