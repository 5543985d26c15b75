"""Rules that requests and reports share, by themselves."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from nuanyi.lib import moves
from nuanyi.lib.clock import CHINA
from nuanyi.lib.errors import IllegalMove
from nuanyi.workflow import locks, queries, rules

ENDED = datetime(2022, 6, 3, 15, 30, tzinfo=CHINA)
TABLE = {"new": {"taken"}, "taken": set()}


@pytest.mark.parametrize(
    ("after", "open_again"),
    [
        (timedelta(minutes=1), True),
        (timedelta(days=30), True),
        (timedelta(days=30, minutes=1), False),
        (timedelta(days=30, hours=23), False),
    ],
)
def test_thirty_days_are_thirty_days_to_the_minute(after, open_again):
    refusal = rules.why_not_reopen(ENDED, ENDED + after, "too late")
    assert (refusal is None) is open_again
    if refusal is not None:
        assert (refusal.code, str(refusal)) == ("too-late", "too late")


def test_what_has_not_ended_may_be_opened_at_any_time():
    assert rules.why_not_reopen(None, ENDED, "too late") is None


@pytest.mark.parametrize(("warned", "not_warned"), [(True, False), ("over", "")])
def test_opened_again_has_a_new_deadline_and_nobody_was_warned_of_it(warned, not_warned):
    @dataclass
    class Thing:
        due_at: datetime
        ended_at: datetime | None
        reopened: int
        warned: object

    thing = Thing(ENDED, ENDED, 1, warned)
    rules.open_again(thing, ENDED + timedelta(days=3))
    assert thing == Thing(ENDED + timedelta(days=3), None, 2, not_warned)


def test_rows_are_locked_from_the_lowest_key_whoever_is_joined_to_whom():
    for keys in ((7, 3), (3, 7), (7, 3, 7)):
        order: list[int] = []
        assert locks.in_order(lambda key, order=order: order.append(key) or str(key), *keys) == {
            3: "3",
            7: "7",
        }
        assert order == [3, 7]


def test_a_state_follows_only_what_its_table_allows():
    check_move = moves.checker(TABLE)
    check_move("new", "taken")
    for before, after in (("taken", "new"), ("taken", "taken"), ("new", "new")):
        with pytest.raises(IllegalMove) as refused:
            check_move(before, after)
        assert refused.value.facts == {"move": f"{before}>{after}"}


def test_a_changed_rule_stands_in_the_place_of_the_one_it_changes():
    known = [("lamp", "a"), ("road", "b")]

    def key(rule):
        return rule[0]

    assert queries.with_change(known, ("lamp", "c"), key) == [("road", "b"), ("lamp", "c")]
    assert queries.with_change(known, ("dog", "c"), key) == [*known, ("dog", "c")]
