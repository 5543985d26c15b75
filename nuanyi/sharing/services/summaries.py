"""Signing the summary of a month, and taking in those of districts."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nuanyi.journal import services as journal
from nuanyi.lib import clock
from nuanyi.lib.actor import Actor
from nuanyi.lib.errors import BadInput, Conflict, IllegalMove
from nuanyi.lib.seal import keys_at
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


def _private(number: int) -> bytes:
    return keys_at(settings.NUANYI_KEYS_FILE).lasting_key(f"monthly summary {number}")


def _key() -> SigningKey:
    found = queries.key_in_force()
    if found is not None:
        return found
    last = SigningKey.objects.order_by("-number").first()
    number = last.number + 1 if last else 1
    return SigningKey.objects.create(
        number=number, public_key=rules.public_key(_private(number)), from_date=clock.today()
    )


@transaction.atomic
def change_key(*, actor: Actor) -> SigningKey:
    """Sign with a new key from now on; the city enters it, and refuses what the old one signs later. Raises NotAllowed."""
    actor.require("sharing.publish")
    SigningKey.objects.filter(until_date=None).update(until_date=clock.today())
    made = _key()
    journal.record(actor, events.KEY_CHANGED, made, number=made.number)
    return made


@transaction.atomic
def sign_month(*, actor: Actor, month: date) -> Summary:
    """Sign what the district delivered in a month that is over; with numbers that have changed since, another revision.

    The same numbers give the summary that is there. Raises NotAllowed, BadInput, IllegalMove.
    """
    actor.require("sharing.publish")
    month = month.replace(day=1)
    if month > queries.month_before(clock.today()):
        raise IllegalMove(_("A month is handed up when it is over."))
    district = places.district()
    if district is None or len(district.code) != 6:
        raise BadInput(_("Only a district hands its months up."), code="no-district")
    key = _key()
    key = SigningKey.objects.select_for_update().get(pk=key.pk)
    last = Summary.objects.filter(month=month).order_by("-revision").first()
    counts, workers = queries.counts_of(month), queries.workers_of(month)
    if last is not None and (last.document["counts"], last.document["workers"]) == (counts, workers):
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
    made = Summary.objects.create(
        month=month, revision=revision, document=rules.sign(document, _private(key.number))
    )
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
    if not (code.isdecimal() and len(code) == 6):
        raise BadInput(fields={"code": _("The code of a district has 6 digits.")})
    if not name.strip():
        raise BadInput(fields={"name": _("Write the district's name.")})
    if not rules.HEX_KEY.fullmatch(public_key):
        raise BadInput(fields={"public_key": _("A key is 64 digits and letters from a to f.")})
    if SenderKey.objects.filter(public_key=public_key).exists():
        raise BadInput(fields={"public_key": _("This key is entered already.")})
    SenderKey.objects.filter(district_code=code, until_date=None).update(until_date=day)
    made = SenderKey.objects.create(
        district_code=code, name=name.strip()[:60], public_key=public_key, from_date=day
    )
    journal.record(actor, events.SENDER_SET, made, district=code)
    return made


@transaction.atomic
def receive(*, actor: Actor, raw: bytes) -> tuple[Received, bool]:
    """Check a district's summary and take it in; the same one again changes nothing (False).

    Raises NotAllowed, BadInput (what is wrong with it), Conflict (another content under the same revision, or a newer
    one is here).
    """
    actor.require("sharing.receive")
    try:
        told = rules.read(raw)
    except rules.BadSummary as wrong:
        raise BadInput(fields={"file": WRONG[wrong.why]}, code="bad-summary") from wrong
    key = SenderKey.objects.filter(public_key=told.key).first()
    if key is None or key.district_code != told.code:
        raise BadInput(
            fields={
                "file": _(
                    "No key of this district is known that signed it. Ask for the district's key and enter it first."
                )
            },
            code="unknown-key",
        )
    if not rules.signature_holds(told.document):
        raise BadInput(
            fields={"file": _("The signature does not fit: the file was changed after it was signed.")},
            code="bad-signature",
        )
    if told.made_date < key.from_date or (key.until_date is not None and told.made_date > key.until_date):
        raise BadInput(
            fields={
                "file": _(
                    "It was signed on %(day)s with a key that was not in force then. Ask the district to sign it anew."
                )
                % {"day": told.made_date.isoformat()}
            },
            code="old-key",
        )
    month = date.fromisoformat(f"{told.month}-01")
    if month > queries.month_before(clock.today()):
        raise BadInput(fields={"file": _("The summary is of a month that is not over.")}, code="bad-month")
    known = list(Received.objects.select_for_update().filter(district_code=told.code, month=month))
    for one in known:
        if one.revision == told.revision:
            if one.document == told.document:
                return one, False
            raise Conflict(
                _(
                    "Revision %(n)s of this month is here with other contents. Ask the district for a new revision."
                )
                % {"n": told.revision},
                code="same-month-twice",
            )
    newest = max((one.revision for one in known), default=0)
    if newest > told.revision:
        raise Conflict(
            _("Revision %(n)s of this month is here already; this is an older one.") % {"n": newest},
            code="older-revision",
        )
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
