"""Row-level security: PostgreSQL itself knows who reads, and shows each reader only what is theirs.

Who reads is a context variable, set once a request, job or command. A hook tells it to the database before the first
statement of every transaction, for the length of that transaction: a statement outside one gets a transaction of its
own, so that a pooler which hands each transaction to another server connection changes nothing. What is told is signed
(HMAC-SHA-256) with a secret that the role of pages cannot read; the policies take values only out of a word whose
signature holds, so that whoever can run statements as that role still cannot name itself another.

A connection that was never told who reads is a guest's: it sees no row of any table with a policy.
"""

from __future__ import annotations

import hmac
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import psycopg
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection, transaction
from django.db.backends.signals import connection_created
from psycopg.pq import TransactionStatus

from nuanyi.lib.actor import Actor, Scope
from nuanyi.lib.seal import keys_at
from nuanyi.lib.source_line import source_line

#: What the secret is derived for, and the setting by which a transaction is told.
PURPOSE = "row-level security"
SETTING = "nuanyi.reader"
_ROLLED_BACK = "ROLLBACK TO"


@dataclass(frozen=True)
class RowPolicy:
    """Who sees the rows of a table, and who writes them. SQL over its columns; a reader's traits come from the functions of
    ``program.row_policies`` in scalar subqueries, which PostgreSQL evaluates once a statement.

    ``using``: which rows a reader sees. ``insert``, ``update``, ``delete``: which rows may be made, changed, removed; where they
    are empty whoever sees a row may change it, and rows may be made for others, as services decide. ``guarded``: columns
    that change only where ``guard`` holds, over ``OLD`` and ``NEW``.
    """

    model: str
    using: str
    insert: str = ""
    update: str = ""
    delete: str = ""
    guarded: tuple[str, ...] = ()
    guard: str = ""
    written_at: str = field(default_factory=source_line, compare=False, repr=False)


#: The condition of what the program alone does.
PROGRAM = "(SELECT nuanyi_kind()) = 'system'"
#: The condition of what is one account's own (``account_id``), and of nobody else but the program.
OWN = f"{PROGRAM} OR account_id = (SELECT nuanyi_account())"


def same(*columns: str) -> str:
    """The condition that a statement changes none of these columns: for guards."""
    new, old = (", ".join(f"{row}.{column}" for column in columns) for row in ("NEW", "OLD"))
    return f"({new}) IS NOT DISTINCT FROM ({old})"


def scoped(permission: str, *, region: str = "", unit: str = "") -> str:
    """The usual condition: everywhere, in the reader's regions (``region``: a column of codes) or of its units (``unit``)."""
    parts = [f"(SELECT nuanyi_reads_all('{permission}'))"]
    if region:
        parts.append(f"nuanyi_within({region}, (SELECT nuanyi_regions('{permission}')))")
    if unit:
        parts.append(f"{unit} = ANY ((SELECT nuanyi_units('{permission}'))::bigint[])")
    return " OR ".join(parts)


def follows(table: str, column: str, *, key: str = "id", alias: str = "f") -> str:
    """Whoever sees the row that this one hangs on sees it."""
    return f"EXISTS (SELECT FROM {table} {alias} WHERE {alias}.{key} = {column})"


@dataclass
class _Reading:
    """Who reads in this context, and what was shown to them beyond their roles: the key of a case, of a report."""

    actor: Actor
    shown: dict[str, str] = field(default_factory=dict)
    #: asked before anything is told: a request's actor is looked up when first asked for, which is a statement too
    guest: bool = False

    def is_nobody(self) -> bool:
        """Whether there is nothing to tell: a guest to whom nothing was shown."""
        return self.guest and not self.shown

    def traits(self) -> dict[str, Any]:
        """What policies may ask."""
        if self.is_nobody():
            return {}
        where = {
            permission: sorted(_words(scope) for scope in scopes)
            for permission, scopes in self.actor.permissions.items()
        }
        return {
            "kind": self.actor.kind,
            "account": self.actor.account_id,
            "person": str(self.actor.person_id or ""),
            "where": where,
            "shown": self.shown,
        }


def _words(scope: Scope) -> str:
    if scope.everywhere:
        return "*"
    return f"r{scope.region}" if scope.region else f"u{scope.unit}"


_reading: ContextVar[_Reading | None] = ContextVar("nuanyi_reading", default=None)
_everybody: list[_Reading] = []


def process_reads_as(actor: Actor | None) -> None:
    """Who reads in this process where nobody else was said: a command, the worker. None: a guest (the web)."""
    _everybody[:] = [] if actor is None else [_Reading(actor)]


def _now() -> _Reading | None:
    found = _reading.get()
    return found if found is not None else (_everybody[0] if _everybody else None)


@contextmanager
def reader(actor: Actor) -> Iterator[None]:
    """Within the block every transaction is told that ``actor`` reads; none is opened."""
    found = _Reading(actor, guest=actor.kind == "guest")
    before = _reading.set(found)
    try:
        yield
    finally:
        _reading.reset(before)


@contextmanager
def reading_as(actor: Actor) -> Iterator[None]:
    """One transaction in which the database shows what ``actor`` may see."""
    with reader(actor), transaction.atomic():
        yield


def show(**keys_held: str) -> None:
    """Let this reader see also what a secret key opens (``case=…``), until ``reader`` ends.

    Whoever holds the key of a case, a report or a shift may see it: the caller has checked that they do.
    """
    found = _now()
    if found is None:
        raise LookupError("nobody reads here: permission_required or reading_as comes first")
    if found.actor.kind != "system":
        found.shown = found.shown | keys_held


# telling it to the database -----------------------------------------------------------------


def signed(traits: dict[str, Any], secret: bytes) -> str:
    """What is told: the signature in hexadecimal, then the traits and the moment as JSON."""
    body = json.dumps(traits | {"at": time.time()}, ensure_ascii=True, separators=(",", ":"))
    return hmac.new(secret, body.encode(), "sha256").hexdigest() + body


def secret() -> bytes:
    """The secret that signs, worked out of the keys of this installation (``program.row_policies`` writes it down for the
    database where only its owner reads it)."""
    return keys_at(settings.NUANYI_KEYS_FILE).lasting_key(PURPOSE)


def word_for(actor: Actor) -> str:
    """What a connection of one's own is told (``set_config('nuanyi.reader', …)``) to read as ``actor``."""
    return signed(_Reading(actor).traits(), secret())


def tell() -> None:
    """Tell now: for whoever goes on with the driver's own connection, past the hook. Needs a transaction."""
    _tell(connection)


def _tell(to: Any) -> None:
    """Tell the present transaction of a connection who reads, unless it knows."""
    raw = to.connection
    found = _now()
    traits = {} if found is None else found.traits()
    status = raw.info.transaction_status
    if status == TransactionStatus.INERROR:
        return
    known = {} if status == TransactionStatus.IDLE else getattr(to, "nuanyi_told", None)
    if traits == known:
        to.nuanyi_told = traits
        return
    word = signed(traits, secret()) if traits else ""
    # bound by the server: the statement that others may see in pg_stat_activity does not hold the word
    with psycopg.Cursor(raw) as cursor:
        cursor.execute("SELECT set_config(%s, %s, true)", [SETTING, word], prepare=False)
    to.nuanyi_told = traits


def _before_a_statement(
    execute: Callable[..., Any], statement: Any, parameters: Any, many: bool, context: dict[str, Any]
) -> Any:
    """Django's hook around every statement (``execute_wrappers``)."""
    to = context["connection"]
    if not to.get_autocommit():
        _tell(to)
        try:
            return execute(statement, parameters, many, context)
        finally:
            if isinstance(statement, str) and statement.startswith(_ROLLED_BACK):
                to.nuanyi_told = None  # what was told since the savepoint is taken back with it
    found = _now()
    # where there is nothing to tell, a transaction would only cost its ends
    if found is None or found.is_nobody() or not isinstance(statement, str) or not _may_be_wrapped(statement):
        return execute(statement, parameters, many, context)
    return _in_a_transaction(to, lambda: execute(statement, parameters, many, context))


def _in_a_transaction(to: Any, execute: Callable[[], Any]) -> Any:
    """One statement in a transaction of its own that is told who reads."""
    to.set_autocommit(False)
    try:
        _tell(to)
        answer = execute()
        to.commit()
    except BaseException:
        with suppress(DatabaseError, InterfaceError):
            to.rollback()
            to.set_autocommit(True)
        raise
    to.set_autocommit(True)
    return answer


def _may_be_wrapped(statement: str) -> bool:
    """Whether a statement that stands alone reads or writes rows: others (VACUUM, LISTEN) may want no transaction."""
    return (
        statement.lstrip(" (\n")
        .upper()
        .startswith(("SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "DECLARE"))
    )


def _hook(sender: Any, connection: Any, **_more: Any) -> None:
    if connection.vendor == "postgresql" and _before_a_statement not in connection.execute_wrappers:
        # first: Django takes the last away where a block ends that was begun before the connection was opened
        connection.execute_wrappers.insert(0, _before_a_statement)
    connection.nuanyi_told = None


def hook_connections() -> None:
    """Tell every connection that Django opens from now on."""
    connection_created.connect(_hook, dispatch_uid="nuanyi-reader")
