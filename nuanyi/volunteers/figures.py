"""The figures that volunteers offer the matrix."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Count, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nuanyi.ledger import queries as ledger
from nuanyi.lib import clock
from nuanyi.lib.figures import Counted, Counts, Figure, Window, offer
from nuanyi.lib.region_codes import township_of
from nuanyi.lib.rooms import Route
from nuanyi.places import queries as places
from nuanyi.volunteers import kinds
from nuanyi.volunteers.models import Signup


def _took_part(asked: Window) -> QuerySet[Signup]:
    """Places on shifts of which somebody else confirmed minutes; one person may have several."""
    rows = Signup.objects.filter(minutes__gt=0)
    if asked.region:
        rows = rows.filter(places.within(asked.region, places.moved_now(), "volunteer__region_code"))
    if asked.first:
        rows = rows.filter(shift__starts_at__gte=clock.midnight(asked.first))
    if asked.last:
        rows = rows.filter(shift__starts_at__lt=clock.midnight(asked.last + timedelta(days=1)))
    return rows


def _volunteers(asked: Window, by: tuple[str, ...]) -> Counts:
    rows = _took_part(asked).order_by()
    if not by:
        return {(): rows.values("volunteer").distinct().count()}
    # whoever is counted has one place: those of several codes of then add up
    moved, cells = places.moved_now(), dict[tuple[str, ...], int]()
    grouped = rows.values_list("volunteer__region_code").annotate(n=Count("volunteer", distinct=True))
    for region, number in grouped:
        key = (township_of(places.code_today(region, moved)),)
        cells[key] = cells.get(key, 0) + number
    return cells


def _listed(asked: Window) -> list[Counted]:
    """Each person once, with the first shift of the time asked for; nobody is named."""
    found: dict[int, Counted] = {}
    for row in _took_part(asked).select_related("shift", "volunteer").order_by("shift__starts_at", "pk"):
        found.setdefault(
            row.volunteer_id,
            Counted(
                words=f"{row.shift.title} · {row.get_role_display()}",
                day=clock.day_of(row.shift.starts_at),
                region=row.volunteer.region_code,
                href=reverse("volunteers:shift", kwargs={"pk": row.shift_id}),
            ),
        )
    return list(found.values())


offer(
    Figure(
        "governance.volunteers",
        _("Volunteers who took part"),
        _("people"),
        _volunteers,
        ("township",),
        Route("volunteers:people"),
        _("Persons who took part in a shift of the time asked for, their hours confirmed by somebody else"),
        of_people=True,
        listed=_listed,
    )
)
offer(
    Figure(
        kinds.LEAFLETS,
        _("Leaflets handed out"),
        _("leaflets"),
        ledger.counter(kinds.LEAFLETS),
        ("township", "month"),
        Route("volunteers:campaigns"),
        _("Leaflets drawn from stock less those that came back"),
        listed=ledger.lister(kinds.LEAFLETS),
    )
)
offer(
    Figure(
        kinds.HOURS,
        _("Volunteers' hours"),
        _("hours"),
        ledger.counter(kinds.HOURS),
        ("township", "month"),
        Route("volunteers:shifts"),
        _("Hours on shifts that somebody other than the volunteer confirmed, in whole hours a shift"),
        of_people=True,
        listed=ledger.lister(kinds.HOURS),
    )
)
