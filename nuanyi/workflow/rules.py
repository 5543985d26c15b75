"""Rules that requests and reports share. No database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from nuanyi.lib.errors import IllegalMove, Words

#: For so many days after something ended it may be opened again; to the minute, not to the day.
REOPEN_DAYS = 30


class Clocked(Protocol):
    """What has a deadline, a warning given before or after it, and a count of how often it was opened again."""

    due_at: datetime
    ended_at: datetime | None
    reopened: int
    warned: Any


def why_not_reopen(ended_at: datetime | None, now: datetime, too_late: Words) -> IllegalMove | None:
    """Why what ended then may not be opened again now, in the words ``too_late``; None where it may."""
    late = ended_at is not None and ended_at < now - timedelta(days=REOPEN_DAYS)
    return IllegalMove(too_late, code="too-late") if late else None


def open_again(row: Clocked, due_at: datetime) -> None:
    """Whatever opens it again gives it a new deadline, and whoever was warned of the old one is warned of the new."""
    row.due_at, row.ended_at = due_at, None
    row.reopened += 1
    row.warned = type(row.warned)()


@dataclass(frozen=True)
class Proofs:
    """Two proofs: the unit says that it is done, and whoever asked says whether it is.

    ``said`` is the state of the first; a no from ``reopened_from`` opens it again.
    """

    said: str
    reopened_from: frozenset[str]
    too_late: Words

    def why_not(
        self, agrees: bool, state: str, ended_at: datetime | None, now: datetime
    ) -> IllegalMove | None:
        """Why whoever asked may not say so now; None where it may."""
        if agrees:
            return None if state == self.said else IllegalMove()
        if state not in self.reopened_from:
            return IllegalMove()
        return why_not_reopen(ended_at, now, self.too_late)
