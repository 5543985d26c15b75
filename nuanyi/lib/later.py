"""Leaving work to a job from inside a service: in its transaction, so that the work is left with the write or not at all."""

from __future__ import annotations

from typing import Any

from procrastinate.contrib.django import app


def enqueue(task: str, *, queue: str, **arguments: Any) -> None:
    """Put the job ``nuanyi.room.jobs.name`` into its queue. It is named, because jobs lean on services, not the reverse."""
    app.configure_task(task, queue=queue).defer(**arguments)
