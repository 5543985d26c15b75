"""The made-up district: what each room puts into it lies in the room's ``demo`` package, and is played from there.

What stands before the year begins is made at once. What happens in the year is told as *stories*: a generator that does
one step as a user would (through a service) and yields the moment at which it goes on. All stories are played together
in the order of their moments, the clock held at each, so that the year passes day by day and a step finds what others
did before it.

The counts of the year come from a plan (data); everything else is drawn by chance from the plan's seed.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid5

from nuanyi.lib import calendar, clock
from nuanyi.lib.actor import system
from nuanyi.lib.periods import month_end, months_between

#: Who sets the district up, and does what nobody of the cast does.
PROGRAM = system("demo")
SPACE = UUID("6b1f8a52-7c1d-4f7e-9d55-0f6f2f3f5000")

#: The present of a story that has not begun.
BEFORE = datetime(1970, 1, 1, tzinfo=clock.CHINA)
#: Yields the moment of its next step; what it does until the next yield happens then.
Story = Generator[datetime, None, None]


@dataclass(frozen=True)
class Plan:
    """A year, or a slice of it: its days, how much of everything, and the seed of its chance."""

    first: date
    last: date
    seed: int
    counts: Mapping[str, Mapping[str, Any]]
    small: bool = False

    def of(self, room: str) -> Mapping[str, Any]:
        """The counts of a room."""
        return self.counts.get(room, {})

    def chance(self, name: str) -> Random:
        """Chance of its own for each subject: what is added to one leaves the others as they were."""
        return Random(f"{self.seed}:{name}")

    def working_days(self, first: date | None = None, last: date | None = None) -> list[date]:
        """The working days of the plan, of a part of it where asked, in their order."""
        begin, end = max(self.first, first or self.first), min(self.last, last or self.last)
        days = (begin + timedelta(days=n) for n in range((end - begin).days + 1))
        return [day for day in days if calendar.is_working_day(day)]


@dataclass(frozen=True, kw_only=True)
class Demo:
    """What a room puts into the demo.

    ``stand`` makes what is there before the year; ``stories`` are what happens in it (none where they were played
    already); ``today`` is what waits on the day on which somebody looks. Each run twice changes nothing.
    ``in_one`` says that ``stand`` may run within a transaction; what starts programs of its own may not.
    """

    stand: Callable[[Plan], None] | None = None
    stories: Callable[[Plan], Iterable[Story]] | None = None
    today: Callable[[Plan], None] | None = None
    in_one: bool = True


def play(stories: Iterable[Story]) -> int:
    """Play all stories together in the order of their moments, the clock held at each. Returns how many steps there were.

    Raises ValueError for a story that would go back in time.
    """
    waiting: list[tuple[datetime, int, Story]] = []
    for number, story in enumerate(stories):
        with clock.held_at(BEFORE):
            first = next(story, None)
        if first is not None:
            heapq.heappush(waiting, (first, number, story))
    steps = 0
    while waiting:
        moment, number, story = heapq.heappop(waiting)
        with clock.held_at(moment):
            following = next(story, None)
        steps += 1
        if following is not None:
            if following < moment:
                raise ValueError(f"a story goes back from {moment} to {following}")
            heapq.heappush(waiting, (following, number, story))
    return steps


# helpers of those who tell ----------------------------------------------------------------------


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """A moment by the clock of China."""
    return datetime.combine(day, time(hour, minute), clock.CHINA)


def office_hour(chance: Random, day: date) -> datetime:
    """A moment of a working day at which somebody sits at a desk."""
    return at(day, chance.choice((9, 9, 10, 10, 11, 14, 15, 16)), chance.randrange(60))


def from_now(moment: datetime) -> datetime:
    """The moment, or shortly after the present one where it is over."""
    return max(moment, clock.now() + timedelta(minutes=10))


def working_day_after(day: date, count: int = 1) -> date:
    """The working day ``count`` of them later."""
    return calendar.add_working_days(day, count)


def month_ends(first: date, last: date) -> list[date]:
    """The last days of the months from that of ``first`` on, as far as ``last``."""
    ends = (month_end(month) for month in months_between(first.replace(day=1), last))
    return [end for end in ends if end <= last]


def parts_of(total: int, count: int, chance: Random, *, least: int = 1) -> list[int]:
    """``total`` in ``count`` parts of different size, none under ``least``. Raises ValueError where that cannot be."""
    if count * least > total:
        raise ValueError(f"{total} cannot be {count} parts of at least {least}")
    parts = [least] * count
    weights = [chance.uniform(0.6, 1.4) for _n in parts]
    for chosen in chance.choices(range(count), weights, k=total - count * least):
        parts[chosen] += 1
    return parts


def spread(days: Sequence[date], count: int, chance: Random) -> list[date]:
    """``count`` of the days in their order, about evenly over them and never exactly so; several on one day where needed."""
    width = len(days) / count
    return [days[min(len(days) - 1, int(n * width + chance.random() * width))] for n in range(count)]


def key(*words: object) -> UUID:
    """The key that a phone would have made: the same words give the same."""
    return uuid5(SPACE, "/".join(map(str, words)))
