"""Background work of sharing. Every job can be run again."""

from __future__ import annotations

from procrastinate.contrib.django import app

from nuanyi.lib.actor import system
from nuanyi.lib.errors import IllegalMove
from nuanyi.sharing.queries import latest
from nuanyi.sharing.services import releases


@app.periodic(cron="23 4 3 * *")
@app.task(queue="sharing", queueing_lock="release")
def release_month(timestamp: int = 0) -> int:
    """Publish the month that is over, where open data are published here at all (somebody did it once by hand)."""
    if latest() is None:
        return 0
    try:
        return releases.release(actor=system("sharing")).number
    except IllegalMove:
        return 0
