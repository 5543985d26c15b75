"""``nuanyi doctor`` and the refusal to start unsafely."""

from __future__ import annotations

import ipaddress
import os
import platform
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from nuanyi import __version__
from nuanyi.lib.env import envbool, envstr, home
from nuanyi.lib.seal import UnsafeKeys, load_keys
from nuanyi.program import database

LEAST_FREE = 1 << 30
CLOCK_SECONDS = 120
OLDEST_NOW = 1_750_000_000  # mid 2025: a machine that thinks it is earlier has a clock that is far off


class Unsafe(RuntimeError):
    """A setting with which the program will not serve; the message says what to do."""


@dataclass(frozen=True)
class FoundOut:
    """One thing that was looked at."""

    what: str
    good: bool
    words: str

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {"what": self.what, "good": self.good, "words": self.words}


def loopback(host: str) -> bool:
    """Whether an address is reached from this machine only."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def refuse_unsafe(host: str) -> None:
    """Raise Unsafe for debugging or the demo on a public address, readable keys, a careless database, a wrong clock."""
    public = not loopback(host)
    if envbool("NUANYI_DEBUG") and public:
        raise Unsafe("NUANYI_DEBUG is on and the address is public: turn it off")
    if envbool("NUANYI_DEMO") and public and not envbool("NUANYI_DEMO_PUBLIC"):
        raise Unsafe("the demo's passwords are known to everybody: serve it on 127.0.0.1 only")
    load_keys(database.keys_file())
    if time.time() < OLDEST_NOW:
        raise Unsafe("this machine's clock is years behind: set it, deadlines depend on it")
    with psycopg.connect(database.owner_url()) as db:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            found = db.execute("SELECT current_setting(%s)", [setting]).fetchone()
            if found and found[0] == "off":
                raise Unsafe(
                    f"PostgreSQL's {setting} is off: what was acknowledged could be lost. Turn it on"
                )
        there = db.execute("SELECT extract(epoch FROM clock_timestamp())").fetchone()
        if there and abs(float(there[0]) - time.time()) > CLOCK_SECONDS:
            raise Unsafe("this machine's clock and the database's differ by more than two minutes: set them")


def examine() -> list[FoundOut]:
    """Look at everything that can be wrong, and say what to do."""
    found = [
        FoundOut(
            "program", True, f"Nuanyi {__version__}, Python {platform.python_version()}, {platform.machine()}"
        )
    ]
    found.append(_home())
    try:
        with database.attached():
            found.append(_keys())
            found += _database()
            found += _schema()
    except Exception as wrong:
        found.append(FoundOut("database", False, str(wrong)))
    return found


def _home() -> FoundOut:
    folder = home()
    folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder).free
    words = f"{folder}, {free >> 30} GiB free"
    if free < LEAST_FREE:
        return FoundOut("home", False, f"{words}: less than 1 GiB; make room before rosters are imported")
    return FoundOut("home", os.access(folder, os.W_OK), words)


def _keys() -> FoundOut:
    try:
        load_keys(database.keys_file())
    except UnsafeKeys as wrong:
        return FoundOut("keys", False, str(wrong))
    return FoundOut("keys", True, f"{database.keys_file()}: keep a copy where the database's backups are not")


def _database() -> list[FoundOut]:
    kind = "your own server (DATABASE_URL)" if envstr("DATABASE_URL") else f"embedded, in {_where()}"
    with psycopg.connect(database.owner_url()) as db:
        version = str((db.execute("SHOW server_version").fetchone() or ["?"])[0])
        major = int(version.split(".")[0])
        size = (
            db.execute("SELECT pg_size_pretty(pg_database_size(current_database()))").fetchone() or ["?"]
        )[0]
    found = [
        FoundOut(
            "database",
            major >= 15,
            f"PostgreSQL {version}, {kind}, {size}" + ("" if major >= 15 else ": 15 or newer is needed"),
        )
    ]
    try:
        refuse_unsafe("127.0.0.1")
        found.append(FoundOut("safety", True, "durable settings, keys shut to others, clocks agree"))
    except (Unsafe, UnsafeKeys) as wrong:
        found.append(FoundOut("safety", False, str(wrong)))
    return found


def _where() -> Path:
    from nuanyi.lib.embedded_postgres import EmbeddedPostgres

    return EmbeddedPostgres(home()).data


def _schema() -> list[FoundOut]:
    with psycopg.connect(database.owner_url()) as db:
        there = db.execute(
            "SELECT to_regclass('journal_entry'), to_regclass('procrastinate_jobs')"
        ).fetchone()
        if not there or there[0] is None:
            return [
                FoundOut(
                    "tables", False, "not made yet: run `nuanyi migrate` (serve and demo do it by themselves)"
                )
            ]
        waiting = (
            db.execute("SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo'").fetchone() or [0]
        )[0]
        entries = (db.execute("SELECT count(*) FROM journal_entry").fetchone() or [0])[0]
    return [FoundOut("tables", True, f"{entries} journal entries, {waiting} jobs waiting")]


def words(findings: list[FoundOut]) -> str:
    """The findings for people."""
    return "\n".join(f"{'ok ' if f.good else 'NOT'}  {f.what:<9} {f.words}" for f in findings)
