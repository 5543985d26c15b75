"""Background work of reports. Every job can be run again."""

from __future__ import annotations

from procrastinate.contrib.django import app

from nuanyi.lib.actor import system
from nuanyi.reports.services import handling, outside, settings


@app.periodic(cron="*/10 * * * *")
@app.task(queue="reports", queueing_lock="warn-late")
def warn_late(timestamp: int = 0) -> int:
    """Tell of reports whose time is over."""
    return handling.warn_late(system("reports"))


@app.periodic(cron="*/15 * * * *")
@app.task(queue="reports", queueing_lock="follow-outside")
def follow_outside(timestamp: int = 0) -> int:
    """Ask other platforms what became of what was handed to them."""
    return outside.follow()


@app.periodic(cron="40 2 * * *")
@app.task(queue="reports", queueing_lock="reports-night")
def night(timestamp: int = 0) -> int:
    """Count into the ledger, end what nobody said no to, forget what is a year old."""
    actor = system("reports")
    return settings.count_into_ledger() + handling.close_silent(actor) + handling.forget_old(actor)


@app.task(queue="reports", queueing_lock="regrid")
def regrid() -> int:
    """Find the grids of open reports anew."""
    return handling.regrid()
