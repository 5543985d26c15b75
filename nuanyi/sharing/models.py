"""Tables of sharing: releases of open data; signed summaries of months, made here and received. Counts only."""

from __future__ import annotations

from typing import Any

from django.db import models

from nuanyi.lib import clock
from nuanyi.lib.personal import NOBODY
from nuanyi.lib.sealed import SealedBytes

Json = models.JSONField


class Release(models.Model):
    """Open data as they were published: ``rows`` do not change, a correction is another release with its ``changes``."""

    PERSONAL = NOBODY

    number = models.PositiveIntegerField(unique=True)
    made_at = models.DateTimeField(default=clock.now)
    until_month = models.DateField()
    rows: Any = Json(default=list)
    changes: Any = Json(default=list)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-number"]


class SigningKey(models.Model):
    """A key that signs summaries, by its number. Its private half is drawn at random, sealed, and deleted when it ends."""

    PERSONAL = NOBODY
    IMPERSONAL = {"private_key"}

    number = models.PositiveIntegerField(unique=True)
    public_key = models.CharField(max_length=64)
    private_key = SealedBytes(bound_by="number", suffix=b"private", family="file", null=True)
    from_date = models.DateField()
    until_date = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["-number"]


class Summary(models.Model):
    """What this district signed for a month; a correction is another revision."""

    PERSONAL = NOBODY

    month = models.DateField()
    revision = models.PositiveIntegerField()
    made_at = models.DateTimeField(default=clock.now)
    document: Any = Json()

    class Meta:
        ordering = ["-month", "-revision"]
        constraints = [models.UniqueConstraint("month", "revision", name="summary_once")]


class SenderKey(models.Model):
    """With which key a district signs, and from when until when."""

    PERSONAL = NOBODY

    district_code = models.CharField(max_length=6)
    name = models.CharField(max_length=60)
    public_key = models.CharField(max_length=64, unique=True)
    from_date = models.DateField()
    until_date = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["district_code", "-from_date"]


class Received(models.Model):
    """A district's summary that was checked and taken in. The highest revision of a month counts.

    One that should not have been taken in (a stolen key had signed it) is made void and stays to be seen.
    """

    PERSONAL = NOBODY

    district_code = models.CharField(max_length=6)
    month = models.DateField()
    revision = models.PositiveIntegerField()
    received_at = models.DateTimeField(default=clock.now)
    workers = models.PositiveIntegerField()
    counts: Any = Json(default=dict)
    document: Any = Json()
    void_at = models.DateTimeField(null=True, blank=True)
    void_because = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["district_code", "-month", "-revision"]
        constraints = [
            models.UniqueConstraint(
                fields=["district_code", "month", "revision"],
                condition=models.Q(void_at=None),
                name="received_once",
            )
        ]
