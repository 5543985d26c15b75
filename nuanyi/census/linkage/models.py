"""Which records on file are one person or one establishment: links with their evidence, what people decided, and each run."""

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


class Stage(models.TextChoices):
    """How far a linkage has come, in this order."""

    READING = "reading", _("reading the records")
    LEARNING = "learning", _("learning how often one person is written differently")
    COMPARING = "comparing", _("comparing the records with each other")
    WRITING = "writing", _("writing down who is one person")
    DONE = "done", _("done")


class LinkQuerySet(models.QuerySet[Any]):
    """Filters."""

    def holding(self) -> LinkQuerySet:
        """Links that count two records as one: certain ones that nobody split, and those people made."""
        return self.filter(Q(verdict=Verdict.SAME) | Q(verdict="", zone=Zone.CERTAIN))

    def waiting(self) -> LinkQuerySet:
        """Possible pairs that nobody decided, likeliest first."""
        return self.filter(verdict="", zone=Zone.POSSIBLE).order_by("-probability", "id")


class PairLink(models.Model):
    """Two records that may be one. The evidence names levels of agreement and holds no value of anybody."""

    PERSONAL = NOBODY

    zone = models.CharField(max_length=10, choices=Zone)
    verdict = models.CharField(max_length=10, choices=Verdict, blank=True)
    probability = models.FloatField()
    evidence: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    version = models.CharField(max_length=20)
    made_at = models.DateTimeField(default=clock.now)
    decided_at = models.DateTimeField(null=True)

    objects = LinkQuerySet.as_manager()

    class Meta:
        abstract = True


class Link(PairLink):
    """Two records of workers that may be one person."""

    PERSONAL = NOBODY

    left = models.ForeignKey("census.Worker", on_delete=models.CASCADE, related_name="+")
    right = models.ForeignKey("census.Worker", on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint("left", "right", name="link_once"),
            models.CheckConstraint(condition=Q(left__lt=models.F("right")), name="link_left_before_right"),
        ]
        indexes = [models.Index(fields=["zone", "verdict", "-probability"], name="link_waiting")]


class ShopLink(PairLink):
    """Two records of establishments that may be one."""

    PERSONAL = NOBODY

    left = models.ForeignKey("census.Establishment", on_delete=models.CASCADE, related_name="+")
    right = models.ForeignKey("census.Establishment", on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint("left", "right", name="shop_link_once"),
            models.CheckConstraint(
                condition=Q(left__lt=models.F("right")), name="shop_link_left_before_right"
            ),
        ]
        indexes = [models.Index(fields=["zone", "verdict", "-probability"], name="shop_link_waiting")]


class PairOpinion(models.Model):
    """What one reviewer said of a link. A second one's shows how far reviewers agree."""

    PERSONAL = NOBODY

    account = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="+")
    verdict = models.CharField(max_length=10, choices=Verdict)
    made_at = models.DateTimeField(default=clock.now)

    class Meta:
        abstract = True


class Opinion(PairOpinion):
    """What one reviewer said of two records of workers."""

    PERSONAL = NOBODY

    link = models.ForeignKey(Link, on_delete=models.CASCADE, related_name="opinions")

    class Meta:
        constraints = [models.UniqueConstraint("link", "account", name="link_opinion_once")]


class ShopOpinion(PairOpinion):
    """What one reviewer said of two records of establishments."""

    PERSONAL = NOBODY

    link = models.ForeignKey(ShopLink, on_delete=models.CASCADE, related_name="opinions")

    class Meta:
        constraints = [models.UniqueConstraint("link", "account", name="shop_link_opinion_once")]


class CountedWith(models.Model):
    """A record that is counted with an earlier one of the same person. Made from the links, never by hand."""

    PERSONAL = NOBODY

    worker = models.OneToOneField(
        "census.Worker", primary_key=True, on_delete=models.CASCADE, related_name="counted_with"
    )
    head = models.ForeignKey("census.Worker", on_delete=models.CASCADE, related_name="+")


class ShopCountedWith(models.Model):
    """A record that is counted with an earlier one of the same establishment. Made from the links."""

    PERSONAL = NOBODY

    establishment = models.OneToOneField(
        "census.Establishment", primary_key=True, on_delete=models.CASCADE, related_name="counted_with"
    )
    head = models.ForeignKey("census.Establishment", on_delete=models.CASCADE, related_name="+")


class LinkageRun(models.Model):
    """One linkage of all records: what it stood on, what it counted, what the model had learned.

    The row is there from the start, for whoever waits. One that was killed stays behind its stage until the next
    begins and takes it away.
    """

    PERSONAL = NOBODY

    fingerprint = models.CharField(max_length=120)
    version = models.CharField(max_length=20)
    stage = models.CharField(max_length=10, choices=Stage, default=Stage.DONE)
    entries = models.PositiveIntegerField()
    persons = models.PositiveIntegerField()
    possible = models.PositiveIntegerField()
    parameters: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    started_at = models.DateTimeField(default=clock.now)
    done_at = models.DateTimeField(default=clock.now)
