"""When reports are past their time: counted from their end."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, cast

from django.db.models import Model, Q, QuerySet

from nuanyi.lib import clock, masks, retention, sealed
from nuanyi.lib.actor import Actor
from nuanyi.lib.retention import Subject
from nuanyi.notices import progress
from nuanyi.reports.models import Picture, Report, Voice


def ended_reports(before: datetime) -> QuerySet[Report]:
    """Reports that ended before and still hold words."""
    return Report.objects.filter(ended_at__lt=before, forgotten_at=None)


def forget_reports(_actor: Actor, rows: list[Model]) -> None:
    """Words, photos and phones go; the thing, the place and the count stay."""
    pks = [row.pk for row in rows]
    senders = Voice.objects.filter(report__in=pks).values_list("key", flat=True)
    progress.forget("report", [key.hex for key in senders])
    Picture.objects.filter(report__in=pks).delete()
    Voice.objects.filter(report__in=pks).update(sealed_phone=None, phone_mask="")
    Report.objects.filter(pk__in=pks).update(sealed_words=None, forgotten_at=clock.now())


def empty_voices(_actor: Actor, rows: list[Model]) -> None:
    """The voice stays counted, its phone goes."""
    Voice.objects.filter(pk__in=[row.pk for row in rows]).update(sealed_phone=None, phone_mask="")
    progress.forget("report", [cast(Voice, row).key.hex for row in rows])


def _voices(before: datetime) -> Any:
    rows = Voice.objects.filter(report__ended_at__lt=before)
    return rows.exclude(Q(sealed_phone=None) & Q(phone_mask=""))


def voices_of(subject: Subject) -> list[Voice]:
    """Sendings for which this number was left. There is no digest of it: those with its mask are opened and compared."""
    if not subject.phone:
        return []
    rows = Voice.objects.filter(phone_mask=masks.mask_phone(subject.phone)).select_related("report")
    return [row for row in rows if sealed.open_text(row, "sealed_phone") == subject.phone]


def _reports_of(subject: Subject) -> list[Report]:
    """Reports whose words came with this number."""
    return [voice.report for voice in voices_of(subject) if voice.first and voice.report.sealed_words]


def _pictures_of(subject: Subject) -> Iterable[Model]:
    return Picture.objects.filter(report__in=_reports_of(subject), after=False)


retention.keep(Voice, over=_voices, forget=empty_voices, of=voices_of)
retention.keep(Report, over=ended_reports, forget=forget_reports, of=_reports_of, part=True)
retention.keep(
    Picture,
    over=lambda before: Picture.objects.filter(report__ended_at__lt=before),
    of=_pictures_of,
    part=True,
)
