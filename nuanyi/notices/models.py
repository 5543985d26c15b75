"""The outbox and preferences."""

from __future__ import annotations

from datetime import time

from django.db import models
from django.utils.translation import gettext_lazy as _

from nuanyi.lib import clock
from nuanyi.lib.actor import Actor
from nuanyi.lib.ids import new_id
from nuanyi.lib.personal import NOBODY
from nuanyi.people.models import Account
from nuanyi.units.models import Unit


class State(models.TextChoices):
    """Where a notice stands."""

    QUEUED = "queued", _("waiting")
    SENT = "sent", _("sent")
    DEAD = "dead", _("given up")
    DECLINED = "declined", _("not wanted")


class NoticeQuerySet(models.QuerySet["Notice"]):
    """Filters."""

    def visible_to(self, actor: Actor) -> NoticeQuerySet:
        """One's own notices."""
        return self.filter(account_id=actor.account_id) if actor.account_id else self.none()


class Notice(models.Model):
    """One notice to one account over one channel. ``once`` keeps a retry from telling twice."""

    PERSONAL = NOBODY

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=40)
    facts = models.JSONField(default=dict)
    address = models.CharField(max_length=200, blank=True)
    channel = models.CharField(max_length=20)
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    once = models.CharField(max_length=120, unique=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=200, blank=True)
    queued_at = models.DateTimeField(default=clock.now)
    due_at = models.DateTimeField(default=clock.now)
    sent_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)

    #: The page to open, not a postal address.
    IMPERSONAL = {"address"}

    objects = NoticeQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["due_at"], condition=models.Q(state="queued"), name="notice_due")]


class Call(models.Model):
    """Something to tell those who have certain roles at a unit. The outbox makes it a notice for each; a sender does not wait."""

    PERSONAL = NOBODY

    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="+")
    roles = models.JSONField(default=list)
    account = models.ForeignKey(Account, null=True, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=40)
    facts = models.JSONField(default=dict)
    address = models.CharField(max_length=200, blank=True)
    once = models.CharField(max_length=100)
    made_at = models.DateTimeField(default=clock.now)

    IMPERSONAL = {"address"}


class Preference(models.Model):
    """How one account wants to be told."""

    PERSONAL = NOBODY

    account = models.OneToOneField(Account, on_delete=models.CASCADE, related_name="preference")
    channel = models.CharField(max_length=20, default="console")
    quiet_from = models.TimeField(default=time(21, 0))
    quiet_until = models.TimeField(default=time(8, 0))
    wanted = models.BooleanField(default=True)
