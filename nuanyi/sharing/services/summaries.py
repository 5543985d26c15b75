"""Signing the summary of a month, and taking in those of districts."""

from __future__ import annotations

import os
from datetime import date

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from nuanyi.journal import services as journal
from nuanyi.lib import clock, sealed
from nuanyi.lib.actor import Actor
from nuanyi.lib.dates import day_words
from nuanyi.lib.errors import BadInput, Conflict, IllegalMove, NotFound, Words
from nuanyi.lib.periods import month_end
from nuanyi.places import queries as places
from nuanyi.sharing import events, queries, rules
from nuanyi.sharing.models import Received, SenderKey, SigningKey, Summary

#: What is wrong with a document, in words.
WRONG = {
    "too large": _("The file is larger than a summary can be."),
    "no JSON": _("This is no summary: the file cannot be read as JSON."),
    "format": _("This is no monthly summary, or one of a format that is not known here."),
    "district": _("The summary does not say whose it is: the code of a district has 6 digits."),
    "month": _("The summary does not say its month as 2022-06."),
    "revision": _("The summary does not say which revision it is."),
    "made_at": _("The summary does not say when it was made."),
    "counts": _("The counts of the summary are not whole numbers."),
    "workers": _("The summary does not say how many workers are on record."),
    "key": _("The summary does not name the key that signed it."),
}

#: Held while something is numbered or a key is chosen, until the transaction ends.
SHARING_LOCK = 77030


def one_at_a_time() -> None:
    """Wait until nobody else signs, receives or publishes: otherwise two take the same number, or a key that just ended."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [SHARING_LOCK])


def _key() -> SigningKey:
    found = queries.key_in_force()
    if found is not None:
        return found
    last = SigningKey.objects.order_by("-number").first()
    private = os.urandom(32)
    made = SigningKey(
        number=last.number + 1 if last else 1,
        public_key=rules.public_key(private),
        from_date=clock.today(),
    )
    sealed.put(made, "private_key", private)
    made.save()
    return made


@transaction.atomic
def change_key(*, actor: Actor) -> SigningKey:
    """Sign with a new key from now on; the city enters it, and refuses what the old one signs later. The old one is gone.

    Raises NotAllowed.
    """
    actor.require_everywhere("sharing.publish")
    one_at_a_time()
    SigningKey.objects.filter(until_date=None).update(until_date=clock.today(), private_key=None)
    made = _key()
    journal.record(actor, events.KEY_CHANGED, made, number=made.number)
    return made


@transaction.atomic
def sign_month(*, actor: Actor, month: date) -> Summary:
    """Sign what the district delivered in a month that is over; with numbers or a key that have changed since, another revision.

    The same numbers under the same key give the summary that is there. Raises NotAllowed, BadInput, IllegalMove.
    """
    actor.require_everywhere("sharing.publish")
    month = month.replace(day=1)
    if not rules.FIRST_MONTH <= month <= queries.month_before(clock.today()):
        raise IllegalMove(_("A month is handed up when it is over."))
    one_at_a_time()
    district = places.district()
    if district is None or len(district.code) != 6:
        raise BadInput(_("Only a district hands its months up."), code="no-district")
    key = _key()
    last = Summary.objects.filter(month=month).order_by("-revision").first()
    counts, workers = queries.counts_of(month), queries.workers_of(month)
    same = last is not None and (last.document["counts"], last.document["workers"]) == (counts, workers)
    if last is not None and same and last.document["key"] == key.public_key:
        return last
    revision = last.revision + 1 if last else 1
    document: dict[str, object] = {
        "format": rules.FORMAT,
        "district": {"code": district.code, "name": district.name},
        "month": f"{month:%Y-%m}",
        "revision": revision,
        "made_at": clock.now().astimezone(clock.CHINA).isoformat(timespec="seconds"),
        "workers": workers,
        "counts": counts,
    }
    private = sealed.open_bytes(key, "private_key")
    made = Summary.objects.create(month=month, revision=revision, document=rules.sign(document, private))
    journal.record(actor, events.SUMMARY_SIGNED, made, month=document["month"], revision=made.revision)
    return made


@transaction.atomic
def set_sender(
    *, actor: Actor, code: str, name: str, public_key: str, from_date: date | None = None
) -> SenderKey:
    """Enter the key with which a district signs from a day on; the one before ends the day before.

    Raises NotAllowed, BadInput.
    """
    actor.require("sharing.receive")
    code, public_key = code.strip(), public_key.strip().lower()
    day = from_date or clock.today()
    if not (code.isascii() and code.isdecimal() and len(code) == 6):
        raise BadInput(fields={"code": _("The code of a district has 6 digits.")})
    actor.require("sharing.receive", regions=(code,))
    if not name.strip():
        raise BadInput(fields={"name": _("Write the district's name.")})
    if not rules.HEX_KEY.fullmatch(public_key):
        raise BadInput(fields={"public_key": _("A key is 64 digits and letters from a to f.")})
    if SenderKey.objects.filter(public_key=public_key).exists():
        raise BadInput(fields={"public_key": _("This key is entered already.")})
    SenderKey.objects.filter(district_code=code, until_date=None).update(until_date=day - date.resolution)
    made = SenderKey.objects.create(
        district_code=code, name=name.strip()[:60], public_key=public_key, from_date=day
    )
    journal.record(actor, events.SENDER_SET, made, district=code)
    return made


def _refused(words: Words, code: str) -> BadInput:
    return BadInput(fields={"file": words}, code=code)


def _check_key(key: SenderKey, made: date, today: date) -> None:
    """The day in a document is its signer's word: once a key has ended, it signs nothing new, whatever day that says."""
    if key.until_date is not None and today > key.until_date:
        raise _refused(
            _("The key that signed it ended on %(day)s. Ask the district to sign the month anew.")
            % {"day": day_words(key.until_date)},
            "old-key",
        )
    if made < key.from_date:
        raise _refused(
            _(
                "It was signed on %(day)s with a key that was not in force then. Ask the district to sign it anew."
            )
            % {"day": day_words(made)},
            "old-key",
        )


def _check_revision(revision: int, newest: int, known: set[int]) -> None:
    if revision in known:
        raise Conflict(
            _(
                "Revision %(n)s of this month is here with other contents. Ask the district for a new revision."
            )
            % {"n": revision},
            code="same-month-twice",
        )
    if revision < newest:
        raise Conflict(
            _("Revision %(n)s of this month is here already; this is an older one.") % {"n": newest},
            code="older-revision",
        )
    if revision > newest + rules.MOST_AHEAD:
        raise _refused(
            _(
                "Revision %(n)s is far ahead: the last one here is %(last)s. Ask the district whether it is theirs."
            )
            % {"n": revision, "last": newest},
            "revision-ahead",
        )


@transaction.atomic
def receive(*, actor: Actor, raw: bytes) -> tuple[Received, bool]:
    """Check a district's summary and take it in; the same one again changes nothing (False).

    What came in before its key ended may come again; nothing new comes in under a key that has ended. Raises NotAllowed,
    BadInput (what is wrong with it), Conflict (another content under the same revision, or a newer one is here).
    """
    actor.require("sharing.receive")
    try:
        told = rules.read(raw)
    except rules.BadSummary as wrong:
        raise BadInput(fields={"file": WRONG[wrong.why]}, code="bad-summary") from wrong
    key = SenderKey.objects.filter(public_key=told.key).first()
    if key is None or key.district_code != told.code:
        raise _refused(
            _(
                "No key of this district is known that signed it. Ask for the district's key and enter it first."
            ),
            "unknown-key",
        )
    if not rules.signature_holds(told.document):
        raise _refused(
            _("The signature does not fit: the file was changed after it was signed."), "bad-signature"
        )
    one_at_a_time()
    month, today = date.fromisoformat(f"{told.month}-01"), clock.today()
    there = list(Received.objects.filter(district_code=told.code, month=month))
    known = [one for one in there if one.void_at is None]
    for one in known:
        if one.document == told.document:
            return one, False
    if any(one.document == told.document for one in there):
        raise _refused(
            _("This very summary was made void here. Ask the district for a new revision."), "void-summary"
        )
    _check_key(key, told.made_date, today)
    if month > queries.month_before(today):
        raise _refused(_("The summary is of a month that is not over."), "bad-month")
    if not month_end(month) < told.made_date <= today:
        raise _refused(
            _(
                "It says that it was made on %(day)s: a summary is made after its month's end and not after today."
            )
            % {"day": day_words(told.made_date)},
            "bad-day",
        )
    newest = max((one.revision for one in known), default=0)
    _check_revision(told.revision, newest, {one.revision for one in known})
    made = Received.objects.create(
        district_code=told.code,
        month=month,
        revision=told.revision,
        workers=told.workers,
        counts=told.counts,
        document=told.document,
    )
    journal.record(
        actor, events.SUMMARY_RECEIVED, made, district=told.code, month=told.month, revision=told.revision
    )
    return made, True


@transaction.atomic
def make_void(*, actor: Actor, pk: int, because: str) -> Received:
    """Take a received summary out of the count, with a reason; it stays to be seen. Raises NotAllowed, BadInput, NotFound."""
    actor.require("sharing.receive")
    because = because.strip()[:200]
    if not because:
        raise BadInput(fields={"because": _("Write why it shall not count.")})
    one_at_a_time()
    found = Received.objects.filter(pk=pk, void_at=None).first()
    if found is None:
        raise NotFound()
    actor.require_within("sharing.receive", regions=(found.district_code,))
    found.void_at, found.void_because = clock.now(), because
    found.save(update_fields=["void_at", "void_because"])
    journal.record(
        actor,
        events.SUMMARY_VOIDED,
        found,
        district=found.district_code,
        month=f"{found.month:%Y-%m}",
        revision=found.revision,
    )
    return found
