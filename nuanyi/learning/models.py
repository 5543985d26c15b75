"""Tables of learning. Who read what is nobody's business: counts, and no names."""

from __future__ import annotations

import secrets

from django.db import models
from django.utils.translation import gettext_lazy as _

from nuanyi.learning.rules import Category, Media, PushState, SessionKind, State
from nuanyi.learning.rules import Paper as SheetKind
from nuanyi.lib import clock, sealed
from nuanyi.lib.ids import new_id
from nuanyi.lib.personal import CONSENT_BASIS, DUTY_BASIS, KEY_DESTROYED, NOBODY, Declaration, Sensitivity
from nuanyi.lib.sealed import SealedBytes, SealedText
from nuanyi.lib.sectors import Sector
from nuanyi.notices import channels
from nuanyi.people.models import Account
from nuanyi.units.models import Unit

Json = list[dict[str, object]]


def _code() -> str:
    return "".join(secrets.choice("abcdefghjkmnpqrstuvwxyz23456789") for _n in range(8))


class Lesson(models.Model):
    """A lesson of five minutes: Markdown, a few questions with explanations, its sources."""

    PERSONAL = NOBODY

    slug = models.SlugField(max_length=40, unique=True)
    category = models.CharField(max_length=8, choices=Category)
    title = models.CharField(max_length=60)
    lead = models.CharField(max_length=120, blank=True)
    body = models.TextField()
    sources: models.JSONField[list[str], list[str]] = models.JSONField(default=list)
    douyin = models.URLField(max_length=200, blank=True)
    questions: models.JSONField[Json, Json] = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    version = models.PositiveIntegerField(default=1)
    author = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="+")
    changed_at = models.DateTimeField(default=clock.now)
    published_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["category", "id"]
        indexes = [models.Index("state", "category", "id", name="lesson_shown")]

    def __str__(self) -> str:
        return self.title


class LessonVersion(models.Model):
    """A lesson as it once was."""

    PERSONAL = NOBODY

    lesson = models.ForeignKey(Lesson, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=60)
    body = models.TextField()
    questions: models.JSONField[Json, Json] = models.JSONField(default=list)
    account = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint("lesson", "number", name="lesson_version_once")]


class LessonMedia(models.Model):
    """A picture (rebuilt, JPEG), an audio or a short video of a lesson. A text shows it by ``![words](media/ID)``."""

    PERSONAL = NOBODY

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    lesson = models.ForeignKey(Lesson, on_delete=models.CASCADE, related_name="media")
    kind = models.CharField(max_length=8, choices=Media)
    content_type = models.CharField(max_length=40)
    data = models.BinaryField()
    size = models.PositiveIntegerField()
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)

    @property
    def line(self) -> str:
        """What a text writes to show it."""
        return f"![…](media/{self.pk})"


class Finish(models.Model):
    """Somebody read a lesson to its end. A key that a retry repeats, and nothing of the reader."""

    PERSONAL = NOBODY

    key = models.UUIDField(primary_key=True, editable=False)
    lesson = models.ForeignKey(Lesson, on_delete=models.CASCADE, related_name="finishes")
    day = models.DateField()


class KeptProgress(models.Model):
    """What a phone keeps here of its progress because its owner wants it: sealed on the phone by a code that we never see.
    ``mark`` is a keyed digest of the name that the phone derives from the same code."""

    PERSONAL = NOBODY

    mark = models.BinaryField(unique=True)
    blob = models.BinaryField()
    version = models.PositiveIntegerField(default=1)
    day = models.DateField()


class Group(models.Model):
    """A group of riders in WeCom, DingTalk or Feishu with its robot. Address and secret are sealed."""

    PERSONAL = NOBODY
    IMPERSONAL = {"sealed_address", "sealed_secret"}

    name = models.CharField(max_length=60)
    robot = models.CharField(max_length=10)
    sealed_address = SealedText(bound_by="", suffix=b"group-address")
    sealed_secret = SealedText(bound_by="", suffix=b"group-secret", null=True)
    sector = models.CharField(max_length=20, choices=Sector, blank=True)
    region_code = models.CharField(max_length=12, blank=True)
    members = models.PositiveIntegerField(default=0)
    hour = models.TimeField()
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    active = models.BooleanField(default=True)
    code = models.CharField(max_length=8, unique=True, default=_code)

    def __str__(self) -> str:
        return self.name

    @property
    def robot_title(self) -> str:
        """Its robot in words."""
        return channels.title_of(self.robot)


class Reader(models.Model):
    """Somebody who asked for the lesson of the day. The address is sealed, and gone the moment the reader stops."""

    PERSONAL = {
        "sealed_address": Declaration(
            _("Where lessons are sent to (phone, e-mail, WeChat, browser)"),
            _("To send the lesson of the day that you asked for"),
            CONSENT_BASIS,
            1095,
            KEY_DESTROYED,
        ),
        "digest_of_address": Declaration(
            _("A keyed digest of that address"),
            _("To keep one address from being entered twice"),
            CONSENT_BASIS,
            1095,
            KEY_DESTROYED,
        ),
    }

    key = models.UUIDField(unique=True, editable=False)
    way = models.CharField(max_length=8)
    sealed_address = SealedText(bound_by="key")
    digest_of_address = models.BinaryField()
    hour = models.TimeField()
    stop_code = models.CharField(max_length=24, unique=True)
    code_digest = models.BinaryField(null=True)
    code_at = models.DateTimeField(default=clock.now)
    code_tries = models.PositiveSmallIntegerField(default=0)
    active = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint("way", "digest_of_address", name="reader_once")]
        indexes = [models.Index("hour", condition=models.Q(active=True), name="reader_active")]


class Channel(models.Model):
    """What the office set for a channel: whether it sends, and how many messages a minute (0: without limit); how many
    readers stopped it, since they themselves are forgotten."""

    PERSONAL = NOBODY

    name = models.CharField(max_length=10, primary_key=True)
    active = models.BooleanField(default=True)
    a_minute = models.PositiveIntegerField(default=0)
    stops = models.PositiveIntegerField(default=0)


class PlanDay(models.Model):
    """What is told before the shift on a day, and who speaks (每周先锋)."""

    PERSONAL = NOBODY

    day = models.DateField(unique=True)
    lesson = models.ForeignKey(Lesson, on_delete=models.PROTECT, related_name="+")
    speaker = models.CharField(max_length=60, blank=True)


class Push(models.Model):
    """One lesson, or one word about a session, to one group or one reader. The constraints keep a retry from sending twice;
    ``code`` counts who opened it."""

    PERSONAL = NOBODY

    channel = models.CharField(max_length=10)
    lesson = models.ForeignKey(Lesson, null=True, on_delete=models.PROTECT, related_name="pushes")
    session = models.ForeignKey(
        "learning.Session", null=True, on_delete=models.PROTECT, related_name="pushes"
    )
    sequence = models.PositiveIntegerField(default=0)
    group = models.ForeignKey(Group, null=True, on_delete=models.PROTECT, related_name="pushes")
    reader = models.ForeignKey(Reader, null=True, on_delete=models.SET_NULL, related_name="pushes")
    day = models.DateField()
    speaker = models.CharField(max_length=60, blank=True)
    code = models.CharField(max_length=10, unique=True)
    state = models.CharField(max_length=8, choices=PushState, default=PushState.QUEUED)
    due_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=200, blank=True)
    sent_at = models.DateTimeField(null=True)
    opens = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint("lesson", "group", "day", name="push_once"),
            models.UniqueConstraint("lesson", "reader", "day", name="push_to_reader_once"),
            models.UniqueConstraint("session", "group", "sequence", name="push_of_session_once"),
            models.CheckConstraint(
                condition=models.Q(lesson=None) ^ models.Q(session=None), name="push_says_one_thing"
            ),
        ]
        indexes = [
            models.Index("channel", "due_at", condition=models.Q(state="queued"), name="push_due"),
            models.Index("channel", "taken_at", name="push_taken"),
        ]

    @property
    def title(self) -> str:
        """What it is about."""
        return self.lesson.title if self.lesson else self.session.title if self.session else ""

    @property
    def channel_title(self) -> str:
        """The channel in words."""
        return channels.title_of(self.channel)


class Session(models.Model):
    """A session (场次): when, where, for how many, by whom. ``secret`` signs the code on its screen."""

    PERSONAL = NOBODY

    code = models.CharField(max_length=8, unique=True, default=_code)
    kind = models.CharField(max_length=8, choices=SessionKind)
    title = models.CharField(max_length=80)
    place = models.CharField(max_length=120)
    region_code = models.CharField(max_length=12, blank=True)
    sector = models.CharField(max_length=20, choices=Sector, blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    capacity = models.PositiveIntegerField(default=0)
    by_instructor = models.BooleanField(default=False)
    #: stands in the public list and calendars; who holds its code signs in either way
    announced = models.BooleanField(default=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="+")
    secret = models.BinaryField()
    sequence = models.PositiveIntegerField(default=0)
    head_count = models.PositiveIntegerField(null=True)
    held_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)

    IMPERSONAL = {"secret"}

    class Meta:
        indexes = [models.Index("starts_at", "id", name="session_time")]

    def __str__(self) -> str:
        return self.title


class TeamMember(models.Model):
    """One of a session's lecture team. The part tells who belongs to the Party: it is sealed as the name is."""

    PERSONAL = {
        "sealed_name": Declaration(
            _("Name in a lecture team"), _("To know who speaks"), DUTY_BASIS, 1095, KEY_DESTROYED
        ),
        "sealed_part": Declaration(
            _("Part in a lecture team"),
            _("To see that the team is complete"),
            DUTY_BASIS,
            1095,
            KEY_DESTROYED,
            Sensitivity.SENSITIVE,
        ),
    }

    key = models.UUIDField(unique=True, editable=False)
    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="team")
    sealed_part = SealedText(bound_by="key", suffix=b"part", family="member")
    sealed_name = SealedText(bound_by="key")

    @property
    def part(self) -> str:
        """The part, opened; who shows it looks at whether the reader may know."""
        return sealed.open_choice(self, "sealed_part")


class SessionPicture(models.Model):
    """A photo of a session, or of its sign-in sheet on paper: rebuilt from its pixels and sealed, since it
    shows people and their hands.
    """

    PERSONAL = {
        "sealed_data": Declaration(
            _("Photo of a session or of its sign-in sheet"),
            _("To show that it was held and who signed on paper"),
            DUTY_BASIS,
            1095,
            KEY_DESTROYED,
        ),
    }

    key = models.UUIDField(unique=True, editable=False)
    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="pictures")
    kind = models.CharField(max_length=8, choices=SheetKind)
    sealed_data = SealedBytes(bound_by="key")
    account = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(default=clock.now)


class Attendance(models.Model):
    """Somebody was there. ``device`` is a keyed digest of a number that the phone drew for itself, bound to this session
    and to this table: it tells one phone from another in this hall, nothing across halls, and whoever reads the whole
    database cannot tell who signed up or what he said. No moment is kept."""

    PERSONAL = NOBODY

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="attendances")
    device = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint("session", "device", name="attendance_once")]


class Signup(models.Model):
    """A place that a phone asked for, by the day; beyond the capacity it waits, in the order of the numbers."""

    PERSONAL = NOBODY

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="signups")
    device = models.BinaryField()
    made_date = models.DateField(default=clock.today)

    class Meta:
        constraints = [models.UniqueConstraint("session", "device", name="signup_once")]


class Opinion(models.Model):
    """One tap after a session: good, so-so, bad."""

    PERSONAL = NOBODY

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="opinions")
    device = models.BinaryField()
    mark = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint("session", "device", name="opinion_once")]


class BankQuestion(models.Model):
    """A question of the road-safety test."""

    PERSONAL = NOBODY

    question = models.CharField(max_length=200, unique=True)
    options: models.JSONField[list[str], list[str]] = models.JSONField(default=list)
    right = models.PositiveSmallIntegerField()
    why = models.CharField(max_length=300)
    active = models.BooleanField(default=True)


class FirmCode(models.Model):
    """A firm's address for the test: the firm sees how many passed by it, and nothing of anybody."""

    PERSONAL = NOBODY

    code = models.CharField(max_length=8, unique=True, default=_code)
    firm = models.CharField(max_length=80)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")


class Paper(models.Model):
    """One try at the test. ``device`` tells one phone's tries of a day from another's, and is emptied afterwards."""

    PERSONAL = NOBODY

    key = models.UUIDField(primary_key=True, editable=False)
    device = models.BinaryField(null=True)
    questions: models.JSONField[list[int], list[int]] = models.JSONField(default=list)
    firm = models.ForeignKey(FirmCode, null=True, on_delete=models.SET_NULL, related_name="papers")
    made_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True)
    right = models.PositiveSmallIntegerField(default=0)
    passed = models.BooleanField(default=False)


class Certificate(models.Model):
    """A certificate of the test. The name is what its holder wrote; it stands sealed here and in clear on his paper only."""

    PERSONAL = {
        "sealed_name": Declaration(
            _("Name on your certificate"), _("To print it"), DUTY_BASIS, 1095, KEY_DESTROYED
        ),
    }

    number = models.CharField(max_length=12, unique=True)
    paper = models.OneToOneField(Paper, on_delete=models.PROTECT, related_name="certificate")
    sealed_name = SealedText(bound_by="number")
    day = models.DateField()
    revoked_at = models.DateTimeField(null=True)
    revoked_words = models.CharField(max_length=120, blank=True)
