"""Joint committees, what their members take on."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from nuanyi.lib import clock
from nuanyi.lib.actor import Actor
from nuanyi.lib.personal import NOBODY
from nuanyi.lib.region_codes import within
from nuanyi.party.models.organisations import Organisation
from nuanyi.party.rules import (
    COMMITTEES,
    CommitteeLevel,
    MatterState,
)
from nuanyi.units.models import Unit


class CommitteeQuerySet(models.QuerySet["JointCommittee"]):
    """Filters."""

    def visible_to(self, actor: Actor) -> CommitteeQuerySet:
        """Those that the actor keeps, and those in which the own unit has a seat."""
        if actor.everywhere(COMMITTEES):
            return self
        seen = self._places(actor)
        if actor.can(COMMITTEES) and actor.unit_id:
            seated = CommitteeSeat.objects.filter(unit_id=actor.unit_id, until_date=None)
            seen |= Q(pk__in=seated.values("committee"))
        return self.filter(seen)

    def kept_by(self, actor: Actor) -> CommitteeQuerySet:
        """Those of the places in which the actor keeps joint committees."""
        return self if actor.everywhere(COMMITTEES) else self.filter(self._places(actor))

    @staticmethod
    def _places(actor: Actor) -> Q:
        own = Q(pk=None)
        for scope in actor.scopes(COMMITTEES):
            if scope.region:
                own |= within(scope.region)
        return own


class JointCommittee(models.Model):
    """街道大工委 / 社区大党委: organisations of many units that work together in a township or a community."""

    PERSONAL = NOBODY

    name = models.CharField(max_length=60, unique=True)
    level = models.CharField(max_length=10, choices=CommitteeLevel)
    region_code = models.CharField(max_length=12)
    founded_date = models.DateField()
    approval = models.CharField(max_length=80)
    ended_date = models.DateField(null=True)
    end_paper = models.CharField(max_length=120, blank=True)

    objects = CommitteeQuerySet.as_manager()

    class Meta:
        ordering = ["region_code", "name"]

    def __str__(self) -> str:
        return self.name


class CommitteeSeat(models.Model):
    """A unit or a branch is a member of a joint committee."""

    PERSONAL = NOBODY

    committee = models.ForeignKey(JointCommittee, on_delete=models.CASCADE, related_name="seats")
    unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    from_date = models.DateField()
    until_date = models.DateField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(unit=None, organisation__isnull=False) | Q(unit__isnull=False, organisation=None),
                name="committee_seat_of_one",
            ),
            models.UniqueConstraint(
                "committee", "unit", condition=Q(until_date=None), name="unit_in_committee_once"
            ),
            models.UniqueConstraint(
                "committee", "organisation", condition=Q(until_date=None), name="branch_in_committee_once"
            ),
        ]

    def __str__(self) -> str:
        return str(self.unit or self.organisation)


class CommitteeMeeting(models.Model):
    """A meeting of a joint committee: when, what about, how many members sat in it."""

    PERSONAL = NOBODY

    key = models.UUIDField(unique=True, editable=False)
    committee = models.ForeignKey(JointCommittee, on_delete=models.CASCADE, related_name="meetings")
    held_date = models.DateField()
    topic = models.CharField(max_length=80)
    present = models.PositiveSmallIntegerField()
    decided = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-held_date", "-pk"]


class Matter(models.Model):
    """A matter that a member of a joint committee takes on, by a day, and what came of it."""

    PERSONAL = NOBODY

    key = models.UUIDField(unique=True, editable=False)
    committee = models.ForeignKey(JointCommittee, on_delete=models.CASCADE, related_name="matters")
    meeting = models.ForeignKey(
        CommitteeMeeting, null=True, on_delete=models.SET_NULL, related_name="matters"
    )
    seat = models.ForeignKey(CommitteeSeat, on_delete=models.PROTECT, related_name="matters")
    title = models.CharField(max_length=80)
    due_date = models.DateField()
    state = models.CharField(max_length=8, choices=MatterState, default=MatterState.OPEN)
    done_date = models.DateField(null=True)
    outcome = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["state", "due_date", "pk"]

    @property
    def overdue(self) -> bool:
        """Whether its day has gone by."""
        return self.state == MatterState.OPEN and self.due_date < clock.today()

    def is_of(self, actor: Actor, *, kept: bool) -> bool:
        """Whether an actor says what came of it: whoever keeps the committee (``kept``), or the member that took it on."""
        return kept or (self.seat.unit_id is not None and self.seat.unit_id == actor.unit_id)
