"""Queueing notices in the transaction of an act, and sending what is due."""

from __future__ import annotations

from datetime import time
from typing import Any

from django.db import transaction
from django.utils import translation

from nuanyi.journal import services as journal
from nuanyi.lib import clock
from nuanyi.lib.actor import Actor, system
from nuanyi.notices import events, rules
from nuanyi.notices.channels import CHANNELS
from nuanyi.notices.models import Notice, Preference, State
from nuanyi.people.models import Account, DutyGrant

BATCH = 100


def queue(account: Account, kind: str, *, once: str, address: str = "", **facts: Any) -> Notice:
    """Put a notice into the outbox. The same ``once`` never makes a second. Raises KeyError for an unknown kind."""
    declared = rules.kind(kind)
    preference = Preference.objects.filter(account=account).first() or Preference(account=account)
    due = rules.not_before(
        clock.now(),
        preference.quiet_from,
        preference.quiet_until,
        urgent=declared.urgent or preference.channel == "console",
    )
    notice, _made = Notice.objects.get_or_create(
        once=f"{account.pk}:{once}",
        defaults={
            "account": account, "kind": kind, "facts": facts, "address": address, "due_at": due,
            "channel": preference.channel, "state": State.QUEUED if preference.wanted else State.DECLINED,
        },
    )  # fmt: skip
    return notice


def queue_to_duty(duty: str, kind: str, *, once: str, **facts: Any) -> int:
    """Tell everybody who has a duty; returns how many."""
    accounts = Account.objects.filter(is_active=True, pk__in=DutyGrant.objects.filter(duty=duty).values("account"))
    return len([queue(account, kind, once=once, **facts) for account in accounts])


def words_of(notice: Notice) -> tuple[str, str]:
    """Subject and body in the present language."""
    kind = rules.kind(notice.kind)
    return str(kind.subject) % notice.facts, str(kind.body) % notice.facts


def send_due() -> int:
    """Send what is due, one transaction a notice, so that being killed repeats at most the one under way."""
    sent = 0
    for _turn in range(BATCH):
        with transaction.atomic():
            notice = (
                Notice.objects.select_for_update(skip_locked=True)
                .filter(state=State.QUEUED, due_at__lte=clock.now())
                .order_by("due_at")
                .first()
            )
            if notice is None:
                return sent
            sent += _send(notice)
    return sent


def _send(notice: Notice) -> bool:
    channel = CHANNELS.get(notice.channel, CHANNELS["console"])
    notice.attempts += 1
    try:
        with translation.override("zh-hans"):
            channel.send(notice.account, *words_of(notice))
    except (ConnectionError, ValueError) as exc:
        notice.last_error = str(exc)[:200]
        if isinstance(exc, ValueError) or notice.attempts >= rules.MAX_ATTEMPTS:
            notice.state = State.DEAD
            journal.record(system("notices"), events.NOTICE_GIVEN_UP, notice, channel=notice.channel)
        else:
            notice.due_at = clock.now() + rules.wait_before(notice.attempts)
        notice.save()
        return False
    notice.state, notice.sent_at, notice.last_error = State.SENT, clock.now(), ""
    notice.save()
    return True


@transaction.atomic
def set_preference(
    *, actor: Actor, account: Account, channel: str, quiet_from: time, quiet_until: time, wanted: bool
) -> Preference:
    """Set how one's own account is told."""
    preference, _made = Preference.objects.update_or_create(
        account=account,
        defaults={"channel": channel, "quiet_from": quiet_from, "quiet_until": quiet_until, "wanted": wanted},
    )
    journal.record(actor, events.PREFERENCE_SET, account, channel=channel, wanted=wanted)
    return preference


def mark_seen(*, actor: Actor) -> int:
    """The account has looked at its notices."""
    return Notice.objects.visible_to(actor).filter(seen_at=None).update(seen_at=clock.now())
