"""Background work of the rights. Every job can be run again."""

from __future__ import annotations

from procrastinate.contrib.django import app

from nuanyi.lib import row_security
from nuanyi.lib.actor import system
from nuanyi.rights.services import desk


@app.periodic(cron="40 3 * * *")
@app.task(queue="rights", queueing_lock="lapse-requests")
def lapse_requests(timestamp: int = 0) -> int:
    """End requests of the desk that nobody decided."""
    program = system("rights")
    with row_security.reader(program):
        return desk.lapse(actor=program)
