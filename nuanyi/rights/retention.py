"""When a request of the desk is past its time."""

from __future__ import annotations

from django.db.models import Model, Q

from nuanyi.lib import retention
from nuanyi.lib.actor import Actor
from nuanyi.rights.models import Request


def empty_requests(_actor: Actor, rows: list[Model]) -> None:
    """That something was asked and decided stays; the value goes, and what was written of the person."""
    Request.objects.filter(pk__in=[row.pk for row in rows]).update(sealed_value=None, reason="")


retention.keep(
    Request,
    over=lambda before: Request.objects.filter(asked_at__lt=before).exclude(sealed_value=None, reason=""),
    forget=empty_requests,
    of=lambda subject: Request.objects.filter(
        Q(person__in=subject.persons) | Q(account__in=subject.accounts), sealed_value__isnull=False
    ),
)
