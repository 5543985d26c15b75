"""``nuanyi doctor`` and the refusal to start unsafely."""

from __future__ import annotations

import os
import platform
import shutil
import stat
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import argon2
import psycopg

from nuanyi import __version__
from nuanyi.lib.env import envbool, envlist, envstr, home
from nuanyi.lib.proxies import is_loopback, networks
from nuanyi.lib.seal import UnsafeKeys, load_keys
from nuanyi.program import database
from nuanyi.program.secrets import secret_key

LEAST_FREE = 1 << 30
#: What the units of systemd read (``nuanyi service install``).
ENVIRONMENT = Path("/etc/nuanyi.env")
CLOCK_SECONDS = 120
#: Accounts of the demo, and the password that `nuanyi demo` prints.
DEMO_ACCOUNTS, DEMO_PASSWORD = ["dianxiaoer", "yanshan", "shenji"], "nuanyi-demo-2022"
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


#: Characters of a token that is not guessed.
SHORTEST_TOKEN = 16


def served_publicly(host: str) -> bool:
    """Whether people from elsewhere reach the program: by its own address, or by the names that a proxy in front serves."""
    names = [
        *envlist("NUANYI_HOSTS"),
        *(urlsplit(origin).hostname or "" for origin in envlist("NUANYI_ORIGINS")),
    ]
    public = urlsplit(envstr("NUANYI_PUBLIC_URL")).hostname or ""
    return not all(is_loopback(name) for name in (host, *names, public) if name)


def refuse_unsafe_settings(host: str) -> None:
    """What can be seen without the database. Raises Unsafe, BadSetting, UnsafeKeys."""
    if envbool("NUANYI_DEBUG") and served_publicly(host):
        raise Unsafe("NUANYI_DEBUG is on and the address is public, or a proxy serves it: turn it off")
    if envbool("NUANYI_DEMO"):
        _refuse_public_demo(host)
    if any(name == "." or name.startswith("*") for name in envlist("NUANYI_HOSTS")):
        raise Unsafe("NUANYI_HOSTS allows any name: write the names by which people reach this server")
    networks(envlist("NUANYI_TRUSTED_PROXIES"))
    token = envstr("NUANYI_METRICS_TOKEN")
    if token and len(token) < SHORTEST_TOKEN:
        raise Unsafe(f"NUANYI_METRICS_TOKEN is shorter than {SHORTEST_TOKEN} characters: use a random one")
    for name in ("NUANYI_PUBLIC_URL", "NUANYI_ORIGINS"):
        for address in envlist(name):
            parts = urlsplit(address)
            if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
                raise Unsafe(
                    f"{name}: {address} is not encrypted, so that passwords and names pass in clear: put a proxy with"
                    " a certificate in front and write https://"
                )
    refuse_weak_secret(secret_key(home()))
    for folder in {database.keys_file().parent, home() / "keys"}:
        if folder.exists() and stat.S_IMODE(folder.stat().st_mode) & 0o027:
            raise Unsafe(f"{folder} can be read or changed by others: run chmod 700 on it")
    load_keys(database.keys_file())
    if time.time() < OLDEST_NOW:
        raise Unsafe("this machine's clock is years behind: set it, deadlines depend on it")


def _refuse_public_demo(host: str) -> None:
    if served_publicly(host) and not envbool("NUANYI_DEMO_PUBLIC"):
        raise Unsafe(
            "this is the demo and its passwords are known to everybody: serve it on 127.0.0.1 only, or begin with"
            " an empty NUANYI_HOME"
        )


def refuse_unsafe(host: str) -> None:
    """Return where the settings are safe to serve people's data with.

    Raises Unsafe with the sentence that says what to change: debugging or the demo where others reach it, any host name,
    weak or readable keys or another installation's, a database that loses what it acknowledged or shows rows to whoever asks, a wrong clock.
    """
    refuse_unsafe_settings(host)
    if served_publicly(host) and holds_the_demo():
        _refuse_public_demo(host)
    with psycopg.connect(database.owner_url()) as db:
        database.refuse_other_keys(db.cursor(), load_keys(database.keys_file()), database.keys_file())
        _refuse_careless_database(db)
        there = db.execute("SELECT extract(epoch FROM clock_timestamp())").fetchone()
        if there and abs(float(there[0]) - time.time()) > CLOCK_SECONDS:
            raise Unsafe("this machine's clock and the database's differ by more than two minutes: set them")
    with _as_pages() as db:
        _refuse_careless_database(db)
        _refuse_mighty_role(db)


def refuse_contradictions() -> None:
    """What the rooms declare fits together: Django's system checks. Django must be set up. Raises Unsafe."""
    from django.core.checks import Error, run_checks

    wrong = [found for found in run_checks() if found.level >= Error("").level]
    if wrong:
        raise Unsafe("; ".join(f"{found.msg} ({found.hint})" if found.hint else found.msg for found in wrong))


def _as_pages() -> psycopg.Connection[tuple[Any, ...]]:
    """A connection as pages have it. Raises Unsafe where the server does not let them in."""
    try:
        return psycopg.connect(os.environ["NUANYI_DB_URL"])
    except psycopg.OperationalError as wrong:
        if not envstr("DATABASE_URL") or envstr("NUANYI_WEB_DATABASE_URL"):
            raise
        name, _password = database.web_login()
        raise Unsafe(
            f"the database does not let pages in as {name} ({' '.join(str(wrong).split())[:200]}): allow this role in"
            " pg_hba.conf (scram-sha-256) and in a pooler, or name a login of your own in NUANYI_WEB_DATABASE_URL"
        ) from wrong


def holds_the_demo() -> bool:
    """Whether an account of the demo still has the password that everybody knows; also in a restored or copied database."""
    with psycopg.connect(database.owner_url()) as db:
        if db.execute("SELECT to_regclass('people_account')").fetchone() == (None,):
            return False
        rows = db.execute(
            "SELECT password FROM people_account WHERE is_active AND username = ANY(%s)", [DEMO_ACCOUNTS]
        ).fetchall()
    return any(_opens(DEMO_PASSWORD, str(row[0])) for row in rows)


def _opens(password: str, stored: str) -> bool:
    """Whether a password is the one behind Django's ``argon2$…``."""
    try:
        return argon2.PasswordHasher().verify("$" + stored.partition("$")[2], password)
    except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
        return False


def refuse_weak_secret(secret: str) -> None:
    """Raise Unsafe for a signing key that somebody typed: too short, a few signs over and over, one out of a tutorial."""
    if len(secret) < 40 or len(set(secret)) < 12 or "insecure" in secret:
        raise Unsafe(
            "NUANYI_SECRET_KEY can be guessed: leave it unset, or take 50 random signs"
            " (python -c 'import secrets; print(secrets.token_urlsafe(50))')"
        )


def _refuse_careless_database(db: psycopg.Connection[tuple[Any, ...]]) -> None:
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):
        found = db.execute("SELECT current_setting(%s)", [setting]).fetchone()
        if found and found[0] == "off":
            who = (db.execute("SELECT current_user").fetchone() or ("",))[0]
            raise Unsafe(
                f"PostgreSQL's {setting} is off for {who}: what was acknowledged could be lost. Turn it on"
                f" (ALTER SYSTEM SET {setting} = on, and ALTER ROLE {who} RESET {setting})"
            )


def _refuse_mighty_role(db: psycopg.Connection[tuple[Any, ...]]) -> None:
    """Pages must not run as a role that row-level security does not bind."""
    found = db.execute(
        "SELECT current_user, rolsuper, rolbypassrls, rolcreaterole, current_setting('row_security')"
        " FROM pg_roles WHERE rolname = current_user"
    ).fetchone()
    if found is None:
        return
    name, mighty, bypasses, makes_roles, row_security = found
    if mighty or bypasses or makes_roles:
        raise Unsafe(
            f"pages would run as {name}, which is bound by nothing: run ALTER ROLE {name} NOSUPERUSER NOBYPASSRLS NOCREATEROLE,"
            " or leave NUANYI_WEB_DATABASE_URL unset"
        )
    if row_security == "off":
        raise Unsafe(f"row_security is off for {name}: run ALTER ROLE {name} RESET row_security")
    bare = db.execute(
        "SELECT string_agg(c.relname, ', ') FROM pg_class c WHERE c.relkind IN ('r', 'p') AND NOT c.relrowsecurity"
        " AND EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid)"
    ).fetchone()
    if bare and bare[0]:
        raise Unsafe(
            f"row-level security is off on {bare[0]}: run ALTER TABLE … ENABLE ROW LEVEL SECURITY,"
            " ALTER TABLE … FORCE ROW LEVEL SECURITY"
        )


def examine() -> list[FoundOut]:
    """Look at everything that can be wrong, and say what to do."""
    found = [
        FoundOut(
            "program", True, f"Nuanyi {__version__}, Python {platform.python_version()}, {platform.machine()}"
        )
    ]
    found.append(_home())
    found += _environment()
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


def _environment() -> list[FoundOut]:
    """The file of settings that the service reads holds passwords: nobody but its owner may read it."""
    if not ENVIRONMENT.exists():
        return []
    shut = not stat.S_IMODE(ENVIRONMENT.stat().st_mode) & 0o077
    words = "its owner's alone" if shut else "others can read the passwords in it: run chmod 600 on it"
    return [FoundOut("settings", shut, f"{ENVIRONMENT}: {words}")]


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
