"""What waits of key tasks and good practice for a person."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import ngettext

from nuanyi.lib import clock
from nuanyi.lib.actor import Actor
from nuanyi.lib.rooms import Route, Task
from nuanyi.matrix.models import Milestone, Practice, Supervision
from nuanyi.matrix.practice_rules import Shelf
from nuanyi.matrix.task_board import KEEP, REPORT
from nuanyi.matrix.task_rules import TaskState


def waiting_for(actor: Actor) -> Iterator[Task]:
    """Supervision that waits for an answer, steps that are late, answers that wait to be accepted, practice to review."""
    if actor.can(REPORT):
        open_ones = Supervision.objects.filter(answered_at=None, accepted_at=None)
        if not actor.can(KEEP):
            mine = open_ones.filter(unit__in=actor.units(REPORT)).count()
            words = ngettext(
                "%d supervision waits for your answer", "%d supervisions wait for your answer", mine
            )
            yield Task(words % mine, _own(actor), mine, urgent=True)
            late = Milestone.objects.filter(
                done_date=None,
                due_date__lt=clock.today(),
                task__state=TaskState.RUNNING,
                task__lead__in=actor.units(REPORT),
            ).count()
            words = ngettext("%d step of a key task is late", "%d steps of key tasks are late", late)
            yield Task(words % late, _own(actor), late, urgent=True)
    if actor.can(KEEP):
        answered = Supervision.objects.filter(accepted_at=None).exclude(answered_at=None).count()
        words = ngettext(
            "%d answer to a supervision waits to be accepted",
            "%d answers to supervisions wait to be accepted",
            answered,
        )
        yield Task(words % answered, Route("matrix:tasks"), answered)
    if actor.can("matrix.practice_review"):
        rows = Practice.objects.filter(state=Shelf.REVIEW)
        waiting = sum(not one.written_by(actor.account_id) for one in rows.only("author", "writers"))
        words = ngettext("%d good practice waits for review", "%d good practices wait for review", waiting)
        yield Task(words % waiting, Route("matrix:practices"), waiting)


def _own(actor: Actor) -> Route:
    units = actor.units(REPORT)
    return Route("matrix:task_unit", {"pk": units[0]}) if units else Route("matrix:tasks")
