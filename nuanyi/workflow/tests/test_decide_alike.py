"""Rules that requests and reports share, by themselves."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from nuanyi.lib import moves
from nuanyi.lib.clock import CHINA
from nuanyi.lib.errors import BadInput, IllegalMove
from nuanyi.workflow import joining, locks, queries, rules

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


PROOFS = rules.Proofs("mended", frozenset({"mended", "closed"}), "too late")


@pytest.mark.parametrize(
    ("agrees", "state", "after", "code"),
    [
        (True, "mended", timedelta(days=90), None),
        (True, "closed", timedelta(), "illegal-move"),
        (True, "taken", timedelta(), "illegal-move"),
        (False, "mended", timedelta(days=30), None),
        (False, "closed", timedelta(days=30), None),
        (False, "closed", timedelta(days=31), "too-late"),
        (False, "taken", timedelta(), "illegal-move"),
    ],
)
def test_whoever_asked_confirms_what_the_unit_says_is_done_and_says_no_within_thirty_days(
    agrees, state, after, code
):
    refusal = PROOFS.why_not(agrees, state, ENDED, ENDED + after)
    assert (refusal and refusal.code) == code


def test_two_are_joined_into_one_that_is_open_and_into_no_other():
    @dataclass
    class Thing:
        pk: int
        open: bool = True

    things = {3: Thing(3), 5: Thing(5, open=False), 7: Thing(7)}
    assert joining.both(7, 3, things.__getitem__) == (things[7], things[3])
    assert joining.both(5, 3, things.__getitem__) == (things[5], things[3])
    for pk, into in ((3, 3), (3, 5)):
        with pytest.raises(BadInput) as refused:
            joining.both(pk, into, things.__getitem__)
        assert set(refused.value.fields) == {"into"}
