"""How the program is: the same for the administrator's page and for ``nuanyi doctor``. Asks the database as pages do."""

from __future__ import annotations

import json
import shutil
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Max
from django.utils.translation import gettext as _

from nuanyi import __version__
from nuanyi.journal import heads
from nuanyi.journal import services as journal
from nuanyi.lib import clock
from nuanyi.lib.actor import Actor
from nuanyi.lib.addresses import is_local
from nuanyi.lib.calendar import unannounced
from nuanyi.lib.errors import NotFound
from nuanyi.notices.models import Notice, State
from nuanyi.program import walls
from nuanyi.program.setup import events

LEAST_FREE = 1 << 30
CLOCK_SECONDS = 120
BACKUP_DAYS = 2
#: Written by ``nuanyi backup`` and ``nuanyi restore`` in the home.
RECORD = "backups.json"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. ``state``: ok, later (works, but something is missing) or bad."""

    key: str
    title: str
    state: str
    words: str


@dataclass(frozen=True)
class FailedJob:
    """A job that gave up, and why."""

    id: int
    name: str
    attempts: int
    at: datetime | None


def note(what: str, folder: Path, **facts: object) -> None:
    """Keep in the home when a backup was written or rehearsed, for the page that shows it."""
    file = Path(settings.NUANYI_HOME) / RECORD
    known = _record()
    known[what] = {"at": clock.now().isoformat(), "folder": str(folder), **facts}
    scratch = file.with_suffix(".tmp")
    scratch.write_text(json.dumps(known, indent=1))
    scratch.replace(file)


def _record() -> dict[str, dict[str, object]]:
    try:
        loaded: dict[str, dict[str, object]] = json.loads((Path(settings.NUANYI_HOME) / RECORD).read_text())
        return loaded
    except (OSError, ValueError):
        return {}


def findings() -> list[Finding]:
    """Everything that is looked at, the worst first."""
    found = [
        Finding("version", _("Version"), "ok", f"Nuanyi {__version__}"),
        _migrations(),
        _walls(),
        _journal(),
        _jobs(),
        _backup(),
        _disk(),
        _clock(),
        _calendar(),
        _address(),
        *_channels(),
    ]
    order = {"bad": 0, "later": 1, "ok": 2}
    return sorted(found, key=lambda one: order[one.state])


def _migrations() -> Finding:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        words = _("%(n)s changes of the tables wait: run nuanyi migrate") % {"n": len(plan)}
        return Finding("migrations", _("Tables"), "bad", words)
    return Finding("migrations", _("Tables"), "ok", _("up to date"))


def _walls() -> Finding:
    found = walls.open_walls()
    title = _("Walls of the database")
    if found:
        return Finding(
            "walls", title, "bad", _("tried from a page, open: %(what)s") % {"what": "; ".join(found)}
        )
    return Finding("walls", title, "ok", _("each was tried from a page, and holds"))


def _journal() -> Finding:
    """Whether the entries known by the heads outside the database are still there (the whole chain: verify-journal)."""
    home, title = Path(settings.NUANYI_HOME), _("Journal")
    if not heads.all_there(home):
        words = _("an entry that was written down outside the database is gone: run nuanyi verify-journal")
        return Finding("journal", title, "bad", words)
    return Finding("journal", title, "ok", _("its end is the one that was written down outside the database"))


def _count(status: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE status::text = %s", [status])
        return int(cursor.fetchone()[0])


def _jobs() -> Finding:
    failed, waiting = _count("failed"), _count("todo")
    words = _("%(w)s wait, %(f)s gave up") % {"w": waiting, "f": failed}
    return Finding("jobs", _("Background jobs"), "bad" if failed else "ok", words)


def failed_jobs() -> list[FailedJob]:
    """The latest jobs that gave up."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT j.id, j.task_name, j.attempts, max(e.at) FROM procrastinate_jobs j"
            " LEFT JOIN procrastinate_events e ON e.job_id = j.id"
            " WHERE j.status::text = 'failed' GROUP BY 1, 2, 3 ORDER BY 1 DESC LIMIT 50"
        )
        return [FailedJob(*row) for row in cursor.fetchall()]


@transaction.atomic
def retry_job(*, actor: Actor, pk: int) -> None:
    """Let a job that gave up run again. Raises NotAllowed, NotFound (it did not give up)."""
    actor.require("program.health")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'todo', scheduled_at = now() WHERE id = %s AND status::text = 'failed'",
            [pk],
        )
        if not cursor.rowcount:
            raise NotFound()
    journal.record(actor, events.JOB_RETRIED, job=pk)


def _backup() -> Finding:
    known = _record()
    last, rehearsed = known.get("backup"), known.get("restore")
    title = _("Backup")
    if not last:
        return Finding(
            "backup", title, "later", _("none yet: run nuanyi backup DIR, or nuanyi service install")
        )
    at = datetime.fromisoformat(str(last["at"]))
    words = _("last %(at)s in %(folder)s") % {
        "at": f"{at.astimezone(clock.CHINA):%Y-%m-%d %H:%M}",
        "folder": last["folder"],
    }
    if rehearsed:
        again = datetime.fromisoformat(str(rehearsed["at"])).astimezone(clock.CHINA)
        words += "；" + _("restored as a rehearsal %(at)s") % {"at": f"{again:%Y-%m-%d %H:%M}"}
    late = clock.now() - at > timedelta(days=BACKUP_DAYS)
    return Finding("backup", title, "bad" if late else "ok", words)


def _disk() -> Finding:
    free = shutil.disk_usage(settings.NUANYI_HOME).free
    words = _("%(n)s GiB free") % {"n": free >> 30}
    return Finding("disk", _("Disk"), "bad" if free < LEAST_FREE else "ok", words)


def _clock() -> Finding:
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM clock_timestamp())")
        apart = abs(float(cursor.fetchone()[0]) - time.time())
    words = _("this machine and the database differ by %(n)s seconds") % {"n": round(apart, 1)}
    return Finding("clock", _("Clock"), "bad" if apart > CLOCK_SECONDS else "ok", words)


def _calendar() -> Finding:
    title = _("Holidays")
    year = unannounced(clock.today())
    if year is None:
        return Finding("calendar", title, "ok", _("the notice of this year is known"))
    words = _(
        "the notice for %(year)s is not known: terms count its weekends and the holidays of the law, not the"
        " days joined to them. Update the program once the notice is out"
    ) % {"year": year}
    return Finding("calendar", title, "later", words)


def _address() -> Finding:
    base = str(settings.NUANYI_PUBLIC_URL)
    if not base or is_local(base):
        words = _("not set (NUANYI_PUBLIC_URL): codes on paper and links in messages lead nowhere")
        return Finding("address", _("Public address"), "later", words)
    return Finding("address", _("Public address"), "ok", base)


def _channels() -> list[Finding]:
    lasts = dict(Notice.objects.filter(state=State.SENT).values_list("channel").annotate(last=Max("sent_at")))
    failed = set(Notice.objects.filter(state=State.DEAD).values_list("channel", flat=True).distinct())
    found = []
    for name in sorted(set(lasts) | failed):
        at = lasts.get(name)
        words = (
            _("last sent %(at)s") % {"at": f"{at.astimezone(clock.CHINA):%Y-%m-%d %H:%M}"}
            if at
            else _("never sent yet")
        )
        state = "later" if name in failed else "ok"
        found.append(Finding(f"channel-{name}", _("Channel %(name)s") % {"name": name}, state, words))
    return found
