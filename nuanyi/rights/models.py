"""Requests of persons that a desk took. A second person decides; the value to put right is sealed."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from nuanyi.lib import clock
from nuanyi.lib.actor import Actor
from nuanyi.lib.ids import new_id
from nuanyi.lib.personal import DUTY_BASIS, KEY_DESTROYED, Declaration
from nuanyi.lib.region_codes import within
from nuanyi.lib.sealed import SealedText
from nuanyi.people.models import Account, Person
from nuanyi.rights.rules import Deed, State


class RequestQuerySet(models.QuerySet["Request"]):
    """Filters."""

    def visible_to(self, actor: Actor) -> RequestQuerySet:
        """All for whoever handles them; in a city those of persons of the own district, and of colleagues of its units."""
        if actor.everywhere("rights.handle"):
            return self
        seen = Q(pk=None)
        for region in actor.regions("rights.handle"):
            seen |= Q(person__region_codes__overlap=[region]) | within(region, "account__unit__region_code")
        return self.filter(seen)


class Request(models.Model):
    """What a person asked for at a desk, who took it, who decided."""

    PERSONAL = {
        "sealed_value": Declaration(
            _("The value that you say is right"), _("To put it right"), DUTY_BASIS, 30, KEY_DESTROYED
        ),
        "reason": Declaration(
            _("How you asked at the desk, and how you were known there"),
            _("To be decided by a second person"),
            DUTY_BASIS,
            30,
            _("Deleted"),
        ),
    }

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="requests")
    #: a colleague who asks about their own account, in place of a person
    account = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="requests")
    deed = models.CharField(max_length=10, choices=Deed)
    reason = models.CharField(max_length=200)
    field = models.CharField(max_length=12, blank=True)
    sealed_value = SealedText(null=True)
    state = models.CharField(max_length=10, choices=State, default=State.ASKED)
    asked_by = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="+")
    decided_by = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="+")
    asked_at = models.DateTimeField(default=clock.now)
    decided_at = models.DateTimeField(null=True)
    taken_at = models.DateTimeField(null=True)

    objects = RequestQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "deed", "field"],
                condition=Q(state="asked"),
                name="request_once_at_a_time",
            ),
            models.UniqueConstraint(
                fields=["account", "deed", "field"],
                condition=Q(state="asked"),
                name="request_of_account_once_at_a_time",
            ),
        ]

    @property
    def whose(self) -> Person | Account | None:
        """Whose data it is about; None where the row is gone."""
        return self.person or self.account
