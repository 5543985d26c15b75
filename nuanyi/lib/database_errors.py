"""What went wrong with the database, told apart by SQLSTATE: away, or its disk is full. And a log that does not flood."""

from __future__ import annotations

import errno
import logging
import time

import psycopg
from django.db import Error, InterfaceError, OperationalError
from django.utils.translation import gettext_lazy as _

from nuanyi.lib.errors import Refusal

LOG_EVERY = 10.0
#: Class 08: connection exceptions; class 57P: the server was told to end, crashed, or is starting.
AWAY = ("08", "57P")
DISK_FULL = "53100"


class Unavailable(Refusal):
    """The database does not answer just now."""

    code = "unavailable"
    status = 503
    message = _("Our database does not answer just now. What was confirmed is kept; try again in a moment.")


class NoRoom(Refusal):
    """The disk is full: nothing can be written, reading goes on."""

    code = "no-room"
    status = 507
    message = _("There is no room left to keep this. Nothing was kept; those who run this have to make room.")


def refusal_for(exc: BaseException | None) -> Refusal | None:
    """The refusal in words for an exception of the database or the disk; None for any other."""
    seen: BaseException | None = exc
    while seen is not None:
        if isinstance(seen, OSError) and seen.errno in (errno.ENOSPC, errno.EDQUOT):
            return NoRoom()
        if isinstance(seen, psycopg.Error | Error):
            state = getattr(seen, "sqlstate", None)
            if state == DISK_FULL:
                return NoRoom()
            if state is not None and state.startswith(AWAY):
                return Unavailable()
            lost = psycopg.OperationalError | psycopg.InterfaceError | OperationalError | InterfaceError
            if state is None and isinstance(seen, lost) and seen.__cause__ is None:
                return Unavailable()
        seen = seen.__cause__
    return None


def broken_rule(exc: BaseException) -> str:
    """The name of the constraint or unique index that a write broke, "" where the database names none."""
    cause = exc.__cause__ if isinstance(exc, Error) else exc
    return (cause.diag.constraint_name or "") if isinstance(cause, psycopg.Error) else ""


class QuietFilter(logging.Filter):
    """One line without traceback, at most every ten seconds, for what is wrong with the database or the disk."""

    def __init__(self) -> None:
        super().__init__()
        self.next_at: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Shorten or drop the record."""
        exc = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
        refusal = refusal_for(exc)
        if refusal is None:
            return True
        now = time.monotonic()
        if now < self.next_at.get(refusal.code, 0.0):
            return False
        self.next_at[refusal.code] = now + LOG_EVERY
        first = str(exc).strip().partition("\n")[0]
        record.msg, record.args = f"{refusal.code}: {first}", ()
        record.exc_info = record.exc_text = None
        record.levelno, record.levelname = logging.WARNING, "WARNING"
        return True
