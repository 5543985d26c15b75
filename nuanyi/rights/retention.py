"""When a request of the desk is past its time."""

from __future__ import annotations

from django.db.models import Model, Q, QuerySet

from nuanyi.lib import clock, retention
from nuanyi.lib.actor import Actor
from nuanyi.lib.retention import Subject
from nuanyi.rights.models import Request
from nuanyi.rights.rules import State


def empty_requests(_actor: Actor, rows: list[Model]) -> None:
    """That something was asked and decided stays; the value goes, and what was written of the person.

    One that nobody has decided ends with it: there is nothing left to decide by.
    """
    chosen = Request.objects.filter(pk__in=[row.pk for row in rows])
    chosen.filter(state=State.ASKED).update(state=State.LAPSED, decided_at=clock.now())
    chosen.update(sealed_value=None, reason="")


def requests_of(subject: Subject) -> QuerySet[Request]:
    """What a person, or a colleague, asked at a desk: any that still says something, not only those with a value."""
    whose = Q(person__in=subject.persons) | Q(account__in=subject.accounts)
    return Request.objects.filter(whose).exclude(sealed_value=None, reason="")


retention.keep(
    Request,
    over=lambda before: Request.objects.filter(asked_at__lt=before).exclude(sealed_value=None, reason=""),
    forget=empty_requests,
    of=requests_of,
    # what an officer wrote of how somebody was known is no matter of whoever holds the number now
    at_desk=True,
)
