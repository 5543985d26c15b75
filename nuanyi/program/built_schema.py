"""The tables of a new home, built once: a script of an empty database in which all migrations ran.

Nearly two hundred migrations take a new database through every state that the tables ever had, which is 40 seconds of a
processor. The first database that begins so on a server of our own leaves behind what it has then: beside the program, as
Python leaves its compiled files, never committed and in no wheel. The next one begins by it, in one transaction; Django's
``migrate`` follows as always and finds nothing to do. Wherever a script is not there, is another program's or is not to be
trusted, a database begins by the migrations. Nothing is ever loaded into a database that has anything in it.

A script runs as the owner of the database, so it is believed where the program itself is: ours, the program's owner's or
root's, and writable by nobody else. It holds nothing of the home that left it: it is written before anything but migrations
has written there, and what knows the home's keys is left out.
"""

from __future__ import annotations

import fcntl
import logging
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

import psycopg
from django.apps import apps
from django.conf import settings
from django.utils.module_loading import module_has_submodule

from nuanyi.lib import durable
from nuanyi.lib.digests import sha256_hex
from nuanyi.lib.embedded_postgres import CannotStart
from nuanyi.lib.env import envstr
from nuanyi.program import database
from nuanyi.program.backups import psql, reached, run_tool, tool
from nuanyi.program.row_policies import SCHEMA

PACKAGE = Path(__file__).resolve().parents[1]
FOLDER = PACKAGE / "program" / "built"
#: What writes migrations, or is written by them, and stands in files that no app of ours has.
BESIDE_US = ("Django", "django-allauth", "procrastinate", "psycopg")
SOURCES = frozenset({".py", ".sql", ".toml"})
#: How many are kept: a checkout that moves on leaves old ones behind.
KEPT = 3
#: Seconds for which another process that runs the migrations is waited for, whose script saves doing the same beside it.
LONGEST_WAIT = 180.0
WRITABLE_BY_OTHERS = stat.S_IWGRP | stat.S_IWOTH
#: When a migration was applied is a matter of the home, not of whoever built the script.
ANEW = "UPDATE public.django_migrations SET applied = now()"
#: Anything that somebody made, in whatever schema.
ANYTHING = """
EXISTS (SELECT FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname NOT IN ('public', 'information_schema'))
OR EXISTS (SELECT FROM pg_class WHERE relnamespace = to_regnamespace('public'))
OR EXISTS (SELECT FROM pg_proc WHERE pronamespace = to_regnamespace('public'))
OR EXISTS (SELECT FROM pg_type WHERE typnamespace = to_regnamespace('public'))
"""
#: Asked once more in the transaction that loads, one at a time: of a process that was killed, psql may just begin.
ALONE = f"SELECT pg_advisory_xact_lock({database.MIGRATING + 1})"
STILL_EMPTY = f"DO $$ BEGIN IF {ANYTHING} THEN RAISE 'the database is not empty'; END IF; END $$"
log = logging.getLogger(__name__)


@contextmanager
def beginning(url: str) -> Iterator[None]:
    """Around ``migrate``: an empty database of ours has its tables already, or leaves them behind for the next one."""
    if not _is_for_us() or _holds_anything(url):
        yield
        return
    name = _name(url)
    if _load(url, name):
        yield
        return
    with _building() as alone:
        # whoever waited finds what the other left
        if _load(url, name):
            yield
            return
        yield
        if alone:
            _leave_behind(url, name)


def _is_for_us() -> bool:
    """Whether the server is our own and all tables come from migrations."""
    if envstr("DATABASE_URL") or "NUANYI_DB_URL" not in os.environ or settings.MIGRATION_MODULES:
        return False
    return all(
        module_has_submodule(config.module, "migrations")
        for config in apps.get_app_configs()
        if config.module is not None and any(config.get_models())
    )


def _holds_anything(url: str) -> bool:
    with psycopg.connect(url) as db:
        return db.execute(f"SELECT {ANYTHING}").fetchone() != (False,)


def _name(url: str) -> str:
    """The script's name: a digest of all that determines what stands in it. Rows that migrations enter and what is laid down
    after them come from anywhere in the program, so all of it counts."""
    with psycopg.connect(url) as db:
        server = db.execute("SHOW server_version_num").fetchone()
    lines = [str(server), *(f"{name} {version(name)}" for name in BESIDE_US), *settings.INSTALLED_APPS]
    lines += [settings.AUTH_USER_MODEL, settings.DEFAULT_AUTO_FIELD]
    folders = {PACKAGE, *(Path(config.path) for config in apps.get_app_configs())}
    for folder in sorted(folder for folder in folders if folder == PACKAGE or PACKAGE not in folder.parents):
        for file in sorted(folder.rglob("*")):
            inside = file.relative_to(folder)
            if file.suffix in SOURCES and "tests" not in inside.parts and file.is_file():
                lines.append(f"{folder.name}/{inside} {sha256_hex(file.read_bytes())}")
    return f"{sha256_hex(chr(10).join(lines).encode())[:32]}.dump"


def _load(url: str, name: str) -> bool:
    """Make the tables by the script of this name; False where there is none to be trusted, or it failed and left nothing."""
    script = _read(name)
    if script is None:
        return False
    address, secret = reached(url)
    # a whole file, not a pipe: who is killed while it is read would leave half of the tables, committed
    with tempfile.TemporaryFile() as whole:
        whole.write(script)
        whole.seek(0)
        try:
            steps = [f"--command={ALONE}", f"--command={STILL_EMPTY}", "--file=-", f"--command={ANEW}"]
            run_tool([*psql(), "--output=/dev/null", *steps, f"--dbname={address}"], secret, stdin=whole)
        except (OSError, CannotStart) as exc:
            log.warning("the built schema was not used, the migrations are run: %s", exc)
            return False
    return True


def _trusted(found: os.stat_result) -> bool:
    """Whether only those can have written here who can also write the program."""
    owners = {0, os.geteuid(), Path(__file__).stat().st_uid}
    return found.st_uid in owners and not found.st_mode & WRITABLE_BY_OTHERS


def _read(name: str) -> bytes | None:
    """A script that is whole and trusted; its first line tells its name and the digest of what follows."""
    try:
        folder = FOLDER.lstat()
        handle = os.open(FOLDER / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    with os.fdopen(handle, "rb") as file:
        found = os.fstat(handle)
        if not (stat.S_ISDIR(folder.st_mode) and stat.S_ISREG(found.st_mode)):
            return None
        if not (_trusted(folder) and _trusted(found)):
            return None
        head, _line, script = file.read().partition(b"\n")
    return script if head == _head(name, script) else None


def _head(name: str, script: bytes) -> bytes:
    return f"-- {name} {sha256_hex(script)}".encode()


@contextmanager
def _building() -> Iterator[bool]:
    """One process at a time runs the migrations of an empty database; False for one that leaves nothing behind, because it may
    not write beside the program or has waited long enough."""
    try:
        FOLDER.mkdir(mode=0o755, exist_ok=True)
        handle = os.open(FOLDER / "lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    except OSError:
        yield False
        return
    try:
        yield _trusted(FOLDER.lstat()) and _locked(handle)
    finally:
        os.close(handle)


def _locked(handle: int) -> bool:
    deadline = time.monotonic() + LONGEST_WAIT
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.1)
        else:
            return True


def _leave_behind(url: str, name: str) -> None:
    """Write the script of a database in which migrations ran and nothing else. What fails costs nobody his home."""
    address, secret = reached(url)
    try:
        with tempfile.TemporaryDirectory(prefix="built-", dir=FOLDER) as scratch:
            plain = Path(scratch) / "script"
            # the rows of that schema say by which keys a home is sealed, and hold secrets worked out of them
            what = ["--no-owner", f"--exclude-table-data={SCHEMA}.*", f"--file={plain}"]
            run_tool([tool("pg_dump"), *what, f"--dbname={address}"], secret)
            script = plain.read_bytes()
        durable.write(FOLDER / name, _head(name, script) + b"\n" + script)
        _tidy()
    except (OSError, CannotStart) as exc:
        log.warning("the built schema was not kept: %s", exc)


def _tidy() -> None:
    """Take away what is old, and what one that was killed left half written: nobody else is at it."""
    kept = sorted(FOLDER.glob("*.dump"), key=lambda file: file.stat().st_mtime, reverse=True)
    for file in [*kept[KEPT:], *FOLDER.glob("*.tmp")]:
        file.unlink(missing_ok=True)
    for scratch in FOLDER.glob("built-*"):
        shutil.rmtree(scratch, ignore_errors=True)
