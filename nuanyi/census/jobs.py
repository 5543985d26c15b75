"""Background work of the census. Every job can be run again: it first looks whether there is anything to do."""

from __future__ import annotations

import logging
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from nuanyi.census import files
from nuanyi.census.models import Import
from nuanyi.census.rules import REJECTED_KEPT_DAYS, ImportState
from nuanyi.census.services import exports, imports, linking
from nuanyi.lib import clock
from nuanyi.lib.actor import system

log = logging.getLogger("nuanyi.census")


@app.task(queue="census")
def read_import(pk: str) -> None:
    """Read a file that was sent."""
    imports.read_import(UUID(pk))


@app.task(queue="census")
def write_import(pk: str) -> None:
    """Take a decided import in."""
    imports.write_import(UUID(pk))
    with suppress(AlreadyEnqueued):
        link_persons.defer()


@app.periodic(cron="* * * * * */20")
@app.task(queue="census", queueing_lock="resume-imports")
def resume_imports(timestamp: int = 0) -> int:
    """Take up imports whose worker died: nobody holds their lock, so reading or writing starts over."""
    waiting = Import.objects.filter(state__in=[ImportState.READING, ImportState.WRITING])
    for pk, state in waiting.filter(made_at__lt=clock.now() - timedelta(seconds=10)).values_list(
        "pk", "state"
    ):
        try:
            (imports.read_import if state == ImportState.READING else imports.write_import)(pk)
        except Exception:  # one that cannot go on (its file is gone) must not hold up those behind it
            log.exception("import %s cannot be taken up", pk)
    for pk in Import.objects.filter(state=ImportState.DONE, file_deleted_at=None).values_list(
        "pk", flat=True
    ):
        imports.sweep_file(pk)
    return len(waiting)


@app.periodic(cron="17 3 * * *")
@app.task(queue="census", queueing_lock="forget-rejected")
def forget_rejected(timestamp: int = 0) -> int:
    """Rejected rows are kept for a week, then they are gone; so is what an approval was for that nobody used."""
    exports.lapsed().update(approved_rows=None)
    old = Import.objects.filter(done_at__lt=clock.now() - timedelta(days=REJECTED_KEPT_DAYS))
    return sum(files.delete(pk, files.REJECTED) for pk in old.values_list("pk", flat=True))


@app.periodic(cron="*/5 * * * *")
@app.task(queue="census", queueing_lock="link-persons")
def link_persons(timestamp: int = 0) -> int:
    """Count persons anew where records changed: after an import, an undo, an erasure, an upgrade, a kill."""
    run = linking.link_all(actor=system("linkage"))
    return run.persons if run else 0
