"""The claims and answers of ``lib.once``, in one table. Keyed marks only: neither key nor address nor moment is kept."""

from __future__ import annotations

import json
import logging
import zlib
from datetime import timedelta

from django.db import DatabaseError, connection, transaction
from django.http import HttpResponse

from nuanyi.lib import clock, row_security, sealed
from nuanyi.lib.actor import GUEST
from nuanyi.lib.once import DAYS, Attempt, Claim
from nuanyi.people.models import ClientKey

log = logging.getLogger("nuanyi.people")

#: Answers beyond this many bytes are not kept; who repeats is led to the page that shows what is kept.
MAX_ANSWER = 256 << 10
#: Headers that belong to an answer; cookies and tokens belong to a request.
HEADERS = ("Location", "Content-Type", "Cache-Control", "HX-Redirect", "HX-Refresh", "HX-Trigger")

CLAIM = """
INSERT INTO people_clientkey (mark, body_digest, attempt, forget_date) VALUES (%s, %s, %s, %s)
ON CONFLICT (mark) DO NOTHING
"""

#: Asked before every keyed write, of which nearly all are new: what makes a model of the row would cost more than the question.
FIND = "SELECT body_digest, sealed_answer FROM people_clientkey WHERE mark = %s"

#: One statement, one transaction. It does not wait for the disk: an answer that a power cut takes away is worked out again
#: from the record.
SETTLE = """
WITH quick AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true))
UPDATE people_clientkey SET sealed_answer = %s FROM quick WHERE mark = %s AND attempt = %s
"""


class Table:
    """``lib.once.Book`` in the database."""

    def find(self, attempt: Attempt) -> Claim | None:
        """What is known of a key."""
        # by its mark alone, whoever asks: one statement and no transaction
        with row_security.reader(GUEST), connection.cursor() as cursor:
            cursor.execute(FIND, [attempt.mark])
            found = cursor.fetchone()
        if found is None:
            return None
        digest, answer = found
        row = ClientKey(
            mark=attempt.mark, sealed_answer=None if answer is None else sealed.SealedValue(answer)
        )
        return Claim(bytes(digest), answer is not None, _opened(row))

    def claim(self, attempt: Attempt) -> bool:
        """Claim the key in the open transaction; False where another request has it."""
        forget = clock.today() + timedelta(days=DAYS[attempt.carrier])
        with connection.cursor() as cursor:
            cursor.execute(CLAIM, [attempt.mark, attempt.digest, attempt.number, forget])
            taken = bool(cursor.rowcount)
        if not taken:
            return ClientKey.objects.filter(mark=attempt.mark, attempt=attempt.number).exists()
        transaction.on_commit(attempt.is_committed)
        return True

    def settle(self, attempt: Attempt, response: HttpResponse | None) -> None:
        """Keep the answer of a claimed key. What it answers is committed: where this fails, the answer still goes out."""
        row = ClientKey(mark=attempt.mark)
        sealed.put(row, "sealed_answer", _packed(response))
        try:
            with row_security.reader(GUEST), connection.cursor() as cursor:
                cursor.execute(SETTLE, [row.sealed_answer, attempt.mark, attempt.number])
        except DatabaseError as exc:
            log.warning("an answer could not be kept: %s", type(exc).__name__)

    def release(self, attempt: Attempt) -> None:
        """Give a key back: the request was refused after all."""
        ClientKey.objects.filter(mark=attempt.mark, attempt=attempt.number).delete()


#: Stands for an answer that there is none of, or that is too large to keep.
NONE = b"{}\n"


def _packed(response: HttpResponse | None) -> bytes:
    """Status, headers and body of an answer."""
    if response is None or len(response.content) > MAX_ANSWER:
        return NONE
    head = {name: response[name] for name in HEADERS if name in response}
    first = json.dumps({"status": response.status_code, "head": head}).encode()
    return first + b"\n" + zlib.compress(response.content)


def _opened(row: ClientKey) -> HttpResponse | None:
    kept = sealed.open_bytes(row, "sealed_answer")
    if kept in (b"", NONE):
        return None
    first, _newline, body = kept.partition(b"\n")
    told = json.loads(first)
    return HttpResponse(zlib.decompress(body), status=told["status"], headers=told["head"])


def forget() -> int:
    """Delete the keys whose time is over; how many."""
    return ClientKey.objects.filter(forget_date__lt=clock.today()).delete()[0]
