"""Background work of the people. Every job can be run again."""

from __future__ import annotations

from procrastinate.contrib.django import app

from nuanyi.lib.actor import system
from nuanyi.people import client_keys, keeping


@app.periodic(cron="20 3 * * *")
@app.task(queue="people", queueing_lock="forget-client-keys")
def forget_client_keys(timestamp: int = 0) -> int:
    """Delete the keys of sendings, with their answers, whose days are over."""
    return client_keys.forget()


@app.periodic(cron="50 2 * * *")
@app.task(queue="people", queueing_lock="forget-what-is-over")
def forget_what_is_over(timestamp: int = 0) -> int:
    """Forget what is past the time that its declaration names, in every room."""
    return keeping.forget_what_is_over(actor=system("retention"))
