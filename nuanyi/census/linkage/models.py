"""Which records on file are one person: links with their evidence, what people decided, and each run."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from nuanyi.lib import clock
from nuanyi.lib.personal import NOBODY
from nuanyi.people.models import Account


class Zone(models.TextChoices):
    """How sure the program is."""

    CERTAIN = "certain", _("certain")
    POSSIBLE = "possible", _("possible")


class Verdict(models.TextChoices):
    """What a person said of a pair."""

    SAME = "same", _("one person")
    DIFFERENT = "different", _("two persons")


class LinkQuerySet(models.QuerySet["Link"]):
    """Filters."""

    def holding(self) -> LinkQuerySet:
        """Links that count two records as one person: certain ones that nobody split, and those people made."""
        return self.filter(Q(verdict=Verdict.SAME) | Q(verdict="", zone=Zone.CERTAIN))

    def waiting(self) -> LinkQuerySet:
        """Possible pairs that nobody decided, likeliest first."""
        return self.filter(verdict="", zone=Zone.POSSIBLE).order_by("-probability", "id")


class Link(models.Model):
    """Two records that may be one person. The evidence names levels of agreement and holds no value of anybody."""

    PERSONAL = NOBODY

    left = models.ForeignKey("census.Worker", on_delete=models.CASCADE, related_name="+")
    right = models.ForeignKey("census.Worker", on_delete=models.CASCADE, related_name="+")
    zone = models.CharField(max_length=10, choices=Zone)
    verdict = models.CharField(max_length=10, choices=Verdict, blank=True)
    probability = models.FloatField()
    evidence: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    version = models.CharField(max_length=20)
    made_at = models.DateTimeField(default=clock.now)
    decided_at = models.DateTimeField(null=True)

    objects = LinkQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint("left", "right", name="link_once"),
            models.CheckConstraint(condition=Q(left__lt=models.F("right")), name="link_left_before_right"),
        ]
        indexes = [models.Index(fields=["zone", "verdict", "-probability"], name="link_waiting")]


class Opinion(models.Model):
    """What one reviewer said of a link. A second one's shows how far reviewers agree."""

    PERSONAL = NOBODY

    link = models.ForeignKey(Link, on_delete=models.CASCADE, related_name="opinions")
    account = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="+")
    verdict = models.CharField(max_length=10, choices=Verdict)
    made_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint("link", "account", name="link_opinion_once")]


class CountedWith(models.Model):
    """A record that is counted with an earlier one of the same person. Made from the links, never by hand."""

    PERSONAL = NOBODY

    worker = models.OneToOneField(
        "census.Worker", primary_key=True, on_delete=models.CASCADE, related_name="counted_with"
    )
    head = models.ForeignKey("census.Worker", on_delete=models.CASCADE, related_name="+")


class LinkageRun(models.Model):
    """One linkage of all records: what it stood on, what it counted, what the model had learned."""

    PERSONAL = NOBODY

    fingerprint = models.CharField(max_length=120)
    version = models.CharField(max_length=20)
    entries = models.PositiveIntegerField()
    persons = models.PositiveIntegerField()
    possible = models.PositiveIntegerField()
    parameters: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    started_at = models.DateTimeField(default=clock.now)
    done_at = models.DateTimeField(default=clock.now)
