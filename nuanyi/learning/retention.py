"""When readers, lecture teams, photos of sessions and certificates are past their time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Exists, Model, OuterRef, QuerySet

from nuanyi.learning.models import Certificate, Push, Reader, SessionPicture, TeamMember
from nuanyi.learning.services import readers
from nuanyi.lib import retention
from nuanyi.lib.retention import Subject
from nuanyi.notices.channels import sms


def unread(before: datetime) -> QuerySet[Reader]:
    """Readers who were entered before and to whom nothing was sent since."""
    sent = Push.objects.filter(reader=OuterRef("pk"), sent_at__gte=before)
    return Reader.objects.filter(code_at__lt=before).exclude(Exists(sent))


def readers_of(subject: Subject) -> Iterable[Model]:
    """Who gets the lesson of the day by SMS to this number."""
    return readers.with_address(sms.CHANNEL.name, subject.phone) if subject.phone else []


retention.keep(Reader, over=unread, of=readers_of)
retention.keep(TeamMember, over=lambda before: TeamMember.objects.filter(session__ends_at__lt=before))
retention.keep(SessionPicture, over=lambda before: SessionPicture.objects.filter(session__ends_at__lt=before))
retention.keep(Certificate, over=lambda before: Certificate.objects.filter(day__lt=before.date()))
