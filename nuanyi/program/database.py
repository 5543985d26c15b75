"""Attaching to the database before Django is set up, and bringing its schema up to date."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from nuanyi.lib.embedded_postgres import DATABASE, OWNER, WEB, CannotStart, EmbeddedPostgres, make_web_role
from nuanyi.lib.env import envstr, home
from nuanyi.lib.seal import make_keys

APPEND_ONLY = ("journal_entry", "ledger_ledgerentry")
#: Set for the length of a migration or of Django's own commands: they run as the owner and serve no page.
AS_OWNER = "NUANYI_CONNECTS_AS_OWNER"
TRIGGER_ONLY = ("journal_entry", "ledger_rollup")


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
    if not keys_file().exists():
        try:
            make_keys(keys_file())
        except FileExistsError:
            pass  # another process was quicker; both use the same
    outside = envstr("DATABASE_URL")
    if outside:
        os.environ["NUANYI_OWNER_DB_URL"] = outside
        os.environ["NUANYI_DB_URL"] = envstr("NUANYI_WEB_DATABASE_URL") or make_conninfo(
            outside, options=f"-c role={WEB}"
        )
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


def owner_url() -> str:
    """The owner's connection string of the attached database."""
    return os.environ["NUANYI_OWNER_DB_URL"]


def prepare_roles(url: str) -> None:
    """On an outside server: make the web role (before migrating) and let the owner become it."""
    with psycopg.connect(url, autocommit=True) as db:
        make_web_role(db)
        if envstr("DATABASE_URL"):
            _let_owner_become_web(db)


def _let_owner_become_web(db: psycopg.Connection[tuple[object, ...]]) -> None:
    """Pages connect as the owner and step down to the web role, so the owner must be allowed to. Raises CannotStart."""
    web = sql.Identifier(WEB)
    try:
        db.execute(sql.SQL("SET ROLE {}").format(web))
        db.execute("RESET ROLE")
    except psycopg.errors.InsufficientPrivilege:
        try:
            db.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(web))
        except psycopg.errors.InsufficientPrivilege as exc:
            raise CannotStart(
                f"this database user may not become {WEB}: as its administrator run GRANT {WEB} TO <user>, or give it CREATEROLE"
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


def migrate(verbosity: int = 0) -> None:
    """Bring the schema up to date as the owner, in this process. Django must not be set up yet."""
    os.environ["NUANYI_DB_URL"], web = owner_url(), os.environ["NUANYI_DB_URL"]
    os.environ[AS_OWNER] = "1"
    try:
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
        connections.close_all()
        grant(owner_url())
    finally:
        os.environ["NUANYI_DB_URL"] = web
        os.environ.pop(AS_OWNER, None)
