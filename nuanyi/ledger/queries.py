"""Reading sums from the roll-up."""

from __future__ import annotations

from django.db.models import Model, Sum

from nuanyi.ledger.models import LedgerEntry, RollUp
from nuanyi.lib.figures import Counts, Window

DIMENSIONS = ("month", "region_code", "sector", "unit_id")


def sums(kinds: tuple[str, ...], asked: Window, by: tuple[str, ...] = ()) -> Counts:
    """Sums of some kinds within a window, by some of ``DIMENSIONS``. Whole months read the roll-up."""
    rows = RollUp.objects.filter(kind__in=kinds, region_code__startswith=asked.region)
    if asked.first:
        rows = rows.filter(month__gte=asked.first.replace(day=1))
    if asked.last:
        rows = rows.filter(month__lte=asked.last)
    if not by:
        return {(): rows.aggregate(n=Sum("count"))["n"] or 0}
    grouped = rows.order_by().values_list(*by).annotate(n=Sum("count"))
    return {tuple(str(value) for value in row[:-1]): row[-1] for row in grouped}


def known(kind: str, source: Model) -> bool:
    """Whether a record put something of a kind into the ledger already."""
    rows = LedgerEntry.objects.filter(source_type=source._meta.label_lower, source_id=str(source.pk))
    return rows.filter(kind=kind).exists()
