"""What waits of key tasks and good practice for a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from django.db.models import Q
from django.utils.translation import ngettext

from nuanyi.lib import clock
from nuanyi.lib.actor import Actor
from nuanyi.lib.rooms import Route, Task
from nuanyi.matrix import task_board
from nuanyi.matrix.models import KeyTask, Practice, Supervision
from nuanyi.matrix.practice_rules import Shelf
from nuanyi.matrix.task_board import KEEP, REPORT
from nuanyi.matrix.task_rules import Light, TaskState


def waiting_for(actor: Actor) -> Iterator[Task]:
    """Supervision that waits for an answer, steps that are late, tasks behind, answers to accept, practice to review."""
    own = actor.unit_id
    if actor.can(REPORT) and own is not None:
        mine = Supervision.objects.filter(unit=own, answered_at=None, accepted_at=None).count()
        words = ngettext("%d supervision waits for your answer", "%d supervisions wait for your answer", mine)
        yield Task(words % mine, Route("matrix:task_unit", {"pk": own}, part="answers"), mine, urgent=True)
        late = task_board.late_steps(own).count()
        words = ngettext("%d step of a key task is late", "%d steps of key tasks are late", late)
        yield Task(words % late, Route("matrix:task_unit", {"pk": own}, part="steps"), late, urgent=True)
    if actor.can(KEEP):
        yield from _for_keepers(actor)
    if actor.can("matrix.practice_review"):
        rows = Practice.objects.filter(state=Shelf.REVIEW)
        waiting = sum(not one.written_by(actor.account_id) for one in rows.only("author", "writers"))
        words = ngettext("%d good practice waits for review", "%d good practices wait for review", waiting)
        yield Task(words % waiting, Route("matrix:practices", query={"state": Shelf.REVIEW}), waiting)
    if actor.can("matrix.practice") and actor.account_id is not None:
        back = Practice.objects.filter(
            Q(author=actor.account_id) | Q(writers__contains=actor.account_id), state=Shelf.DRAFT
        ).exclude(review="")
        returned = list(back.values_list("pk", flat=True))
        words = ngettext(
            "%d good practice came back with what is to be changed",
            "%d good practices came back with what is to be changed",
            len(returned),
        )
        to_one = Route("matrix:practice", {"pk": returned[0]}) if len(returned) == 1 else None
        to_all = Route("matrix:practices", query={"state": Shelf.DRAFT})
        yield Task(words % len(returned), to_one or to_all, len(returned))


def _for_keepers(actor: Actor) -> Iterator[Task]:
    year = clock.today().year
    # counted each morning (``services.mornings``): this page is opened often, and each task asks its figure
    red = KeyTask.objects.visible_to(actor).filter(year=year, light=Light.RED, state=TaskState.RUNNING)
    behind = red.count()
    words = ngettext(
        "%d key task is behind, as of this morning", "%d key tasks are behind, as of this morning", behind
    )
    yield Task(words % behind, Route("matrix:tasks", query={"year": str(year), "light": Light.RED}), behind)
    answered = Supervision.objects.filter(accepted_at=None).exclude(answered_at=None)
    # a list is of one year: each number leads to exactly what it counts
    by_year = Counter(answered.values_list("task__year", flat=True))
    for asked_in, count in sorted(by_year.items(), reverse=True):
        words = ngettext(
            "%d answer to a supervision waits to be accepted",
            "%d answers to supervisions wait to be accepted",
            count,
        )
        query = {"year": str(asked_in), "answered": "1"}
        yield Task(words % count, Route("matrix:tasks", query=query), count)
