"""When addresses for progress are past their time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Model, Q, QuerySet

from nuanyi.lib import retention
from nuanyi.lib.retention import Subject
from nuanyi.notices import progress
from nuanyi.notices.models import Watcher

#: The days of the declaration less those after an end.
SOONER = timedelta(days=Watcher.PERSONAL["sealed_address"].retention_days - progress.KEPT_DAYS)


def unheard(before: datetime) -> QuerySet[Watcher]:
    """Who began to listen before, or listens to what ended more than 30 days ago."""
    ended = (before + SOONER).date()
    return Watcher.objects.filter(Q(made_date__lt=before.date()) | Q(ended_date__lt=ended))


def watchers_of(subject: Subject) -> Iterable[Model]:
    """What is told to this number by SMS."""
    return progress.of_phone(subject.phone) if subject.phone else []


retention.keep(Watcher, over=unheard, of=watchers_of)
