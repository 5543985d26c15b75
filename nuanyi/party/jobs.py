"""Background work of Party work. Every job can be run again."""

from __future__ import annotations

from procrastinate.contrib.django import app

from nuanyi.party import queries
from nuanyi.party.services import joining


@app.periodic(cron="30 8 * * *")
@app.task(queue="party", queueing_lock="party-days")
def tell_of_days(timestamp: int = 0) -> int:
    """Tell whoever follows an application that a day of it is a week away, once for each day."""
    return joining.tell_of_days(queries.PROGRAM)
