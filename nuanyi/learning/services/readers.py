"""Single readers of the lesson of the day: asked for, shown to be their own address, stopped with one tap.

Whether an address is known already is never told. A reader who stops is deleted, address and all.
"""

from __future__ import annotations

import hmac
import secrets
from datetime import time, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy as _

from nuanyi.learning import rules
from nuanyi.learning.models import Channel, Reader
from nuanyi.learning.services import delivery
from nuanyi.lib import clock, limits, row_security
from nuanyi.lib.errors import BadInput, NotFound, Refusal
from nuanyi.lib.shape import Reason, shaped_otherwise
from nuanyi.notices import channels
from nuanyi.notices.channels import wechat
from nuanyi.people.models import keys

OF_A_NETWORK, TO_AN_ADDRESS = 30, 4
#: Its followers ask in the account itself.
WECHAT = wechat.CHANNEL.name


def address_in_form(way: str, text: str) -> str:
    """An address in the one form that is kept. Raises BadInput."""
    channel = channels.CHANNELS[way]
    try:
        return channel.in_form(text)
    except ValueError as exc:
        wrong = channel.field.wrong if channel.field else _("Choose from the list.")
        raise BadInput(fields={"to": wrong}) from exc


def _mark(way: str, address: str) -> bytes:
    return keys().digest("lesson-reader", f"{way}:{address}")


def with_address(way: str, address: str) -> QuerySet[Reader]:
    """The reader whom this address belongs to."""
    return Reader.objects.filter(way=way, digest_of_address=_mark(way, address))


def _code_mark(reader: Reader, code: str) -> bytes:
    return keys().digest("lesson-reader-code", f"{reader.key}:{code}")


def _row(way: str, address: str, key: UUID, hour: time) -> Reader:
    """The reader of an address, a new one where there is none; locked."""
    row_security.show(reader=str(key), reader_address=_mark(way, address).hex())
    known = Reader.objects.select_for_update().filter(way=way, digest_of_address=_mark(way, address)).first()
    if known is None:
        known = Reader(
            key=key,
            way=way,
            digest_of_address=_mark(way, address),
            stop_code=secrets.token_urlsafe(12),
            hour=hour,
            sealed_address=keys().seal("person", address, key.bytes),
        )
    return known


def _hour(hour: time) -> time:
    if rules.quiet_at(hour):
        raise BadInput(fields={"hour": _("By night nothing is sent. Choose an hour between 5:00 and 22:00.")})
    return hour


@shaped_otherwise(Reason.STRANGER)
@transaction.atomic
def ask(*, key: UUID, way: str, to: str, hour: time, network: str) -> Reader:
    """Ask for the lesson of the day. A browser's own address counts at once; for phone and e-mail a code is sent first.

    Raises BadInput, TooMuch, Refusal (the way is not set up here, the code did not go out).
    """
    limits.count("reader", network, at_most=OF_A_NETWORK, crowd=1)
    channel = channels.CHANNELS.get(way)
    if channel is None or not (channel.in_browser or channel.proves_by_code):
        raise BadInput(fields={"way": _("Choose from the list.")})
    if not delivery.ready(way):
        raise Refusal(_("This way is not set up here."), code="no-such-way")
    address = address_in_form(way, to)
    limits.count(f"reader:{_mark(way, address).hex()}", "", at_most=TO_AN_ADDRESS)
    reader = _row(way, address, key, _hour(hour))
    if channel.in_browser:
        reader.hour, reader.active = hour, True
        reader.save()
        return reader
    code = f"{secrets.randbelow(10**6):06d}"
    reader.code_digest, reader.code_at, reader.code_tries = _code_mark(reader, code), clock.now(), 0
    reader.save()
    delivery.send_code(way, address, code)
    return reader


@shaped_otherwise(Reason.STRANGER)
@transaction.atomic
def confirm(*, key: UUID, code: str, hour: time, network: str) -> Reader | None:
    """The code is right: lessons come from tomorrow on. None where it is not; after five wrong ones it is
    void. Raises TooMuch.
    """
    limits.count("reader-code", network, at_most=OF_A_NETWORK, crowd=1)
    row_security.show(reader=str(key))
    reader = Reader.objects.select_for_update().filter(key=key).first()
    if reader is None or reader.code_digest is None:
        return None
    old = reader.code_at < clock.now() - timedelta(minutes=rules.CODE_MINUTES)
    right = hmac.compare_digest(bytes(reader.code_digest), _code_mark(reader, "".join(code.split())))
    if old or reader.code_tries >= rules.CODE_TRIES or not right:
        reader.code_tries += 1
        reader.save(update_fields=["code_tries"])
        return None
    reader.hour, reader.active, reader.code_digest = _hour(hour), True, None
    reader.save()
    return reader


@shaped_otherwise(Reason.STRANGER)
@transaction.atomic
def follow(*, key: UUID, openid: str, hour: time = time(7, 0)) -> Reader:
    """A follower of the official account asked for it there; who he is, WeChat's signature says."""
    reader = _row(WECHAT, openid, key, hour)
    reader.active = True
    reader.save()
    return reader


@shaped_otherwise(Reason.STRANGER)
@transaction.atomic
def unfollow(openid: str) -> bool:
    """A follower stops; returns whether there was anything to stop."""
    row_security.show(reader_address=_mark(WECHAT, openid).hex())
    return _forget(Reader.objects.filter(way=WECHAT, digest_of_address=_mark(WECHAT, openid)))


def _forget(rows: QuerySet[Reader]) -> bool:
    """Delete the one reader who stops; the channel counts it without a name."""
    reader = rows.select_for_update().first()
    if reader is None:
        return False
    channel = channels.CHANNELS.get(reader.way)
    made = {"stops": 1, "a_minute": channel.a_minute if channel else 0}
    Channel.objects.update_or_create(
        name=reader.way, defaults={"stops": F("stops") + 1}, create_defaults=made
    )
    reader.delete()
    return True


def by_stop_code(code: str) -> Reader:
    """The reader whom a stop address belongs to. Raises NotFound."""
    row_security.show(reader_stop=code)
    found = Reader.objects.filter(stop_code=code).first()
    if found is None:
        raise NotFound()
    return found


@shaped_otherwise(Reason.STRANGER)
@transaction.atomic
def stop(code: str) -> None:
    """Delete a reader. Twice is once."""
    row_security.show(reader_stop=code)
    _forget(Reader.objects.filter(stop_code=code))


@shaped_otherwise(Reason.PROGRAM)
def forget_unconfirmed() -> int:
    """Delete addresses that nobody confirmed within a day."""
    return Reader.objects.filter(active=False, code_at__lt=clock.now() - timedelta(days=1)).delete()[0]
