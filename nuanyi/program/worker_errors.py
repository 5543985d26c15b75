"""What is kept of jobs that fail. Imported by the settings: nothing of Django is loaded before a job runs."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from procrastinate import JobContext


def keep_error(call_next: Callable[[], Any], context: JobContext, worker: Any) -> Any:
    """Middleware of the worker around every task: why it failed is kept for the health page."""
    try:
        return call_next()
    except Exception as wrong:
        from django.db import Error

        from nuanyi.program import health

        with suppress(Error):  # the database itself may be what is away
            health.note_job_error(context.job.id or 0, wrong)
        raise
