"""The page of what an entry of the ledger was written for: ``(route, its argument)`` by the kind of record.

What has no page of its own (a lesson's push, a day of a volunteer) leads to the list that it stands in.
"""

from __future__ import annotations

from functools import lru_cache

from django.urls import reverse

PAGES: dict[str, tuple[str, str]] = {
    "cases.case": ("cases:case", "pk"),
    "cases.register": ("cases:registers", ""),
    "census.import": ("census:import", "pk"),
    "census.worker": ("census:worker", "pk"),
    "census.establishment": ("census:establishment", "pk"),
    "learning.lesson": ("learning:lesson", "pk"),
    "learning.session": ("learning:session", "pk"),
    "reports.report": ("reports:report", "pk"),
    "stations.station": ("stations:one", "pk"),
}


@lru_cache(maxsize=2048)
def page_of(source_type: str, source_id: str) -> str:
    """The address of a record's page, "" where it has none."""
    route, argument = PAGES.get(source_type, ("", ""))
    if not route:
        return ""
    return reverse(route, kwargs={argument: source_id} if argument else None)
