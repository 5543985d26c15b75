"""Background work of the matrix. Every job can be run again: what was told once is not told twice."""

from __future__ import annotations

from procrastinate.contrib.django import app

from nuanyi.lib import row_security
from nuanyi.lib.actor import system
from nuanyi.matrix.services import tasks


@app.periodic(cron="20 0 * * *")  # 8:20 in China
@app.task(queue="matrix", queueing_lock="remind-of-tasks")
def remind_of_tasks(timestamp: int = 0) -> int:
    """Tell units of steps and answers that are due or late; set anew which units have a part by line and place."""
    program = system("key-tasks")
    with row_security.reading_as(program):
        tasks.place_all(actor=program)
        return tasks.remind(actor=program)
