"""Notices of the demo: what the year told people is spread as the program does, and read at the end of each month."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from nuanyi.lib import clock
from nuanyi.lib.demo import Demo, Plan, Story, at, month_ends
from nuanyi.notices import services
from nuanyi.notices.models import Notice
from nuanyi.people.access import actor_for
from nuanyi.people.models import Account


def _stories(plan: Plan) -> Iterator[Story]:
    if not Notice.objects.filter(queued_at__lt=at(plan.last + timedelta(days=60), 0)).exists():
        yield _read(plan, at(clock.today() - timedelta(days=1), 18))


def _read(plan: Plan, yesterday: datetime) -> Story:
    for end in month_ends(plan.first, plan.last + timedelta(days=31)):
        yield at(end, 18)
        services.spread_calls()
    yield max(yesterday, clock.now())
    services.spread_calls()
    for account in Account.objects.filter(is_active=True):
        services.mark_seen(actor=actor_for(account))


DEMO = Demo(stories=_stories)
