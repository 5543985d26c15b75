"""What is brought where, who speaks."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from nuanyi.census.models import Establishment
from nuanyi.lib import sealed
from nuanyi.lib.actor import Actor
from nuanyi.lib.personal import CONSENT_BASIS, KEY_DESTROYED, NOBODY, Declaration, Sensitivity
from nuanyi.lib.sealed import SealedText
from nuanyi.party.models.organisations import organised_by
from nuanyi.party.rules import (
    ENTRIES,
    ORGANISE,
    SpeakerKind,
    Strand,
)
from nuanyi.people.models import Account


class BroughtQuerySet(models.QuerySet["Brought"]):
    """Filters."""

    def visible_to(self, actor: Actor) -> BroughtQuerySet:
        """What was brought in its district for the organisation department; for an instructor what they brought themselves."""
        if actor.everywhere(ORGANISE):
            return self
        seen = organised_by(actor, "region_code")
        if actor.can(ENTRIES) and actor.account_id:
            seen |= Q(account_id=actor.account_id)
        return self.filter(seen)


class Brought(models.Model):
    """三进入: documents, a service or culture that was brought to an establishment or a place, on a day."""

    PERSONAL = NOBODY

    key = models.UUIDField(unique=True, editable=False)
    strand = models.CharField(max_length=10, choices=Strand)
    title = models.CharField(max_length=80)
    amount = models.PositiveIntegerField(default=1)
    measure = models.CharField(max_length=12, default="次")
    establishment = models.ForeignKey(
        Establishment, null=True, on_delete=models.CASCADE, related_name="brought"
    )
    region_code = models.CharField(max_length=12)
    place = models.CharField(max_length=80, blank=True)
    brought_date = models.DateField()
    account = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="+")

    objects = BroughtQuerySet.as_manager()

    class Meta:
        ordering = ["-brought_date", "-pk"]


_SPEAKS = _("To know who speaks to the riders, and to have asked them")


def _speaks(title: object, erased: object = KEY_DESTROYED) -> Declaration:
    return Declaration(title, _SPEAKS, CONSENT_BASIS, 1095, erased, Sensitivity.SENSITIVE)  # type: ignore[arg-type]


class LectureTeamQuerySet(models.QuerySet["LectureTeam"]):
    """Filters."""

    def visible_to(self, actor: Actor) -> LectureTeamQuerySet:
        """Those of its regions for the organisation department; for an instructor the own ones.

        A part in a team says who belongs to the Party.
        """
        if actor.everywhere(ORGANISE):
            return self
        seen = organised_by(actor, "region_code")
        if actor.can(ENTRIES) and actor.account_id:
            seen |= Q(instructor_id=actor.account_id)
        return self.filter(seen)


class LectureTeam(models.Model):
    """A standing lecture team (志愿宣讲服务队): its instructor, Party members and workers' representatives."""

    PERSONAL = NOBODY

    name = models.CharField(max_length=40, unique=True)
    region_code = models.CharField(max_length=12)
    instructor = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    from_date = models.DateField()
    until_date = models.DateField(null=True)

    objects = LectureTeamQuerySet.as_manager()

    class Meta:
        ordering = ["region_code", "name"]

    def __str__(self) -> str:
        return self.name


class TeamSeat(models.Model):
    """Somebody in a standing lecture team, by their consent. The part tells a Party member from a workers' representative:
    it is sealed as the name is."""

    PERSONAL = {
        "sealed_name": _speaks(_("Name in a standing lecture team")),
        "sealed_part": _speaks(_("Part in a standing lecture team")),
        "agreed": _speaks(_("The paper by which you agreed to speak"), erased=_("Deleted")),
    }

    key = models.UUIDField(unique=True, editable=False)
    team = models.ForeignKey(LectureTeam, on_delete=models.CASCADE, related_name="seats")
    sealed_part = SealedText(bound_by="key", suffix=b"part", family="member", null=True)
    sealed_name = SealedText(bound_by="key", suffix=b"seat", family="member", null=True)
    agreed = models.CharField(max_length=120)
    from_date = models.DateField()
    until_date = models.DateField(null=True)

    class Meta:
        ordering = ["pk"]

    @property
    def part(self) -> str:
        """The part, opened; "" once it is forgotten."""
        return sealed.open_choice(self, "sealed_part")


class Speaker(models.Model):
    """Somebody who speaks in a week (每周先锋), of a kind, by their consent. Named in public only if they wish it."""

    PERSONAL = {
        "sealed_name": _speaks(_("Name of a weekly speaker")),
        "agreed": _speaks(_("The paper by which you agreed to speak"), erased=_("Deleted")),
    }

    key = models.UUIDField(unique=True, editable=False)
    kind = models.CharField(max_length=10, choices=SpeakerKind)
    sealed_name = SealedText(bound_by="key", suffix=b"speaker", family="member", null=True)
    agreed = models.CharField(max_length=120)
    named = models.BooleanField(default=False)
    agreed_date = models.DateField()
    withdrawn_date = models.DateField(null=True)

    class Meta:
        ordering = ["-agreed_date", "-pk"]


class SpeakerWeek(models.Model):
    """Who speaks in the week that begins on a Monday; ``said`` is what everybody reads of them."""

    PERSONAL = {
        "said": Declaration(
            _("What is said in public of the speaker of a week"),
            _("To be seen by whoever looks, because you want it"),
            CONSENT_BASIS,
            365,
            _("Deleted"),
            Sensitivity.SENSITIVE,
        )
    }

    speaker = models.ForeignKey(Speaker, on_delete=models.CASCADE, related_name="weeks")
    week_date = models.DateField(unique=True)
    said = models.CharField(max_length=60)

    class Meta:
        ordering = ["-week_date"]
