"""Organisation life: what is due, what was held."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from nuanyi.lib.actor import Actor
from nuanyi.lib.personal import DUTY_BASIS, KEY_DESTROYED, NOBODY, Declaration, Sensitivity
from nuanyi.lib.sealed import SealedText
from nuanyi.party.life_rules import Every, MeetingKind
from nuanyi.party.models.organisations import Organisation, organised_by
from nuanyi.party.rules import (
    MEMBERS,
    ORGANISE,
)


class LifeRule(models.Model):
    """How often a kind of meeting is due, from a day on; of each kind the newest that has begun holds."""

    PERSONAL = NOBODY

    kind = models.CharField(max_length=10, choices=MeetingKind)
    from_date = models.DateField()
    months = models.PositiveSmallIntegerField(choices=Every)
    members_at_least = models.PositiveSmallIntegerField(default=0)
    source = models.CharField(max_length=200)

    class Meta:
        ordering = ["kind", "-from_date"]
        constraints = [models.UniqueConstraint("kind", "from_date", name="life_rule_once")]


class MeetingQuerySet(models.QuerySet["Meeting"]):
    """Filters."""

    def visible_to(self, actor: Actor) -> MeetingQuerySet:
        """Those of its district for the organisation department; for a secretary those of the own branches."""
        if actor.everywhere(ORGANISE):
            return self
        seen = organised_by(actor, "organisation__region_code")
        if actor.can(MEMBERS) and actor.account_id:
            seen |= Q(organisation__secretary_id=actor.account_id)
        return self.filter(seen)


class Meeting(models.Model):
    """A meeting, lesson or themed day of a branch. Its sign-in is that of a session in the room of learning (``session`` is its
    number there), where nobody is named; its minutes name people and are sealed."""

    PERSONAL = {
        "sealed_minutes": Declaration(
            _("Minutes of meetings of your branch"),
            _("To know what the branch talked about and decided"),
            DUTY_BASIS,
            1825,
            KEY_DESTROYED,
            Sensitivity.SENSITIVE,
        )
    }

    key = models.UUIDField(unique=True, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="meetings")
    kind = models.CharField(max_length=10, choices=MeetingKind)
    topic = models.CharField(max_length=50)
    session = models.PositiveBigIntegerField(unique=True)
    planned_date = models.DateField()
    held_date = models.DateField(null=True)
    present = models.PositiveSmallIntegerField(null=True)
    called_off_date = models.DateField(null=True)
    sealed_minutes = SealedText(bound_by="key", suffix=b"minutes", family="member", null=True)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        ordering = ["-planned_date", "-pk"]
        indexes = [models.Index("organisation", "kind", "held_date", name="meeting_held")]

    @property
    def over(self) -> bool:
        """Whether it was held or called off: nothing of it changes any more."""
        return self.held_date is not None or self.called_off_date is not None
