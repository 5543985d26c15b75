"""Background work of the people. Every job can be run again."""

from __future__ import annotations

from procrastinate.contrib.django import app

from nuanyi.people import client_keys


@app.periodic(cron="20 3 * * *")
@app.task(queue="people", queueing_lock="forget-client-keys")
def forget_client_keys(timestamp: int = 0) -> int:
    """Delete the keys of sendings, with their answers, whose days are over."""
    return client_keys.forget()
