"""Sending the outbox, every few seconds and at once after something was queued."""

from __future__ import annotations

from procrastinate.contrib.django import app

from nuanyi.notices import services


@app.periodic(cron="* * * * * */10")
@app.task(queue="notices", pass_context=False, queueing_lock="send-notices")
def send_notices(timestamp: int = 0) -> int:
    """Send what is due."""
    return services.send_due()
