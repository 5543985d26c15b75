"""Reading sums from the roll-up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from django.db.models import Model, Sum
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from nuanyi.ledger import rules
from nuanyi.ledger.models import LedgerEntry, RollUp
from nuanyi.lib.figures import Counted, Counts, Window

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


def listed(kind: str, asked: Window, pages: Mapping[str, str] | None = None) -> list[Counted]:
    """The entries that :func:`sums` adds up for one kind, the newest first; what was taken back stands with its reversal.

    ``pages``: label of the source's model -> route with a ``pk``, for the page of each record.
    """
    rows = LedgerEntry.objects.filter(kind=kind, region_code__startswith=asked.region)
    if asked.first:
        rows = rows.filter(day__gte=asked.first.replace(day=1))
    if asked.last:
        rows = rows.filter(day__lt=(asked.last.replace(day=28) + timedelta(days=4)).replace(day=1))
    title = rules.kind(kind).title
    back = _("%(what)s, taken back") % {"what": title}
    return [
        Counted(
            words=back if row.reverses_id else title,
            count=row.count,
            day=row.day,
            region=row.region_code,
            sector=row.sector,
            href=_page(row, pages or {}),
        )
        for row in rows.order_by("-day", "-pk")
    ]


def _page(row: LedgerEntry, pages: Mapping[str, str]) -> str:
    route = pages.get(row.source_type, "")
    try:
        return reverse(route, kwargs={"pk": row.source_id}) if route else ""
    except NoReverseMatch:  # the record has another kind of number now
        return ""
