"""What counts as covered, and that something of it changed."""

from __future__ import annotations

from django.db import models

from nuanyi.lib import clock
from nuanyi.lib.personal import NOBODY


class CoverageDefinition(models.Model):
    """What counts as covered, and until when how much is wanted; the newest that has begun holds."""

    PERSONAL = NOBODY

    from_date = models.DateField(unique=True)
    visit_within_days = models.PositiveSmallIntegerField(default=90)
    #: a regular activity counts as well as a visit
    activity_within_days = models.PositiveSmallIntegerField(default=90)
    target_percent = models.PositiveSmallIntegerField(default=100)
    target_date = models.DateField()
    source = models.CharField(max_length=200)

    class Meta:
        ordering = ["-from_date"]


class CoverageMark(models.Model):
    """Written by triggers, once a statement, whenever an establishment, a reach, an assignment or a visit changed: what was
    worked out of the coverages before holds no more (see ``coverage``)."""

    PERSONAL = NOBODY

    made_at = models.DateTimeField(default=clock.now)
