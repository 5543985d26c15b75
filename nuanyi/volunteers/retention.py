"""When volunteers and photos of shifts are past their time."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from django.db.models import Exists, Model, OuterRef, QuerySet

from nuanyi.lib import masks, retention, sealed
from nuanyi.lib.actor import Actor
from nuanyi.lib.retention import Subject
from nuanyi.volunteers.models import Evidence, Signup, Volunteer
from nuanyi.volunteers.services import joining


def idle_volunteers(before: datetime) -> QuerySet[Volunteer]:
    """Volunteers who joined before and took no place on a shift since, and whose name is still there."""
    since = Signup.objects.filter(volunteer=OuterRef("pk"), shift__ends_at__gte=before)
    rows = Volunteer.objects.filter(day__lt=before.date(), sealed_name__isnull=False)
    return rows.exclude(Exists(since))


def forget_volunteers(actor: Actor, rows: list[Model]) -> None:
    """As when they leave: name and phone go, hours stay as nobody's."""
    for row in rows:
        joining.let_go(actor=actor, volunteer=cast(Volunteer, row))


def volunteers_of(subject: Subject) -> list[Volunteer]:
    """Volunteers with this number. There is no digest of it: those with its mask are opened and compared."""
    if not subject.phone:
        return []
    rows = Volunteer.objects.filter(phone_mask=masks.mask_phone(subject.phone), sealed_phone__isnull=False)
    return [row for row in rows if sealed.open_text(row, "sealed_phone") == subject.phone]


retention.keep(Volunteer, over=idle_volunteers, forget=forget_volunteers, of=volunteers_of)
retention.keep(Evidence, over=lambda before: Evidence.objects.filter(made_at__lt=before))
