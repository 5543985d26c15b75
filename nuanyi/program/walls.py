"""Each wall of the database is tried from within, as somebody would who can run statements where pages do.

``nuanyi doctor`` and the health page ask by this, in place of reading settings. Everything is done in one transaction that is
rolled back, as a reader who is nobody.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from types import MappingProxyType
from typing import Any

import psycopg
from django.db import DatabaseError, connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from nuanyi.lib import rooms, row_security
from nuanyi.lib.actor import GUEST, Actor, Scope
from nuanyi.program import row_policies
from nuanyi.program.database import AS_OWNER

#: A unit, and an account, that nobody has.
NO_UNIT = -1
#: What must be refused, or must change no row: ``(what it is, statement)``.
FORGERIES = (
    (gettext_noop("the secret that signs readers can be read"), "SELECT 1 FROM nuanyi_private.secret"),
    (
        gettext_noop("a reader can be signed"),
        "SELECT public.nuanyi_signature('row-level security', '{\"kind\":\"system\"}')",
    ),
    (
        gettext_noop("an entry of the journal can be forged"),
        "INSERT INTO journal_entry (partition, seq, at, actor_kind, actor_label, kind, subject_type, subject_id, detail,"
        " previous, hash, keyed) VALUES (-1, 1, now(), 'account', '', '', '', '', '{}', '', '', true)",
    ),
    (
        gettext_noop("an entry of the journal can be forged"),
        "SELECT journal_append(0, 1, journal_time(clock_timestamp()), 'account', 1, '', '', '', '', '{}', sha256('x'),"
        " repeat('0', 64))",
    ),
    (gettext_noop("an entry of the journal can be removed"), "DELETE FROM journal_entry"),
    (
        gettext_noop("a role can be taken"),
        "INSERT INTO people_rolegrant (account_id, role, region_code, granted_at, confirmed_at, held_before)"
        " SELECT id, 'auditor', 'forged', now(), now(), false FROM people_account LIMIT 1",
    ),
    (gettext_noop("a role can be taken"), "UPDATE people_rolegrant SET confirmed_at = now()"),
    (gettext_noop("a stranger's password can be set"), "UPDATE people_account SET password = 'forged'"),
    (gettext_noop("policies can be switched off"), "ALTER TABLE people_person DISABLE ROW LEVEL SECURITY"),
    (
        gettext_noop("a program can be run on the database's machine"),
        "COPY (SELECT 1) TO PROGRAM 'cat > /dev/null'",  # one that reads: else the pipe may break and the wall seem to stand
    ),
)


def open_walls() -> list[str]:
    """What was tried and should have failed, in words; empty where every wall stands."""
    with row_security.reader(GUEST), transaction.atomic():
        found = list(dict.fromkeys(_tries()))
        transaction.set_rollback(True)
    return found


def _tries() -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT obj_description(to_regnamespace(%s)::oid, 'pg_namespace')", [row_policies.SCHEMA]
        )
        if cursor.fetchone()[0] != row_policies.digest():
            yield _("the policies are not those of this version: run nuanyi migrate")
        yield from _rows(cursor)
        yield from _names(cursor)
        for words, statement in FORGERIES:
            if _succeeds(cursor, statement):
                yield _(words)
        cursor.execute("SELECT relowner::regrole::text FROM pg_class WHERE oid = 'people_person'::regclass")
        (owner,) = cursor.fetchone()
        # tests sign in as the owner and step down
        if os.environ.get(AS_OWNER) != "1" and _succeeds(cursor, f"SET LOCAL ROLE {owner}", counts=False):
            yield _("pages can become the owner of the tables")
        if _succeeds(
            cursor, "SET LOCAL row_security = off; SELECT 1 FROM people_person LIMIT 1", counts=False
        ):
            yield _("policies can be switched off")


def _rows(cursor: Any) -> Iterator[str]:
    """Rows that nobody, and a stranger with every permission in a unit that is none, should not see."""
    for table, policy in row_policies.declared():
        if policy.using != "true" and _sees(cursor, table):
            yield _("rows of %(table)s are shown to nobody in particular") % {"table": table}
    scopes = {permission: (Scope(unit=NO_UNIT),) for permission in rooms.permissions()}
    stranger = Actor(kind="account", label="wall", account_id=NO_UNIT, permissions=MappingProxyType(scopes))
    with row_security.reader(stranger):
        for table, policy in row_policies.declared():
            # where a permission is enough, in whatever unit, it is enough for a stranger
            if policy.using != "true" and "nuanyi_may(" not in policy.using and _sees(cursor, table):
                yield _("rows of %(table)s are shown to another unit") % {"table": table}


def _names(cursor: Any) -> Iterator[str]:
    """A reader that the reader himself made up."""
    forged = row_security.signed({"kind": "system", "where": {}}, b"not the secret of this installation")
    cursor.execute("SELECT set_config(%s, %s, true)", [row_security.SETTING, forged])
    cursor.execute("SELECT nuanyi_kind()")
    if cursor.fetchone()[0] != "guest":
        yield _("a reader can name himself another")
    cursor.execute("SELECT set_config(%s, '', true)", [row_security.SETTING])


def _sees(cursor: Any, table: str) -> bool:
    cursor.execute(f'SELECT EXISTS (SELECT FROM "{table}")')  # noqa: S608 - a table of ours
    return bool(cursor.fetchone()[0])


def _succeeds(cursor: Any, statement: str, *, counts: bool = True) -> bool:
    """Whether a statement goes through and touches a row; it is undone either way."""
    try:
        with transaction.atomic():
            cursor.execute(statement)
            touched = cursor.rowcount
            transaction.set_rollback(True)
    except (DatabaseError, psycopg.Error):
        return False
    return not counts or touched != 0
