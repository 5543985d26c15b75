"""Writing to the ledger, in the transaction of what it counts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import connection, transaction
from django.db.models import Model

from nuanyi.ledger import rules
from nuanyi.ledger.models import LedgerEntry
from nuanyi.lib.errors import IllegalMove
from nuanyi.lib.shape import Reason, shaped_otherwise


@dataclass(frozen=True)
class Delivered:
    """One line for the ledger."""

    day: date
    count: int = 1
    region_code: str = ""
    sector: str = ""
    unit_id: int = 0


@shaped_otherwise(Reason.PART)
def record(kind: str, lines: Iterable[Delivered], *, source: Model) -> list[LedgerEntry]:
    """Append entries of one kind that come from one record. Raises KeyError for an undeclared kind."""
    rules.kind(kind)
    entries = [
        LedgerEntry(
            kind=kind,
            day=line.day,
            region_code=line.region_code,
            sector=line.sector,
            unit_id=line.unit_id,
            count=line.count,
            source_type=source._meta.label_lower,
            source_id=str(source.pk),
        )
        for line in lines
        if line.count
    ]
    return LedgerEntry.objects.bulk_create(entries)


@shaped_otherwise(Reason.PART)
@transaction.atomic
def reverse(entry: LedgerEntry) -> LedgerEntry:
    """Take an entry back by a second one. Raises IllegalMove where it is reversed already or is a reversal."""
    if entry.reverses_id or LedgerEntry.objects.filter(reverses=entry).exists():
        raise IllegalMove()
    return LedgerEntry.objects.create(
        kind=entry.kind,
        day=entry.day,
        region_code=entry.region_code,
        sector=entry.sector,
        unit_id=entry.unit_id,
        count=-entry.count,
        source_type=entry.source_type,
        source_id=entry.source_id,
        reverses=entry,
    )


@shaped_otherwise(Reason.PART)
@transaction.atomic
def reverse_everything() -> int:
    """Take back all that stands: a try-out begins anew. Returns how many entries. Nothing is removed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_ledgerentry (kind, day, region_code, sector, unit_id, count, source_type, source_id,"
            " reverses_id, written_at)"
            " SELECT kind, day, region_code, sector, unit_id, -count, source_type, source_id, id, now()"
            " FROM ledger_ledgerentry e WHERE reverses_id IS NULL"
            " AND NOT EXISTS (SELECT FROM ledger_ledgerentry r WHERE r.reverses_id = e.id)"
        )
        return int(cursor.rowcount)


@shaped_otherwise(Reason.PART)
def reverse_all_from(source: Model) -> int:
    """Reverse whatever a record put into the ledger and did not take back yet; returns how many entries."""
    standing = LedgerEntry.objects.filter(
        source_type=source._meta.label_lower, source_id=str(source.pk), reverses=None, reversal=None
    )
    return len([reverse(entry) for entry in standing])
