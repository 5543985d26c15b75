"""What an installation knows of its own beginning."""

from __future__ import annotations

from django.db import models

from nuanyi.lib.personal import NOBODY


class Outcome(models.Model):
    """How the last run of something ended: the latest that went well and the latest that did not.

    Kept in the database: whichever machine backed up or looked, every machine's health page knows.
    """

    PERSONAL = NOBODY

    class What(models.TextChoices):
        """What was done."""

        BACKUP = "backup"
        REHEARSAL = "rehearsal"
        CERTIFICATE = "certificate"

    what = models.CharField(max_length=12, choices=What)
    good = models.BooleanField()
    at = models.DateTimeField()
    target = models.CharField(max_length=300)
    words = models.CharField(max_length=600, blank=True)
    bytes = models.BigIntegerField(default=0)
    rows = models.BigIntegerField(default=0)
    until = models.DateTimeField(null=True)

    class Meta:
        """One row of each."""

        constraints = [models.UniqueConstraint(fields=["what", "good"], name="outcome_once")]


class JobError(models.Model):
    """Why a background job failed last: the kind of exception and where it arose, never its words, which may name somebody."""

    PERSONAL = NOBODY

    job = models.BigIntegerField(unique=True)
    at = models.DateTimeField()
    words = models.CharField(max_length=300)


class Installation(models.Model):
    """One row: the one-time key of the set-up page as a keyed digest, who holds it, and when the district was opened."""

    PERSONAL = NOBODY

    key_digest = models.BinaryField(null=True)
    key_expires_at = models.DateTimeField(null=True)
    session_digest = models.BinaryField(null=True)
    opened_at = models.DateTimeField(null=True)
    trial = models.BooleanField(default=False)
