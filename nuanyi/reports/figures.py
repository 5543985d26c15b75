"""The figures that reports offer the matrix."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from nuanyi.ledger import queries as ledger
from nuanyi.lib.figures import Counts, Figure, Window, offer
from nuanyi.lib.rooms import Route
from nuanyi.reports import kinds, queries

#: The list of what was reported, whatever became of it.
ALL = Route("reports:list", query={"state": "all"})


def _quality(name: str) -> Any:
    def count(asked: Window, by: tuple[str, ...]) -> Counts:
        value = queries.quality(queries.within(asked.first, asked.last, asked.region))[name]
        return {(): round(value)} if value is not None else {}

    return count


offer(
    Figure(
        "governance.community_problems_reported",
        _("Problems reported"),
        _("reports"),
        ledger.counter(kinds.REPORTED),
        ("township", "month"),
        ALL,
        _("Reports of days that are over, counted at night; doubles that were joined count once"),
        of_people=True,
        listed=ledger.lister(kinds.REPORTED),
    )
)
for _key, _title, _unit, _words in (
    ("share_mended", _("Reports mended"), "%", _("Share of reports that the unit says are mended")),
    (
        "share_told_back",
        _("Reports told back"),
        "%",
        _("Share of reports whose sender opened the link after the end"),
    ),
    (
        "share_reopened",
        _("Reports reopened"),
        "%",
        _("Share of reports that a sender or passer-by opened again"),
    ),
    (
        "hours_to_answer",
        _("Time to the first answer"),
        _("hours"),
        _("Mean hours from the report to the unit's first step that is shown"),
    ),
    (
        "hours_to_mend",
        _("Time to mending"),
        _("hours"),
        _("Mean hours from the report to mended, by the clock"),
    ),
):
    _less = _key.startswith("hours_") or _key == "share_reopened"
    offer(Figure(f"governance.{_key}", _title, _unit, _quality(_key), (), ALL, _words, less_is_better=_less))
