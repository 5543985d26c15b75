"""How the queue of jobs stands, for Prometheus."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from django.db import connection


def by_state() -> Iterator[tuple[Mapping[str, str], float]]:
    """How many jobs of each queue are in each state."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT queue_name, status::text, count(*) FROM procrastinate_jobs GROUP BY 1, 2")
        for queue, status, count in cursor.fetchall():
            yield {"queue": queue, "status": status}, count


def oldest() -> Iterator[tuple[Mapping[str, str], float]]:
    """Seconds since the oldest job that could run now was put into the queue; 0 where none waits."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(extract(epoch FROM now() - min(coalesce(scheduled_at, event.at))), 0)"
            " FROM procrastinate_jobs JOIN procrastinate_events event ON event.job_id = procrastinate_jobs.id"
            " WHERE status = 'todo' AND event.type = 'deferred' AND coalesce(scheduled_at, now()) <= now()"
        )
        yield {}, max(0.0, float(cursor.fetchone()[0]))
