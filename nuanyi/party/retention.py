"""When an application is past its time: counted from the day on which it was asked, or from its last step."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from nuanyi.lib import retention
from nuanyi.lib.actor import Actor
from nuanyi.party.models import Application, Member, Showing, StepDone


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


def former_members(before: datetime) -> QuerySet[Member]:
    """Whoever left a branch before, as long as a name or a phone is kept."""
    empty = Q(sealed_name=None, sealed_phone=None, phone_digest=None)
    return Member.objects.filter(left_date__lt=before.date()).exclude(empty)


def empty_members(_actor: Actor, rows: list[Model]) -> None:
    """That the branch had somebody stays; who it was goes."""
    chosen = Member.objects.filter(pk__in=[row.pk for row in rows])
    chosen.update(sealed_name=None, sealed_phone=None, phone_digest=None)


retention.keep(Member, over=former_members, forget=empty_members)


def old_showings(before: datetime) -> QuerySet[Showing]:
    """What was said a year ago and not said again."""
    return Showing.objects.filter(since_date__lt=before.date())


def end_showings(_actor: Actor, rows: list[Model]) -> None:
    """Nobody goes on being shown because they forgot."""
    Showing.objects.filter(pk__in=[row.pk for row in rows]).delete()


retention.keep(Showing, over=old_showings, forget=end_showings)
