"""Entries. No foreign keys: the journal outlives what it tells of."""

from __future__ import annotations

from django.db import models

from nuanyi.lib.actor import Actor
from nuanyi.lib.personal import NOBODY


class EntryQuerySet(models.QuerySet["Entry"]):
    """Filters."""

    def visible_to(self, actor: Actor) -> EntryQuerySet:
        """All for whoever reads the audit, none for anybody else."""
        return self if actor.can("journal.read") else self.none()


class Entry(models.Model):
    """One thing that was done. Written only by the database function ``journal_append``, which takes what the program signed."""

    PERSONAL = NOBODY

    partition = models.SmallIntegerField()
    seq = models.BigIntegerField()
    at = models.DateTimeField(db_index=True)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.BigIntegerField(null=True)
    actor_label = models.CharField(max_length=80)
    kind = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=60)
    detail = models.JSONField(default=dict)
    previous = models.BinaryField()
    hash = models.BinaryField()
    #: False for entries of 0.5.0 and older, whose digest anybody could work out
    keyed = models.BooleanField(default=False)

    objects = EntryQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint("partition", "seq", name="journal_partition_seq")]
        indexes = [
            models.Index("subject_type", "subject_id", name="journal_subject"),
            models.Index("kind", "actor_id", "at", name="journal_kind_actor"),
        ]
