"""Kinds of entry, and the question that lower rooms ask of higher ones before rules change."""

from __future__ import annotations

from dataclasses import dataclass

from django.dispatch import Signal
from django.utils.translation import gettext_lazy as _

from nuanyi.journal.rules import declare, declare_fields, declare_words

UNIT_SAVED = declare("units.unit_saved", _("A unit was entered or changed"))
UNIT_CLOSED = declare("units.unit_closed", _("A unit was closed"))
UNIT_MERGED = declare("units.unit_merged", _("A unit was merged into another"))
RULES_CHANGED = declare("units.rules_changed", _("Responsibility rules were changed"))

#: What stands in the details of these entries alone, as an auditor would say it.
declare_fields(
    "units",
    {"from_date": _("From"), "until_date": _("Until"), "region_code": _("Place")},
)
declare_words(
    {
        "dissolved": _("dissolved"),
        "members": _("members"),
        "moved": _("moved"),
        "reopened": _("reopened"),
        "unit_kind": _("kind of unit"),
    }
)


@dataclass(frozen=True)
class Subjects:
    """A group of records that somebody answers for: how many of what, in a sector and a region."""

    title: str
    sector: str
    region_code: str
    count: int
    address: str = ""


#: Sent without arguments; listeners return ``list[Subjects]``. The dry run asks what would move.
subjects_asked = Signal()

#: Sent with ``unit``; listeners return ``list[str]``: what still belongs to the unit and must go elsewhere first.
unit_closing = Signal()
#: Sent with ``unit``; listeners return ``bool``: whether anything that people told came to it, open or ended.
unit_received = Signal()
#: Sent with ``alliance`` when it is dissolved, in the same transaction: what hangs on it ends with it, and stays to be read.
alliance_ended = Signal()
#: Sent with ``unit``, ``into`` and ``actor`` while a unit is merged, for what is no foreign key; in the same transaction.
unit_merging = Signal()
