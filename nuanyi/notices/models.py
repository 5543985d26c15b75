"""The outbox and preferences."""

from __future__ import annotations

from datetime import time

from django.db import models
from django.utils.translation import gettext_lazy as _

from nuanyi.lib import clock
from nuanyi.lib.actor import Actor
from nuanyi.lib.ids import new_id
from nuanyi.lib.personal import CONSENT_BASIS, KEY_DESTROYED, NOBODY, Declaration
from nuanyi.lib.sealed import SealedText
from nuanyi.people.models import Account
from nuanyi.units.models import Unit


class State(models.TextChoices):
    """Where a notice stands."""

    QUEUED = "queued", _("waiting")
    SENT = "sent", _("sent")
    DEAD = "dead", _("given up")
    DECLINED = "declined", _("not wanted")


class Way(models.TextChoices):
    """How somebody without an account is told that something moved."""

    WEBPUSH = "webpush", _("A message on this phone")
    WECHAT = "wechat", _("WeChat official account")
    SMS = "sms", _("SMS")


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


class Watcher(models.Model):
    """Somebody who wants to hear of one request or report that he sent.

    ``mark`` is a keyed digest of which; the address is sealed. The row goes when he stops, when what it is about is
    forgotten, or 30 days after the end of that.
    """

    PERSONAL = {
        "sealed_address": Declaration(
            _("Where progress is told to (phone, WeChat, browser)"),
            _("To tell you that your request or report moved, as you asked"),
            CONSENT_BASIS,
            365,
            KEY_DESTROYED,
        ),
        "sealed_link": Declaration(
            _("The link of that request or report"),
            _("To open it from the message"),
            CONSENT_BASIS,
            365,
            KEY_DESTROYED,
        ),
        "digest_of_phone": Declaration(
            _("A keyed digest of that phone"),
            _("To tell you what is kept when you ask by your phone"),
            CONSENT_BASIS,
            365,
            KEY_DESTROYED,
        ),
    }

    key = models.UUIDField(unique=True, editable=False)
    mark = models.BinaryField(db_index=True)
    way = models.CharField(max_length=8, choices=Way)
    sealed_address = SealedText(bound_by="key", null=True)
    sealed_link = SealedText(bound_by="key", null=True)
    digest_of_phone = models.BinaryField(null=True)
    #: what was sent to a phone, or is to be written to the official account
    code_digest = models.BinaryField(null=True)
    code_at = models.DateTimeField(default=clock.now)
    code_tries = models.PositiveSmallIntegerField(default=0)
    active = models.BooleanField(default=False)
    #: something moved since it was told last
    waiting = models.BooleanField(default=False)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True)
    made_date = models.DateField()
    #: on which day what it is about ended; empty again where that was opened again
    ended_date = models.DateField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint("mark", "way", name="watcher_once")]
        indexes = [
            models.Index("due_at", condition=models.Q(waiting=True), name="watcher_waiting"),
            models.Index("code_digest", condition=models.Q(active=False), name="watcher_code"),
            models.Index(
                "digest_of_phone", condition=models.Q(digest_of_phone__isnull=False), name="watcher_phone"
            ),
        ]


class Happening(models.Model):
    """That something moved: of what, by a keyed digest, and nothing else.

    ``over``: it has ended with that. ``told``: whoever listens is told, as he is not of what he did himself. A job makes
    it messages within minutes and deletes it.
    """

    PERSONAL = NOBODY

    mark = models.BinaryField()
    over = models.BooleanField(default=False)
    told = models.BooleanField(default=True)
