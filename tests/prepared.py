"""Rows that services made once in a process, put in again as they stood for every test that wants them.

Most tests begin with the same district and the same cast. To make them by the services takes half a second of
processor each time, which was half of what the tests of a room took.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

from nuanyi.lib import clock

#: The rows of a table as COPY writes them.
Rows = dict[str, list[bytes]]


@contextmanager
def _as_owner_without_triggers() -> Iterator[Any]:
    """A cursor that puts rows in as they are: what triggers add to them stands among them already."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('role')")
        role = cursor.fetchone()[0]
        cursor.execute("RESET ROLE; SET LOCAL session_replication_role = replica")
        yield cursor
        cursor.execute("SET LOCAL session_replication_role = origin")
        if role != "none":
            cursor.execute(f"SET ROLE {role}")


def _rows() -> Rows:
    found: Rows = {}
    with _as_owner_without_triggers() as cursor:
        cursor.execute(
            "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables"
            " WHERE schemaname IN ('public', 'nuanyi_private') ORDER BY 1"
        )
        for (table,) in cursor.fetchall():
            with cursor.copy(f"COPY {table} TO STDOUT") as lines:
                found[table] = b"".join(lines).splitlines(keepends=True)
    return found


def _where_it_stands() -> tuple[object, ...]:
    """What tells whether anything was written since: every service makes an entry."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT max(id) FROM journal_entry), (SELECT count(*) FROM places_region),"
            " (SELECT count(*) FROM units_unit), (SELECT count(*) FROM people_account)"
        )
        return tuple(cursor.fetchone())


class Prepared:
    """What ``make`` made from where nothing else stood; ``again()`` gives it as if it had been made in this test."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self.stands, self.day = _where_it_stands(), clock.today()
        before = _rows()
        self.made = make()
        #: Whole tables where rows were changed, else what was added.
        self.changed: Rows = {}
        self.added: Rows = {}
        for table, rows in _rows().items():
            was = set(before[table])
            if not was <= set(rows):
                self.changed[table] = rows
            elif len(rows) > len(was):
                self.added[table] = [row for row in rows if row not in was]

    def again(self) -> Any:
        """The same rows, and objects of them that a test may change; None where something else was written before, where
        the clock is held or the day is another, and outside of a transaction, in which alone triggers can be told to rest."""
        if clock.held() or clock.today() != self.day or not connection.in_atomic_block:
            return None
        if _where_it_stands() != self.stands:
            return None
        with _as_owner_without_triggers() as cursor:
            for table, rows in (self.changed | self.added).items():
                if table in self.changed:
                    cursor.execute(f"DELETE FROM {table}")
                with cursor.copy(f"COPY {table} FROM STDIN") as lines:
                    lines.write(b"".join(rows))
        return copy.deepcopy(self.made)
