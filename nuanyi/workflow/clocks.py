"""Clocks that stand still for a lawful reason, that run out, and silence that counts as yes. No database.

Which kinds have such a reason, and where it stands, are rules of the rooms; how a clock stands and runs on is the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from nuanyi.lib.errors import IllegalMove, Words
from nuanyi.lib.terms import Term

#: So many days after a unit said that it is done without a word of who asked, it has ended.
SILENT_DAYS = 7


@dataclass(frozen=True)
class Pause:
    """A reason for which a clock may stand still: for which kinds, where it stands, how long at most (None: no cap)."""

    kinds: frozenset[str]
    source: Words
    most: Term | None = None


class Paused(Protocol):
    """What has a deadline that can stand still."""

    due_at: datetime
    paused_at: datetime | None
    pause_reason: str
    paused_seconds: int
    warned: str


def pauses_for(pauses: Mapping[str, Pause], kind: str) -> dict[str, Pause]:
    """The reasons for which the clock of this kind may stand still."""
    return {reason: known for reason, known in pauses.items() if kind in known.kinds}


def pause(row: Paused, reason: str, now: datetime) -> None:
    """Let it stand still. Raises IllegalMove where it does already."""
    if row.paused_at is not None:
        raise IllegalMove()
    row.paused_at, row.pause_reason = now, reason


def runs_on_at(row: Paused, pauses: Mapping[str, Pause]) -> datetime | None:
    """When a clock that stands runs on by itself; None where it does not stand, or its reason has no cap."""
    known = pauses.get(row.pause_reason)
    most = known.most if known else None
    return most.after(row.paused_at) if most and row.paused_at else None


def run_on(row: Paused, pauses: Mapping[str, Pause], now: datetime) -> None:
    """Let it run on: the deadline moves by the time that it stood, and not by more than its reason gives.

    Raises IllegalMove where it does not stand.
    """
    if row.paused_at is None:
        raise IllegalMove()
    until = min(now, runs_on_at(row, pauses) or now)
    stood = max(0, int((until - row.paused_at).total_seconds()))
    row.paused_seconds, row.due_at = row.paused_seconds + stood, row.due_at + timedelta(seconds=stood)
    row.paused_at, row.pause_reason, row.warned = None, "", ""


def stage(due_at: datetime, now: datetime) -> str:
    """How late something is that is warned of: ``over`` or ``soon``."""
    return "over" if due_at <= now else "soon"


def silent_since(now: datetime) -> datetime:
    """What was said to be done before this moment, and nobody said no to, has ended."""
    return now - timedelta(days=SILENT_DAYS)
