"""Nothing twice: a write that carries a client's key is made once, and whoever sends it again gets the first answer.

A form carries a key that was made with the page (``once``) or by the phone (``key``); a script puts it into its JSON. The key
counts for one sender and one address. Before a view writes, the transaction in which it writes claims the key: of two at
once one waits for the other and then gets its answer. The answer is kept when the write is committed. The same key with
another body is refused in words, whatever the view.

This module knows no table: the room that keeps the claims (``people.client_keys``) says so by :func:`keep_in`.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from django.apps import apps
from django.db import IntegrityError, connection, models
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.utils.translation import gettext_lazy as _

from nuanyi.lib.actor import Actor
from nuanyi.lib.database_errors import broken_rule
from nuanyi.lib.digests import body_digest, sha256_hex
from nuanyi.lib.errors import Conflict
from nuanyi.lib.sent import wants_json

#: The fields that carry a key: one made by a phone, which the record itself keeps, and one made with the page.
PHONE, PAGE = "key", "once"
#: Days for which a repeat gets the first answer. A draft waits on a phone for as long as that; a page is sent again at once.
DAYS = {PHONE: 14, PAGE: 2}
#: Seconds for which a repeat waits for the answer of the one that is being made.
PATIENCE = 5.0
#: What changes with every sending and says nothing.
FORM_TOKEN = "csrfmiddlewaretoken"  # noqa: S105 - the name of a field
WRITES = re.compile(
    r"\s*(?:INSERT|UPDATE|DELETE|MERGE|WITH\b.*?\b(?:INSERT|UPDATE|DELETE)\b)|.*\bFOR (?:NO KEY )?UPDATE\b",
    re.IGNORECASE | re.DOTALL,
)


#: Unique indexes over a column of client's keys, as Django names them.
OF_A_KEY = re.compile(r"(?:^|_)key_(?:key|[0-9a-f]{8}_uniq)$")

#: What a key made before, of whatever table.
Row = TypeVar("Row", bound=models.Model)


class Repeated(Exception):
    """The key was claimed by another request meanwhile: what this one did is undone, the other's answer is the answer."""


@dataclass
class Attempt:
    """One sending of a keyed form. ``mark`` stands for sender, address and key, ``digest`` for the whole body."""

    mark: UUID
    digest: bytes
    carrier: str
    number: UUID = field(default_factory=uuid4)
    committed: bool = False
    #: The first sending was committed and its answer lost: the record's own key makes the view answer as it did first.
    again: bool = False

    def is_committed(self) -> None:
        """Called by the database when the claim is there for good."""
        self.committed = True

    @property
    def claimed(self) -> bool:
        """Whether the claim stands, for good or in the transaction that is open."""
        return self.committed or any(entry[1] == self.is_committed for entry in connection.run_on_commit)


@dataclass(frozen=True)
class Claim:
    """A key as the table knows it. ``answer`` is None until the first sending is answered, or where its answer was not kept."""

    digest: bytes
    settled: bool
    answer: HttpResponse | None


class Book(Protocol):
    """Where claims and answers are kept."""

    def find(self, attempt: Attempt) -> Claim | None:
        """What is known of a key."""

    def claim(self, attempt: Attempt) -> bool:
        """Claim the key in the open transaction; False where another request has it."""

    def settle(self, attempt: Attempt, response: HttpResponse | None) -> None:
        """Keep the answer of a claimed key; None where there is none to keep."""

    def release(self, attempt: Attempt) -> None:
        """Give a key back: the request was refused after all."""


_book: list[Book] = []


def keep_in(book: Book) -> None:
    """A room says where claims are kept (called once, when the program starts)."""
    _book[:] = [book]


def first_of(row: Row | None, **bound: object) -> Row | None:
    """What a key made before: it is the first answer where it stands for the same thing (``bound``: fields and values).

    The key of a claim counts for one address, that of a record everywhere: a form may hold several buttons. Raises
    Conflict where the key came with something else.
    """
    if row is not None and any(getattr(row, name) != value for name, value in bound.items()):
        raise _reused()
    return row


# the key of a request ------------------------------------------------------------------------


def _uuid(text: object) -> UUID | None:
    try:
        return UUID(str(text))
    except ValueError:
        return None


def _parts(request: HttpRequest) -> tuple[str, UUID, list[tuple[str, str]]] | None:
    """The field that carries the key, the key, and the body without it in parts; None where there is no key."""
    if request.content_type == "application/json":
        try:
            told = json.loads(request.body)
        except ValueError:
            return None
        key = _uuid(told.pop(PHONE, None)) if isinstance(told, dict) else None
        return (PHONE, key, [("", json.dumps(told, sort_keys=True))]) if key else None
    if request.content_type not in ("multipart/form-data", "application/x-www-form-urlencoded"):
        return None
    carrier = PHONE if (key := _uuid(request.POST.get(PHONE))) else PAGE
    key = key or _uuid(request.POST.get(PAGE))
    if key is None:
        return None
    left_out = (carrier, PAGE, FORM_TOKEN)
    parts = [
        (name, str(value))
        for name, values in request.POST.lists()
        if name not in left_out
        for value in values
    ]
    # the name of a file is left out: a phone that sends a photo again may call it otherwise
    for name, files in request.FILES.lists():
        for file in files:
            parts.append((name, sha256_hex(file.read())))
            file.seek(0)
    return carrier, key, parts


def attempt_of(request: HttpRequest, actor: Actor) -> Attempt | None:
    """The attempt that a request is; None where it carries no key."""
    found = _parts(request) if _book else None
    if found is None:
        return None
    carrier, key, parts = found
    sender = str(actor.account_id) if actor.kind == "account" else actor.kind
    mark = body_digest("client-key", repr((sender, request.path, key.hex)).encode())
    query = request.META.get("QUERY_STRING", "")
    return Attempt(UUID(bytes=mark), body_digest("client-body", repr((query, parts)).encode()), carrier)


# the one way through -------------------------------------------------------------------------


def once(request: HttpRequest, actor: Actor, run: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    """``run()``, once for each key of the sender; a repeat gets the first answer. Raises Conflict (another body)."""
    attempt = attempt_of(request, actor)
    if attempt is None:
        return run()
    book = _book[0]
    known = book.find(attempt)
    if known is not None and (first := _first_answer(request, attempt, known)) is not None:
        return first
    try:
        response = _run(attempt, run)
    except Repeated:
        known = book.find(attempt)
        first = _first_answer(request, attempt, known) if known is not None else None
        if first is not None:
            return first
        response = _run(attempt, run)  # the one that was quicker was refused or gave up
    if attempt.claimed:
        if response.status_code >= 400 or "Content-Disposition" in response:
            book.release(attempt)  # nothing was kept, or a file was made that can be made again
        else:
            book.settle(attempt, _kept(request, attempt, actor, response))
    return response


def _kept(
    request: HttpRequest, attempt: Attempt, actor: Actor, response: HttpResponseBase
) -> HttpResponse | None:
    """The answer that a repeat gets.

    A page that a view wants stored nowhere shows opened names, phones or one-time passwords. Kept here it would lie under
    another family of keys than the value itself, be in every backup, and come back without quota and journal. Whoever works
    here is led back to the page that the form stood on; where the form carries a record's own key, the page is made again,
    and what it opens counts again: the code of a caller is read aloud from the same record. A rider's phone gets its secret
    link and code again.
    """
    if response.status_code == 200 and "no-store" in response.get("Cache-Control", ""):
        if attempt.carrier == PAGE:
            return _back(request)
        if actor.kind == "account":
            return None
    return response if isinstance(response, HttpResponse) else None


def _run(attempt: Attempt, run: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    try:
        with _claiming(attempt):
            return run()
    except Exception as exc:
        if attempt.committed:  # it failed after it had written
            _book[0].settle(attempt, None)
        if isinstance(exc, IntegrityError) and _names_a_key(exc):
            raise _reused() from exc
        raise


def _reused() -> Conflict:
    return Conflict(
        _("This was already sent with other words or pictures, and the first is kept. Open the page again."),
        code="key-reused",
    )


def _names_a_key(exc: IntegrityError) -> bool:
    """Whether a record with this client's key is there already, of another thing than the one that the service looked at."""
    rule = broken_rule(exc)
    if not rule.endswith("_pkey"):
        return bool(OF_A_KEY.search(rule))
    table = rule.removesuffix("_pkey")
    return any(
        isinstance(model._meta.pk, models.UUIDField)
        for model in apps.get_models()
        if model._meta.db_table == table
    )


def _first_answer(request: HttpRequest, attempt: Attempt, known: Claim) -> HttpResponseBase | None:
    """The first answer of a key that is known; None where the view has to be asked again."""
    patience = time.monotonic() + PATIENCE
    claim: Claim | None = known
    while claim is not None:
        if claim.digest != attempt.digest:
            raise _reused()
        if claim.answer is not None:
            return claim.answer
        if claim.settled or time.monotonic() > patience:
            return _unanswered(request, attempt)
        time.sleep(0.05)
        claim = _book[0].find(attempt)
    return None


def _unanswered(request: HttpRequest, attempt: Attempt) -> HttpResponseBase | None:
    """The write was committed and the program killed before it answered.

    A record that keeps the phone's key answers as it did first. For any other the page that the form stood on shows
    what is kept.
    """
    if attempt.carrier == PHONE:
        attempt.again = True
        return None
    return _back(request)


def _back(request: HttpRequest) -> HttpResponse:
    """That it is kept: the page that the form stood on, or a word to a script."""
    if wants_json(request):
        return JsonResponse({"state": "kept"})
    came_from = urlsplit(request.headers.get("Referer", ""))
    return HttpResponseRedirect(came_from.path if came_from.netloc == request.get_host() else "/")


def in_a_transaction() -> bool:
    """Whether a transaction is open; the one that a test is wrapped in belongs to the test."""
    return any(not getattr(block, "_from_testcase", False) for block in connection.atomic_blocks)


@contextmanager
def _claiming(attempt: Attempt) -> Iterator[None]:
    """Claim the key before the first write of each transaction. Raises Repeated where another request has it."""
    busy = False

    def before(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        nonlocal busy
        if not busy and in_a_transaction() and not attempt.claimed and WRITES.match(str(sql)):
            busy = True
            try:
                taken = _book[0].claim(attempt)
            finally:
                busy = False
            if not taken and not attempt.again:
                raise Repeated()
        return execute(sql, params, many, context)

    with connection.execute_wrapper(before):
        yield
