"""Tables of the service desk. What a worker writes is sealed; who he is, too."""

from __future__ import annotations

from collections.abc import Mapping
from time import monotonic

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from nuanyi.cases.rules import (
    OFFICIAL,
    Channel,
    Kind,
    KindOfCase,
    Outcome,
    Part,
    PauseReason,
    ProjectState,
    Standing,
    State,
    Urgency,
    kinds_with,
)
from nuanyi.lib import clock
from nuanyi.lib.actor import Actor
from nuanyi.lib.errors import Words
from nuanyi.lib.personal import DUTY_BASIS, KEY_DESTROYED, NOBODY, Declaration
from nuanyi.lib.sealed import SealedBytes, SealedText
from nuanyi.lib.sectors import Sector
from nuanyi.lib.terms import TermUnit
from nuanyi.people.models import Account
from nuanyi.units.models import Unit

#: For how long a process may use what it read of kinds, routes and clocks: another process's change is seen after that.
BOOK_SECONDS = 20
#: Until when they hold, the rows, and the book of each language that was made from them.
_kinds: list[tuple[float, list[CaseKind], dict[str, dict[str, KindOfCase]]]] = []


class CaseKindManager(models.Manager["CaseKind"]):
    """Kinds of case, read once for many requests."""

    def book(self) -> Mapping[str, KindOfCase]:
        """Every kind by its code, in the order of the page, in the present language; closed ones too."""
        now, kept = monotonic(), list(_kinds)  # another thread may forget them at any moment
        if not kept or kept[0][0] < now:
            kept = [(now + BOOK_SECONDS, list(self.order_by("place", "pk")), {})]
            _kinds[:] = kept
        _until, rows, books = kept[0]
        language = get_language() or ""
        if language not in books:
            found = kinds_with(row.kind() for row in rows)
            places = {row.code: row.place for row in rows} | {Kind.OTHER.value: 1 << 15}
            books[language] = dict(sorted(found.items(), key=lambda pair: places.get(pair[0], 0)))
        return books[language]

    def forget(self) -> None:
        """Read them anew when they are next needed."""
        _kinds.clear()


class CaseKind(models.Model):
    """What a request may be about, as the district has it: a kind of its own, or other words for one of the program.

    A kind of one's own follows one of the program: its law, its letters, and the figure it counts under. Without a route
    and terms of its own it goes where that one goes and takes as long.
    """

    PERSONAL = NOBODY

    code = models.CharField(max_length=12, primary_key=True)
    title = models.CharField(max_length=20, blank=True)
    english = models.CharField(max_length=60, blank=True)
    follows = models.CharField(max_length=12, choices=Kind)
    part = models.CharField(max_length=12, choices=Part, blank=True)
    urgency = models.CharField(max_length=10, choices=Urgency, default=Urgency.ORDINARY)
    place = models.PositiveSmallIntegerField(default=0)
    active = models.BooleanField(default=True)

    objects = CaseKindManager()

    def __str__(self) -> str:
        return self.title or self.code

    def kind(self) -> KindOfCase:
        """As the rules know it, its word in the present language."""
        title: Words = self.title or Kind(self.follows).label
        if (get_language() or "").startswith("en"):
            title = self.english or (title if self.code not in Kind.values else Kind(self.follows).label)
        own = self.code not in Kind.values
        return KindOfCase(self.code, title, self.follows, self.part, self.urgency, self.active, own)


def kind_title(code: str) -> str:
    """The word of a kind in the present language; the code where there is no such kind."""
    known = CaseKind.objects.book().get(code)
    return str(known.title) if known else code


def official_title(code: str) -> str:
    """A kind as an office names it: a district's own kind by its own word."""
    return str(OFFICIAL[code]) if code in OFFICIAL else kind_title(code)


class ServiceItem(models.Model):
    """One line of the service list (服务清单事项)."""

    PERSONAL = NOBODY

    part = models.CharField(max_length=12, choices=Part)
    title = models.CharField(max_length=60)
    words = models.CharField(max_length=400)
    who = models.CharField(max_length=120, blank=True)
    needed = models.CharField(max_length=200, blank=True)
    unit = models.ForeignKey(Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    promised_days = models.PositiveIntegerField(null=True, blank=True)
    law = models.CharField(max_length=120, blank=True)
    desk_call = models.CharField(max_length=20, blank=True)
    hours = models.CharField(max_length=80, blank=True)
    case_kind = models.CharField(max_length=12, default=Kind.OTHER)
    active = models.BooleanField(default=True)
    place = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["part", "place", "id"]

    def __str__(self) -> str:
        return self.title


class RoutingRule(models.Model):
    """Which unit gets a kind of case; a place or a sector makes a rule finer. The finest rule wins."""

    PERSONAL = NOBODY

    kind = models.CharField(max_length=12)
    sector = models.CharField(max_length=20, choices=Sector, blank=True)
    region_code = models.CharField(max_length=12, blank=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    because = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint("kind", "sector", "region_code", name="routing_once")]

    def get_kind_display(self) -> str:
        """The kind as an office names it: only the office reads a rule."""
        return official_title(self.kind)


class CaseQuerySet(models.QuerySet["Case"]):
    """Filters."""

    def visible_to(self, actor: Actor) -> CaseQuerySet:
        """The cases that the actor's unit has or is offered; another unit's case is as good as none."""
        if actor.kind == "system":
            return self
        units = actor.units("cases.handle")
        return self.filter(Q(unit_id__in=units) | Q(offered_unit_id__in=units)) if units else self.none()


class Case(models.Model):
    """One request of one worker, from intake to its end.

    ``key`` was made by the phone; the secret link and the claim code are worked out from it and kept nowhere, but for
    the code's digest. Words, name and phone are sealed and bound to this row.
    """

    PERSONAL = {
        "sealed_words": Declaration(
            _("What you wrote to us"), _("To help you"), DUTY_BASIS, 1095, KEY_DESTROYED
        ),
        "sealed_caller": Declaration(
            _("How we may call you"), _("To address you"), DUTY_BASIS, 1095, KEY_DESTROYED
        ),
        "sealed_phone": Declaration(
            _("Your phone for this case"), _("To reach you about it"), DUTY_BASIS, 1095, KEY_DESTROYED
        ),
        "phone_mask": Declaration(
            _("Your phone, masked"), _("To tell cases apart"), DUTY_BASIS, 1095, _("Emptied")
        ),
        "phone_digest": Declaration(
            _("A keyed mark of your phone"),
            _("To find your cases by an SMS code"),
            DUTY_BASIS,
            1095,
            _("Emptied"),
        ),
        "employer": Declaration(
            _("The employer that you named"), _("To help you"), DUTY_BASIS, 1095, _("Emptied")
        ),
    }

    key = models.UUIDField(unique=True, editable=False)
    ref = models.CharField(max_length=16, unique=True)
    claim_digest = models.BinaryField()
    body_digest = models.BinaryField()
    kind = models.CharField(max_length=12, choices=Kind)
    own_kind = models.CharField(max_length=12, blank=True)
    channel = models.CharField(max_length=8, choices=Channel, default=Channel.WEB)
    item = models.ForeignKey(ServiceItem, null=True, on_delete=models.SET_NULL, related_name="+")
    urgency = models.CharField(max_length=10, choices=Urgency, default=Urgency.ORDINARY)
    state = models.CharField(max_length=10, choices=State, default=State.NEW)
    sealed_words = SealedText(bound_by="key", suffix=b"words", null=True)
    sealed_caller = SealedText(bound_by="key", suffix=b"caller", null=True)
    sealed_phone = SealedText(bound_by="key", suffix=b"phone", null=True)
    phone_mask = models.CharField(max_length=20, blank=True)
    phone_digest = models.BinaryField(null=True)
    sector = models.CharField(max_length=20, choices=Sector, blank=True)
    region_code = models.CharField(max_length=12, blank=True)
    employer = models.CharField(max_length=120, blank=True)
    since_date = models.DateField(null=True, blank=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    offered_unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+")
    offered_words = models.CharField(max_length=200, blank=True)
    clerk = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="+")
    route_reason = models.CharField(max_length=200, blank=True)
    made_at = models.DateTimeField(default=clock.now)
    answer_due_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField()
    due_source = models.CharField(max_length=120, blank=True)
    solved_at = models.DateTimeField(null=True)
    worker_agrees = models.BooleanField(null=True)
    stars = models.PositiveSmallIntegerField(null=True)
    ended_at = models.DateTimeField(null=True)
    reopened = models.PositiveSmallIntegerField(default=0)
    warned = models.CharField(max_length=8, blank=True)
    paused_at = models.DateTimeField(null=True)
    pause_reason = models.CharField(max_length=12, choices=PauseReason, blank=True)
    paused_seconds = models.PositiveBigIntegerField(default=0)
    merged_into = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="doubles")
    name_agreed_at = models.DateTimeField(null=True)
    forgotten_at = models.DateTimeField(null=True)

    objects = CaseQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index("unit", "due_at", "id", condition=Q(ended_at=None), name="case_worklist"),
            models.Index("offered_unit", condition=Q(offered_unit__isnull=False), name="case_offered"),
            models.Index("due_at", condition=Q(ended_at=None), name="case_due"),
            models.Index("claim_digest", name="case_claim"),
            models.Index("phone_digest", condition=Q(phone_digest__isnull=False), name="case_phone"),
            models.Index("unit", "due_at", "id", name="case_unit_due"),
        ]

    def __str__(self) -> str:
        return self.ref

    @property
    def kind_code(self) -> str:
        """The kind that the worker chose: the district's own, or one of the program."""
        return self.own_kind or self.kind

    # Django makes none where a model has its own; its stubs do not know that
    def get_kind_display(self) -> str:  # type: ignore[no-redef]
        """What it is about, in the district's words."""
        return kind_title(self.kind_code)

    @property
    def official_kind(self) -> str:
        """What it is about, as an office and its papers name it."""
        return official_title(self.kind_code)

    @property
    def open(self) -> bool:
        """Whether something is still to be done."""
        return self.state in (State.NEW, State.OPEN)

    @property
    def standing(self) -> Standing:
        """What decides about the moves of its worker."""
        return Standing(
            self.state,
            self.kind,
            self.ended_at,
            named=self.name_agreed_at is not None,
            forgotten=self.forgotten_at is not None,
        )


class PhoneCode(models.Model):
    """A code that went to a phone by SMS: marks of both, never themselves; ten minutes and five tries."""

    PERSONAL = {
        "phone_digest": Declaration(
            _("A keyed mark of your phone"), _("To check an SMS code"), DUTY_BASIS, 1, _("Deleted")
        ),
    }

    phone_digest = models.BinaryField(primary_key=True)
    code_digest = models.BinaryField()
    made_at = models.DateTimeField(default=clock.now)
    tries = models.PositiveSmallIntegerField(default=0)


class Message(models.Model):
    """A word in a case: of the worker, of the unit to the worker, or a note that stays inside."""

    PERSONAL = {
        "sealed_words": Declaration(
            _("Messages in your case"), _("To help you"), DUTY_BASIS, 1095, KEY_DESTROYED
        ),
    }

    key = models.UUIDField(unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="messages")
    of = models.CharField(
        max_length=8, choices=[("worker", _("The worker")), ("unit", _("The unit")), ("inside", _("Inside"))]
    )
    sealed_words = SealedText(bound_by="key")
    account = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(default=clock.now)


class Attachment(models.Model):
    """A photo (rebuilt, JPEG) or a voice note of a case. Sealed like its words."""

    PERSONAL = {
        "sealed_file": Declaration(
            _("Photos and voice of your case"), _("To help you"), DUTY_BASIS, 1095, KEY_DESTROYED
        ),
    }

    id = models.UUIDField(primary_key=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="attachments")
    media = models.CharField(max_length=12, choices=[("photo", _("Photo")), ("voice", _("Voice"))])
    content_type = models.CharField(max_length=40)
    sealed_file = SealedBytes(bound_by="pk")
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    made_at = models.DateTimeField(default=clock.now)


class ClaimLine(models.Model):
    """One line of an unpaid wage: which days, how much work, how much money is missing."""

    PERSONAL = NOBODY

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="claim_lines")
    first_date = models.DateField()
    last_date = models.DateField()
    work = models.CharField(max_length=60, blank=True)
    cents = models.PositiveBigIntegerField()
    evidence = models.CharField(max_length=120, blank=True)


class Instalment(models.Model):
    """A sum that was agreed upon, when it is due, when it came."""

    PERSONAL = NOBODY

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="instalments")
    due_date = models.DateField()
    cents = models.PositiveBigIntegerField()
    paid_date = models.DateField(null=True)
    reminded = models.BooleanField(default=False)

    @property
    def late(self) -> bool:
        """Not paid on its day."""
        return self.paid_date is None and self.due_date < clock.today()


class Hearing(models.Model):
    """A mediation appointment (调解): when, where, who mediates, who takes part, what came of it."""

    PERSONAL = {
        "sealed_participants": Declaration(
            _("Who takes part in a mediation"),
            _("To invite and to write the record"),
            DUTY_BASIS,
            1095,
            KEY_DESTROYED,
        ),
        "words": Declaration(
            _("What came of a mediation, in words"),
            _("To invite and to write the record"),
            DUTY_BASIS,
            1095,
            _("Emptied"),
        ),
    }

    key = models.UUIDField(unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="hearings")
    at = models.DateTimeField()
    where = models.CharField(max_length=120)
    mediator = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="+")
    sealed_participants = SealedText(bound_by="key", null=True)
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.OPEN)
    words = models.CharField(max_length=400, blank=True)
    ended_at = models.DateTimeField(null=True)


class AnswerTemplate(models.Model):
    """Words that a unit often answers with."""

    PERSONAL = NOBODY

    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="+")
    title = models.CharField(max_length=40)
    words = models.CharField(max_length=1000)

    class Meta:
        constraints = [models.UniqueConstraint("unit", "title", name="answer_once")]


class ClockRule(models.Model):
    """A length of time that replaces or adds to those the program comes with, with its source."""

    PERSONAL = NOBODY

    kind = models.CharField(max_length=12, blank=True)
    name = models.CharField(max_length=20)
    title = models.CharField(max_length=80)
    amount = models.PositiveIntegerField()
    counted = models.CharField(max_length=14, choices=TermUnit)
    source = models.CharField(max_length=120)
    of_worker = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint("kind", "name", name="clock_once")]


class LetterTemplate(models.Model):
    """A unit's own Word file in place of the one that the program comes with."""

    PERSONAL = NOBODY

    name = models.CharField(max_length=20, unique=True)
    docx = models.BinaryField()
    account = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(default=clock.now)


class Need(models.Model):
    """A line of the list of needs (需求清单): of how many workers, in which place; nobody is named."""

    PERSONAL = NOBODY

    part = models.CharField(max_length=12, choices=Part)
    title = models.CharField(max_length=80)
    region_code = models.CharField(max_length=12, blank=True)
    sector = models.CharField(max_length=20, choices=Sector, blank=True)
    amount = models.PositiveIntegerField()
    source = models.CharField(max_length=80, blank=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField(default=clock.now)


class Pledge(models.Model):
    """A line of the list of resources (资源清单): what a unit offers, how much of it, when and where. ``given`` of it is set
    aside as rewards for volunteers' hours."""

    PERSONAL = NOBODY

    part = models.CharField(max_length=12, choices=Part)
    title = models.CharField(max_length=80)
    region_code = models.CharField(max_length=12, blank=True)
    amount = models.PositiveIntegerField()
    given = models.PositiveIntegerField(default=0)
    measure = models.CharField(max_length=12)
    first_date = models.DateField()
    last_date = models.DateField()
    times = models.CharField(max_length=80, blank=True)
    desk_call = models.CharField(max_length=20, blank=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField(default=clock.now)


class Project(models.Model):
    """A line of the list of projects (项目清单): so much of a pledge for a need, by a day."""

    PERSONAL = NOBODY

    need = models.ForeignKey(Need, on_delete=models.PROTECT, related_name="projects")
    pledge = models.ForeignKey(Pledge, on_delete=models.PROTECT, related_name="projects")
    amount = models.PositiveIntegerField()
    day = models.DateField()
    state = models.CharField(max_length=8, choices=ProjectState, default=ProjectState.PLANNED)
    reached = models.PositiveIntegerField(default=0)
    words = models.CharField(max_length=200, blank=True)
    ended_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField(default=clock.now)


class Register(models.Model):
    """A register of services that an office kept on paper or in Excel before: one file of lines."""

    PERSONAL = NOBODY

    id = models.UUIDField(primary_key=True, editable=False)
    name = models.CharField(max_length=120)
    file_digest = models.CharField(max_length=64)
    account = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="+")
    lines = models.PositiveIntegerField(default=0)
    bad: models.JSONField[list[list[str]], list[list[str]]] = models.JSONField(default=list)
    made_at = models.DateTimeField(default=clock.now)
    undone_at = models.DateTimeField(null=True)


class RegisterLine(models.Model):
    """One service rendered, as the register tells it. Nobody is named."""

    PERSONAL = NOBODY

    register = models.ForeignKey(Register, on_delete=models.CASCADE, related_name="rows")
    row = models.PositiveIntegerField()
    day = models.DateField()
    kind = models.CharField(max_length=12, choices=Kind)
    sector = models.CharField(max_length=20, blank=True)
    region_code = models.CharField(max_length=12, blank=True)
    unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+")

    @property
    def official_kind(self) -> str:
        """What it was about, as an office names it."""
        return official_title(self.kind)
