"""What the program looks at by itself."""

from __future__ import annotations

from procrastinate.contrib.django import app

from nuanyi.program import health


@app.periodic(cron="23 */6 * * *")
@app.task(queue="program", queueing_lock="look-at-certificate")
def look_at_certificate(timestamp: int = 0) -> None:
    """See when our own certificate ends."""
    health.look_at_certificate()
