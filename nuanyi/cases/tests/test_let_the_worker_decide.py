"""What the worker of a case may do: the page offers what the rules allow, and a post of anything else is refused."""

from datetime import datetime, timedelta

import pytest
from django.test import Client

from nuanyi.cases import rules
from nuanyi.cases.models import Case
from nuanyi.cases.rules import Kind, Standing, State
from nuanyi.cases.services import intake
from nuanyi.lib.clock import CHINA
from nuanyi.lib.errors import IllegalMove

NOW = datetime(2022, 6, 3, 12, 0, tzinfo=CHINA)
YESTERDAY, LONG_AGO = NOW - timedelta(days=1), NOW - timedelta(days=31)


@pytest.mark.parametrize(
    ("state", "ended_at", "moves"),
    [
        (State.NEW, None, {"withdraw", "name"}),
        (State.OPEN, None, {"withdraw", "name"}),
        (State.SOLVED, None, {"agree", "disagree"}),
        (State.CLOSED, YESTERDAY, {"disagree", "forget"}),
        (State.CLOSED, LONG_AGO, {"forget"}),
        (State.JOINED, YESTERDAY, {"disagree", "forget"}),
        (State.WITHDRAWN, YESTERDAY, {"forget"}),
    ],
)
def test_each_state_allows_its_moves_and_no_other(state, ended_at, moves):
    case = Standing(state, Kind.WAGE, ended_at, named=False, forgotten=False)
    assert rules.worker_moves(case, NOW) == moves
    for move in rules.WORKER_MOVES:
        if move not in moves:
            with pytest.raises(IllegalMove):
                rules.check_worker_move(move, case, NOW)


def test_what_is_done_is_not_offered_again_and_a_repeat_is_no_mistake():
    case = Standing(State.OPEN, Kind.WAGE, None, named=True, forgotten=False)
    assert "name" not in rules.worker_moves(case, NOW)
    rules.check_worker_move("name", case, NOW)


def test_only_where_a_letter_goes_to_a_firm_may_the_name_go_along():
    case = Standing(State.OPEN, Kind.POLICY, None, named=False, forgotten=False)
    assert "name" not in rules.worker_moves(case, NOW)
    with pytest.raises(IllegalMove):
        rules.check_worker_move("name", case, NOW)


@pytest.mark.django_db
def test_a_no_to_what_nobody_solved_changes_nothing(sent):
    case = sent()
    assert case.state == State.NEW
    answer = Client().post(f"/c/{intake.link_of(case)}/disagree/", {"words": ""})
    assert answer.status_code == 409
    case = Case.objects.get(pk=case.pk)
    assert (case.state, case.reopened) == (State.NEW, 0)
