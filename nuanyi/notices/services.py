"""Queueing notices in the transaction of an act, and sending what is due."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import time, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import translation
from procrastinate.contrib.django import app

from nuanyi.journal import services as journal
from nuanyi.lib import clock
from nuanyi.lib.actor import Actor, system
from nuanyi.lib.errors import NotAllowed
from nuanyi.lib.shape import Reason, shaped_otherwise
from nuanyi.notices import events, rules
from nuanyi.notices.channels import CHANNELS
from nuanyi.notices.models import Call, Notice, Preference, State
from nuanyi.people.models import Account, RoleGrant, keys

BATCH = 100


@shaped_otherwise(Reason.PART)
def queue(account: Account, kind: str, *, once: str, address: str = "", **facts: Any) -> None:
    """Put a notice into the outbox. The same ``once`` never makes a second. Raises KeyError for an unknown kind."""
    queue_all(Account.objects.filter(pk=account.pk), kind, once=once, address=address, **facts)


@shaped_otherwise(Reason.PART)
def queue_all(accounts: QuerySet[Account], kind: str, *, once: str, address: str = "", **facts: Any) -> int:
    """Tell several accounts the same, each as it wishes to be told, in two statements; returns how many accounts."""
    declared, now, rows = rules.kind(kind), clock.now(), list(accounts.select_related("preference"))
    made = []
    for account in rows:
        wish = getattr(account, "preference", None) or Preference(account=account)
        due = rules.not_before(
            now, wish.quiet_from, wish.quiet_until, urgent=declared.urgent or wish.channel == "console"
        )
        made.append(
            Notice(
                once=f"{account.pk}:{once}",
                account=account,
                kind=kind,
                facts=facts,
                address=address,
                due_at=rules.dated(due, coarse=declared.coarse),
                queued_at=rules.dated(now, coarse=declared.coarse),
                **({"id": uuid4()} if declared.coarse else {}),  # an ordinary number tells its millisecond
                channel=wish.channel,
                state=State.QUEUED if wish.wanted else State.DECLINED,
            )
        )
    Notice.objects.bulk_create(made, ignore_conflicts=True)
    return len(rows)


@shaped_otherwise(Reason.PART)
def queue_to_role(role: str, kind: str, *, once: str, region_code: str = "", **facts: Any) -> int:
    """Tell everybody who has a role; returns how many.

    ``region_code``: where what is told lies. Those who have the role for that place are told; where nobody has, those who have
    it everywhere. In a city another district's are not.
    """
    grants = RoleGrant.objects.filter(role=role, account__is_active=True)
    if region_code:
        here = [region_code[:length] for length in range(1, len(region_code) + 1)]
        own = grants.filter(region_code__in=here)
        grants = own if own.exists() else grants.filter(region_code="")
    accounts = Account.objects.filter(is_active=True, pk__in=grants.values("account"))
    return queue_all(accounts, kind, once=once, **facts)


@shaped_otherwise(Reason.PART)
def call(
    unit_id: int,
    roles: Sequence[str],
    kind: str,
    *,
    once: str,
    address: str = "",
    account_id: int | None = None,
    **facts: Any,
) -> None:
    """Leave word for whoever has one of the roles at a unit (or for one account of it), in one statement.

    Who that is, is looked up when the outbox is next emptied, some seconds later: whoever writes does not wait for
    thirty colleagues to be told. Raises KeyError for an unknown kind.
    """
    made_at = rules.dated(clock.now(), coarse=rules.kind(kind).coarse)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO notices_call (unit_id, roles, account_id, kind, facts, address, once, made_at)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
            [
                unit_id,
                json.dumps(list(roles)),
                account_id,
                kind,
                json.dumps(facts, default=str),
                address,
                once,
                made_at,
            ],
        )


@shaped_otherwise(Reason.PROGRAM)
def spread_calls() -> int:
    """Make the calls that were left into notices; returns how many calls. Twice the same ``once`` is told once."""
    spread = 0
    for _turn in range(BATCH):
        with transaction.atomic():
            left = Call.objects.select_for_update(skip_locked=True).order_by("pk").first()
            if left is None:
                return spread
            to = Account.objects.filter(is_active=True, unit=left.unit_id)
            holders = RoleGrant.objects.filter(role__in=left.roles).values("account")
            to = to.filter(pk__in=[left.account_id] if left.account_id is not None else holders)
            queue_all(to, left.kind, once=left.once, address=left.address, **left.facts)
            left.delete()
            spread += 1
    return spread


def words_of(notice: Notice) -> tuple[str, str]:
    """Subject and body in the present language."""
    kind = rules.kind(notice.kind)
    return str(kind.subject) % notice.facts, str(kind.body) % notice.facts


#: A notice that is being sent is taken for so long; whoever was killed over it leaves it to the next after that.
TAKEN_FOR = timedelta(minutes=10)


@shaped_otherwise(Reason.PROGRAM)
def send_due() -> int:
    """Send what is due. No row is locked while another server is asked; being killed repeats at most the one under way."""
    spread_calls()
    sent = 0
    for _turn in range(BATCH):
        notice = _take()
        if notice is None:
            return sent
        sent += _send(notice)
    return sent


@transaction.atomic
def _take() -> Notice | None:
    """The next notice that is due, put off for as long as sending may take."""
    due = Notice.objects.select_for_update(skip_locked=True, of=("self",)).select_related("account")
    notice = due.filter(state=State.QUEUED, due_at__lte=clock.now()).order_by("due_at").first()
    if notice is not None:
        hour = timedelta(hours=1) if (coarse := rules.kind(notice.kind).coarse) else timedelta(0)
        notice.due_at = rules.dated(clock.now() + TAKEN_FOR + hour, coarse=coarse)
        notice.attempts += 1
        notice.save(update_fields=["due_at", "attempts"])
    return notice


def _send(notice: Notice) -> bool:
    channel = CHANNELS.get(notice.channel, CHANNELS["console"])
    try:
        with translation.override("zh-hans"):
            channel.send(notice.account, *words_of(notice))
    except (ConnectionError, ValueError) as exc:
        _failed(notice, exc)
        return False
    coarse = rules.kind(notice.kind).coarse
    notice.state, notice.last_error = State.SENT, ""
    notice.sent_at = rules.dated(clock.now(), coarse=coarse)
    notice.save()
    return True


@transaction.atomic
def _failed(notice: Notice, exc: Exception) -> None:
    """Later again, or given up."""
    notice.last_error = str(exc)[:200]
    if isinstance(exc, ValueError) or notice.attempts >= rules.MAX_ATTEMPTS:
        notice.state = State.DEAD
        journal.record(system("notices"), events.NOTICE_GIVEN_UP, notice, channel=notice.channel)
    else:
        coarse = rules.kind(notice.kind).coarse
        hour = timedelta(hours=1) if coarse else timedelta(0)
        notice.due_at = rules.dated(clock.now() + rules.wait_before(notice.attempts) + hour, coarse=coarse)
    notice.save()


@transaction.atomic
def set_preference(
    *, actor: Actor, account: Account, channel: str, quiet_from: time, quiet_until: time, wanted: bool
) -> Preference:
    """Set how one's own account is told. Raises NotAllowed for another's."""
    if actor.kind != "system" and account.pk != actor.account_id:
        raise NotAllowed()
    preference, _made = Preference.objects.update_or_create(
        account=account,
        defaults={"channel": channel, "quiet_from": quiet_from, "quiet_until": quiet_until, "wanted": wanted},
    )
    journal.record(actor, events.PREFERENCE_SET, account, channel=channel, wanted=wanted)
    return preference


@shaped_otherwise(Reason.OWN)
@transaction.atomic
def mark_seen(*, actor: Actor, pks: Sequence[UUID] | None = None) -> int:
    """The account has looked at its notices; at those of a page alone, where ``pks`` names them."""
    rows = Notice.objects.visible_to(actor).filter(seen_at=None)
    return (rows if pks is None else rows.filter(pk__in=pks)).update(seen_at=clock.now())


def send_code_later(way: str, address: str, code: str, title: str = "", text: str = "") -> None:
    """Send a code over a channel from the next job, once this transaction is committed. Until then it waits sealed."""
    told = json.dumps({"way": way, "address": address, "code": code, "title": title, "text": text})
    _defer_code(keys().seal_for_good("waiting code", told))


def _defer_code(sealed: str) -> None:
    app.configure_task("nuanyi.notices.jobs.send_code", queue="notices").defer(sealed=sealed)


def send_code(sealed: str) -> None:
    """Send a code that waited. Raises ConnectionError (later again), ValueError (pointless)."""
    told = json.loads(keys().open_for_good("waiting code", sealed))
    channel = CHANNELS.get(told["way"])
    if channel is None:
        raise ValueError("no such channel")
    channel.send_code(told["address"], told["code"], told["title"], told["text"])
