"""Key tasks, read: each with its units, its figure now, its light and why; the sentences for a brief."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from nuanyi.lib import clock, figures, row_security
from nuanyi.lib.actor import Actor, system
from nuanyi.lib.errors import NotFound
from nuanyi.lib.figures import Window
from nuanyi.lib.periods import Period
from nuanyi.lib.region_codes import DISTRICT
from nuanyi.matrix import task_rules
from nuanyi.matrix.models import KeyTask, Milestone, Supervision
from nuanyi.matrix.task_rules import Light, Standing, Step, TaskState, Verdict
from nuanyi.places import queries as places

SEE, REPORT, KEEP = "matrix.tasks_see", "matrix.tasks_report", "matrix.tasks"
#: A brief counts the tasks of its place, also those in which its drafter's unit has no part.
_ALL_TASKS = system("briefs")


@dataclass
class TaskRow:
    """A task ready to show."""

    task: KeyTask
    value: int | None
    verdict: Verdict
    milestones: list[Milestone]
    supervisions: list[Supervision]
    parts: dict[str, list[Any]] = field(default_factory=dict)
    figure_title: str = ""
    figure_unit: str = ""
    records: str = ""
    less_is_better: bool = False

    @property
    def percent(self) -> int:
        """The share of the target that is reached, at most 100; where less is better, of the figure that the target is."""
        if self.value is None:
            return 0
        if self.less_is_better:
            target = self.task.target or 0
            return 100 if self.value <= target else round(target * 100 / self.value)
        return min(100, round(self.value * 100 / self.task.target)) if self.task.target else 0

    @property
    def open_supervisions(self) -> list[Supervision]:
        """Those that are not accepted yet."""
        return [one for one in self.supervisions if one.accepted_at is None]

    def has_part(self, units: Iterable[int]) -> list[str]:
        """The parts of these units."""
        wanted = set(units)
        return [part for part, rows in self.parts.items() if any(unit.pk in wanted for unit in rows)]


def window_of(task: KeyTask, today: date) -> Window:
    """What a task's figure is asked for: from its first day to today or its end, in its region or else its list's district."""
    last = min(max(today, task.start_date), task.due_date)
    return Window(task.start_date, last, task.region_code or task.district)


def value_of(task: KeyTask, today: date, *, exact: bool) -> int | None:
    """The task's figure in its window and sector; None where it has none that is known.

    Counts of people are coarse where not ``exact``; but a target that is reached is shown as reached.
    """
    figure = figures.offered().get(task.figure)
    if figure is None:
        return None
    asked = window_of(task, today)
    if figure.less_is_better and not figure.count(asked, ()):
        return None  # of nothing at all there is no mean, and a low one is no merit
    value = figure.shown(asked, exact=exact, sector=task.sector)
    if exact or not figure.of_people or figure.less_is_better or not task.target or value >= task.target:
        return value
    return task.target if figure.shown(asked, exact=True, sector=task.sector) >= task.target else value


def rows_of(tasks: Sequence[KeyTask], today: date | None = None, *, exact: bool) -> list[TaskRow]:
    """Tasks ready to show, in their order. Three statements and one for each different figure."""
    day = today or clock.today()
    offered = figures.offered()
    asked: dict[tuple[Any, ...], int | None] = {}
    found = []
    for task in tasks:
        key = (
            task.figure,
            task.start_date,
            task.due_date,
            task.region_code or task.district,
            task.sector,
            None if exact else task.target,
        )
        if key not in asked:
            asked[key] = value_of(task, day, exact=exact)
        value, figure = asked[key], offered.get(task.figure)
        milestones = list(task.milestones.all())
        supervisions = list(task.supervisions.all())
        standing = Standing(
            task.start_date,
            task.due_date,
            task.state,
            task.target if value is not None else None,
            value,
            [_step(one, day) for one in milestones],
            sum(
                one.accepted_at is None and one.answered_at is None and one.due_date < day
                for one in supervisions
            ),
            figure is not None and figure.less_is_better,
        )
        parts: dict[str, list[Any]] = {}
        for one in task.parts.all():
            parts.setdefault(one.part, []).append(one.unit)
        found.append(
            TaskRow(
                task,
                value,
                task_rules.judge(standing, day),
                milestones,
                supervisions,
                parts,
                str(figure.title) if figure else "",
                str(figure.unit) if figure else "",
                f"{reverse('matrix:records', kwargs={'key': task.figure})}?task={task.pk}" if figure else "",
                standing.less_is_better,
            )
        )
    return found


def _step(one: Milestone, day: date) -> Step:
    """A milestone as it stood on a day."""
    done = one.done_date if one.done_date is not None and one.done_date <= day else None
    return Step(one.title, one.due_date, done)


def loaded(rows: Any) -> Any:
    """Tasks with what :func:`rows_of` needs of them."""
    return rows.select_related("lead").prefetch_related("milestones", "supervisions__unit", "parts__unit")


def tasks_of(actor: Actor, year: int) -> list[TaskRow]:
    """The year's tasks that the actor sees, by number."""
    actor.require(SEE)
    return rows_of(
        list(loaded(KeyTask.objects.visible_to(actor).filter(year=year))), exact=figures.sees_exact(actor)
    )


def one(actor: Actor, pk: int) -> TaskRow:
    """A task that the actor sees. Raises NotAllowed, NotFound."""
    actor.require(SEE)
    found = loaded(KeyTask.objects.visible_to(actor)).filter(pk=pk).first()
    if found is None:
        raise NotFound()
    return rows_of([found], exact=figures.sees_exact(actor))[0]


def supervisions_of(actor: Actor, unit: int) -> list[Supervision]:
    """What was asked of a unit and is not accepted yet, of whatever year: last year's question does not end with the year."""
    seen = KeyTask.objects.visible_to(actor)
    rows = Supervision.objects.filter(unit=unit, accepted_at=None, task__in=seen)
    return list(rows.select_related("task").order_by("due_date", "pk"))


def late_steps(unit: int) -> QuerySet[Milestone]:
    """Steps of running tasks that a unit leads whose day has gone by, of whatever year."""
    rows = Milestone.objects.filter(task__lead=unit, task__state=TaskState.RUNNING, done_date=None)
    return rows.filter(due_date__lt=clock.today()).select_related("task").order_by("due_date", "pk")


def years(actor: Actor) -> list[int]:
    """The years that have tasks, the newest first."""
    rows = KeyTask.objects.visible_to(actor).order_by("-year").values_list("year", flat=True).distinct()
    return [int(year) for year in rows]


def lights(rows: Iterable[TaskRow]) -> list[tuple[Light, int]]:
    """How many stand how, the worst first."""
    counted: dict[Light, int] = dict.fromkeys(task_rules.ORDER, 0)
    for row in rows:
        counted[row.verdict.light] += 1
    return list(counted.items())


def _of_place(region: str) -> Q:
    """The tasks of a place: those in it, and of a district also those for the whole of it."""
    if not region:
        return Q()
    here = places.within(region, places.moved_now())
    if len(region) > DISTRICT:
        return here
    many = len(places.districts()) > 1
    return here | Q(region_code="", district__startswith=region if many else "")


def sentences(period: Period, region: str) -> list[str]:
    """What a brief says of the year's tasks at the period's end, in the present language: of all tasks of the place,
    whoever drafts it, and in fives, whoever reads it.
    """
    with row_security.reader(_ALL_TASKS):
        tasks = list(loaded(KeyTask.objects.filter(_of_place(region), year=period.first.year)))
    if not tasks:
        return [_("No key task of this year is on the list for this place.")]
    rows = rows_of(tasks, min(period.last, clock.today()), exact=False)
    counted = dict(lights(rows))
    words = [
        _(
            "Of %(all)d key tasks %(done)d are reached, %(green)d on the way, %(amber)d at risk, %(red)d behind; "
            "%(grey)d cannot be judged."
        )
        % {
            "all": len(rows),
            "done": counted[Light.DONE],
            "green": counted[Light.GREEN],
            "amber": counted[Light.AMBER],
            "red": counted[Light.RED],
            "grey": counted[Light.GREY],
        }
    ]
    for row in rows:
        if row.verdict.light in (Light.RED, Light.AMBER):
            words.append(
                _("No. %(number)d “%(title)s” (%(unit)s leads): %(reason)s")
                % {
                    "number": row.task.number,
                    "title": row.task.title,
                    "unit": row.task.lead.short_name or row.task.lead.name,
                    "reason": row.verdict.reason,
                }
            )
    return words
