"""Locks that are held for longer than a transaction of the work they guard.

A lock of a session is lost behind a pooler that hands each transaction to another connection of the server. What is held here
is a transaction of its own, open for as long: a pooler keeps a connection of the server for it. It sees and changes nothing,
so nothing waits for it but whoever wants the same lock, and it ends with the process, however that ends.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.db import DatabaseError, InterfaceError, connection

#: The class of all these locks; whoever waits for transactions that are open leaves those out.
HELD_LOCKS = 77_022


def number_of(what: str) -> int:
    """The lock's number within the class, 31 bits. Two names in two thousand million share one, and then wait for each other."""
    return zlib.crc32(what.encode()) & 0x7FFF_FFFF


@contextmanager
def held(what: str) -> Iterator[bool]:
    """Hold the one right to do ``what`` for the length of the block; False where another has it."""
    apart = connection.copy()
    try:
        apart.set_autocommit(False)
        with apart.cursor() as cursor:
            # the server's own limit would end a transaction that waits without a word
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [HELD_LOCKS, number_of(what)])
            got = bool(cursor.fetchone()[0])
        yield got
    finally:
        with suppress(DatabaseError, InterfaceError):
            apart.rollback()
        apart.close()
