"""What the first page says of key tasks and thin places, counted once each morning: it is opened often, and each takes long."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from nuanyi.journal import services as journal
from nuanyi.lib import clock
from nuanyi.lib.actor import GUEST, Actor
from nuanyi.matrix import charts, events, task_board
from nuanyi.matrix import cube as cubes
from nuanyi.matrix.models import KeyTask, ThinCount
from nuanyi.matrix.rules import Axis
from nuanyi.matrix.task_rules import TaskState
from nuanyi.places import queries as places


@transaction.atomic
def judge_tasks(*, actor: Actor) -> int:
    """Keep the light and the figure of each running task of this year as they are now. Returns how many. Raises NotAllowed."""
    actor.require_everywhere(task_board.KEEP)
    today = clock.today()
    running = KeyTask.objects.filter(year=today.year, state=TaskState.RUNNING)
    judged = []
    for row in task_board.rows_of(list(task_board.loaded(running)), today, exact=True):
        row.task.light, row.task.value, row.task.judged_date = row.verdict.light, row.value, today
        judged.append(row.task)
    KeyTask.objects.bulk_update(judged, ["light", "value", "judged_date"])
    journal.record(actor, events.TASK_SAVED, judged=len(judged))
    return len(judged)


@transaction.atomic
def count_thin(*, actor: Actor) -> int:
    """Keep how many places and sectors get too little in all, and in each district of a city. Returns the first of these.

    Raises NotAllowed.
    """
    actor.require_everywhere("matrix.view")
    districts = places.districts()
    year = charts.last_year()
    counted: list[tuple[str, dict[str, Any]]] = []
    for district in ["", *([one.code for one in districts] if len(districts) > 1 else [])]:
        # the office of one district is shown the counts of its people as everybody is
        view = cubes.View(rows=Axis.SECTOR, columns=Axis.PLACE, region=district, period=str(year))
        found = cubes.cube(view, GUEST if district else None)
        thin = found.thin[0] if found.thin else None
        told = {
            "number": len(found.thin),
            "year": year,
            "sector": thin.row_code if thin else "",
            "region_code": thin.column_code if thin else "",
            "counted_date": clock.today(),
        }
        counted.append((district, told))
    # written when all is worked out: no row is locked while a cube is
    for district, told in counted:
        ThinCount.objects.update_or_create(district=district, defaults=told)
    number = int(counted[0][1]["number"])
    journal.record(actor, events.THIN_COUNTED, thin=number)
    return number
