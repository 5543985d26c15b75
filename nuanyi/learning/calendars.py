"""Sessions as an iCalendar feed (RFC 5545), written with the library icalendar."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC

from icalendar import Calendar, Event

from nuanyi.learning.models import Session
from nuanyi.lib.addresses import public_base


def feed(sessions: Iterable[Session]) -> bytes:
    """One calendar. A session that moved carries a higher SEQUENCE; a cancelled one says so, so that followers drop it."""
    calendar = Calendar()
    calendar.add("prodid", "-//Nuanyi//sessions//ZH")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", "暖驿 学习场次")
    base = public_base()
    for session in sessions:
        event = Event()
        event.add("uid", f"session-{session.code}@nuanyi")
        event.add("dtstamp", session.starts_at.astimezone(UTC))
        event.add("dtstart", session.starts_at.astimezone(UTC))
        event.add("dtend", session.ends_at.astimezone(UTC))
        event.add("summary", session.title)
        event.add("location", session.place)
        event.add("sequence", session.sequence)
        event.add("status", "CANCELLED" if session.cancelled_at else "CONFIRMED")
        if base:
            event.add("url", f"{base}/sessions/{session.code}/")
        calendar.add_component(event)
    return bytes(calendar.to_ical())
