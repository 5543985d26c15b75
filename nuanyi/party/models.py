"""Tables of Party work. Whoever asks to join is sealed under the keys of political affiliation."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from nuanyi.census.models import Establishment
from nuanyi.lib import clock
from nuanyi.lib.actor import Actor
from nuanyi.lib.personal import CONSENT_BASIS, KEY_DESTROYED, NOBODY, Declaration, Sensitivity
from nuanyi.lib.sealed import SealedText
from nuanyi.lib.sectors import Sector
from nuanyi.party.rules import FOLLOW, MEMBERS, ORGANISE, Door, Form, Standing, State, VisitKind
from nuanyi.people.models import Account
from nuanyi.units.models import Alliance, Unit

_ASKED = _("To talk with you about joining, within a month")


def _kept(title: object, erased: object = KEY_DESTROYED) -> Declaration:
    return Declaration(title, _ASKED, CONSENT_BASIS, 1095, erased, Sensitivity.SENSITIVE)  # type: ignore[arg-type]


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
    until_date = models.DateField(null=True)
    ended_date = models.DateField(null=True)
    end_reason = models.CharField(max_length=200, blank=True)

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


class Assignment(models.Model):
    """An instructor follows an establishment."""

    PERSONAL = NOBODY

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    establishment = models.ForeignKey(Establishment, on_delete=models.CASCADE, related_name="assignments")
    reason = models.CharField(max_length=120, blank=True)
    from_date = models.DateField()
    until_date = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "establishment", condition=Q(until_date=None), name="followed_by_one_instructor"
            )
        ]
        indexes = [models.Index("account", condition=Q(until_date=None), name="assignment_of_instructor")]


class Visit(models.Model):
    """An instructor was there. What was said stays with the establishment: the next instructor reads it."""

    PERSONAL = NOBODY

    key = models.UUIDField(unique=True, editable=False)
    establishment = models.ForeignKey(Establishment, on_delete=models.CASCADE, related_name="visits")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=VisitKind)
    visit_date = models.DateField()
    present = models.PositiveSmallIntegerField(default=1)
    note = models.CharField(max_length=500, blank=True)
    made_at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes = [models.Index(fields=["establishment", "-visit_date"], name="visit_latest")]


class CoverageDefinition(models.Model):
    """What counts as covered, and until when how much is wanted; the newest that has begun holds."""

    PERSONAL = NOBODY

    from_date = models.DateField(unique=True)
    visit_within_days = models.PositiveSmallIntegerField(default=90)
    target_percent = models.PositiveSmallIntegerField(default=100)
    target_date = models.DateField()
    source = models.CharField(max_length=200)

    class Meta:
        ordering = ["-from_date"]


class ApplicationQuerySet(models.QuerySet["Application"]):
    """Filters."""

    def visible_to(self, actor: Actor) -> ApplicationQuerySet:
        """All for the organisation department, those assigned to them for an instructor, nothing for anybody else."""
        if actor.everywhere(ORGANISE):
            return self
        if actor.can(FOLLOW) and actor.account_id:
            return self.filter(instructor_id=actor.account_id)
        return self.none()


class Application(models.Model):
    """Somebody wants to join. ``key`` was made by the phone; the secret link to one's own page is worked out from it."""

    PERSONAL = {
        "sealed_name": _kept(_("Your name, as you asked to join")),
        "sealed_phone": _kept(_("Your phone, as you asked to join")),
        "phone_digest": _kept(
            _("Your phone as a keyed digest, so that you are not asked twice"), _("Deleted")
        ),
    }

    key = models.UUIDField(unique=True, editable=False)
    sealed_name = SealedText(bound_by="key", suffix=b"name", family="political", null=True)
    sealed_phone = SealedText(bound_by="key", suffix=b"phone", family="political", null=True)
    phone_digest = models.BinaryField(null=True)
    workplace = models.CharField(max_length=80, blank=True)
    work_code = models.CharField(max_length=12)
    home_code = models.CharField(max_length=12, blank=True)
    roving = models.BooleanField(default=False)
    door = models.CharField(max_length=12, choices=Door)
    organisation = models.ForeignKey(
        Organisation, null=True, on_delete=models.PROTECT, related_name="applications"
    )
    instructor = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="+")
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    prolonged_months = models.PositiveSmallIntegerField(default=0)
    moved = models.BooleanField(default=False)
    #: the phone stood on the roll of a branch when it asked
    on_a_roll = models.BooleanField(default=False)
    asked_date = models.DateField(default=clock.today)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        # of one phone there may be several: a second one that were refused, or went elsewhere, would tell of the first
        indexes = [
            models.Index("instructor", "state", name="application_of_instructor"),
            models.Index("phone_digest", name="application_of_phone"),
        ]


class Review(models.Model):
    """An activist was looked at: once in half a year."""

    PERSONAL = NOBODY

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="reviews")
    review_date = models.DateField()
    note = models.CharField(max_length=120, blank=True)
    by = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["review_date", "pk"]
        constraints = [models.UniqueConstraint("application", "review_date", name="review_once_a_day")]


class StepDone(models.Model):
    """A step that was taken, on a day, with its paper."""

    PERSONAL = NOBODY

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="steps")
    code = models.CharField(max_length=12)
    done_date = models.DateField()
    paper = models.CharField(max_length=120, blank=True)
    by = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint("application", "code", name="step_once")]


_BELONGS = _("To know who belongs to the branch, and to receive whoever is away from home")


def _belongs(title: object, erased: object = KEY_DESTROYED) -> Declaration:
    return Declaration(title, _BELONGS, CONSENT_BASIS, 1095, erased, Sensitivity.SENSITIVE)  # type: ignore[arg-type]


class MemberQuerySet(models.QuerySet["Member"]):
    """Filters."""

    def visible_to(self, actor: Actor) -> MemberQuerySet:
        """All for the organisation department; for a secretary those of the own branch, and as long as they are away those
        it received. A branch that has ended shows nobody any more.
        """
        if actor.everywhere(ORGANISE):
            return self
        if actor.can(MEMBERS) and actor.account_id:
            own = Q(branch__secretary_id=actor.account_id, branch__ended_date=None)
            received = Q(receiving__secretary_id=actor.account_id, receiving__ended_date=None)
            away = Q(away_until_date=None) | Q(away_until_date__gte=clock.today())
            return self.filter(own | received & away)
        return self.none()


class Member(models.Model):
    """Somebody who belongs to a branch; away from home, another branch receives them (双找). Sealed under keys of its own."""

    PERSONAL = {
        "sealed_name": _belongs(_("Your name, as your branch keeps it")),
        "sealed_phone": _belongs(_("Your phone, as your branch keeps it")),
        "phone_digest": _belongs(
            _("Your phone as a keyed digest, so that you stand in one branch"), _("Deleted")
        ),
    }

    key = models.UUIDField(unique=True, editable=False)
    sealed_name = SealedText(bound_by="key", suffix=b"name", family="member", null=True)
    sealed_phone = SealedText(bound_by="key", suffix=b"phone", family="member", null=True)
    phone_digest = models.BinaryField(null=True)
    branch = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="members_kept")
    standing = models.CharField(max_length=9, choices=Standing, default=Standing.FULL)
    agreed = models.CharField(max_length=120)
    joined_date = models.DateField()
    receiving = models.ForeignKey(
        Organisation, null=True, on_delete=models.SET_NULL, related_name="members_received"
    )
    away_from_date = models.DateField(null=True)
    away_until_date = models.DateField(null=True)
    away_code = models.CharField(max_length=12, blank=True)
    code_digest = models.BinaryField(null=True)
    code_until_date = models.DateField(null=True)
    changed_date = models.DateField(default=clock.today)
    #: when the branch was shown the address of the member's own page, to hand it over
    link_shown_date = models.DateField(null=True)
    left_date = models.DateField(null=True)

    objects = MemberQuerySet.as_manager()

    class Meta:
        ordering = ["branch_id", "pk"]
        constraints = [
            # in two branches the same phone may stand: a refusal would tell whoever enters it that it is on a roll
            models.UniqueConstraint(
                "branch", "phone_digest", condition=Q(left_date=None), name="member_once_in_a_branch"
            ),
            models.UniqueConstraint("code_digest", name="report_code_once"),
        ]
        indexes = [models.Index("phone_digest", name="member_of_phone")]


class Showing(models.Model):
    """亮身份: what a member chose to say of themselves in public, in their own words, until they take it back."""

    PERSONAL = {
        "said": Declaration(
            _("What you say of yourself as a Party member"),
            _("To be seen by whoever looks, because you want it"),
            CONSENT_BASIS,
            365,
            _("Deleted"),
            Sensitivity.SENSITIVE,
        )
    }

    member = models.OneToOneField(Member, on_delete=models.CASCADE, related_name="showing")
    said = models.CharField(max_length=60)
    since_date = models.DateField(default=clock.today)

    class Meta:
        ordering = ["-since_date", "pk"]


class Flag(models.Model):
    """亮旗帜: an establishment shows the flag of its branch. A fact of the establishment, by its own paper."""

    PERSONAL = NOBODY

    establishment = models.ForeignKey(Establishment, on_delete=models.CASCADE, related_name="flags")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="flags")
    paper = models.CharField(max_length=120)
    from_date = models.DateField()
    until_date = models.DateField(null=True)

    class Meta:
        ordering = ["-from_date", "pk"]
        constraints = [
            models.UniqueConstraint("establishment", condition=Q(until_date=None), name="one_flag_at_a_time")
        ]


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
