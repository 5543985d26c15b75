"""Background work of the matrix. Every job can be run again: what was told once is not told twice."""

from __future__ import annotations

from procrastinate.contrib.django import app

from nuanyi.lib import row_security
from nuanyi.lib.actor import system
from nuanyi.matrix.services import mornings, tasks


@app.periodic(cron="20 0 * * *")  # 8:20 in China
@app.task(queue="matrix", queueing_lock="remind-of-tasks")
def remind_of_tasks(timestamp: int = 0) -> int:
    """Tell units of steps and answers that are due or late; set anew which units have a part by line and place."""
    program = system("key-tasks")
    with row_security.reading_as(program):
        tasks.place_all(actor=program)
        return tasks.remind(actor=program)


@app.periodic(cron="40 20 * * *")  # 4:40 in China, when what the night counts is counted
@app.task(queue="matrix", queueing_lock="count-for-the-morning")
def count_for_the_morning(timestamp: int = 0) -> int:
    """Keep the lights of key tasks and the thin places for the first page of the day."""
    program = system("morning")
    with row_security.reading_as(program):
        judged = mornings.judge_tasks(actor=program)
        mornings.count_thin(actor=program)
        return judged
