"""What becomes of jobs that fail. Imported by the settings: nothing of Django is loaded before a job runs."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from procrastinate import JobContext

#: Seconds for which a database that went away is waited for; after a kill or a power cut it is back within ten.
LONGEST_WAIT = 60.0
#: What PostgreSQL says to whom it no longer serves (SQLSTATE): a lost connection, a shutdown.
AWAY = ("08", "57P")


def keep_error(call_next: Callable[[], Any], context: JobContext, worker: Any) -> Any:
    """Middleware of the worker around every task: why it failed is kept for the health page.

    What looks whether anything is due (a task with a queueing lock) and was left by its database does so once more when
    that is back: as it would in its next turn, and nobody is told of a job that gave up.
    """
    try:
        try:
            return call_next()
        except Exception as wrong:
            if not (context.job.queueing_lock and _was_left(wrong) and _is_back()):
                raise
        return call_next()
    except Exception as wrong:
        from django.db import Error

        from nuanyi.program import health

        with suppress(Error):  # the database itself may be what is away
            health.note_job_error(context.job.id or 0, wrong)
        raise


def _was_left(wrong: Exception) -> bool:
    """Whether the database went away while the job ran: no refusal, no deadlock and no limit of time."""
    from django.db import InterfaceError, OperationalError

    if not isinstance(wrong, (InterfaceError, OperationalError)):
        return False
    state = getattr(wrong.__cause__, "sqlstate", None)
    return state is None or state.startswith(AWAY)


def _is_back() -> bool:
    """Wait for the database; False where it stays away."""
    from django.db import Error, connection

    deadline = time.monotonic() + LONGEST_WAIT
    while time.monotonic() < deadline:
        with suppress(Error):
            connection.close()
            connection.ensure_connection()
            return True
        time.sleep(0.5)
    return False
