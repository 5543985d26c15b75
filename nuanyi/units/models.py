"""Units, alliances and responsibility rules."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from nuanyi.lib.personal import NOBODY
from nuanyi.lib.sectors import Sector


class UnitKind(models.TextChoices):
    """What sort of organisation."""

    ORGANISATION = "organisation", _("Organisation department")
    DISTRICT_OFFICE = "district_office", _("District office for the two new groups")
    DEPARTMENT = "department", _("Department")
    TOWNSHIP = "township", _("Township or subdistrict")
    UNION = "union", _("Trade union")
    YOUTH_LEAGUE = "youth_league", _("Youth league")
    WOMENS_FEDERATION = "womens_federation", _("Women's federation")
    MEMBER = "member", _("Alliance member")


class Role(models.TextChoices):
    """How a unit answers."""

    LEAD = "lead", _("leads")
    GUIDE = "guide", _("guides by line")
    HOLD = "hold", _("holds by place")
    COOPERATE = "cooperate", _("cooperates")


class Unit(models.Model):
    """An organisation. ``public_phone`` and ``public_address`` are an office's, for everybody, not a person's."""

    PERSONAL = NOBODY
    IMPERSONAL = {"public_phone", "public_address"}

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    short_name = models.CharField(max_length=20)
    kind = models.CharField(max_length=20, choices=UnitKind)
    region_code = models.CharField(max_length=12, blank=True)
    superior = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="subordinates"
    )
    public_phone = models.CharField(max_length=30, blank=True)
    public_address = models.CharField(max_length=120, blank=True)
    active = models.BooleanField(default=True)
    #: since when it answers for nothing any more; a question about a day before still names it
    closed_date = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.short_name


class Alliance(models.Model):
    """A belt of member units that share rooms and resources. One that was dissolved stays, with what was done in it."""

    PERSONAL = NOBODY

    name = models.CharField(max_length=80)
    members: models.ManyToManyField[Unit, models.Model] = models.ManyToManyField(
        Unit, related_name="alliances"
    )
    ended_date = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "name", condition=models.Q(ended_date=None), name="alliance_of_a_name_once"
            )
        ]

    def __str__(self) -> str:
        return self.name


class ResponsibilityRule(models.Model):
    """One line of the responsibility matrix.

    For a sector and a region (empty: any), a unit answers in a role, between two dates.
    """

    PERSONAL = NOBODY

    role = models.CharField(max_length=10, choices=Role)
    sector = models.CharField(max_length=20, choices=Sector, blank=True)
    region_code = models.CharField(max_length=12, blank=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="rules")
    because = models.CharField(max_length=200, blank=True)
    from_date = models.DateField(null=True, blank=True)
    until_date = models.DateField(null=True, blank=True)
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["role", "sector", "region_code", "id"]
        constraints = [
            # a unit may answer for the same in two periods
            models.UniqueConstraint(
                "role",
                "sector",
                "region_code",
                "unit",
                "from_date",
                name="responsibility_rule_once",
                nulls_distinct=False,
            ),
        ]
