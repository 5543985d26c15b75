"""Committees and branches, what was changed of them, what they cover; and whose district is whose."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from nuanyi.census.models import Establishment
from nuanyi.lib.actor import Actor
from nuanyi.lib.personal import NOBODY
from nuanyi.lib.region_codes import within
from nuanyi.lib.sectors import Sector
from nuanyi.party.rules import (
    ORGANISE,
    Changed,
    Form,
)
from nuanyi.people.models import Account


class Organisation(models.Model):
    """A committee or a branch: a fact about units and establishments, without its members."""

    PERSONAL = NOBODY

    name = models.CharField(max_length=80, unique=True)
    form = models.CharField(max_length=10, choices=Form)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    region_code = models.CharField(max_length=12)
    sector = models.CharField(max_length=20, choices=Sector, blank=True)
    members = models.PositiveSmallIntegerField(default=0)
    approval = models.CharField(max_length=80, blank=True)
    task = models.CharField(max_length=200, blank=True)
    founded_date = models.DateField()
    secretary = models.ForeignKey(
        Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="branches"
    )
    room = models.CharField(max_length=80, blank=True)
    #: Party groups (党小组) that the branch is divided into
    groups = models.PositiveSmallIntegerField(default=0)
    until_date = models.DateField(null=True)
    ended_date = models.DateField(null=True)
    end_reason = models.CharField(max_length=200, blank=True)
    end_paper = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ["region_code", "name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_date=None) | Q(ended_date__gte=F("founded_date")),
                name="organisation_ends_after_start",
            )
        ]

    def __str__(self) -> str:
        return self.name


class OrganisationChange(models.Model):
    """What of an organisation was changed, on a day and by a paper: its name, what it stands below, its end, and so on."""

    PERSONAL = NOBODY

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="changes")
    change_date = models.DateField()
    paper = models.CharField(max_length=120)
    what = models.CharField(max_length=10, choices=Changed)
    before = models.CharField(max_length=200, blank=True)
    after = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-change_date", "-pk"]


class Reach(models.Model):
    """A branch covers an establishment from a day on. One establishment, one branch at a time."""

    PERSONAL = NOBODY

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="reaches")
    establishment = models.ForeignKey(Establishment, on_delete=models.CASCADE, related_name="reaches")
    from_date = models.DateField()
    until_date = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "establishment", condition=Q(until_date=None), name="reached_by_one_branch"
            )
        ]


def organised_by(actor: Actor, *fields: str) -> Q:
    """The rows of the districts for which this actor is the organisation department, by these columns of codes; in a city
    each department has its own district's and no other's."""
    seen = Q(pk=None)
    for region in actor.regions(ORGANISE):
        for field in fields:
            seen |= within(region, field)
    return seen
