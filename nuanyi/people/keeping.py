"""Forgetting what is past its time, table by table; when each was last looked through is kept and shown."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from nuanyi.journal import services as journal
from nuanyi.lib import clock, retention, row_security
from nuanyi.lib.actor import Actor
from nuanyi.lib.errors import Words
from nuanyi.people import events
from nuanyi.people.models import RetentionRun

log = logging.getLogger("nuanyi.people")

#: A table that nobody looked through for so long shows as wrong.
LATE = timedelta(days=2)


def forget_what_is_over(*, actor: Actor) -> int:
    """Go through every rule; one that fails does not hold up the others. Returns how many rows were forgotten."""
    return sum(_forget(actor, rule) for rule in retention.rules())


def _forget(actor: Actor, rule: retention.Rule) -> int:
    done, failed = 0, ""
    try:
        while rows := _batch(actor, rule):
            done += rows
    except Exception as fault:  # shown on the health page; the next table is looked through all the same
        log.exception("retention of %s", rule.name)
        failed = type(fault).__name__[:60]
    with row_security.reading_as(actor):
        RetentionRun.objects.update_or_create(
            name=rule.name, defaults={"ran_at": clock.now(), "forgotten": done, "failed": failed}
        )
        if done:
            journal.record(actor, events.RETENTION_OVER, table=rule.name, days=rule.days, rows=done)
    return done


def _batch(actor: Actor, rule: retention.Rule) -> int:
    """Forget some rows in one transaction. Raises RuntimeError where a rule leaves what it was given."""
    with row_security.reading_as(actor), transaction.atomic():
        rows = list(rule.waiting().order_by("pk")[: retention.BATCH])
        if rows:
            rule.forget(actor, rows)
            if rule.waiting().filter(pk__in=[row.pk for row in rows]).exists():
                raise RuntimeError(f"{rule.name}: rows are there still")
    return len(rows)


@dataclass(frozen=True)
class Kept:
    """One rule with its last run, for the health page."""

    titles: list[Words]
    days: int
    ran_at: datetime | None
    forgotten: int
    failed: str

    @property
    def late(self) -> bool:
        """Nobody looked of late."""
        return self.ran_at is None or clock.now() - self.ran_at > LATE


def runs() -> list[Kept]:
    """Every rule with its last run."""
    known = {run.name: run for run in RetentionRun.objects.all()}
    found = []
    for rule in reversed(retention.rules()):
        run = known.get(rule.name)
        titles = list(dict.fromkeys(one.title for one in retention.declared(rule.model).values()))
        found.append(
            Kept(
                titles=titles,
                days=rule.days,
                ran_at=run.ran_at if run else None,
                forgotten=run.forgotten if run else 0,
                failed=run.failed if run else "",
            )
        )
    return found
