"""Reading and verifying the journal."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Model, QuerySet
from django.utils.translation import gettext, gettext_noop

from nuanyi.journal import heads, keys, rules
from nuanyi.journal.models import Entry
from nuanyi.lib import row_security
from nuanyi.lib.actor import Actor


@dataclass(frozen=True)
class Break:
    """A place where the chain does not hold."""

    partition: int
    seq: int
    what: str

    @property
    def words(self) -> str:
        """What is wrong there, in the reader's language."""
        return gettext(self.what)


MISSING = gettext_noop("an entry is missing")
UNKEYED = gettext_noop("was written without the key")
FOLLOWS_NOT = gettext_noop("does not follow the entry before")
CHANGED = gettext_noop("was changed")
ANOTHER = gettext_noop("is not the entry that was here before")
CUT_OFF = gettext_noop("the end was cut off")
HEADS_CHANGED = gettext_noop("a line of the file of heads was changed")
HEADS_GONE = gettext_noop("the file of heads is gone: a cut-off end would not be noticed")


@dataclass(frozen=True)
class Verdict:
    """What a verification found; ``heads`` are ``partition: (seq, hex digest)``."""

    entries: int
    breaks: list[Break]
    heads: heads.Heads


def values_opened_since(*, actor_id: int | None, since: datetime) -> int:
    """How many personal values an account saw in clear since a moment, by whatever page of whatever room."""
    kinds = [kind.name for kind in rules.kinds().values() if kind.opens]
    rows = Entry.objects.filter(kind__in=kinds, actor_id=actor_id, at__gte=since)
    return sum(detail.get("values", 1) for detail in rows.values_list("detail", flat=True))


def count_since(kind: str, *, actor_id: int | None, since: datetime) -> int:
    """How often an account did something since a moment."""
    return Entry.objects.filter(kind=kind, actor_id=actor_id, at__gte=since).count()


#: In an address: every kind by which somebody sees personal values in clear.
OPENED = "opened"


def opened(actor: Actor, since: datetime | None = None) -> QuerySet[Entry]:
    """The entries of personal values that somebody saw in clear."""
    kinds = [kind.name for kind in rules.kinds().values() if kind.opens]
    rows = Entry.objects.visible_to(actor).filter(kind__in=kinds)
    return rows if since is None else rows.filter(at__gte=since)


def last_of(actor: Actor, kind: str) -> datetime | None:
    """When something of this kind was last done."""
    rows = Entry.objects.visible_to(actor).filter(kind=kind).order_by("-at")
    return rows.values_list("at", flat=True).first()


def acts_on(subject: Model, kinds: Collection[str]) -> list[Entry]:
    """What was done with one row, of these kinds, the first first: for a room to show the way of its own record.

    Whoever asks has made sure that its reader may see the row.
    """
    label = subject._meta.label_lower
    row_security.show(acts=f"{label}:{subject.pk}")
    rows = Entry.objects.filter(subject_type=label, subject_id=str(subject.pk))
    return list(rows.filter(kind__in=kinds).order_by("at", "partition", "seq"))


def last_hand(subject: Model, kind: str) -> tuple[str, datetime | None]:
    """Who did something of this kind with one row last, and when; ("", None) where nobody did. As :func:`acts_on`."""
    acts = acts_on(subject, (kind,))
    return (acts[-1].actor_label, acts[-1].at) if acts else ("", None)


def check_chain(home: Path | None = None) -> Verdict:
    """Verify against the heads that were written down outside the database; where all is well they are written anew."""
    home = home or settings.NUANYI_HOME
    verdict = verify(heads.known(home))
    if not verdict.breaks:
        heads.write_heads(home)
    return verdict


def verify(known: heads.Known | None = None) -> Verdict:
    """Recompute every digest, partition by partition, and compare with heads written outside the database earlier."""
    known, breaks, ends, count = known or heads.Known(), [], {}, 0
    partition, seq, previous, key = -1, 0, rules.GENESIS, keys.of_the_chain()
    any_keyed = False
    if known.damaged:
        breaks.append(Break(-1, 0, HEADS_CHANGED))
    with row_security.reader(heads.CHECKS):
        for row in _rows():
            count += 1
            if row[0] != partition:
                partition, seq, previous = row[0], 0, rules.GENESIS
            if row[1] != seq + 1:
                breaks.append(Break(partition, seq + 1, MISSING))
            keyed, stored_previous, stored = row[-1], bytes(row[-3]), bytes(row[-2])
            any_keyed = any_keyed or keyed
            if not keyed and row[1] > known.unkeyed.get(partition, (0, ""))[0]:
                breaks.append(Break(partition, row[1], UNKEYED))
            computed = rules.digest(
                stored_previous, [str(value) for value in row[:-3]], key if keyed else None
            )
            if stored_previous != previous:
                breaks.append(Break(partition, row[1], FOLLOWS_NOT))
            if computed != stored:
                breaks.append(Break(partition, row[1], CHANGED))
            for written_down in (known.heads, known.unkeyed):
                head = written_down.get(partition)
                if head is not None and head[0] == row[1] and head[1] != stored.hex():
                    breaks.append(Break(partition, row[1], ANOTHER))
            seq, previous = row[1], stored
            ends[partition] = (seq, stored.hex())
    for number, (last, _digest) in known.heads.items():
        if ends.get(number, (0, ""))[0] < last:
            breaks.append(Break(number, last, CUT_OFF))
    if known.gone and any_keyed:
        breaks.append(Break(-1, 0, HEADS_GONE))
    return Verdict(count, breaks, ends)


def _rows() -> Iterator[tuple[Any, ...]]:
    """Every entry's fields as the texts that its digest was made of, through a server-side cursor."""
    connection.ensure_connection()
    with transaction.atomic(), connection.connection.cursor(name="journal_verify") as cursor:
        row_security.tell()
        cursor.itersize = 5000
        cursor.execute(
            "SELECT partition, seq, journal_time(at), actor_kind, coalesce(actor_id::text, ''), actor_label, kind,"
            " subject_type, subject_id, detail::text, previous, hash, keyed FROM journal_entry ORDER BY partition, seq"
        )
        yield from cursor
