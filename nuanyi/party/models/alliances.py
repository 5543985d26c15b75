"""Who belongs to an alliance, what they share and do."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from nuanyi.census.models import Establishment
from nuanyi.lib.personal import NOBODY
from nuanyi.party.models.organisations import Organisation
from nuanyi.units.models import Alliance, Unit


class AllianceFirm(models.Model):
    """An establishment is a member of an alliance, beside the units that are."""

    PERSONAL = NOBODY

    alliance = models.ForeignKey(Alliance, on_delete=models.CASCADE, related_name="firms")
    establishment = models.ForeignKey(Establishment, on_delete=models.CASCADE, related_name="alliances")
    paper = models.CharField(max_length=120)
    from_date = models.DateField()
    until_date = models.DateField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                "alliance", "establishment", condition=Q(until_date=None), name="firm_in_alliance_once"
            )
        ]


class AllianceBranch(models.Model):
    """A Party organisation is a member of an alliance, beside units and firms."""

    PERSONAL = NOBODY

    alliance = models.ForeignKey(Alliance, on_delete=models.CASCADE, related_name="branches")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="alliances")
    paper = models.CharField(max_length=120)
    from_date = models.DateField()
    until_date = models.DateField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                "alliance", "organisation", condition=Q(until_date=None), name="branch_in_alliance_once"
            )
        ]


class SharedRoom(models.Model):
    """A room that a member opens to all: a unit's or a firm's."""

    PERSONAL = NOBODY

    alliance = models.ForeignKey(Alliance, on_delete=models.CASCADE, related_name="rooms")
    unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+")
    firm = models.ForeignKey(AllianceFirm, null=True, on_delete=models.CASCADE, related_name="rooms")
    name = models.CharField(max_length=80)
    region_code = models.CharField(max_length=12)
    offers = models.CharField(max_length=120, blank=True)
    hours = models.CharField(max_length=60, blank=True)
    #: code of the station that it became, and its page in the office
    station = models.CharField(max_length=12, blank=True)
    station_page = models.CharField(max_length=120, blank=True)
    from_date = models.DateField()
    until_date = models.DateField(null=True)

    class Meta:
        ordering = ["region_code", "name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(unit=None, firm__isnull=False) | Q(unit__isnull=False, firm=None),
                name="shared_room_of_one",
            )
        ]


class JointActivity(models.Model):
    """Something members of an alliance do together; ``present`` once it took place."""

    PERSONAL = NOBODY

    alliance = models.ForeignKey(Alliance, on_delete=models.CASCADE, related_name="activities")
    title = models.CharField(max_length=80)
    activity_date = models.DateField()
    place = models.CharField(max_length=80, blank=True)
    present = models.PositiveSmallIntegerField(null=True)

    class Meta:
        ordering = ["-activity_date", "-pk"]
