"""What the program looks at by itself."""

from __future__ import annotations

from django.core.management import call_command
from procrastinate.contrib.django import app

from nuanyi.program import health


@app.periodic(cron="30 3 * * *")
@app.task(queue="program", queueing_lock="forget-sessions")
def forget_sessions(timestamp: int = 0) -> None:
    """Delete the sessions whose time is over: each held the key of somebody who was signed in once."""
    call_command("clearsessions")


@app.periodic(cron="23 */6 * * *")
@app.task(queue="program", queueing_lock="look-at-certificate")
def look_at_certificate(timestamp: int = 0) -> None:
    """See when our own certificate ends."""
    health.look_at_certificate()
