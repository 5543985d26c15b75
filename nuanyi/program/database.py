"""Attaching to the database before Django is set up, and bringing its schema up to date."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from nuanyi.lib.embedded_postgres import DATABASE, OWNER, WEB, CannotStart, EmbeddedPostgres, make_web_role
from nuanyi.lib.env import envstr, home
from nuanyi.lib.seal import Keys, UnsafeKeys, add_families, load_keys, make_keys

APPEND_ONLY = ("journal_entry", "ledger_ledgerentry")
#: The lock (any number that nobody else uses) under which one process at a time brings the tables up to date.
MIGRATING = 14_060_504
#: How the connections of an upgrade are called at the server, and seconds that one without a process is waited for.
MIGRATES, LONGEST_LEFTOVER = "nuanyi migrate", 60.0
#: Set for the length of a migration or of Django's own commands: they run as the owner and serve no page.
AS_OWNER = "NUANYI_CONNECTS_AS_OWNER"
#: What names the owner or lets somebody in as him.
OF_THE_OWNER = frozenset({"NUANYI_OWNER_DB_URL", "DATABASE_URL", AS_OWNER})
#: Where the database keeps by which keys it is sealed; pages may not look there and backups leave it out.
KEYS_TABLE = "nuanyi_private.keys"
TRIGGER_ONLY = ("journal_entry", "ledger_rollup", "ledger_cuberow")


def keys_file() -> Path:
    """Where the sealing keys are."""
    return Path(envstr("NUANYI_KEYS_FILE") or home() / "keys" / "keys.json")


@contextmanager
def attached() -> Iterator[EmbeddedPostgres | None]:
    """Have a database for the length of a ``with`` block; sets ``NUANYI_DB_URL`` (role without ownership) and the owner's.

    Gives the server that is our own, None where it is somebody else's.
    """
    os.umask(0o077)
    folder = home()
    if not folder.exists():
        folder.mkdir(parents=True)
        folder.chmod(
            0o711
        )  # the account that runs PostgreSQL walks through; everything inside is shut by the umask
    outside = envstr("DATABASE_URL")
    if not keys_file().exists():
        if _holds_tables(outside):
            raise UnsafeKeys(
                f"{keys_file()} is missing, and the database holds what was sealed with its keys: restore it from where"
                " you keep it (NUANYI_KEYS_FILE says where it stands)"
            )
        try:
            make_keys(keys_file())
        except FileExistsError:
            pass  # another process was quicker; both use the same
    with suppress(OSError, ValueError, KeyError):  # a file that cannot be used is named where it is read
        add_families(keys_file())
    if outside:
        os.environ["NUANYI_OWNER_DB_URL"] = outside
        os.environ["NUANYI_DB_URL"] = envstr("NUANYI_WEB_DATABASE_URL") or web_address(outside)
        yield None
        return
    server = EmbeddedPostgres(folder)
    address = server.join()
    try:
        os.environ["NUANYI_OWNER_DB_URL"] = address.url(OWNER, DATABASE)
        os.environ["NUANYI_DB_URL"] = address.url(WEB, DATABASE)
        yield server
    finally:
        server.leave()


def _holds_tables(outside: str) -> bool:
    """Whether the database was used before; False for one that does not answer, which is said where it is asked next."""
    if not outside:
        return (EmbeddedPostgres(home()).data / "PG_VERSION").exists()
    try:
        with psycopg.connect(outside) as db:
            return db.execute("SELECT to_regclass('people_account')").fetchone() != (None,)
    except psycopg.OperationalError:
        return False


def refuse_other_keys(cursor: Any, known: Keys, file: Path) -> None:
    """Return where the database was sealed by these keys, or does not know by which. Raises UnsafeKeys.

    The key of digests is never rotated: it is the one that an installation is known by.
    """
    cursor.execute("SELECT to_regclass(%s)", [KEYS_TABLE])
    if cursor.fetchone()[0] is None:
        return
    cursor.execute(f"SELECT fingerprint FROM {KEYS_TABLE}")  # noqa: S608 - a constant
    found = cursor.fetchone()
    if found is not None and found[0] != known.fingerprints()["digest"]:
        raise UnsafeKeys(
            f"the keys in {file} are not those by which this database is sealed: put its own key file back"
            " (NUANYI_KEYS_FILE says where it stands)"
        )


def web_login() -> tuple[str, str]:
    """Name and password by which pages sign in to an outside server: worked out of the key file, one for each
    installation, so that two on one server do not take each other's."""
    secret = load_keys(keys_file()).lasting_key("web login")
    return f"{WEB}_{secret[:4].hex()}", secret[4:].hex()


def web_address(outside: str) -> str:
    """How pages reach an outside server: by their own login, so that nothing they do could make them the owner."""
    name, password = web_login()
    return make_conninfo(outside, user=name, password=password)


def environment_of_pages() -> dict[str, str]:
    """The environment for processes that serve pages or do jobs: without the address of the owner, whom no policy need bind."""
    return {name: value for name, value in os.environ.items() if name not in OF_THE_OWNER}


def owner_url() -> str:
    """The owner's connection string of the attached database."""
    return os.environ["NUANYI_OWNER_DB_URL"]


def prepare_roles(url: str) -> None:
    """Make the web role (before migrating); on an outside server also the login of pages, unless one is named."""
    with psycopg.connect(url, autocommit=True) as db:
        make_web_role(db)
        if envstr("DATABASE_URL") and not envstr("NUANYI_WEB_DATABASE_URL"):
            _make_web_login(db)


def _make_web_login(db: psycopg.Connection[tuple[object, ...]]) -> None:
    """A login that is a member of the web role and nothing else. Raises CannotStart where the owner may not make one."""
    name, password = web_login()
    login, web = sql.Identifier(name), sql.Identifier(WEB)
    try:
        if not db.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]).fetchone():
            db.execute(sql.SQL("CREATE ROLE {} LOGIN INHERIT").format(login))
        db.execute(sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}").format(login, sql.Literal(password)))
        if db.execute("SELECT pg_has_role(%s, %s, 'USAGE')", [name, WEB]).fetchone() != (True,):
            db.execute(sql.SQL("GRANT {} TO {}").format(web, login))
    except psycopg.errors.InsufficientPrivilege as exc:
        raise CannotStart(
            f"this database user may not make the login of pages: give it CREATEROLE and, as an administrator, run"
            f" GRANT {WEB} TO <user> WITH ADMIN OPTION; or make a login that is a member of {WEB} and name it in"
            " NUANYI_WEB_DATABASE_URL"
        ) from exc


def grant(url: str) -> None:
    """Give the web role exactly what pages need; append-only tables can only be appended to."""
    web = sql.Identifier(WEB)
    with psycopg.connect(url, autocommit=True) as db:
        db.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(web))
        db.execute(
            sql.SQL("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {}").format(web)
        )
        db.execute(sql.SQL("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}").format(web))
        for table in APPEND_ONLY:
            db.execute(
                sql.SQL("REVOKE UPDATE, DELETE, TRUNCATE ON {} FROM {}").format(sql.Identifier(table), web)
            )
        for table in TRIGGER_ONLY:
            db.execute(
                sql.SQL("REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON {} FROM {}").format(
                    sql.Identifier(table), web
                )
            )
        db.execute(sql.SQL("REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {}").format(web))


def _await_the_killed(alone: psycopg.Connection[Any]) -> None:
    """Wait for what a killed upgrade left at the server: its lock went with its process, but a COMMIT on its way is carried
    out, and who read the list of migrations before that would make the same change twice."""
    still = (
        "SELECT FROM pg_stat_activity"
        " WHERE application_name = %s AND datname = current_database() AND pid <> pg_backend_pid()"
    )
    deadline = time.monotonic() + LONGEST_LEFTOVER
    while alone.execute(still, [MIGRATES]).fetchone() is not None and time.monotonic() < deadline:
        time.sleep(0.1)


def migrate(verbosity: int = 0) -> None:
    """Bring the schema up to date as the owner, in this process. Django must not be set up yet."""
    os.environ["NUANYI_DB_URL"], web = owner_url(), os.environ["NUANYI_DB_URL"]
    os.environ[AS_OWNER] = "1"
    # whoever comes second waits, and then finds nothing left to do; the lock ends with this process, however it ends
    alone = psycopg.connect(owner_url(), autocommit=True)
    try:
        alone.execute("SELECT pg_advisory_lock(%s)", [MIGRATING])
        _await_the_killed(alone)
        os.environ["PGAPPNAME"] = MIGRATES
        prepare_roles(owner_url())
        import django
        from django.core.management import call_command
        from django.db import connections

        django.setup()
        from nuanyi.lib import row_security
        from nuanyi.lib.actor import system

        # forced policies bind an owner who is no superuser, too: what a migration changes it must see
        row_security.process_reads_as(system("migrate"))
        call_command("migrate", verbosity=verbosity, interactive=False)
        call_command("createcachetable", verbosity=verbosity)
        from nuanyi.journal import heads

        heads.begin(home())
        connections.close_all()
        grant(owner_url())
    finally:
        alone.close()
        os.environ["NUANYI_DB_URL"] = web
        os.environ.pop(AS_OWNER, None)
        os.environ.pop("PGAPPNAME", None)
