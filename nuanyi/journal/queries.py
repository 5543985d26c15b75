"""Reading and verifying the journal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from nuanyi.journal import rules
from nuanyi.journal.models import Entry


@dataclass(frozen=True)
class Break:
    """A place where the chain does not hold."""

    lane: int
    seq: int
    what: str


@dataclass(frozen=True)
class Verdict:
    """What a verification found; ``heads`` are ``lane: (seq, hex digest)``."""

    entries: int
    breaks: list[Break]
    heads: dict[int, tuple[int, str]]


def acts_since(*, actor_id: int | None, kind: str, since: datetime) -> int:
    """How often an account did something since a moment."""
    return Entry.objects.filter(kind=kind, actor_id=actor_id, at__gte=since).count()


def verify(known_heads: dict[int, tuple[int, str]] | None = None) -> Verdict:
    """Recompute every digest, lane by lane, and compare with heads written outside the database earlier."""
    known, breaks, heads, count = known_heads or {}, [], {}, 0
    lane, seq, previous = -1, 0, rules.GENESIS
    for row in _rows():
        count += 1
        if row[0] != lane:
            lane, seq, previous = row[0], 0, rules.GENESIS
        if row[1] != seq + 1:
            breaks.append(Break(lane, seq + 1, "missing"))
        stored_previous, stored = bytes(row[-2]), bytes(row[-1])
        computed = rules.digest(stored_previous, [str(value) for value in row[:-2]])
        if stored_previous != previous:
            breaks.append(Break(lane, row[1], "does not follow the entry before"))
        if computed != stored:
            breaks.append(Break(lane, row[1], "was changed"))
        if lane in known and known[lane][0] == row[1] and known[lane][1] != stored.hex():
            breaks.append(Break(lane, row[1], "is not the entry that was here before"))
        seq, previous = row[1], stored
        heads[lane] = (seq, stored.hex())
    for number, (last, _digest) in known.items():
        if heads.get(number, (0, ""))[0] < last:
            breaks.append(Break(number, last, "the end was cut off"))
    return Verdict(count, breaks, heads)


def _rows() -> Iterator[tuple[Any, ...]]:
    """Every entry's fields as the texts that its digest was made of, through a server-side cursor."""
    connection.ensure_connection()
    with transaction.atomic(), connection.connection.cursor(name="journal_verify") as cursor:
        cursor.itersize = 5000
        cursor.execute(
            "SELECT lane, seq, journal_time(at), actor_kind, coalesce(actor_id::text, ''), actor_label, kind,"
            " subject_type, subject_id, detail::text, previous, hash FROM journal_entry ORDER BY lane, seq"
        )
        yield from cursor
