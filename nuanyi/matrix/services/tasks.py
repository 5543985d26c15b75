"""Key tasks, written: the list, its steps, what units report, supervision, reminders, the year's closing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nuanyi.journal import services as journal
from nuanyi.lib import clock, figures, rooms, row_security
from nuanyi.lib.actor import Actor, system
from nuanyi.lib.errors import BadInput, IllegalMove, NotAllowed, NotFound, Words
from nuanyi.lib.region_codes import DISTRICT
from nuanyi.lib.sectors import Sector
from nuanyi.matrix import events, kinds, task_rules
from nuanyi.matrix.models import KeyTask, Milestone, Progress, Supervision, TaskUnit
from nuanyi.matrix.task_board import KEEP, REPORT, SEE
from nuanyi.matrix.task_rules import REMIND_DAYS, Part, TaskState
from nuanyi.notices import services as notices
from nuanyi.people.models import Account
from nuanyi.places import queries as places
from nuanyi.units import queries as units
from nuanyi.units.models import Unit

MOST_STEPS = 30
#: Whether a number is free asks also the tasks that whoever enters one does not see.
_NUMBERS = system("key tasks")
FIRST_YEAR, LAST_YEAR = 2000, 2100


@dataclass
class StepInput:
    """A step as somebody enters it."""

    title: str
    due_date: date
    done_date: date | None = None


@dataclass
class TaskInput:
    """A task as somebody enters it; ``target`` None and ``figure`` "" where there are none."""

    year: int
    number: int
    title: str
    lead: Unit
    due_date: date
    words: str = ""
    cooperating: Sequence[Unit] = ()
    sector: str = ""
    region_code: str = ""
    figure: str = ""
    target: int | None = None
    start_date: date | None = None
    steps: Sequence[StepInput] = field(default_factory=list)


def _check(told: TaskInput) -> None:
    wrong: dict[str, Words] = {}
    if not FIRST_YEAR <= told.year <= LAST_YEAR:
        wrong["year"] = _("Which year?")
    if not 1 <= told.number <= 999:
        wrong["number"] = _("A number from 1 to 999.")
    if len(told.title.strip()) < 2:
        wrong["title"] = _("Give it a title.")
    if told.sector and told.sector not in Sector.values:
        wrong["sector"] = _("Choose a sector.")
    if told.region_code and told.region_code not in places.names_by_code():
        wrong["region"] = _("Choose a region.")
    if told.figure and told.figure not in figures.offered():
        wrong["figure"] = _("Choose a figure from the list.")
    if told.target is not None and not 0 <= told.target <= 1_000_000_000:
        wrong["target"] = _("A whole number from 0.")
    if told.target is not None and not told.figure:
        wrong["figure"] = _("A target needs the figure by which it is measured.")
    if told.start_date is not None and told.start_date > told.due_date:
        wrong["due_date"] = _("It ends after it begins.")
    if len(told.steps) > MOST_STEPS:
        wrong["steps"] = _("At most 30 steps.")
    if any(len(step.title.strip()) < 2 for step in told.steps):
        wrong["steps"] = _("Give each step a title.")
    if wrong:
        raise BadInput(fields=wrong)


@transaction.atomic
def save_task(*, actor: Actor, told: TaskInput, pk: int | None = None) -> KeyTask:
    """Enter a task or change one, with its units and steps. Steps of the same title and day keep that they are done.

    Raises NotAllowed, NotFound, BadInput (also where the year has the number already, on the list of the same district).
    """
    units.require_unit(actor, KEEP, told.lead)
    own = units.own_district(actor)
    if own and told.region_code and not told.region_code.startswith(own):
        # whether a target is reached tells of exact counts: of one's own district alone
        raise BadInput(fields={"region": _("Choose a region.")})
    _check(told)
    task = _locked(actor, pk) if pk is not None else KeyTask()
    before = set(task.parts.values_list("unit", flat=True)) if pk is not None else set()
    units.require_unit(actor, KEEP, *(unit for unit in told.cooperating if unit.pk not in before))
    task.district = units.district_served(told.lead)
    with row_security.reader(_NUMBERS):
        same = KeyTask.objects.filter(year=told.year, district=task.district, number=told.number)
        taken = same.exclude(pk=task.pk).exists()
    if taken:
        raise BadInput(fields={"number": _("This year has a task of this number already.")})
    task.year, task.number = told.year, told.number
    task.title, task.words = told.title.strip()[:80], told.words.strip()[:600]
    task.lead, task.sector, task.region_code = told.lead, told.sector, told.region_code
    task.figure, task.target = told.figure, told.target
    task.start_date, task.due_date = told.start_date or date(told.year, 1, 1), told.due_date
    if task.start_date > task.due_date:
        raise BadInput(fields={"due_date": _("It ends after it begins.")})
    task.save()
    _set_steps(task, told.steps)
    _place(task, [unit for unit in told.cooperating if unit.pk != told.lead.pk], _book())
    journal.record(actor, events.TASK_SAVED, task, year=task.year, number=task.number, target=task.target)
    return task


def _locked(actor: Actor, pk: int) -> KeyTask:
    """A task that the actor keeps, locked: in a city that of a unit of one's own district. Raises NotFound."""
    found = KeyTask.objects.select_for_update(of=("self",)).select_related("lead").filter(pk=pk).first()
    if found is None:
        raise NotFound()
    units.require_unit(actor, KEEP, found.lead)
    return found


def _set_steps(task: KeyTask, steps: Sequence[StepInput]) -> None:
    before = {(one.title, one.due_date): one for one in task.milestones.all()}
    kept = set()
    for step in steps:
        key = (step.title.strip()[:80], step.due_date)
        known = before.get(key)
        if known is None:
            known = Milestone(task=task, title=key[0], due_date=step.due_date)
        if step.done_date is not None:
            known.done_date = step.done_date
        known.save()
        kept.add(known.pk)
    task.milestones.exclude(pk__in=kept).delete()


def _book() -> units.Directory | None:
    try:
        return units.directory()
    except NotFound:
        return None


def _place(task: KeyTask, cooperating: Sequence[Unit], book: units.Directory | None) -> None:
    """Which units have a part: as the list says, and by line and place as the rules of responsibility say now."""
    wanted = {(task.lead_id, Part.LEAD), *((unit.pk, Part.COOPERATE) for unit in cooperating)}
    named = {unit for unit, _part in wanted}
    asked: dict[str, bool] = {
        Part.GUIDE: bool(task.sector),
        Part.HOLD: len(task.region_code) > DISTRICT,
    }
    if book is not None and any(asked.values()):
        for answer in book.answers(task.sector, task.region_code):
            if asked.get(answer.role) and answer.unit_id not in named:
                wanted.add((answer.unit_id, Part(answer.role)))
    there = {(row.unit_id, Part(row.part)): row for row in task.parts.all()}
    TaskUnit.objects.filter(pk__in=[row.pk for key, row in there.items() if key not in wanted]).delete()
    TaskUnit.objects.bulk_create(
        [
            TaskUnit(task=task, unit_id=unit, part=part)
            for unit, part in sorted(wanted)
            if (unit, part) not in there
        ]
    )


@transaction.atomic
def place_all(*, actor: Actor) -> int:
    """Set the parts by line and place of all running tasks anew: rules of responsibility change. Returns how many tasks."""
    actor.require(KEEP)
    book = _book()
    rows = list(KeyTask.objects.filter(state=TaskState.RUNNING).prefetch_related("parts__unit"))
    for task in rows:
        _place(task, [row.unit for row in task.parts.all() if row.part == Part.COOPERATE], book)
    journal.record(actor, events.TASK_SAVED, placed=len(rows))
    return len(rows)


@transaction.atomic
def end_task(*, actor: Actor, pk: int, state: str, words: str = "") -> KeyTask:
    """Close a task as done, drop it, or take it up again. Raises NotAllowed, NotFound, IllegalMove, BadInput (no words)."""
    actor.require(KEEP)
    task = _locked(actor, pk)
    task_rules.check_move(task.state, state)
    if state != TaskState.RUNNING and len(words.strip()) < 2:
        raise BadInput(fields={"words": _("Say in a few words what was reached, or why not.")})
    task.state, task.end_words = TaskState(state), words.strip()[:400]
    task.ended_at = clock.now() if state != TaskState.RUNNING else None
    task.save()
    journal.record(actor, events.TASK_SAVED, task, state=state)
    return task


def _reporting(actor: Actor, pk: int) -> tuple[KeyTask, int | None]:
    """A task of which the actor's unit reports, and the unit. Those who only guide by line or hold by place report, too."""
    actor.require(REPORT)
    task = KeyTask.objects.visible_to(actor).filter(pk=pk).first()
    if task is None:
        raise NotFound()
    if not actor.everywhere(REPORT):
        own = task.parts.filter(unit__in=actor.units(REPORT)).values_list("unit", flat=True).first()
        if own is None:
            raise NotFound()
        return task, int(own)
    return task, actor.unit_id


@transaction.atomic
def report(*, actor: Actor, pk: int, words: str) -> Progress:
    """Say how a task stands. Raises NotAllowed, NotFound, BadInput, IllegalMove (closed)."""
    task, unit = _reporting(actor, pk)
    if task.state != TaskState.RUNNING:
        raise IllegalMove()
    if len(words.strip()) < 2:
        raise BadInput(fields={"words": _("What was done?")})
    made = Progress.objects.create(
        task=task,
        unit_id=unit,
        account=Account.objects.filter(pk=actor.account_id or 0).first(),
        words=words.strip()[:600],
    )
    journal.record(actor, events.TASK_REPORTED, task)
    return made


@transaction.atomic
def finish_step(*, actor: Actor, pk: int, step: int, done: bool = True) -> Milestone:
    """A step is done, or is not after all; whoever leads the task or keeps its list says so. Raises NotAllowed, NotFound."""
    task, _unit = _reporting(actor, pk)
    keeps = actor.can(KEEP, regions=(task.lead.region_code,), units=(task.lead_id,))
    leads = keeps or task.lead_id in actor.units(REPORT)
    if not leads:
        raise NotAllowed()
    found = task.milestones.select_for_update().filter(pk=step).first()
    if found is None:
        raise NotFound()
    found.done_date = clock.today() if done else None
    found.save(update_fields=["done_date"])
    journal.record(actor, events.TASK_REPORTED, task, step=found.title, done=done)
    return found


# supervision -----------------------------------------------------------------------------------


def _tell(unit: int, kind: str, task: KeyTask, once: str, **facts: Any) -> None:
    notices.call(
        unit,
        [str(role) for role in rooms.permissions()[REPORT].roles],  # who answers for a task hears of it
        kind,
        once=once,
        address=reverse("matrix:task", args=[task.pk]),
        number=str(task.number),
        **facts,
    )


@transaction.atomic
def supervise(*, actor: Actor, pk: int, unit: int, words: str, due_date: date) -> Supervision:
    """Ask a unit that has a part in a task for an answer by a day. Raises NotAllowed, NotFound, BadInput."""
    actor.require(KEEP)
    task = _locked(actor, pk)
    wrong: dict[str, Words] = {}
    if not task.parts.filter(unit=unit).exists():
        wrong["unit"] = _("Choose a unit that has a part in the task.")
    if len(words.strip()) < 4:
        wrong["words"] = _("What is asked for?")
    if due_date < clock.today():
        wrong["due_date"] = _("Not before today.")
    if wrong:
        raise BadInput(fields=wrong)
    made = Supervision.objects.create(
        task=task,
        unit_id=unit,
        words=words.strip()[:600],
        due_date=due_date,
        asked_by=Account.objects.filter(pk=actor.account_id or 0).first(),
    )
    _tell(unit, kinds.SUPERVISED, task, f"supervised:{made.pk}", due=str(due_date))
    journal.record(actor, events.SUPERVISED, task, supervision=made.pk, unit=unit, due=str(due_date))
    return made


def _supervision(pk: int, task: int) -> Supervision:
    found = (
        Supervision.objects.select_for_update(of=("self",))
        .select_related("task", "unit", "asked_by")
        .filter(pk=pk, task=task)
        .first()
    )
    if found is None:
        raise NotFound()
    return found


@transaction.atomic
def answer(*, actor: Actor, pk: int, supervision: int, words: str) -> Supervision:
    """The unit that was asked answers. Raises NotAllowed, NotFound, BadInput, IllegalMove (accepted already)."""
    actor.require(REPORT)
    found = _supervision(supervision, pk)
    actor.require_within(REPORT, units=(found.unit_id,))
    if found.accepted_at is not None:
        raise IllegalMove()
    if len(words.strip()) < 4:
        raise BadInput(fields={"words": _("Answer in a sentence or two.")})
    found.answer, found.answered_at = words.strip()[:1000], clock.now()
    found.answered_by = Account.objects.filter(pk=actor.account_id or 0).first()
    found.save()
    # whoever asked learns that the answer is there; the lead keeps the task
    once = f"answered:{found.pk}:{found.answered_at.isoformat()}"
    asker = found.asked_by
    if asker is not None and asker.unit_id is not None:
        _tell(asker.unit_id, kinds.ANSWERED, found.task, once, account_id=asker.pk, who=found.unit.name)
    journal.record(actor, events.SUPERVISED, found.task, supervision=found.pk, answered=True)
    return found


@transaction.atomic
def decide(
    *, actor: Actor, pk: int, supervision: int, accept: bool, words: str = "", due_date: date | None = None
) -> Supervision:
    """Accept an answer, or send it back with a reason and a new day. Raises NotAllowed, NotFound, IllegalMove, BadInput."""
    actor.require(KEEP)
    found = _supervision(supervision, pk)
    units.require_unit(actor, KEEP, found.task.lead)
    if found.answered_at is None or found.accepted_at is not None:
        raise IllegalMove()
    if accept:
        found.accepted_at = clock.now()
    else:
        if len(words.strip()) < 2 or due_date is None or due_date < clock.today():
            raise BadInput(fields={"words": _("Say what is missing, and until which day.")})
        found.returned, found.due_date, found.answered_at = words.strip()[:300], due_date, None
        once = f"returned:{found.pk}:{due_date}"
        _tell(found.unit_id, kinds.ANSWER_RETURNED, found.task, once, due=str(due_date))
    found.save()
    journal.record(actor, events.SUPERVISED, found.task, supervision=found.pk, accepted=accept)
    return found


@transaction.atomic
def remind(*, actor: Actor) -> int:
    """Tell units of tasks, steps and answers that are due within a week, or late; each once. Returns how many.

    A task's own last day is told to all units that have a part in it, a step to the one that leads.
    """
    actor.require(SEE)
    today = clock.today()
    soon = today + timedelta(days=REMIND_DAYS)
    told = 0
    steps = Milestone.objects.filter(done_date=None, due_date__lte=soon, task__state=TaskState.RUNNING)
    for step in steps.select_related("task"):
        kind = kinds.STEP_LATE if step.due_date < today else kinds.STEP_DUE
        once = f"{kind}:{step.pk}:{step.due_date}"
        _tell(step.task.lead_id, kind, step.task, once, step=step.title, due=str(step.due_date))
        told += 1
    parts = TaskUnit.objects.filter(task__state=TaskState.RUNNING, task__due_date__range=(today, soon))
    for unit, task in {(one.unit_id, one.task) for one in parts.select_related("task")}:
        once = f"{kinds.TASK_DUE}:{task.pk}:{unit}:{task.due_date}"
        _tell(unit, kinds.TASK_DUE, task, once, due=str(task.due_date))
        told += 1
    waiting = Supervision.objects.filter(answered_at=None, accepted_at=None, due_date__lte=soon)
    for one in waiting.select_related("task"):
        kind = kinds.ANSWER_LATE if one.due_date < today else kinds.ANSWER_DUE
        _tell(one.unit_id, kind, one.task, f"{kind}:{one.pk}:{one.due_date}", due=str(one.due_date))
        told += 1
    journal.record(actor, events.SUPERVISED, reminded=told)
    return told
