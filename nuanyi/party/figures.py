"""The figures that Party work offers the matrix: about establishments, never about anybody's affiliation."""

from __future__ import annotations

from typing import Any

from django.db.models import Count
from django.db.models.functions import Substr
from django.utils.translation import gettext_lazy as _

from nuanyi.ledger import queries as ledger
from nuanyi.lib.figures import Counts, Figure, Window, offer
from nuanyi.party import kinds, queries


def _covered(which: str) -> Any:
    def count(asked: Window, by: tuple[str, ...]) -> Counts:
        rows = queries.covered(asked.last).filter(**{which: True}, region_code__startswith=asked.region)
        if not by:
            return {(): rows.count()}
        names = {"township": "township", "sector": "sector"}
        found = rows.annotate(township=Substr("region_code", 1, 9)).order_by()
        grouped = found.values_list(*(names[one] for one in by)).annotate(n=Count("pk"))
        return {tuple(map(str, row[:-1])): row[-1] for row in grouped}

    return count


def _joint(asked: Window, by: tuple[str, ...]) -> Counts:
    return ledger.sums((kinds.JOINT_ACTIVITIES,), asked, by)


def _visits(asked: Window, by: tuple[str, ...]) -> Counts:
    names = {"township": "region_code", "month": "month", "sector": "sector"}
    return ledger.sums((kinds.VISITS,), asked, tuple(names[one] for one in by))


offer(
    Figure(
        "party.organised",
        _("Establishments reached by a branch"),
        _("establishments"),
        _covered("organised"),
        ("township", "sector"),
        "/office/party/coverage/",
        _("Establishments that a branch of any form covers at the end of the time asked for"),
    )
)
offer(
    Figure(
        "party.worked",
        _("Establishments reached by an instructor"),
        _("establishments"),
        _covered("worked"),
        ("township", "sector"),
        "/office/party/coverage/",
        _("Establishments with an instructor and a visit within the days that the definition in force names"),
    )
)
offer(
    Figure(
        kinds.VISITS,
        _("Visits and talks of instructors"),
        _("visits"),
        _visits,
        ("township", "month", "sector"),
        "/office/party/coverage/",
        _("Visits and talks that instructors recorded at the establishments they follow"),
        of_people=True,
        listed=lambda asked: ledger.listed(kinds.VISITS, asked),
    )
)
offer(
    Figure(
        kinds.JOINT_ACTIVITIES,
        _("Joint activities of alliances"),
        _("activities"),
        _joint,
        ("month",),
        "/office/party/alliances/",
        _("Activities that members of an alliance held together, counted when they took place"),
        listed=lambda asked: ledger.listed(kinds.JOINT_ACTIVITIES, asked),
    )
)
