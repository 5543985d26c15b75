"""Sending the outbox, every few seconds and at once after something was queued."""

from __future__ import annotations

import logging

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from nuanyi.lib.actor import system
from nuanyi.notices import progress, services

log = logging.getLogger("nuanyi.notices")


@app.periodic(cron="* * * * * */10")
@app.task(queue="notices", pass_context=False, queueing_lock="send-notices")
def send_notices(timestamp: int = 0) -> int:
    """Send what is due."""
    return services.send_due()


@app.periodic(cron="*/5 * * * *")
@app.task(queue="notices", queueing_lock="tell-progress")
def tell_progress(timestamp: int = 0) -> int:
    """Tell those who asked to hear of it that something moved: every five minutes, so that no message carries the moment."""
    return progress.tell_progress(actor=system("progress"))


@app.task(queue="notices", retry=RetryStrategy(max_attempts=4, wait=20, retry_exceptions={ConnectionError}))
def send_code(sealed: str) -> None:
    """Send one code to a phone or an e-mail address; one that nobody takes is given up."""
    try:
        services.send_code(sealed)
    except ValueError as exc:
        log.warning("a code was refused: %s", type(exc).__name__)
