"""What the demo's district hands up: the month that is over, signed in the first days of the next; and open data, once."""

from __future__ import annotations

from collections.abc import Iterator

from nuanyi.lib.demo import Demo, Plan, Story, at, month_ends, working_day_after
from nuanyi.people.demo import played_by
from nuanyi.sharing.models import Summary
from nuanyi.sharing.services import releases, summaries


def _stories(plan: Plan) -> Iterator[Story]:
    if not Summary.objects.exists():
        yield _signed(plan)


def _signed(plan: Plan) -> Story:
    office = played_by("liangxin")
    for end in month_ends(plan.first, plan.last):
        yield at(working_day_after(end, 5), 16)
        summaries.sign_month(actor=office, month=end.replace(day=1))
    releases.release(actor=office, note="首次发布")


DEMO = Demo(stories=_stories)
