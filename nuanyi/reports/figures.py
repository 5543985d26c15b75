"""The figures that reports offer the matrix."""

from __future__ import annotations

from typing import Any

from django.db.models import Count
from django.db.models.functions import Substr, TruncMonth
from django.utils.translation import gettext_lazy as _

from nuanyi.lib import clock
from nuanyi.lib.figures import Counts, Figure, Window, offer
from nuanyi.reports import queries


def _reported(asked: Window, by: tuple[str, ...]) -> Counts:
    rows = queries.within(asked.first, asked.last, asked.region)
    if not by:
        return {(): rows.count()}
    names: dict[str, Any] = {
        "township": Substr("region_code", 1, 9),
        "month": TruncMonth("hour_at", tzinfo=clock.CHINA),
    }
    grouped = rows.order_by().annotate(**{f"by_{name}": names[name] for name in by})
    found: dict[tuple[str, ...], int] = {}
    for row in grouped.values_list(*(f"by_{name}" for name in by)).annotate(n=Count("pk")):
        key = tuple(value.date().isoformat() if hasattr(value, "date") else str(value) for value in row[:-1])
        found[key] = row[-1]
    return found


def _quality(name: str) -> Any:
    def count(asked: Window, by: tuple[str, ...]) -> Counts:
        value = queries.quality(queries.within(asked.first, asked.last, asked.region))[name]
        return {(): round(value)} if value is not None else {}

    return count


offer(Figure(
    "governance.community_problems_reported", _("Problems reported"), _("reports"), _reported, ("township", "month"),
    "/office/reports/?state=all", _("Reports of things out there; doubles that were joined count once"),
))  # fmt: skip
for _key, _title, _unit, _words in (
    ("share_mended", _("Reports mended"), "%", _("Share of reports that the unit says are mended")),
    ("share_told_back", _("Reports told back"), "%", _("Share of reports whose sender opened the link after the end")),
    ("share_reopened", _("Reports reopened"), "%", _("Share of reports that a sender or passer-by opened again")),
    ("hours_to_answer", _("Time to the first answer"), _("hours"), _("Mean hours from the report to the unit's first step that is shown")),
    ("hours_to_mend", _("Time to mending"), _("hours"), _("Mean hours from the report to mended, by the clock")),
):  # fmt: skip
    offer(Figure(f"governance.{_key}", _title, _unit, _quality(_key), (), "/office/reports/?state=all", _words))
