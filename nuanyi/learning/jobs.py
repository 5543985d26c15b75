"""Background work of learning. Every job can be run again."""

from __future__ import annotations

from procrastinate.contrib.django import app

from nuanyi.learning.services import exams, progress, pushing, readers, trials
from nuanyi.lib import clock


@app.periodic(cron="*/5 * * * *")
@app.task(queue="learning", queueing_lock="queue-pushes")
def queue_pushes(timestamp: int = 0) -> int:
    """Queue today's lesson for every group that has none yet."""
    return pushing.queue_day(clock.today())


@app.periodic(cron="* * * * *")
@app.task(queue="learning", queueing_lock="send-pushes")
def send_pushes(timestamp: int = 0) -> int:
    """Send what is due."""
    return pushing.send_due()


@app.task(queue="learning")
def send_trial(number: str, sealed: str) -> str:
    """Send a trial that an office page asked for; never twice by itself. ``sent`` or ``refused``."""
    return trials.send(number, sealed).state


@app.periodic(cron="20 3 * * *")
@app.task(queue="learning", queueing_lock="forget-devices")
def forget_devices(timestamp: int = 0) -> int:
    """Forget which phone took which paper once its day is over: it was only there to count the tries."""
    return exams.forget_devices() + readers.forget_unconfirmed() + progress.forget_idle()
