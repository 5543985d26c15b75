"""Background work of the room. Every job can be run again."""

from procrastinate.contrib.django import app

from nuanyi.friendly.services import places
from nuanyi.lib.actor import system


@app.periodic(cron="37 3 * * *")
@app.task(queue="friendly", queueing_lock="forget-tips")
def forget_tips(timestamp: int = 0) -> int:
    """Delete tips that were answered long ago."""
    return places.forget_tips(actor=system("friendly"))
