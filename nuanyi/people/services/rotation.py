"""Everything that is sealed, sealed again under new keys."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from nuanyi.journal import services as journal
from nuanyi.lib import sealed
from nuanyi.lib.actor import Actor
from nuanyi.lib.errors import Conflict
from nuanyi.lib.held_locks import HELD_LOCKS, held
from nuanyi.lib.seal import FAMILIES, add_key, drop_keys_before
from nuanyi.people import events

ROTATION = "rotation of keys"
#: How long a rotation waits, in seconds, for transactions that may have sealed under the key before.
WAIT_FOR_OLDER = 120
#: The transactions of this database that are open now, but one's own and those that only hold a lock.
OPEN_TRANSACTIONS = f"""
SELECT l.virtualtransaction FROM pg_locks l JOIN pg_stat_activity a USING (pid)
 WHERE l.locktype = 'virtualxid' AND a.datname = current_database() AND l.pid <> pg_backend_pid()
   AND NOT EXISTS (SELECT FROM pg_locks h WHERE h.pid = l.pid AND h.locktype = 'advisory' AND h.classid = {HELD_LOCKS})
"""  # noqa: S608 - a number of ours


def rotate_keys(*, actor: Actor, drop_old: bool = False) -> dict[str, Any]:
    """Seal everything again under new keys, in every table and file of the registry (``lib.sealed``).

    A rotation that was killed goes on where it stood, without another key. With ``drop_old`` the old keys are
    destroyed, but not while one value is under them. Returns ``{family: {"key", "values": {where: count}}}``.
    Raises NotAllowed, Conflict (another rotation runs, values are left), CannotOpen.
    """
    actor.require("people.rotate_keys")
    path = Path(settings.NUANYI_KEYS_FILE)
    report: dict[str, Any] = {}
    with _sole_rotation():
        for family in FAMILIES:
            if not sealed.under_old_keys(family):
                add_key(path, family)
            done = sealed.reseal(family)
            if drop_old:
                _wait_for_older_transactions()
                for where, count in sealed.reseal(family).items():
                    done[where] = done.get(where, 0) + count
            newest = sealed.keys().rings[family].newest
            with transaction.atomic():
                journal.record(
                    actor, events.KEYS_ROTATED, family=family, key=newest, values=sum(done.values())
                )
            report[family] = {"key": newest, "values": done}
        if drop_old:
            left = {where: n for family in FAMILIES for where, n in sealed.under_old_keys(family).items()}
            if left:
                told = ", ".join(f"{where} {count}" for where, count in left.items())
                raise Conflict(
                    _("The old keys stay: values are still under them (%(where)s). Run it again.")
                    % {"where": told},
                    code="values-left",
                )
            for family in FAMILIES:
                drop_keys_before(path, family, report[family]["key"])
    return report


@contextmanager
def _sole_rotation() -> Iterator[None]:
    """Hold the one right to rotate; it ends with the process, however it ends. Raises Conflict."""
    with held(ROTATION) as mine:
        if not mine:
            raise Conflict(_("Another rotation of keys is running."), code="rotation-running")
        yield


def _wait_for_older_transactions() -> None:
    """Wait until nobody runs who may have sealed before the new key was there. Raises Conflict after two minutes.

    Waits for virtual transactions: one that has sealed and not yet written has no other number.
    """
    with connection.cursor() as cursor:
        cursor.execute(OPEN_TRANSACTIONS)
        older = set(cursor.fetchall())
        for _turn in range(WAIT_FOR_OLDER * 5):
            cursor.execute(OPEN_TRANSACTIONS)
            older &= set(cursor.fetchall())
            if not older:
                return
            time.sleep(0.2)
    raise Conflict(
        _("A long transaction is still running; the old keys stay. Run it again later."), code="busy"
    )
