"""The figures that volunteers offer the matrix."""

from __future__ import annotations

from typing import Any

from django.db.models import Count
from django.db.models.functions import Substr
from django.utils.translation import gettext_lazy as _

from nuanyi.ledger import queries as ledger
from nuanyi.lib.figures import Counts, Figure, Window, offer
from nuanyi.volunteers import kinds
from nuanyi.volunteers.models import Volunteer
from nuanyi.volunteers.rules import Standing


def _volunteers(asked: Window, by: tuple[str, ...]) -> Counts:
    rows = Volunteer.objects.filter(standing=Standing.ACTIVE, region_code__startswith=asked.region)
    if asked.last:
        rows = rows.filter(day__lte=asked.last)
    if not by:
        return {(): rows.count()}
    grouped = (
        rows.order_by()
        .annotate(township=Substr("region_code", 1, 9))
        .values_list("township")
        .annotate(n=Count("pk"))
    )
    return {(str(township),): n for township, n in grouped}


def _sums(kind: str) -> Any:
    def count(asked: Window, by: tuple[str, ...]) -> Counts:
        names = {"township": "region_code", "month": "month"}
        return ledger.sums((kind,), asked, tuple(names[dimension] for dimension in by))

    return count


offer(
    Figure(
        "governance.volunteers",
        _("Volunteers"),
        _("people"),
        _volunteers,
        ("township",),
        "/office/volunteers/",
        _("Active members of teams who joined by the end of the time asked for"),
        of_people=True,
    )
)
offer(
    Figure(
        kinds.LEAFLETS,
        _("Leaflets handed out"),
        _("leaflets"),
        _sums(kinds.LEAFLETS),
        ("township", "month"),
        "/office/volunteers/campaigns/",
        _("Leaflets drawn from stock less those that came back"),
        listed=lambda asked: ledger.listed(kinds.LEAFLETS, asked),
    )
)
offer(
    Figure(
        kinds.HOURS,
        _("Volunteers' hours"),
        _("hours"),
        _sums(kinds.HOURS),
        ("township", "month"),
        "/office/volunteers/shifts/",
        _("Hours on shifts that somebody other than the volunteer confirmed, in whole hours a shift"),
        listed=lambda asked: ledger.listed(kinds.HOURS, asked),
    )
)
