"""Entries and their roll-up."""

from __future__ import annotations

from django.db import models

from nuanyi.lib.personal import NOBODY


class LedgerEntry(models.Model):
    """``count`` of a kind, delivered on a day in a region to a sector by a unit. Never changed; reversed by another."""

    PERSONAL = NOBODY

    kind = models.CharField(max_length=40)
    day = models.DateField()
    region_code = models.CharField(max_length=12, blank=True)
    sector = models.CharField(max_length=20, blank=True)
    unit_id = models.BigIntegerField(default=0)
    count = models.IntegerField()
    source_type = models.CharField(max_length=60, blank=True)
    source_id = models.CharField(max_length=60, blank=True)
    reverses = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="reversal"
    )
    written_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [
            models.Index("kind", "day", name="ledger_kind_day"),
            models.Index("source_type", "source_id", name="ledger_source"),
            models.Index(
                fields=["region_code", "day"],
                opclasses=["varchar_pattern_ops", "date_ops"],
                name="ledger_region_day",
            ),
        ]


class RollUp(models.Model):
    """The sum by (kind, month, region, sector, unit), kept by a statement-level trigger in the same transaction."""

    PERSONAL = NOBODY

    kind = models.CharField(max_length=40)
    month = models.DateField()
    region_code = models.CharField(max_length=12, blank=True)
    sector = models.CharField(max_length=20, blank=True)
    unit_id = models.BigIntegerField(default=0)
    count = models.BigIntegerField()
    entries = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "kind", "month", "region_code", "sector", "unit_id", name="ledger_roll_up_key"
            )
        ]


class CubeRow(models.Model):
    """The sum by (kind, month, region, sector), whatever the unit: what the cube reads. Kept by the same trigger.

    A kind in a village in a month is nearly always delivered by one unit, so two writers meet here no oftener than in
    the roll-up; and the cube over ten million entries reads some hundred thousand rows.
    """

    PERSONAL = NOBODY

    kind = models.CharField(max_length=40)
    month = models.DateField()
    region_code = models.CharField(max_length=12, blank=True)
    sector = models.CharField(max_length=20, blank=True)
    count = models.BigIntegerField()
    entries = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint("month", "kind", "region_code", "sector", name="ledger_cube_key")
        ]
        indexes = [
            models.Index(
                fields=["region_code", "month"],
                opclasses=["varchar_pattern_ops", "date_ops"],
                name="ledger_cube_region",
            )
        ]
