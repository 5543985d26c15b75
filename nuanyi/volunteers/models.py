"""Tables of volunteers. Names and phones are sealed. Hours are kept, ways are not."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from nuanyi.lib import clock
from nuanyi.lib.actor import Actor
from nuanyi.lib.personal import CONSENT_BASIS, KEY_DESTROYED, NOBODY, Declaration
from nuanyi.lib.sealed import SealedBytes, SealedText
from nuanyi.people.models import Account
from nuanyi.units.models import Unit
from nuanyi.volunteers.rules import Appeal, Place, Role, Standing, TeamKind, Topic

ACT = "volunteers.manage"


class Team(models.Model):
    """A team (服务队) of a unit, with its captain."""

    PERSONAL = NOBODY

    name = models.CharField(max_length=40)
    kind = models.CharField(max_length=10, choices=TeamKind)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    captain = models.ForeignKey("Volunteer", null=True, on_delete=models.SET_NULL, related_name="+")
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class VolunteerQuerySet(models.QuerySet["Volunteer"]):
    """Filters."""

    def visible_to(self, actor: Actor) -> VolunteerQuerySet:
        """Those in teams of the actor's unit, or all."""
        if actor.everywhere(ACT):
            return self
        return self.filter(team__unit__in=actor.units(ACT))


class Volunteer(models.Model):
    """Somebody in a team. ``key`` was made by the phone; the secret link to his own page is worked out from it."""

    PERSONAL = {
        "sealed_name": Declaration(
            _("Your name as a volunteer"),
            _("For the duty list and your certificate"),
            CONSENT_BASIS,
            1095,
            KEY_DESTROYED,
        ),
        "sealed_phone": Declaration(
            _("Your phone as a volunteer"),
            _("To reach you about a shift"),
            CONSENT_BASIS,
            1095,
            KEY_DESTROYED,
        ),
        "name_mask": Declaration(
            _("Your name, masked"), _("To tell volunteers apart"), CONSENT_BASIS, 1095, _("Emptied")
        ),
        "phone_mask": Declaration(
            _("Your phone, masked"), _("To tell volunteers apart"), CONSENT_BASIS, 1095, _("Emptied")
        ),
    }

    key = models.UUIDField(unique=True, editable=False)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="volunteers")
    sealed_name = SealedText(bound_by="key", suffix=b"name", null=True)
    sealed_phone = SealedText(bound_by="key", suffix=b"phone", null=True)
    name_mask = models.CharField(max_length=20, blank=True)
    phone_mask = models.CharField(max_length=20, blank=True)
    role = models.CharField(max_length=12, choices=Role)
    region_code = models.CharField(max_length=12, blank=True)
    grid_code = models.CharField(max_length=20, blank=True)
    hours_a_week = models.PositiveSmallIntegerField(default=2)
    standing = models.CharField(max_length=8, choices=Standing, default=Standing.ASKED)
    day = models.DateField()
    minutes = models.PositiveIntegerField(default=0)
    spent = models.PositiveIntegerField(default=0)

    objects = VolunteerQuerySet.as_manager()

    class Meta:
        indexes = [models.Index("grid_code", condition=Q(standing="active"), name="volunteer_grid")]


class Shift(models.Model):
    """A shift of an activity: when, where, about what."""

    PERSONAL = NOBODY

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="shifts")
    topic = models.CharField(max_length=10, choices=Topic)
    title = models.CharField(max_length=60)
    place = models.CharField(max_length=80)
    region_code = models.CharField(max_length=12, blank=True)
    grid_code = models.CharField(max_length=20, blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index("starts_at", "id", name="shift_time")]

    def __str__(self) -> str:
        return self.title


class Need(models.Model):
    """How many of a role a shift needs."""

    PERSONAL = NOBODY

    shift = models.ForeignKey(Shift, on_delete=models.CASCADE, related_name="needs")
    role = models.CharField(max_length=12, choices=Role)
    count = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint("shift", "role", name="need_once")]


class Signup(models.Model):
    """Somebody's place on a shift, and the minutes that another confirmed."""

    PERSONAL = NOBODY

    shift = models.ForeignKey(Shift, on_delete=models.CASCADE, related_name="signups")
    volunteer = models.ForeignKey(Volunteer, on_delete=models.CASCADE, related_name="signups")
    role = models.CharField(max_length=12, choices=Role)
    place = models.CharField(max_length=8, choices=Place, default=Place.ON)
    came = models.BooleanField(default=False)
    minutes = models.PositiveIntegerField(null=True)
    note = models.CharField(max_length=120, blank=True)
    confirmed_by = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="+")
    appeal = models.CharField(max_length=8, choices=Appeal, blank=True, default=Appeal.NONE)
    appeal_words = models.CharField(max_length=200, blank=True)
    made_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint("shift", "volunteer", name="signup_of_shift_once")]


class Evidence(models.Model):
    """A photo that a shift took place, rebuilt from its pixels and sealed: it shows people."""

    PERSONAL = {
        "sealed_data": Declaration(
            _("Photo of a shift"), _("To show that it took place"), CONSENT_BASIS, 1095, KEY_DESTROYED
        ),
    }

    key = models.UUIDField(unique=True, editable=False)
    shift = models.ForeignKey(Shift, on_delete=models.CASCADE, related_name="evidence")
    sealed_data = SealedBytes(bound_by="key")
    account = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(default=clock.now)


class StarStep(models.Model):
    """From how many hours on somebody has so many stars."""

    PERSONAL = NOBODY

    stars = models.PositiveSmallIntegerField(unique=True)
    hours = models.PositiveIntegerField()

    class Meta:
        ordering = ["stars"]


class Reward(models.Model):
    """A small thing that a unit pledged, for hours given: no money, and nothing that could be sold. ``pledge`` is the number of
    the line in the list of resources that it was drawn from."""

    PERSONAL = NOBODY

    title = models.CharField(max_length=40)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    hours = models.PositiveSmallIntegerField()
    stock = models.PositiveIntegerField()
    pledge = models.PositiveBigIntegerField(null=True)
    until = models.DateField(null=True)
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(stock__gte=0), name="reward_stock_is_not_less_than_none")
        ]


class Voucher(models.Model):
    """A reward that was taken: its code is good once, at a station."""

    PERSONAL = NOBODY

    key = models.UUIDField(unique=True, editable=False)
    code = models.CharField(max_length=10, unique=True)
    reward = models.ForeignKey(Reward, on_delete=models.PROTECT, related_name="vouchers")
    volunteer = models.ForeignKey(Volunteer, null=True, on_delete=models.SET_NULL, related_name="vouchers")
    made_at = models.DateTimeField(default=clock.now)
    used_at = models.DateTimeField(null=True)
    used_by = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="+")


class Campaign(models.Model):
    """A campaign: a topic, its text, its stock of leaflets."""

    PERSONAL = NOBODY

    topic = models.CharField(max_length=10, choices=Topic)
    title = models.CharField(max_length=60)
    text = models.CharField(max_length=600, blank=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    stock = models.PositiveIntegerField()
    first_day = models.DateField()
    last_day = models.DateField()

    def __str__(self) -> str:
        return self.title


class Draw(models.Model):
    """Leaflets that a team drew for a place; what came back is counted when it is over."""

    PERSONAL = NOBODY

    key = models.UUIDField(unique=True, editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="draws")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    region_code = models.CharField(max_length=12)
    count = models.PositiveIntegerField()
    back = models.PositiveIntegerField(null=True)
    day = models.DateField()
    account = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="+")
