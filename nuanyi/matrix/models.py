"""Tables of the matrix: briefs, key tasks, answers to other offices' forms, good practice, the shelf of regulations."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from nuanyi.lib import clock
from nuanyi.lib.actor import Actor
from nuanyi.lib.personal import NOBODY
from nuanyi.lib.sectors import Sector
from nuanyi.matrix.brief_rules import BriefState
from nuanyi.matrix.practice_rules import Shelf
from nuanyi.matrix.task_rules import Light, Part, TaskState
from nuanyi.people.models import Account
from nuanyi.units.models import Unit

Json = models.JSONField


class Brief(models.Model):
    """A work brief (工作简报) of a period and a place. ``sections``: what is edited; ``counts``: the numbers as they were asked
    for at ``asked_at``, never edited. A signed one keeps its file and does not change again (a trigger holds that).
    """

    PERSONAL = NOBODY

    period = models.CharField(max_length=8)
    region_code = models.CharField(max_length=12, blank=True)
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=120)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    red_head = models.BooleanField(default=False)
    sections: Any = Json(default=list)
    counts: Any = Json(default=dict)
    corrections: Any = Json(default=list)
    known_numbers: Any = Json(default=list)
    state = models.CharField(max_length=8, choices=BriefState, default=BriefState.DRAFT)
    revision = models.PositiveIntegerField(default=1)
    drafted_by = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="+")
    asked_at = models.DateTimeField(default=clock.now)
    changed_at = models.DateTimeField(default=clock.now)
    signed_by = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="+")
    signed_at = models.DateTimeField(null=True)
    docx = models.BinaryField(null=True)
    digest = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint("period", "region_code", name="brief_once")]

    def __str__(self) -> str:
        return self.title

    @property
    def signed(self) -> bool:
        """Whether it stands for good."""
        return self.state == BriefState.SIGNED


class KeyTaskQuerySet(models.QuerySet["KeyTask"]):
    """Filters."""

    def visible_to(self, actor: Actor) -> KeyTaskQuerySet:
        """All tasks for whoever keeps or audits the list, in a city those of one's district; else those in which a unit of
        the actor's has a part.
        """
        if actor.everywhere("matrix.tasks_see"):
            return self
        seen = Q(pk__in=TaskUnit.objects.filter(unit__in=actor.units("matrix.tasks_see")).values("task"))
        return self.filter(seen | Q(district__in=actor.regions("matrix.tasks_see")))


class KeyTask(models.Model):
    """A line of the year's list of key tasks (重点任务清单). ``figure`` and ``target`` may be empty: then milestones tell."""

    PERSONAL = NOBODY

    year = models.PositiveSmallIntegerField()
    #: in a city whose list it stands on: that of its lead's district, "" the city's own. "" where there is one district
    district = models.CharField(max_length=6, blank=True)
    number = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=80)
    words = models.CharField(max_length=600, blank=True)
    lead = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    sector = models.CharField(max_length=20, choices=Sector, blank=True)
    region_code = models.CharField(max_length=12, blank=True)
    figure = models.CharField(max_length=60, blank=True)
    target = models.PositiveIntegerField(null=True, blank=True)
    start_date = models.DateField()
    due_date = models.DateField()
    state = models.CharField(max_length=10, choices=TaskState, default=TaskState.RUNNING)
    end_words = models.CharField(max_length=400, blank=True)
    ended_at = models.DateTimeField(null=True)
    #: how it stood on the morning of ``judged_date``, and its figure then: for pages that do not count it anew
    light = models.CharField(max_length=10, choices=Light, blank=True)
    value = models.IntegerField(null=True)
    judged_date = models.DateField(null=True)

    objects = KeyTaskQuerySet.as_manager()

    class Meta:
        ordering = ["year", "number"]
        constraints = [models.UniqueConstraint("year", "district", "number", name="task_number_once")]

    def __str__(self) -> str:
        return self.title


class TaskUnit(models.Model):
    """A unit's part in a task: it leads or cooperates as the list says, guides by line or holds by place as the rules say."""

    PERSONAL = NOBODY

    task = models.ForeignKey(KeyTask, on_delete=models.CASCADE, related_name="parts")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    part = models.CharField(max_length=10, choices=Part)

    class Meta:
        constraints = [models.UniqueConstraint("task", "unit", "part", name="task_part_once")]


class Milestone(models.Model):
    """A step of a task with its day."""

    PERSONAL = NOBODY

    task = models.ForeignKey(KeyTask, on_delete=models.CASCADE, related_name="milestones")
    title = models.CharField(max_length=80)
    due_date = models.DateField()
    done_date = models.DateField(null=True, blank=True)
    words = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["due_date", "id"]


class Progress(models.Model):
    """What a unit reports of a task; never changed."""

    PERSONAL = NOBODY

    task = models.ForeignKey(KeyTask, on_delete=models.CASCADE, related_name="progress")
    unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="+")
    words = models.CharField(max_length=600)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["-at", "-id"]


class Supervision(models.Model):
    """A supervision (督办) of a unit over a task: what is asked, until when, what was answered, whether that was accepted."""

    PERSONAL = NOBODY

    task = models.ForeignKey(KeyTask, on_delete=models.CASCADE, related_name="supervisions")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    words = models.CharField(max_length=600)
    due_date = models.DateField()
    asked_by = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="+")
    asked_at = models.DateTimeField(default=clock.now)
    answer = models.CharField(max_length=1000, blank=True)
    answered_by = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="+")
    answered_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    returned = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index("unit", "due_date", condition=Q(accepted_at=None), name="supervision_open")]

    @property
    def late(self) -> bool:
        """No answer stands, and the day is over."""
        return self.answered_at is None and self.due_date < clock.today()


class ThinCount(models.Model):
    """How many cells of sector by place got too little, as of a morning: of a district of a city, "" of all. The thinnest
    is named by its codes.
    """

    PERSONAL = NOBODY

    district = models.CharField(max_length=6, blank=True, unique=True)
    number = models.PositiveIntegerField()
    year = models.PositiveSmallIntegerField()
    sector = models.CharField(max_length=20, blank=True)
    region_code = models.CharField(max_length=12, blank=True)
    counted_date = models.DateField()


class ScreenLink(models.Model):
    """A link that shows the big screen, and nothing else, on a wall where nobody is signed in. Of the link itself only a
    keyed digest is kept: it is shown once, when it is made.
    """

    PERSONAL = NOBODY

    name = models.CharField(max_length=40)
    link_digest = models.BinaryField(max_length=16, unique=True)
    unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+")
    made_by = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(default=clock.now)
    #: when a screen last asked, to a few minutes
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.name


class FormAnswer(models.Model):
    """What an office once answered to a line of somebody's form (一表通), so that nobody is asked for it again."""

    PERSONAL = NOBODY

    label = models.CharField(max_length=80)
    region_code = models.CharField(max_length=12, blank=True)
    period = models.CharField(max_length=8, blank=True)
    value = models.CharField(max_length=200)
    source = models.CharField(max_length=120, blank=True)
    #: whose it is: who answered, and before that whose form asked first
    unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+")
    #: the units whose forms asked for it before it was answered
    asked_units = ArrayField(models.BigIntegerField(), default=list)
    account = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint("label", "region_code", "period", name="form_answer_once")]

    @property
    def answering(self) -> tuple[int, ...]:
        """The units that may write here: while it is open each whose form asked, then the one that answered."""
        own = () if self.unit_id is None else (self.unit_id,)
        return own if self.value else (*own, *self.asked_units)


class Practice(models.Model):
    """What worked (特色项目), as its unit tells it. ``{figure-key}`` in the text is the number of ``period`` at
    the moment of reading.
    """

    PERSONAL = NOBODY

    title = models.CharField(max_length=60)
    text = models.TextField(max_length=8000)
    period = models.CharField(max_length=8, blank=True)
    region_code = models.CharField(max_length=12, blank=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=Shelf, default=Shelf.DRAFT)
    author = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="+")
    #: the keys of all accounts that wrote in it: none of them reviews it
    writers: Any = Json(default=list)
    reviewer = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="+")
    review = models.CharField(max_length=300, blank=True)
    changed_at = models.DateTimeField(default=clock.now)
    shared_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.title

    def written_by(self, account: int | None) -> bool:
        """Whether an account wrote in it, first or later."""
        return account is not None and (account == self.author_id or account in self.writers)


class Regulation(models.Model):
    """A regulation of the district (制度); what it says stands in its versions."""

    PERSONAL = NOBODY

    title = models.CharField(max_length=80)
    #: in a city the district whose regulation it is, "" the city's own. "" where there is one district
    district = models.CharField(max_length=6, blank=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    ended_date = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["title"]
        constraints = [models.UniqueConstraint("title", "district", name="regulation_once")]

    def __str__(self) -> str:
        return self.title


class RegulationVersion(models.Model):
    """What a regulation said from a day on; never changed."""

    PERSONAL = NOBODY

    regulation = models.ForeignKey(Regulation, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField()
    paper = models.CharField(max_length=60, blank=True)
    text = models.TextField(max_length=20000)
    why = models.CharField(max_length=200, blank=True)
    from_date = models.DateField()
    account = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["-from_date", "-number"]
        constraints = [models.UniqueConstraint("regulation", "number", name="regulation_version_once")]
