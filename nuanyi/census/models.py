"""Sources, imports and what comes of them; establishments, workers, rounds, exports."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from nuanyi.census.rules import Choice, FollowUp, ImportState, Kind, RoundState
from nuanyi.lib import clock
from nuanyi.lib.actor import Actor
from nuanyi.lib.ids import new_id
from nuanyi.lib.personal import DUTY_BASIS, KEY_DESTROYED, NOBODY, Declaration
from nuanyi.lib.region_codes import within
from nuanyi.lib.sealed import SealedBytes, SealedText
from nuanyi.lib.sectors import Sector
from nuanyi.people.models import Account, Person
from nuanyi.units.models import Unit


class Source(models.Model):
    """Who sends rosters of one form; remembers which of its columns is which."""

    PERSONAL = NOBODY

    name = models.CharField(max_length=80)
    unit = models.ForeignKey(Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="sources")
    columns: models.JSONField[dict[str, dict[str, str]], dict[str, dict[str, str]]] = models.JSONField(
        default=dict
    )
    #: words that this source uses in its own way: ``{"sector": {"其他": "courier"}, "region": {"一片区": "450311100"}}``
    words: models.JSONField[dict[str, dict[str, str]], dict[str, dict[str, str]]] = models.JSONField(
        default=dict
    )

    class Meta:
        constraints = [
            # a unit's sources are its own: what another unit's source of the same name has sent stays unknown
            models.UniqueConstraint("name", "unit", name="source_of_unit_once", nulls_distinct=False)
        ]

    def __str__(self) -> str:
        return self.name


class CensusRound(models.Model):
    """A round of the census: which sectors and places, when, which units are in charge."""

    PERSONAL = NOBODY

    name = models.CharField(max_length=120, unique=True)
    sectors = ArrayField(models.CharField(max_length=20, choices=Sector))
    region_codes = ArrayField(models.CharField(max_length=12))
    units: models.ManyToManyField[Unit, models.Model] = models.ManyToManyField(Unit, related_name="rounds")
    start_date = models.DateField()
    end_date = models.DateField()
    state = models.CharField(max_length=10, choices=RoundState, default=RoundState.PLANNED)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-start_date", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(end_date__gte=models.F("start_date")), name="round_ends_after_start"
            )
        ]

    def __str__(self) -> str:
        return self.name


class ImportQuerySet(models.QuerySet["Import"]):
    """Filters."""

    def visible_to(self, actor: Actor) -> ImportQuerySet:
        """One's own, or all for whoever imports everywhere."""
        if actor.everywhere("census.import"):
            return self
        return (
            self.filter(account_id=actor.account_id)
            if actor.can("census.import") and actor.account_id
            else self.none()
        )


class Import(models.Model):
    """One file on its way in. The file itself is sealed in the home's ``imports`` folder until it is taken in."""

    PERSONAL = NOBODY
    #: Where consents are kept, not what anybody's affiliation is.
    IMPERSONAL = {"political_evidence"}

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    client_key = models.UUIDField(unique=True, default=new_id)
    account = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="imports")
    unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="imports")
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="imports")
    round = models.ForeignKey(
        CensusRound, null=True, blank=True, on_delete=models.PROTECT, related_name="imports"
    )
    kind = models.CharField(max_length=20, choices=Kind, blank=True)
    file_name = models.CharField(max_length=120)
    file_digest = models.CharField(max_length=64)
    file_bytes = models.PositiveIntegerField()
    as_of_date = models.DateField(default=clock.today)
    default_sector = models.CharField(max_length=20, choices=Sector, blank=True)
    default_region = models.CharField(max_length=12, blank=True)
    default_choice = models.CharField(max_length=10, choices=Choice, blank=True)
    political_evidence = models.CharField(max_length=200, blank=True)
    columns: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    chosen_columns: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    #: what the sender said of bad cells as a group: ``{"leave": ["id_number:id-check-digit"], "hints": […],
    #: "hidden_rows": [sheet]}``
    answers: models.JSONField[dict[str, list[str]], dict[str, list[str]]] = models.JSONField(default=dict)
    counts: models.JSONField[dict[str, int], dict[str, int]] = models.JSONField(default=dict)
    #: counts on with whatever changes what would be taken in, so that nobody takes in another preview than was shown
    preview = models.PositiveIntegerField(default=0)
    #: what the preview read, as a keyed digest of its good rows; empty where none was good, before the first reading, and
    #: for a preview from before such digests were kept
    rows_digest = models.CharField(max_length=32, blank=True)
    state = models.CharField(max_length=10, choices=ImportState, default=ImportState.READING)
    refusal = models.CharField(max_length=40, blank=True)
    made_at = models.DateTimeField(default=clock.now)
    done_at = models.DateTimeField(null=True)
    file_deleted_at = models.DateTimeField(null=True)

    objects = ImportQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]


class Finding(models.Model):
    """A bad cell. Shown masked: whoever sent the file finds it by sheet, row and column."""

    PERSONAL = {
        "value_mask": Declaration(
            _("A bad cell, masked"), _("To find and mend it"), DUTY_BASIS, 30, _("Deleted")
        ),
    }

    source_import = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="findings")
    sheet = models.CharField(max_length=60, blank=True)
    row = models.PositiveIntegerField()
    column = models.CharField(max_length=60)
    field = models.CharField(max_length=20, blank=True)
    reason = models.CharField(max_length=30)
    #: The row is good all the same: this only says how the cell was read.
    is_note = models.BooleanField(default=False)
    value_mask = models.CharField(max_length=60, blank=True)
    hint_mask = models.CharField(max_length=60, blank=True)


class Match(models.Model):
    """A row that meets a known record: what would change (masked), and what the user chose."""

    PERSONAL = {
        "changes": Declaration(
            _("Differences, masked"), _("To decide what is right"), DUTY_BASIS, 30, _("Deleted")
        ),
    }

    source_import = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="matches")
    sheet = models.CharField(max_length=60, blank=True)
    row = models.PositiveIntegerField()
    record_id = models.UUIDField(null=True)
    title = models.CharField(max_length=130)
    sort = models.CharField(max_length=20)
    changes: models.JSONField[list[Any], list[Any]] = models.JSONField(default=list)
    #: which fields differ, so that all rows alike can be decided at once: ``phone+sector``
    group = models.CharField(max_length=80, blank=True)
    choice = models.CharField(max_length=10, choices=Choice, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint("source_import", "sheet", "row", name="match_once")]


class Change(models.Model):
    """What a record was before an import or somebody in the office changed it, sealed; so it can be undone and told.

    Where the sector or the place changed, what they were until which day stands beside it: figures of the days before
    are counted by it and do not move.
    """

    PERSONAL = {
        "sealed_before": Declaration(
            _("Values before an import"),
            _("To undo the import"),
            DUTY_BASIS,
            365,
            _("Deleted with the record"),
        ),
    }

    source_import = models.ForeignKey(Import, null=True, on_delete=models.CASCADE, related_name="changes")
    account = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="+")
    record_type = models.CharField(max_length=20)
    record_id = models.UUIDField()
    #: the contact of an establishment to whom another person followed by this change
    former_contact = models.ForeignKey(
        Person, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    sealed_before = SealedText(bound_by="record_id", family="file")
    changed_at = models.DateTimeField()
    former_sector = models.CharField(max_length=20, blank=True)
    former_region = models.CharField(max_length=12, blank=True)
    until_date = models.DateField(null=True)

    class Meta:
        indexes = [
            models.Index("record_id", "until_date", name="change_of_record"),
            models.Index(fields=["until_date"], condition=Q(until_date__isnull=False), name="change_moved"),
            models.Index(
                fields=["former_contact"],
                condition=Q(former_contact__isnull=False),
                name="change_of_contact",
            ),
        ]


class RecordQuerySet(models.QuerySet[Any]):
    """Filters that establishments and workers share."""

    def visible_to(self, actor: Actor, permission: str = "census.view") -> RecordQuerySet:
        """Records in the actor's regions, or from its unit's own rosters."""
        found = Q(pk__in=[])
        for scope in actor.scopes(permission):
            if scope.everywhere:
                return self
            if scope.region:
                found |= within(scope.region)
            if scope.unit is not None:
                found |= Q(unit_id=scope.unit)
        return self.filter(found)

    def on(self, day: date | None) -> Any:
        """Records that were on record by the end of ``day``, with ``sector_then`` and ``region_then``; None is now."""
        if day is None:
            return self.annotate(sector_then=F("sector"), region_then=F("region_code"))
        rows = self.filter(first_seen_date__lte=day)
        moved = Change.objects.filter(until_date__gt=day)
        if not moved.exists():
            return rows.annotate(sector_then=F("sector"), region_then=F("region_code"))
        former = moved.filter(record_id=OuterRef("pk")).order_by("until_date", "pk")
        return rows.annotate(
            sector_then=Coalesce(Subquery(former.values("former_sector")[:1]), F("sector")),
            region_then=Coalesce(Subquery(former.values("former_region")[:1]), F("region_code")),
        )


class Record(models.Model):
    """What establishments and workers have in common.

    ``unit``, ``source``, ``round`` and ``made_by`` are the same for every row of an import and are protected by the
    program; a constraint in the database would look each of them up once for every row that comes in.
    """

    PERSONAL = NOBODY

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    sector = models.CharField(max_length=20, choices=Sector, blank=True)
    region_code = models.CharField(max_length=12)
    unit = models.ForeignKey(
        Unit, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    source = models.ForeignKey(
        Source, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    round = models.ForeignKey(
        CensusRound,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    made_by = models.ForeignKey(
        Import, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    #: the last and the first day that a roster, or somebody who wrote it down, speaks for
    as_of_date = models.DateField(default=clock.today)
    first_seen_date = models.DateField(default=clock.today)
    follow_up = models.CharField(max_length=12, choices=FollowUp, default=FollowUp.NEW)
    followed_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(default=clock.now)

    objects = RecordQuerySet.as_manager()

    class Meta:
        abstract = True


class Establishment(Record):
    """A shop, depot, franchise, studio or merchant. Its contact is a sealed person."""

    PERSONAL = NOBODY
    #: Where the shop is open to customers, as its sign says; nobody's home.
    IMPERSONAL = {"address"}

    name = models.CharField(max_length=120)
    name_key = models.CharField(max_length=120)
    credit_code = models.CharField(max_length=18, null=True, blank=True, unique=True)
    headcount = models.PositiveIntegerField(null=True)
    address = models.CharField(max_length=200, blank=True)
    contact = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        indexes = [
            models.Index("name_key", "region_code", name="establishment_name"),
            models.Index("sector", "region_code", name="establishment_cell"),
            BrinIndex(fields=["source", "unit"], name="establishment_roster", pages_per_range=32),
        ]

    def __str__(self) -> str:
        return self.name


class Worker(Record):
    """A person in one or more rosters. Both are written in one statement after the other and deleted together."""

    PERSONAL = NOBODY

    person = models.OneToOneField(
        Person, on_delete=models.CASCADE, related_name="worker", db_constraint=False
    )
    establishment = models.ForeignKey(
        Establishment, null=True, on_delete=models.SET_NULL, related_name="workers", db_index=False
    )
    site_name = models.CharField(max_length=120, blank=True)

    class Meta:
        indexes = [
            models.Index("sector", "region_code", name="worker_cell"),
            models.Index("region_code", "id", name="worker_region"),
            # records of one roster lie together, so a block range says enough and costs an import next to nothing
            BrinIndex(fields=["source", "unit"], name="worker_roster", pages_per_range=32),
            models.Index(
                fields=["establishment"], condition=Q(establishment__isnull=False), name="worker_of_shop"
            ),
        ]

    def __str__(self) -> str:
        return str(self.person)


class Appearance(models.Model):
    """A record stands in a row of a roster. The digest of the row makes a second import of it change nothing.

    Written by the hundred thousand in one go, always together with what it points to; the only index that it pays for
    is the one that keeps a row from coming twice, and the way back from a record.
    """

    PERSONAL = {
        "row_digest": Declaration(
            _("A roster's row, as a keyed digest"),
            _("To see that a row is known already"),
            DUTY_BASIS,
            730,
            _("Deleted"),
        ),
    }

    source = models.ForeignKey(
        Source, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    source_import = models.ForeignKey(
        Import,
        null=True,
        on_delete=models.CASCADE,
        related_name="appearances",
        db_constraint=False,
        db_index=False,
    )
    worker = models.ForeignKey(
        Worker, null=True, on_delete=models.CASCADE, related_name="appearances", db_constraint=False
    )
    establishment = models.ForeignKey(
        Establishment, null=True, on_delete=models.CASCADE, related_name="appearances", db_index=False
    )
    sheet = models.CharField(max_length=60, blank=True)
    row = models.PositiveIntegerField()
    row_digest = models.BinaryField()
    as_of_date = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint("source", "row_digest", name="appearance_once")]
        indexes = [
            models.Index(
                fields=["establishment"], condition=Q(establishment__isnull=False), name="appearance_of_shop"
            )
        ]


class DoorstepEntry(models.Model):
    """What was written at a door; the client's key makes a repeat give the first answer."""

    PERSONAL = NOBODY

    client_key = models.UUIDField(primary_key=True)
    body_digest = models.BinaryField()
    account = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="+")
    worker = models.ForeignKey(Worker, null=True, on_delete=models.CASCADE, related_name="door_entries")
    establishment = models.ForeignKey(
        Establishment, null=True, on_delete=models.CASCADE, related_name="door_entries"
    )
    made_at = models.DateTimeField(default=clock.now)


class Remark(models.Model):
    """What a note and a photo of a record have in common: of which record, by whom, when, and since when it is gone."""

    PERSONAL = NOBODY

    key = models.UUIDField(primary_key=True, editable=False)
    worker = models.ForeignKey(Worker, null=True, on_delete=models.CASCADE, related_name="%(class)ss")
    establishment = models.ForeignKey(
        Establishment, null=True, on_delete=models.CASCADE, related_name="%(class)ss"
    )
    #: who was the establishment's contact then: whoever followed is not told what was noted before
    contact = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    account = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        abstract = True
        ordering = ["-made_at", "-key"]
        constraints = [
            models.CheckConstraint(
                condition=Q(worker__isnull=True, establishment__isnull=False)
                | Q(worker__isnull=False, establishment__isnull=True),
                name="%(class)s_of_one_record",
            )
        ]


class RecordNote(Remark):
    """A word of the office on a record. One that is corrected stays behind the one that takes its place."""

    PERSONAL = {
        "sealed_words": Declaration(
            _("Notes of the office on your record"),
            _("So that colleagues know what was said and agreed"),
            DUTY_BASIS,
            1095,
            KEY_DESTROYED,
        ),
    }

    sealed_words = SealedText()
    #: the key of the note that took its place
    corrected_by = models.UUIDField(null=True)


class RecordPhoto(Remark):
    """A photo on a record (rebuilt, JPEG). One that is taken away loses its picture; who took it away stays."""

    PERSONAL = {
        "sealed_data": Declaration(
            _("Photos on your record"),
            _("To show a place of work, or what was handed over"),
            DUTY_BASIS,
            1095,
            KEY_DESTROYED,
        ),
    }

    sealed_data = SealedBytes(null=True)
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)


class ExportState(models.TextChoices):
    """Where a request for an export in clear stands."""

    ASKED = "asked", _("waiting for a second person")
    APPROVED = "approved", _("approved")
    REFUSED = "refused", _("refused")
    TAKEN = "taken", _("downloaded")


class Export(models.Model):
    """A request for workers in clear. A second person approves; the file is made at the one download."""

    PERSONAL = NOBODY

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    asked_by = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="exports")
    decided_by = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="+")
    purpose = models.CharField(max_length=200)
    filters: models.JSONField[dict[str, str], dict[str, str]] = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=ExportState, default=ExportState.ASKED)
    asked_at = models.DateTimeField(default=clock.now)
    decided_at = models.DateTimeField(null=True)
    #: the records that were approved, 16 bytes each: what comes to match the filters later was seen by nobody
    approved_rows = models.BinaryField(null=True)

    class Meta:
        ordering = ["-id"]


# the linkage's own tables stand in their own file; Django finds them here
from nuanyi.census.linkage.models import (  # noqa: E402
    CountedWith,
    Link,
    LinkageRun,
    Opinion,
    ShopCountedWith,
    ShopLink,
    ShopOpinion,
)

__all__ = ["CountedWith", "Link", "LinkageRun", "Opinion", "ShopCountedWith", "ShopLink", "ShopOpinion"]


class ImportFile(models.Model):
    """A file of an import: what was sent, what was refused, what its sender wrote anew. ``name`` is the import and the part."""

    PERSONAL = {
        "sealed_data": Declaration(
            _("A roster with your entry as it was sent"),
            _("To read it, and to show its sender what was refused"),
            DUTY_BASIS,
            30,
            KEY_DESTROYED,
        ),
    }

    name = models.CharField(primary_key=True, max_length=60)
    sealed_data = SealedBytes(bound_by="name", family="file", null=True)


class ImportProgress(models.Model):
    """How many rows of an import were seen so far, written beside the work's own transaction."""

    PERSONAL = NOBODY

    source_import = models.UUIDField(primary_key=True)
    seen = models.PositiveIntegerField()
