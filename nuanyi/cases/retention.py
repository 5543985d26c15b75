"""When requests are past their time: counted from their end, one that is open is in use."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, cast

from django.db.models import Model, Q, QuerySet

from nuanyi.cases import queries
from nuanyi.cases.models import Attachment, Case, Hearing, Message, PhoneCode
from nuanyi.cases.services import intake
from nuanyi.lib import retention
from nuanyi.lib.actor import Actor
from nuanyi.lib.retention import Subject


def ended_cases(before: datetime) -> QuerySet[Case]:
    """Cases that ended before and still hold words or a phone."""
    return Case.objects.filter(ended_at__lt=before, forgotten_at=None)


def forget_cases(actor: Actor, rows: list[Model]) -> None:
    """As when the worker asks for it: the count stays."""
    for row in rows:
        intake.forget(actor=actor, case=cast(Case, row))


def empty_hearings(_actor: Actor, rows: list[Model]) -> None:
    """That it took place, and what came of it, stays."""
    Hearing.objects.filter(pk__in=[row.pk for row in rows]).update(sealed_participants=None, words="")


def _of_ended_cases(model: Any) -> retention.Over:
    return lambda before: model.objects.filter(case__ended_at__lt=before)


def _of_phone(model: Any, path: str) -> retention.Of:
    """Rows of requests in which this number was given."""

    def of(subject: Subject) -> Iterable[Model]:
        if not subject.phone:
            return []
        return cast(Iterable[Model], model.objects.filter(**{path: queries.phone_mark(subject.phone)}))

    return of


retention.keep(Case, over=ended_cases, forget=forget_cases, of=_of_phone(Case, "phone_digest"))
for _part in (Message, Attachment):
    retention.keep(_part, over=_of_ended_cases(_part), of=_of_phone(_part, "case__phone_digest"), part=True)
retention.keep(
    Hearing,
    over=lambda before: Hearing.objects.filter(case__ended_at__lt=before).exclude(
        Q(sealed_participants=None) & Q(words="")
    ),
    forget=empty_hearings,
    of=_of_phone(Hearing, "case__phone_digest"),
    part=True,
)
retention.keep(PhoneCode, over=lambda before: PhoneCode.objects.filter(made_at__lt=before))
