"""Background work of reports. Every job can be run again."""

from __future__ import annotations

from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app

from nuanyi.lib.actor import system
from nuanyi.reports.services import handling, outside, sending, settings

OUT_ATTEMPTS = 4


@app.periodic(cron="*/10 * * * *")
@app.task(queue="reports", queueing_lock="warn-late")
def warn_late(timestamp: int = 0) -> int:
    """Tell of reports whose time is over."""
    return handling.warn_late(system("reports"))


@app.periodic(cron="*/15 * * * *")
@app.task(queue="reports", queueing_lock="follow-outside")
def follow_outside(timestamp: int = 0) -> int:
    """Ask other platforms what became of what was handed to them."""
    outside.ask_services()
    return outside.follow()


@app.task(
    queue="reports",
    pass_context=True,
    retry=RetryStrategy(max_attempts=OUT_ATTEMPTS, exponential_wait=6, retry_exceptions={ConnectionError}),
)
def send_outside(context: JobContext, pk: int, service: str, before: str) -> None:
    """Send a report to another platform; after some vain attempts, or a no, it stands again where it stood."""
    try:
        outside.send_out(pk=pk, service=service)
    except ConnectionError as exc:
        if context.job is None or context.job.attempts + 1 < OUT_ATTEMPTS:
            raise
        outside.take_back(pk=pk, before=before, why=str(exc))
    except ValueError as exc:
        outside.take_back(pk=pk, before=before, why=str(exc))


@app.periodic(cron="40 2 * * *")
@app.task(queue="reports", queueing_lock="reports-night")
def night(timestamp: int = 0) -> int:
    """Count into the ledger, end what nobody said no to, forget the salts of days that are over."""
    actor = system("reports")
    sending.forget_salts()
    return settings.count_into_ledger() + handling.close_silent(actor)


@app.task(queue="reports", queueing_lock="regrid")
def regrid() -> int:
    """Find the grids of open reports anew."""
    return handling.regrid()
