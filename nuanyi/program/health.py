"""How the program is: the same for the administrator's page and for ``nuanyi doctor``. Asks the database as pages do."""

from __future__ import annotations

import logging
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Max
from django.utils.translation import gettext as _

from nuanyi import __version__
from nuanyi.journal import heads
from nuanyi.journal import services as journal
from nuanyi.lib import clock, logs, row_security, tls
from nuanyi.lib.actor import Actor, system
from nuanyi.lib.addresses import is_local
from nuanyi.lib.calendar import unannounced
from nuanyi.lib.dates import moment_words
from nuanyi.lib.errors import NotFound
from nuanyi.lib.seal import keys_at
from nuanyi.notices.models import Notice, State
from nuanyi.people import keeping
from nuanyi.people import queries as people
from nuanyi.program import walls
from nuanyi.program.doctor import CLOCK_SECONDS, LEAST_FREE
from nuanyi.program.models import JobError, Outcome
from nuanyi.program.setup import events

BACKUP_DAYS = 2
REHEARSAL_DAYS = 100
#: What renews certificates does so a month before they end: later than this it has failed.
CERTIFICATE_DAYS, CERTIFICATE_BAD_DAYS = 21, 7

log = logging.getLogger("nuanyi.health")


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
    words: str = ""


@contextmanager
def noted(what: str, target: str) -> Iterator[dict[str, Any]]:
    """Note for the health page how a backup or a rehearsal ended; the block fills ``target``, ``bytes`` and ``rows``."""
    facts: dict[str, Any] = {"target": target}
    try:
        yield facts
    except Exception as wrong:
        with suppress(DatabaseError):  # what went wrong may be the database
            _note(what, False, facts | {"words": " ".join(str(wrong).split())[:600] or type(wrong).__name__})
        raise
    _note(what, True, facts)


def _note(what: str, good: bool, facts: dict[str, Any]) -> None:
    facts = facts | {"target": str(facts["target"])[:300], "at": clock.now()}
    with row_security.reading_as(system("backup")):
        Outcome.objects.update_or_create(what=what, good=good, defaults=facts)


def findings() -> list[Finding]:
    """Everything that is looked at, the worst first."""
    found = [
        Finding("version", _("Version"), "ok", f"Nuanyi {__version__}"),
        _migrations(),
        _walls(),
        _journal(),
        _jobs(),
        _backup(),
        _rehearsal(),
        _disk(),
        _clock(),
        _retention(),
        _keys(),
        _second_factor(),
        _calendar(),
        _address(),
        _certificate(),
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
    before = heads.known(home)
    if heads.is_missing(before):
        words = _(
            "journal-heads.jsonl is not on this machine: put it back from a backup, or from the other machine"
        )
        return Finding("journal", title, "bad", words)
    if not heads.all_there(before):
        words = _("an entry that was written down outside the database is gone: run nuanyi verify-journal")
        return Finding("journal", title, "bad", words)
    return Finding("journal", title, "ok", _("its end is the one that was written down outside the database"))


def _second_factor() -> Finding:
    """Whether a password alone opens everything."""
    having, reach = people.reach_with_second_factor()
    told = {"having": having, "reach": reach}
    title = _("Second factor")
    if not settings.NUANYI_SECOND_FACTOR:
        words = _(
            "none is required (NUANYI_SECOND_FACTOR): %(having)s of %(reach)s accounts that reach everything have one"
        )
        return Finding("second-factor", title, "later", words % told)
    words = _("required of whoever reaches everything; %(having)s of %(reach)s have set one up")
    return Finding("second-factor", title, "ok" if having == reach else "later", words % told)


def _count(status: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE status::text = %s", [status])
        return int(cursor.fetchone()[0])


def _jobs() -> Finding:
    failed, waiting = _count("failed"), _count("todo")
    words = _("%(w)s wait, %(f)s gave up") % {"w": waiting, "f": failed}
    return Finding("jobs", _("Background jobs"), "bad" if failed else "ok", words)


def failed_jobs() -> list[FailedJob]:
    """The latest jobs that gave up, with what is known of why."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT j.id, j.task_name, j.attempts, max(e.at) FROM procrastinate_jobs j"
            " LEFT JOIN procrastinate_events e ON e.job_id = j.id"
            " WHERE j.status::text = 'failed' GROUP BY 1, 2, 3 ORDER BY 1 DESC LIMIT 50"
        )
        rows = cursor.fetchall()
    why = dict(JobError.objects.filter(job__in=[row[0] for row in rows]).values_list("job", "words"))
    return [FailedJob(pk, name, tries, at, why.get(pk, "")) for pk, name, tries, at in rows]


def note_job_error(job: int, wrong: BaseException) -> None:
    """Keep why a job failed; what belongs to jobs that are gone is forgotten."""
    JobError.objects.update_or_create(
        job=job, defaults={"at": clock.now(), "words": logs.kind_and_place(wrong)[:300]}
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM program_joberror e WHERE NOT EXISTS (SELECT FROM procrastinate_jobs j WHERE j.id = e.job)"
        )


@transaction.atomic
def retry_job(*, actor: Actor, pk: int) -> None:
    """Let a job that gave up run again. Raises NotAllowed, NotFound (it did not give up).

    Where another of its kind waits already, that one does the work: the one that gave up is taken away.
    """
    actor.require("program.health")
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM procrastinate_jobs j WHERE id = %s AND status::text = 'failed' AND EXISTS"
            " (SELECT FROM procrastinate_jobs o WHERE o.status::text = 'todo' AND o.queueing_lock = j.queueing_lock)",
            [pk],
        )
        if not cursor.rowcount:
            cursor.execute(
                "UPDATE procrastinate_jobs SET status = 'todo', scheduled_at = now()"
                " WHERE id = %s AND status::text = 'failed'",
                [pk],
            )
        if not cursor.rowcount:
            raise NotFound()
    JobError.objects.filter(job=pk).delete()
    journal.record(actor, events.JOB_RETRIED, job=pk)


def _when(moment: datetime) -> str:
    return moment_words(moment)


def _backup() -> Finding:
    def told(last: Outcome) -> str:
        return _("last %(at)s in %(folder)s") % {"at": _when(last.at), "folder": last.target}

    none = _("none yet: run nuanyi backup DIR, or nuanyi service install")
    return _latest("backup", _("Backup"), Outcome.What.BACKUP, none, told, days=BACKUP_DAYS, late="bad")


def _rehearsal() -> Finding:
    def told(last: Outcome) -> str:
        return _("%(at)s from %(folder)s: %(rows)s rows with the digests of the backup") % {
            "at": _when(last.at),
            "folder": last.target,
            "rows": last.rows,
        }

    none = _("none yet: run nuanyi rehearse DIR")
    title, what = _("Rehearsed restore"), Outcome.What.REHEARSAL
    return _latest("rehearsal", title, what, none, told, days=REHEARSAL_DAYS, late="later")


def _latest(
    key: str,
    title: str,
    what: Outcome.What,
    none: str,
    told: Callable[[Outcome], str],
    *,
    days: int,
    late: str,
) -> Finding:
    """How the last run of a kind went; ``late`` is the state where it lies more than so many days back."""
    runs = {run.good: run for run in Outcome.objects.filter(what=what)}
    last, failed = runs.get(True), runs.get(False)
    if failed and (not last or failed.at > last.at):
        words = _("the last one failed %(at)s: %(why)s") % {"at": _when(failed.at), "why": failed.words}
        return Finding(key, title, "bad", words)
    if not last:
        return Finding(key, title, "later", none)
    overdue = clock.now() - last.at > timedelta(days=days)
    return Finding(key, title, late if overdue else "ok", told(last))


def _retention() -> Finding:
    runs, title = keeping.runs(), _("Time of keeping")
    failed = [str(run.titles[0]) for run in runs if run.failed]
    if failed:
        words = _("what is past its time could not be forgotten: %(what)s") % {"what": "、".join(failed)}
        return Finding("retention", title, "bad", words)
    moments = [run.ran_at for run in runs if run.ran_at is not None]
    if not moments:
        return Finding("retention", title, "later", _("not looked at yet: the worker does it every night"))
    words = _("%(n)s tables, last looked at %(at)s, %(rows)s rows forgotten then") % {
        "n": len(runs),
        "at": moment_words(min(moments)),
        "rows": sum(run.forgotten for run in runs),
    }
    return Finding("retention", title, "bad" if any(run.late for run in runs) else "ok", words)


#: After how many days keys are old: as long as somebody who was forgotten should stay readable in backups at most.
KEYS_DAYS = 30


def _keys() -> Finding:
    """Whether old keys still open what was forgotten since, in backups: keys are changed every month, the old ones dropped."""
    title, file = _("Sealing keys"), Path(settings.NUANYI_KEYS_FILE)
    held = sum(len(ring.keys) - 1 for ring in keys_at(file).rings.values())
    changed = datetime.fromtimestamp(file.stat().st_mtime, UTC)
    again = _("what was forgotten since can be opened in backups: run nuanyi rotate-keys --drop-old")
    if held:
        words = _("%(n)s old keys are still kept") % {"n": held}
        return Finding("keys", title, "later", f"{words}; {again}")
    words = _("last changed %(at)s") % {"at": moment_words(changed)}
    if clock.now() - changed > timedelta(days=KEYS_DAYS):
        return Finding("keys", title, "later", f"{words}; {again}")
    return Finding("keys", title, "ok", words)


def _disk() -> Finding:
    free = shutil.disk_usage(settings.NUANYI_HOME).free
    words = _("%(n)s GiB free") % {"n": free >> 30}
    return Finding("disk", _("Disk"), "bad" if free < LEAST_FREE else "ok", words)


def look_at_certificate() -> None:
    """Ask our own public address for its certificate and note when it ends; nothing where there is no https address."""
    parts = urlsplit(str(settings.NUANYI_PUBLIC_URL))
    if parts.scheme != "https" or not parts.hostname or is_local(str(settings.NUANYI_PUBLIC_URL)):
        return
    facts: dict[str, Any] = {"target": parts.netloc}
    try:
        facts["until"] = tls.ends_at(parts.hostname, parts.port or 443)
    except tls.NotTrusted as wrong:
        _note(Outcome.What.CERTIFICATE, False, facts | {"words": str(wrong)[:600]})
        return
    except OSError as wrong:
        # a network may well hide its own outside from us: that is no fault of the certificate
        log.warning("the certificate of %s cannot be looked at: %s", parts.netloc, type(wrong).__name__)
        return
    _note(Outcome.What.CERTIFICATE, True, facts)


def _certificate() -> Finding:
    title, base = _("Certificate"), str(settings.NUANYI_PUBLIC_URL)
    if not base.startswith("https://"):
        return Finding("certificate", title, "later", _("there is none: the public address is not https"))
    here = {"what": Outcome.What.CERTIFICATE, "target": urlsplit(base).netloc}
    runs = {run.good: run for run in Outcome.objects.filter(**here)}
    seen, refused = runs.get(True), runs.get(False)
    if refused and (not seen or refused.at > seen.at):
        words = _("browsers do not trust it: %(why)s") % {"why": refused.words}
        return Finding("certificate", title, "bad", words)
    if not seen or seen.until is None:
        words = _("not seen yet: it is looked at every six hours, and by nuanyi doctor")
        return Finding("certificate", title, "later", words)
    left = (seen.until - clock.now()).days
    words = _("ends %(at)s, in %(n)s days") % {"at": _when(seen.until), "n": left}
    state = "bad" if left < CERTIFICATE_BAD_DAYS else "later" if left < CERTIFICATE_DAYS else "ok"
    return Finding("certificate", title, state, words)


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
        words = _("last sent %(at)s") % {"at": moment_words(at)} if at else _("never sent yet")
        state = "later" if name in failed else "ok"
        found.append(Finding(f"channel-{name}", _("Channel %(name)s") % {"name": name}, state, words))
    return found
