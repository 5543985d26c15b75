"""Places and what riders say of them. Coordinates are WGS-84 degrees."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from nuanyi.friendly import rules
from nuanyi.lib import clock
from nuanyi.lib.actor import Actor
from nuanyi.lib.ids import new_id
from nuanyi.lib.navigation import ways
from nuanyi.lib.personal import NOBODY
from nuanyi.lib.region_codes import within
from nuanyi.units.models import Unit

ACT = "friendly.confirm"
Texts = dict[str, Any]


def _within(actor: Actor) -> Q:
    """What lies where the actor may confirm."""
    allowed = Q(pk__in=[])
    for scope in actor.scopes(ACT):
        if scope.everywhere:
            return Q()
        if scope.region:
            allowed |= within(scope.region)
    return allowed


class PlaceQuerySet(models.QuerySet["FriendlyPlace"]):
    """Filters."""

    def shown(self) -> PlaceQuerySet:
        """What riders find."""
        return self.filter(state=rules.State.SHOWN)

    def visible_to(self, actor: Actor) -> PlaceQuerySet:
        """Places are public property; those that are gone are the staff's."""
        return self if actor.can("friendly.view") else self.shown()

    def changed_by(self, actor: Actor) -> PlaceQuerySet:
        """Those that the actor may change."""
        return self.filter(_within(actor))


class FriendlyPlace(models.Model):
    """One gate or counter. The point is where a rider stops, not the middle of the compound."""

    PERSONAL = NOBODY

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.CharField(max_length=8, unique=True)
    name = models.CharField(max_length=60)
    kind = models.CharField(max_length=8, choices=rules.Kind)
    region_code = models.CharField(max_length=12)
    place_words = models.CharField(max_length=120, blank=True)
    lat_wgs84 = models.FloatField()
    lon_wgs84 = models.FloatField()
    gate = models.CharField(max_length=9, choices=rules.Gate, blank=True)
    gate_words = models.CharField(max_length=120, blank=True)
    parking = models.CharField(max_length=160, blank=True)
    entrance = models.CharField(max_length=300, blank=True)
    hours = models.CharField(max_length=80, blank=True)
    price = models.CharField(max_length=60, blank=True)
    call = models.CharField(max_length=20, blank=True)
    #: the plan of the buildings, rebuilt from its pixels
    plan = models.BinaryField(null=True)
    state = models.CharField(max_length=5, choices=rules.State, default=rules.State.SHOWN)
    #: who confirmed it last, and on which day
    unit = models.ForeignKey(Unit, null=True, on_delete=models.SET_NULL, related_name="+")
    confirmed_date = models.DateField()
    synthetic = models.BooleanField(default=False)
    changed_at = models.DateTimeField(default=clock.now)

    objects = PlaceQuerySet.as_manager()

    class Meta:
        indexes = [models.Index("region_code", "id", name="friendly_region")]

    def __str__(self) -> str:
        return self.name

    @property
    def ways(self) -> dict[str, str]:
        """Addresses that open navigation by bike."""
        return ways(self.name, self.lat_wgs84, self.lon_wgs84)

    @property
    def is_old(self) -> bool:
        """Whether nobody confirmed it for long."""
        return self.confirmed_date < clock.today() - timedelta(days=rules.OLD_DAYS)


class TipQuerySet(models.QuerySet["Tip"]):
    """Filters."""

    def visible_to(self, actor: Actor) -> TipQuerySet:
        """Tips about places where the actor may confirm."""
        return self.filter(_within(actor))

    def open(self) -> TipQuerySet:
        """Those that wait."""
        return self.filter(state=rules.TipState.OPEN)


class Tip(models.Model):
    """What a rider says of a place, or of one that nobody has entered. There is no column for who: the secret link, worked out
    from the phone's ``key``, alone connects; ``made_date`` is the day and not the moment."""

    PERSONAL = NOBODY

    key = models.UUIDField(unique=True, editable=False)
    place = models.ForeignKey(FriendlyPlace, null=True, on_delete=models.CASCADE, related_name="tips")
    #: ``{"name": …, "kind": …, "gate": …, …}``: what is said, and nothing else
    told: models.JSONField[Texts, Texts] = models.JSONField(default=dict)
    region_code = models.CharField(max_length=12)
    lat_wgs84 = models.FloatField()
    lon_wgs84 = models.FloatField()
    plan = models.BinaryField(null=True)
    body_digest = models.BinaryField()
    state = models.CharField(max_length=8, choices=rules.TipState, default=rules.TipState.OPEN)
    answer = models.CharField(_("Answer"), max_length=200, blank=True)
    made_date = models.DateField()
    ended_date = models.DateField(null=True)

    objects = TipQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["region_code"], condition=Q(state="open"), name="friendly_tip_open")]
