"""Tables of reports. A report belongs to a place; whoever sent it is in no column: a secret link alone connects.

Times of what phones do are kept to the hour; times of what units do, to the second.
"""

from __future__ import annotations

import secrets
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from nuanyi.lib import clock
from nuanyi.lib.actor import Actor
from nuanyi.lib.personal import CONSENT_BASIS, DUTY_BASIS, KEY_DESTROYED, NOBODY, Declaration
from nuanyi.lib.region_codes import within
from nuanyi.lib.sealed import SealedBytes, SealedText
from nuanyi.lib.terms import TermUnit
from nuanyi.people.models import Account
from nuanyi.reports import rules
from nuanyi.reports.rules import OPEN, State, Why
from nuanyi.units.models import Unit

ACT = "reports.handle"


class Kind(models.Model):
    """What a report can be about, with the words that tell of it and the time in which it is to be mended."""

    PERSONAL = NOBODY

    code = models.SlugField(max_length=20, unique=True)
    title = models.CharField(max_length=30)
    english = models.CharField(max_length=40, blank=True)
    keywords = models.CharField(max_length=300, blank=True)
    amount = models.PositiveSmallIntegerField()
    counted = models.CharField(max_length=14, choices=TermUnit)
    place = models.PositiveSmallIntegerField(default=0)
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["place", "pk"]

    def __str__(self) -> str:
        return self.title


class DispatchRule(models.Model):
    """Which unit gets a kind of thing in a region; empty fits all. The finest rule wins."""

    PERSONAL = NOBODY

    kind = models.ForeignKey(Kind, null=True, on_delete=models.CASCADE, related_name="+")
    region_code = models.CharField(max_length=12, blank=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    because = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("kind", "region_code", name="dispatch_once", nulls_distinct=False)
        ]


class GridDuty(models.Model):
    """The grid worker of a grid."""

    PERSONAL = NOBODY

    grid_code = models.CharField(max_length=20, unique=True)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")


class ReportQuerySet(models.QuerySet["Report"]):
    """Filters."""

    def visible_to(self, actor: Actor) -> ReportQuerySet:
        """What the actor's unit has or is offered, what lies in a grid worker's place, or all; else none."""
        if actor.everywhere(ACT):
            return self
        seen = Q(pk=None)
        units = actor.units(ACT)
        if units:
            seen |= Q(unit__in=units) | Q(offered_unit__in=units)
        for scope in actor.scopes(ACT):
            if scope.region:
                seen |= within(scope.region)
        return self.filter(seen)

    def of_days_over(self) -> ReportQuerySet:
        """Told on a day that is over (in China): who asks again and again must not see the moment at which one comes."""
        return self.filter(hour_at__lt=clock.midnight(clock.today()))

    def placed(self) -> ReportQuerySet:
        """With a position, not told in words alone."""
        return self.filter(lat_wgs84__isnull=False)

    def open(self) -> ReportQuerySet:
        """Not mended, not refused, not joined."""
        return self.filter(state__in=OPEN)


class Report(models.Model):
    """One thing at one place. ``hour_at`` is the hour in which it was first told; ``cell`` finds its neighbours.

    A phone without position tells the place in words alone (``where``) where no map of it is here; it then has no point and
    no cell, rather than one that nobody told.
    """

    PERSONAL = {
        "sealed_words": Declaration(
            _("What you wrote about a place"), _("To mend it"), DUTY_BASIS, 365, KEY_DESTROYED
        ),
    }

    ref = models.CharField(max_length=16, unique=True)
    kind = models.ForeignKey(Kind, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=State, default=State.NEW)
    sealed_words = SealedText(bound_by="ref", null=True)
    lat_wgs84 = models.FloatField(null=True)
    lon_wgs84 = models.FloatField(null=True)
    vague = models.BooleanField(default=False)
    where = models.CharField(max_length=80, blank=True)
    cell = models.BigIntegerField(null=True)
    region_code = models.CharField(max_length=12, blank=True)
    grid_code = models.CharField(max_length=20, blank=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    offered_unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+")
    offered_words = models.CharField(max_length=200, blank=True)
    account = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="+")
    route_reason = models.CharField(max_length=120, blank=True)
    source = models.CharField(max_length=10, default="phone")
    hour_at = models.DateTimeField()
    due_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    mended_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    told_back = models.BooleanField(default=False)
    why = models.CharField(max_length=10, choices=Why, blank=True)
    reopened = models.PositiveSmallIntegerField(default=0)
    warned = models.BooleanField(default=False)
    voices_count = models.PositiveIntegerField(default=1)
    good = models.PositiveIntegerField(default=0)
    bad = models.PositiveIntegerField(default=0)
    double_of = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="maybe_doubles")
    likeness = models.FloatField(default=0)
    joined_to = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="doubles")
    outside_server = models.CharField(max_length=40, blank=True)
    outside_ref = models.CharField(max_length=80, blank=True)
    counted = models.BooleanField(default=False)
    forgotten_at = models.DateTimeField(null=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index("unit", "due_at", "id", condition=Q(state__in=OPEN), name="report_worklist"),
            models.Index("offered_unit", condition=Q(offered_unit__isnull=False), name="report_offered"),
            models.Index("cell", "hour_at", condition=Q(state__in=OPEN), name="report_cell"),
            models.Index("grid_code", "due_at", condition=Q(state__in=OPEN), name="report_grid"),
            models.Index("due_at", condition=Q(state__in=OPEN), name="report_due"),
            models.Index("mended_at", condition=Q(mended_at__isnull=False), name="report_mended"),
            models.Index("hour_at", condition=Q(counted=False), name="report_uncounted"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(lat_wgs84__isnull=False, lon_wgs84__isnull=False, cell__isnull=False)
                | Q(lat_wgs84__isnull=True, lon_wgs84__isnull=True, cell__isnull=True),
                name="report_placed_whole_or_not",
            )
        ]

    def __str__(self) -> str:
        return self.ref

    @property
    def point(self) -> tuple[float, float] | None:
        """Latitude and longitude in WGS-84; None where the place was told in words alone."""
        if self.lat_wgs84 is None or self.lon_wgs84 is None:
            return None
        return self.lat_wgs84, self.lon_wgs84

    @property
    def open(self) -> bool:
        """Whether somebody still has to do something."""
        return self.state in OPEN

    @property
    def overdue(self) -> bool:
        """Whether its time is over."""
        return self.open and self.due_at <= clock.now()


class Voice(models.Model):
    """One sending: the report's own, or "me too".

    The phone made the key; the secret link is worked out from it and kept nowhere.
    """

    PERSONAL = {
        "sealed_phone": Declaration(
            _("Your phone for this report"), _("To ask you where it is"), CONSENT_BASIS, 365, KEY_DESTROYED
        ),
        "phone_mask": Declaration(
            _("Your phone, masked"), _("To tell that there is one"), CONSENT_BASIS, 365, _("Emptied")
        ),
    }

    key = models.UUIDField(unique=True, editable=False)
    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="voices")
    body_digest = models.BinaryField()
    sealed_phone = SealedText(bound_by="key", null=True)
    phone_mask = models.CharField(max_length=20, blank=True)
    first = models.BooleanField(default=True)
    looked = models.BooleanField(default=False)


class Picture(models.Model):
    """A photo before or after, rebuilt from its pixels and sealed."""

    PERSONAL = {
        "sealed_data": Declaration(
            _("Your photo of a place"), _("To find and mend it"), DUTY_BASIS, 365, KEY_DESTROYED
        ),
    }

    id = models.UUIDField(primary_key=True, editable=False)
    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="pictures")
    after = models.BooleanField(default=False)
    sealed_data = SealedBytes(bound_by="pk")
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()


def _lot() -> int:
    """A number that no sequence reaches and a script can still hold."""
    return 2**52 + secrets.randbelow(2**52)


class Step(models.Model):
    """What happened to a report, one ``turn`` after the other. ``open_to_all`` steps are shown to the reporters.

    What units do has its moment, what reporters and passers-by do its hour: theirs are numbered by lot, since a number
    in line with those of all other reports would stand between two moments.
    """

    PERSONAL = NOBODY

    #: Whose steps are dated by the hour.
    BY_THE_HOUR = ("reporter", "passer")

    key = models.UUIDField(unique=True, null=True, editable=False)
    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="steps")
    turn = models.PositiveIntegerField(editable=False)
    state = models.CharField(max_length=8, choices=State)
    of = models.CharField(max_length=10)
    unit = models.ForeignKey(Unit, null=True, on_delete=models.SET_NULL, related_name="+")
    account = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="+")
    words = models.CharField(max_length=300, blank=True)
    open_to_all = models.BooleanField(default=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["turn", "pk"]

    def save(self, *args: Any, **more: Any) -> None:
        """The next turn of its report, which whoever writes has locked."""
        if self._state.adding:
            last = self.report.steps.aggregate(last=models.Max("turn"))["last"] or 0
            self.turn = last + 1
            if self.of in self.BY_THE_HOUR:
                self.pk = _lot()
        super().save(*args, **more)


def _bucket() -> int:
    return secrets.randbelow(rules.NETWORKS)


class PasserSalt(models.Model):
    """The salt of a day, drawn at random; deleted with the day after. The table is unlogged and in no backup.

    Afterwards nobody, with the whole database, a backup and all keys in hand, can try which network a number stood for.
    """

    PERSONAL = NOBODY

    day = models.DateField(primary_key=True)
    salt = models.BinaryField()


class Check(models.Model):
    """Somebody passing by says whether a mended thing is mended. A keyed mark of the browser for this report, and nothing
    of who. ``network`` is one of some thousand numbers that the networks of the world share, drawn under the day's salt: it
    tells two taps behind one address from two passers-by, and not which address."""

    PERSONAL = NOBODY

    key = models.UUIDField(primary_key=True, editable=False)
    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="checks")
    good = models.BooleanField()
    network = models.PositiveIntegerField(default=_bucket)


class ApiKey(models.Model):
    """Who may send reports by Open311. The key itself is shown once; its keyed digest is kept."""

    PERSONAL = NOBODY

    name = models.CharField(max_length=60)
    digest = models.BinaryField(unique=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    active = models.BooleanField(default=True)
    made_at = models.DateTimeField(default=clock.now)
