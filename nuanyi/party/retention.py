"""When an application is past its time: counted from the day on which it was asked, or from its last step."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from nuanyi.lib import retention
from nuanyi.lib.actor import Actor
from nuanyi.party.models import Application, StepDone


def idle_applications(before: datetime) -> QuerySet[Application]:
    """Applications asked before, without a step since, that still hold a name or a phone."""
    since = StepDone.objects.filter(application=OuterRef("pk"), done_date__gte=before.date())
    empty = Q(sealed_name=None, sealed_phone=None, phone_digest=None)
    return Application.objects.filter(asked_date__lt=before.date()).exclude(empty).exclude(Exists(since))


def empty_applications(_actor: Actor, rows: list[Model]) -> None:
    """That somebody asked, and what came of it, stays; who it was goes."""
    chosen = Application.objects.filter(pk__in=[row.pk for row in rows])
    chosen.update(sealed_name=None, sealed_phone=None, phone_digest=None)


retention.keep(Application, over=idle_applications, forget=empty_applications)
