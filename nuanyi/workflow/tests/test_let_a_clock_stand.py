"""Clocks that stand still and run on, by themselves."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from nuanyi.lib.clock import CHINA
from nuanyi.lib.errors import IllegalMove
from nuanyi.lib.terms import Term
from nuanyi.workflow import clocks
from nuanyi.workflow.clocks import Pause

NOON = datetime(2026, 6, 1, 12, tzinfo=CHINA)
PAUSES = {
    "papers": Pause(frozenset({"aid"}), "Art. 13", Term(48, "hours", "promise")),
    "both": Pause(frozenset({"wage", "aid"}), "Art. 29"),
}


@dataclass
class Thing:
    due_at: datetime = NOON + timedelta(days=7)
    paused_at: datetime | None = None
    pause_reason: str = ""
    paused_seconds: int = 0
    warned: str = "soon"


def standing(reason="papers"):
    thing = Thing()
    clocks.pause(thing, reason, NOON)
    return thing


def test_each_kind_has_the_reasons_that_name_it():
    assert set(clocks.pauses_for(PAUSES, "aid")) == {"papers", "both"}
    assert set(clocks.pauses_for(PAUSES, "wage")) == {"both"}
    assert clocks.pauses_for(PAUSES, "policy") == {}


def test_the_deadline_moves_by_the_time_that_it_stood_and_whoever_was_warned_is_warned_anew():
    thing = standing()
    clocks.run_on(thing, PAUSES, NOON + timedelta(hours=5))
    assert thing == Thing(NOON + timedelta(days=7, hours=5), None, "", 5 * 3600, "")
    clocks.pause(thing, "both", NOON + timedelta(hours=6))
    clocks.run_on(thing, PAUSES, NOON + timedelta(hours=7))
    assert (thing.due_at, thing.paused_seconds) == (NOON + timedelta(days=7, hours=6), 6 * 3600)


def test_it_stands_no_longer_than_its_reason_gives_however_late_somebody_looks():
    thing = standing()
    assert clocks.runs_on_at(thing, PAUSES) == NOON + timedelta(hours=48)
    clocks.run_on(thing, PAUSES, NOON + timedelta(days=9))
    assert (thing.due_at, thing.paused_seconds) == (NOON + timedelta(days=9), 48 * 3600)


def test_without_a_cap_it_stands_until_somebody_lets_it_run():
    thing = standing("both")
    assert clocks.runs_on_at(thing, PAUSES) is None
    clocks.run_on(thing, PAUSES, NOON + timedelta(days=90))
    assert thing.due_at == NOON + timedelta(days=97)


def test_a_reason_that_is_no_more_holds_until_somebody_lets_it_run():
    assert clocks.runs_on_at(standing("lunch"), PAUSES) is None


def test_what_runs_does_not_run_on_and_has_no_end_of_its_pause():
    assert clocks.runs_on_at(Thing(pause_reason="papers"), PAUSES) is None
    with pytest.raises(IllegalMove):
        clocks.run_on(Thing(), PAUSES, NOON)


def test_what_stands_does_not_stand_twice():
    thing = standing()
    with pytest.raises(IllegalMove):
        clocks.pause(thing, "both", NOON + timedelta(hours=1))
    assert (thing.paused_at, thing.pause_reason) == (NOON, "papers")


def test_a_watch_that_was_set_back_takes_nothing_from_the_deadline():
    thing = standing()
    clocks.run_on(thing, PAUSES, NOON - timedelta(hours=1))
    assert (thing.due_at, thing.paused_seconds) == (NOON + timedelta(days=7), 0)


def test_over_is_over_at_the_very_moment():
    assert clocks.stage(NOON, NOON) == "over"
    assert clocks.stage(NOON, NOON - timedelta(seconds=1)) == "soon"


def test_seven_days_of_silence_are_seven_days():
    assert clocks.silent_since(NOON) == NOON - timedelta(days=7)
