"""Tables of Party work. Whoever asks to join is sealed under the keys of political affiliation."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from nuanyi.census.models import Establishment
from nuanyi.lib import clock, sealed
from nuanyi.lib.actor import Actor
from nuanyi.lib.personal import CONSENT_BASIS, DUTY_BASIS, KEY_DESTROYED, NOBODY, Declaration, Sensitivity
from nuanyi.lib.region_codes import within
from nuanyi.lib.sealed import SealedText
from nuanyi.lib.sectors import Sector
from nuanyi.party.life_rules import Every, MeetingKind
from nuanyi.party.rules import (
    COMMITTEES,
    ENTRIES,
    FOLLOW,
    MEMBERS,
    ORGANISE,
    Changed,
    CommitteeLevel,
    Door,
    EndReason,
    Form,
    MatterState,
    SpeakerKind,
    Standing,
    State,
    Strand,
    VisitKind,
)
from nuanyi.people.models import Account, Person
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


def _of_an_instructor(title: object) -> Declaration:
    purpose = _("To share out establishments by what each instructor can take on")
    return Declaration(title, purpose, DUTY_BASIS, 365, _("Deleted"))  # type: ignore[arg-type]


class InstructorTerms(models.Model):
    """What an instructor can take on: how many establishments (None: a fair share), and the languages spoken, by 、."""

    PERSONAL = {
        "capacity": _of_an_instructor(_("How many establishments you can follow")),
        "languages": _of_an_instructor(_("The languages you speak, as an instructor")),
    }

    account = models.OneToOneField(Account, on_delete=models.CASCADE, related_name="+")
    capacity = models.PositiveSmallIntegerField(null=True)
    languages = models.CharField(max_length=120, blank=True)


class LanguageWish(models.Model):
    """The language in which people of an establishment would like to be talked with, as they said it on a day.

    It is its contact's to see and to take back: mostly they said it, and a language can tell where somebody comes from.
    """

    PERSONAL = {
        "language": Declaration(
            _("The language in which you wish to be talked with"),
            _("To send an instructor who speaks it"),
            DUTY_BASIS,
            1095,
            _("Deleted"),
            Sensitivity.SENSITIVE,
        ),
    }

    establishment = models.OneToOneField(
        Establishment, on_delete=models.CASCADE, related_name="language_wish"
    )
    #: who was the contact then: whoever followed is not told of another's language
    contact = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    language = models.CharField(max_length=20)
    said_date = models.DateField(default=clock.today)


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
    #: a regular activity counts as well as a visit
    activity_within_days = models.PositiveSmallIntegerField(default=90)
    target_percent = models.PositiveSmallIntegerField(default=100)
    target_date = models.DateField()
    source = models.CharField(max_length=200)

    class Meta:
        ordering = ["-from_date"]


def _organised_by(actor: Actor, *fields: str) -> Q:
    """The rows of the districts for which this actor is the organisation department, by these columns of codes; in a city
    each department has its own district's and no other's."""
    seen = Q(pk=None)
    for region in actor.regions(ORGANISE):
        for field in fields:
            seen |= within(region, field)
    return seen


class ApplicationQuerySet(models.QuerySet["Application"]):
    """Filters."""

    def visible_to(self, actor: Actor) -> ApplicationQuerySet:
        """Those of its district for the organisation department (by the place of work, or of the organisation that received
        it), those assigned to them for an instructor, nothing for anybody else."""
        if actor.everywhere(ORGANISE):
            return self
        seen = _organised_by(actor, "work_code", "organisation__region_code")
        if actor.can(FOLLOW) and actor.account_id:
            seen |= Q(instructor_id=actor.account_id)
        return self.filter(seen)

    def empty(self) -> None:
        """That somebody asked, each step and how it ended stay; who it was and every word written about them go."""
        chosen = list(self.values_list("pk", flat=True))
        StepDone.objects.filter(application__in=chosen).update(paper="")
        Review.objects.filter(application__in=chosen).update(note="")
        Application.objects.filter(pk__in=chosen).update(
            sealed_name=None,
            sealed_phone=None,
            phone_digest=None,
            workplace="",
            home_code="",
            end_paper="",
            handed_to="",
        )


class Application(models.Model):
    """Somebody wants to join. ``key`` was made by the phone; the secret link to one's own page is worked out from it."""

    PERSONAL = {
        "sealed_name": _kept(_("Your name, as you asked to join")),
        "sealed_phone": _kept(_("Your phone, as you asked to join")),
        "phone_digest": _kept(
            _("Your phone as a keyed digest, so that you are not asked twice"), _("Deleted")
        ),
        "workplace": _kept(_("Your workplace, as you asked to join"), _("Deleted")),
        "home_code": _kept(_("The place where you live, as you asked to join"), _("Deleted")),
        "end_paper": _kept(_("The paper by which your application ended"), _("Deleted")),
        "handed_to": _kept(_("The organisation that goes on with your application"), _("Deleted")),
    }

    key = models.UUIDField(unique=True, editable=False)
    sealed_name = SealedText(bound_by="key", suffix=b"name", family="political", null=True)
    sealed_phone = SealedText(bound_by="key", suffix=b"phone", family="political", null=True)
    phone_digest = models.BinaryField(null=True)
    workplace = models.CharField(max_length=80, blank=True)
    work_code = models.CharField(max_length=12)
    home_code = models.CharField(max_length=12, blank=True)
    sector = models.CharField(max_length=20, choices=Sector, blank=True)
    roving = models.BooleanField(default=False)
    door = models.CharField(max_length=12, choices=Door)
    organisation = models.ForeignKey(
        Organisation, null=True, on_delete=models.PROTECT, related_name="applications"
    )
    instructor = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="+")
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    prolonged_months = models.PositiveSmallIntegerField(default=0)
    moved = models.BooleanField(default=False)
    #: why it ended, by which paper, and the organisation of another district that goes on from here
    end_reason = models.CharField(max_length=10, choices=EndReason, blank=True)
    end_paper = models.CharField(max_length=120, blank=True)
    handed_to = models.CharField(max_length=80, blank=True)
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

    PERSONAL = {"note": _kept(_("Note of a half-yearly review"), _("Deleted"))}

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="reviews")
    review_date = models.DateField()
    note = models.CharField(max_length=120, blank=True)
    by = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["review_date", "pk"]
        constraints = [models.UniqueConstraint("application", "review_date", name="review_once_a_day")]


class StepDone(models.Model):
    """A step that was taken, on a day, with its paper; ``key`` where a phone wrote it down."""

    PERSONAL = {"paper": _kept(_("Note or paper of a step of your application"), _("Deleted"))}

    key = models.UUIDField(null=True, unique=True, editable=False)
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
        """Those of its district's branches for the organisation department; for a secretary those of the own branch; for
        both, as long as they are away, those a branch received. A branch that has ended shows nobody any more.
        """
        if actor.everywhere(ORGANISE):
            return self
        away = Q(away_until_date=None) | Q(away_until_date__gte=clock.today())
        seen = _organised_by(actor, "branch__region_code")
        seen |= _organised_by(actor, "receiving__region_code") & away
        if actor.can(MEMBERS) and actor.account_id:
            own = Q(branch__secretary_id=actor.account_id, branch__ended_date=None)
            received = Q(receiving__secretary_id=actor.account_id, receiving__ended_date=None)
            seen |= own | received & away
        return self.filter(seen)


class Member(models.Model):
    """Somebody who belongs to a branch; away from home, another branch receives them (双找). Sealed under keys of its own."""

    PERSONAL = {
        "sealed_name": _belongs(_("Your name, as your branch keeps it")),
        "sealed_phone": _belongs(_("Your phone, as your branch keeps it")),
        "phone_digest": _belongs(
            _("Your phone as a keyed digest, so that you stand in one branch"), _("Deleted")
        ),
        "agreed": _belongs(_("How you agreed to stand on the list of your branch"), _("Deleted")),
        "standing_paper": _belongs(_("The paper by which your standing changed"), _("Deleted")),
        "full_paper": _belongs(_("The paper by which you are to stand as a full member"), _("Deleted")),
        "transfer_paper": _belongs(_("The letter of your transfer"), _("Deleted")),
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
    #: since when, and by which paper, they stand as they do, where that changed on this list
    standing_date = models.DateField(null=True)
    standing_paper = models.CharField(max_length=120, blank=True)
    #: what the path says that whoever keeps the list has not confirmed yet: a full member from a day on, by a paper
    full_date = models.DateField(null=True)
    full_paper = models.CharField(max_length=120, blank=True)
    #: the branch from which they were transferred last (组织关系转接), and the letter that says so
    came_from = models.ForeignKey(
        Organisation, null=True, on_delete=models.SET_NULL, related_name="members_sent"
    )
    transfer_paper = models.CharField(max_length=120, blank=True)
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

    def stand_full(self, on: date, paper: str) -> None:
        """Say that this is a full member from a day on, by a paper; not saved yet."""
        self.standing, self.standing_date, self.standing_paper = Standing.FULL, on, paper
        self.changed_date = clock.today()


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


# organisation life --------------------------------------------------------------------------------


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
        seen = _organised_by(actor, "organisation__region_code")
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


# what is brought in, who speaks -------------------------------------------------------------------


class BroughtQuerySet(models.QuerySet["Brought"]):
    """Filters."""

    def visible_to(self, actor: Actor) -> BroughtQuerySet:
        """What was brought in its district for the organisation department; for an instructor what they brought themselves."""
        if actor.everywhere(ORGANISE):
            return self
        seen = _organised_by(actor, "region_code")
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
        seen = _organised_by(actor, "region_code")
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


# joint committees ---------------------------------------------------------------------------------


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


class PaperTemplate(models.Model):
    """The district's own Word file for a paper of the path, in place of the one that the program comes with."""

    PERSONAL = NOBODY

    name = models.CharField(max_length=20, unique=True)
    docx = models.BinaryField()
    account = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(default=clock.now)


class CoverageMark(models.Model):
    """Written by triggers, once a statement, whenever an establishment, a reach, an assignment or a visit changed: what was
    worked out of the coverages before holds no more (see ``coverage``)."""

    PERSONAL = NOBODY

    made_at = models.DateTimeField(default=clock.now)
