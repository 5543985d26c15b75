"""Progress told to whoever wants to hear of it, without an account: by Web Push, WeChat or SMS.

A room that has such things says ``happened`` in the transaction of the act. It names the thing by a keyed digest; nobody
who acts learns whether somebody listens. A job makes messages of it every five minutes, so that none carries the moment,
and not in the quiet hours. A message says nothing but that something moved: a lost phone tells nobody what.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterable
from datetime import datetime, time, timedelta
from uuid import uuid4

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from nuanyi.journal import services as journal
from nuanyi.lib import clock, limits, outgoing, row_security, sealed
from nuanyi.lib.actor import Actor
from nuanyi.lib.addresses import public_base
from nuanyi.lib.errors import BadInput, Refusal
from nuanyi.notices import events, rules, services
from nuanyi.notices.channels import sms, webpush, wechat
from nuanyi.notices.models import Happening, Watcher, Way
from nuanyi.people.models import keys

#: Attempts of one network in an hour; codes to one phone.
OF_A_NETWORK, TO_A_PHONE = 30, 5
CODE_MINUTES, CODE_TRIES, CODE_DAYS = 15, 5, 1
QUIET = (time(22, 0), time(7, 0))
BATCH = 200
#: Days after the end of what is watched.
KEPT_DAYS = 30


def mark_of(subject: str, number: str) -> bytes:
    """Which request or report, as a keyed digest."""
    return keys().digest("watched", f"{subject}:{number}")


def phone_mark(phone: str) -> bytes:
    """A phone as a keyed digest, by which its holder is told that it is kept."""
    return keys().digest("watch-phone", phone)


def of_phone(phone: str) -> QuerySet[Watcher]:
    """What is told to this phone."""
    return Watcher.objects.filter(digest_of_phone=phone_mark(phone))


def _code_mark(code: str) -> bytes:
    return keys().digest("watch-code", code)


def _hour() -> datetime:
    """The hour: the moment at which somebody asks to hear of a report is close to that at which he sent it."""
    return rules.dated(clock.now(), coarse=True)


def ready(way: str) -> bool:
    """Whether this installation can tell that way."""
    if way == Way.SMS:
        return sms.configured_for_progress()
    return wechat.configured() if way == Way.WECHAT else True


def ways_ready() -> list[str]:
    """The ways that are set up here."""
    return [way for way in Way.values if ready(way)]


def happened(subject: str, numbers: Iterable[str], *, over: bool = False, told: bool = True) -> None:
    """Something that its senders may want to hear of happened. Within the transaction of the act.

    ``over``: it has ended now; without it, it is open (again). Not ``told``: whoever listens did it himself, or nobody
    did anything.
    """
    marks = [mark_of(subject, number) for number in numbers]
    if not marks:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO notices_happening (mark, over, told) SELECT unnest(%s::bytea[]), %s, %s",
            [marks, over, told],
        )


# whoever wants to hear of it -------------------------------------------------------------------


def watching(subject: str, number: str) -> list[str]:
    """The ways by which the sender hears of it already. The caller has checked that he holds its link."""
    mark = mark_of(subject, number)
    row_security.show(watched=mark.hex())
    return list(Watcher.objects.filter(mark=mark, active=True).values_list("way", flat=True))


def watch(*, subject: str, number: str, link: str, way: str, to: str, network: str) -> tuple[Watcher, str]:
    """Tell me when it moves. The caller has checked that the asker holds the link.

    A browser's address counts at once; a phone gets a code first; for WeChat the answer holds what is to be written to
    the official account. Raises BadInput, TooMuch, Refusal (the way is not set up here).
    """
    if way not in Way.values:
        raise BadInput(fields={"way": _("Choose from the list.")})
    if not ready(way):
        raise Refusal(_("This way is not set up here."), code="no-such-way")
    # outside the transaction: what a refusal takes back must not take the count of the attempt with it
    limits.count("watch", network, at_most=OF_A_NETWORK, crowd=1)
    address = _address(way, to)
    if way == Way.SMS:
        # of the phone, whatever it is asked for: whoever holds many links rings no stranger's phone all day
        limits.count(f"watch:{phone_mark(address).hex()}", "", at_most=TO_A_PHONE)
    with transaction.atomic():
        return _begin(mark_of(subject, number), link, way, address)


def _row(mark: bytes, way: str) -> Watcher:
    """The one row of a thing and a way, locked; two who ask in the same moment get the same."""
    row_security.show(watched=mark.hex())
    first = Watcher(key=uuid4(), mark=mark, way=way, made_date=clock.today())
    Watcher.objects.bulk_create([first], ignore_conflicts=True)
    return Watcher.objects.select_for_update().get(mark=mark, way=way)


def _begin(mark: bytes, link: str, way: str, address: str) -> tuple[Watcher, str]:
    watcher, code = _row(mark, way), ""
    sealed.put(watcher, "sealed_link", link)
    if way == Way.WECHAT:
        # who writes it to the account is the follower, says WeChat's signature
        code = base64.b32encode(secrets.token_bytes(5)).decode()
    else:
        sealed.put(watcher, "sealed_address", address)
    if way == Way.SMS:
        watcher.digest_of_phone = phone_mark(address)
        code = f"{secrets.randbelow(10**6):06d}"
        services.send_code_later("sms", address, code)
    watcher.active = way == Way.WEBPUSH
    watcher.code_digest = _code_mark(code if way == Way.WECHAT else f"{watcher.key}:{code}") if code else None
    watcher.code_at, watcher.code_tries = clock.now() if code else _hour(), 0
    watcher.save()
    return watcher, code if way == Way.WECHAT else ""


def _address(way: str, to: str) -> str:
    if way == Way.WECHAT:
        return ""
    channel = sms.CHANNEL if way == Way.SMS else webpush.CHANNEL
    try:
        return channel.in_form(to.strip())
    except ValueError as exc:
        raise BadInput(fields={"to": channel.field.wrong}) from exc


@transaction.atomic
def confirm(*, subject: str, number: str, code: str, network: str) -> bool:
    """The code that came to the phone; after five wrong ones it is void. Raises TooMuch."""
    limits.count("watch-code", network, at_most=OF_A_NETWORK, crowd=1)
    mark = mark_of(subject, number)
    row_security.show(watched=mark.hex())
    watcher = Watcher.objects.select_for_update().filter(mark=mark, way=Way.SMS).first()
    if watcher is None or watcher.code_digest is None:
        return False
    old = watcher.code_at < clock.now() - timedelta(minutes=CODE_MINUTES)
    told = _code_mark(f"{watcher.key}:{''.join(code.split())}")
    if (
        old
        or watcher.code_tries >= CODE_TRIES
        or not secrets.compare_digest(told, bytes(watcher.code_digest))
    ):
        watcher.code_tries += 1
        watcher.save(update_fields=["code_tries"])
        return False
    watcher.active, watcher.code_digest, watcher.code_at = True, None, _hour()
    watcher.save()
    return True


@transaction.atomic
def follow(*, code: str, openid: str) -> bool:
    """A follower wrote the code of a page to the official account: he hears of what the page shows."""
    told = _code_mark(code.strip().upper())
    row_security.show(watch_code=told.hex())
    since = clock.now() - timedelta(days=CODE_DAYS)
    watcher = Watcher.objects.select_for_update().filter(code_digest=told, code_at__gte=since).first()
    if watcher is None or watcher.way != Way.WECHAT:
        return False
    row_security.show(watched=bytes(watcher.mark).hex())
    sealed.put(watcher, "sealed_address", openid)
    watcher.active, watcher.code_digest, watcher.code_at = True, None, _hour()
    watcher.save()
    return True


@transaction.atomic
def stop(*, subject: str, number: str) -> None:
    """Tell me no more: every address for it is deleted."""
    mark = mark_of(subject, number)
    row_security.show(watched=mark.hex())
    Watcher.objects.filter(mark=mark).delete()


def forget(subject: str, numbers: Iterable[str]) -> None:
    """What it is about is forgotten, and every address for it. Within the transaction of the act."""
    marks = [mark_of(subject, number) for number in numbers]
    if len(marks) == 1:
        # whoever holds the one link forgets it; of many the program does
        row_security.show(watched=marks[0].hex())
    Watcher.objects.filter(mark__in=marks).delete()


# telling ---------------------------------------------------------------------------------------


@transaction.atomic
def gather(*, actor: Actor) -> int:
    """Make what happened wait for whoever listens, and forget it; returns how many listen. Raises NotAllowed."""
    actor.require("notices.settings")
    came = list(Happening.objects.select_for_update(skip_locked=True).order_by("pk")[:5000])
    now = clock.now()
    marks = {bytes(one.mark) for one in came if one.told}
    number = Watcher.objects.filter(mark__in=marks, active=True).update(waiting=True, attempts=0, due_at=now)
    # the last that happened says whether it has ended: what is opened again is heard of as before
    over = {bytes(one.mark): one.over for one in came}
    ended = [mark for mark, is_over in over.items() if is_over]
    Watcher.objects.filter(mark__in=ended, ended_date=None).update(ended_date=clock.today())
    again = [mark for mark, is_over in over.items() if not is_over]
    Watcher.objects.filter(mark__in=again).exclude(ended_date=None).update(ended_date=None)
    Happening.objects.filter(pk__in=[one.pk for one in came]).delete()
    if number:
        journal.record(actor, events.PROGRESS_GATHERED, None, count=number)
    return number


def tell_progress(*, actor: Actor) -> int:
    """Gather what happened and tell whoever waits; no row is locked while another server is asked. Returns how many were told."""
    gather(actor=actor)
    if rules.not_before(clock.now(), *QUIET, urgent=False) > clock.now():
        return 0
    told = 0
    for _turn in range(BATCH):
        watcher = _take(actor)
        if watcher is None:
            break
        told += _tell(actor, watcher)
    return told


@transaction.atomic
def _take(actor: Actor) -> Watcher | None:
    """The next who waits, put off for as long as sending may take."""
    actor.require("notices.settings")
    due = Watcher.objects.select_for_update(skip_locked=True).filter(waiting=True, due_at__lte=clock.now())
    watcher = due.order_by("due_at").first()
    if watcher is not None:
        watcher.attempts += 1
        watcher.due_at = clock.now() + services.TAKEN_FOR + rules.wait_before(watcher.attempts)
        watcher.save(update_fields=["attempts", "due_at"])
    return watcher


def _tell(actor: Actor, watcher: Watcher) -> bool:
    address = sealed.open_text(watcher, "sealed_address")
    with translation.override("zh-hans"):
        title, text = gettext("Something new"), gettext("What you told us has moved. Look under “Me”.")
    base = public_base()
    try:
        if watcher.way == Way.WEBPUSH:
            # sealed for this browser alone: here the way back may stand in it
            webpush.send(webpush.read(address), title, text, sealed.open_text(watcher, "sealed_link"))
        elif watcher.way == Way.WECHAT:
            wechat.send(address, title, text, f"{base}/me/" if base else "")
        else:
            sms.send_progress(address, title)
    except outgoing.Gone:
        _gone(actor, watcher)
        return False
    except ConnectionError:
        if watcher.attempts >= rules.MAX_ATTEMPTS:
            _told(watcher)
        return False
    except ValueError:
        # refused, or not set up any more: nothing wrong with the address, and the next may arrive
        _told(watcher)
        return False
    _told(watcher)
    return True


@transaction.atomic
def _told(watcher: Watcher) -> None:
    Watcher.objects.filter(pk=watcher.pk).update(waiting=False)


@transaction.atomic
def _gone(actor: Actor, watcher: Watcher) -> None:
    """Whoever answers for the address says that it is gone: so it is here."""
    Watcher.objects.filter(pk=watcher.pk).delete()
    journal.record(actor, events.WATCHER_GONE, None, way=watcher.way)
