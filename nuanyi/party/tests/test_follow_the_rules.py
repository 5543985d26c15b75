"""The path and the forms are what the published texts say."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nuanyi.lib.errors import IllegalMove
from nuanyi.party import rules
from nuanyi.party.rules import Form, Where

TODAY = date(2030, 1, 1)
BRANCH = Where(Form.FORMAL, 5, committee=True)
days = st.dates(min_value=date(2015, 1, 1), max_value=TODAY)


def walk(first: date, gaps: list[int]) -> dict[str, date]:
    """As far as these gaps between steps lead."""
    done: dict[str, date] = {"applied": first}
    for step, gap in zip(rules.STEPS[1:], gaps, strict=False):
        on = max(rules.earliest(step, done), max(done.values()) + timedelta(days=gap))
        rules.check_step(step.code, on, done=done, where=BRANCH, today=date(2099, 1, 1))
        done[step.code] = on
    return done


@given(days, st.lists(st.integers(0, 400), min_size=len(rules.STEPS) - 1, max_size=len(rules.STEPS) - 1))
@settings(max_examples=60)
def test_nobody_becomes_a_member_in_less_than_two_years_and_nothing_is_skipped(first, gaps):
    done = walk(first, gaps)
    assert list(done) == [step.code for step in rules.STEPS]
    assert list(done.values()) == sorted(done.values())
    assert done["object"] >= rules.months_later(done["activist"], 12)
    assert done["full_meeting"] >= rules.months_later(done["meeting"], 12)


@given(st.sampled_from([step.code for step in rules.STEPS]))
def test_out_of_order_is_refused(code):
    done = {"applied": date(2026, 1, 1)}
    if code == "talk":
        return
    with pytest.raises(IllegalMove):
        rules.check_step(code, TODAY, done=done, where=BRANCH, today=TODAY)


def test_a_year_less_a_day_is_too_early_and_the_day_itself_is_not():
    done = {code: date(2025, 2, 28) for code in ("applied", "talk", "written", "activist", "contacts")}
    with pytest.raises(IllegalMove) as refused:
        rules.check_step("object", date(2026, 2, 27), done=done, where=BRANCH, today=TODAY)
    assert refused.value.code == "too-early"
    rules.check_step("object", date(2026, 2, 28), done=done, where=BRANCH, today=TODAY)


def test_the_first_talk_is_due_a_month_after_asking_also_at_the_end_of_january():
    assert rules.due(rules.BY_CODE["talk"], {"applied": date(2026, 1, 31)}) == date(2026, 2, 28)
    assert rules.due(rules.BY_CODE["talk"], {"applied": date(2026, 12, 15)}) == date(2027, 1, 15)


def test_a_temporary_branch_admits_nobody():
    done = walk(date(2025, 1, 1), [1] * 9)
    assert rules.next_step(done).code == "meeting"
    with pytest.raises(IllegalMove) as refused:
        rules.check_step(
            "meeting", TODAY, done=done, where=Where(Form.TEMPORARY, 5, committee=True), today=TODAY
        )
    assert refused.value.code == "does-not-admit"
    with pytest.raises(IllegalMove):
        rules.check_step("meeting", TODAY, done=done, where=Where(None), today=TODAY)


@pytest.mark.parametrize(
    ("where", "code"),
    [
        (Where(Form.FORMAL, 2, committee=True), "branch-too-small"),
        (Where(Form.COMMITTEE, 30, committee=True), "no-branch"),
    ],
)
def test_only_a_branch_of_three_discusses_whom_to_admit(where, code):
    done = walk(date(2025, 1, 1), [1] * 9)
    with pytest.raises(IllegalMove) as refused:
        rules.check_step("meeting", TODAY, done=done, where=where, today=TODAY)
    assert refused.value.code == code
    rules.check_step("meeting", TODAY, done=done, where=BRANCH, today=TODAY)


def test_without_a_committee_above_nobody_is_approved():
    done = walk(date(2025, 1, 1), [1] * 11)
    assert rules.next_step(done).code == "approved"
    with pytest.raises(IllegalMove) as refused:
        rules.check_step("approved", TODAY, done=done, where=Where(Form.FORMAL, 5), today=TODAY)
    assert refused.value.code == "no-committee"


def test_who_was_further_on_when_a_step_was_added_does_not_go_back_for_it():
    done = {code: date(2025, 3, 1) for code in ("applied", "talk", "activist")}
    assert rules.next_step(done).code == "contacts"


def test_what_was_approved_is_talked_over_before_sworn_and_approved_again_within_three_months():
    codes = [step.code for step in rules.STEPS]
    assert codes[codes.index("meeting") :] == [
        "meeting",
        "talk_above",
        "approved",
        "oath",
        "full_meeting",
        "full",
    ]
    assert rules.due(rules.BY_CODE["full"], {"full_meeting": date(2026, 1, 31)}) == date(2026, 4, 30)


@pytest.mark.parametrize(
    ("form", "told", "field"),
    [
        (Form.FORMAL, {"members": 2}, "members"),
        (Form.FORMAL, {"members": 51}, "members"),
        (Form.JOINT, {"establishments": 6}, "establishments"),
        (Form.TEMPORARY, {"task": ""}, "task"),
        (Form.TEMPORARY, {"until": None}, "until"),
        (Form.TEMPORARY, {"secretary": False}, "secretary"),
    ],
)
def test_what_keeps_a_branch_from_being_set_up_is_said_at_its_field(form, told, field):
    whole = {
        "members": 3,
        "establishments": 1,
        "task": "防汛",
        "until": date(2026, 12, 31),
        "secretary": True,
    }
    assert rules.check_form(form, **whole) == {}
    assert field in rules.check_form(form, **{**whole, **told})


def test_assignment_is_the_best_of_all_fair_ones():
    """Compared with every fair assignment of a small case."""
    from itertools import product

    costs = [[0, 9], [1, 8], [2, 2], [7, 1], [6, 5]]
    fair = [
        choice for choice in product(range(2), repeat=5) if all(1 <= choice.count(j) <= 4 for j in range(2))
    ]
    best = min(sum(costs[i][j] for i, j in enumerate(choice)) for choice in fair)
    found = rules.assign(costs)
    assert sum(costs[i][j] for i, j in enumerate(found)) == best
    assert all(1 <= found.count(j) <= 4 for j in range(2))


def test_two_thousand_establishments_and_forty_instructors_are_shared_fairly():
    import random

    chance = random.Random(7)
    costs = [[chance.random() * 20 for _j in range(40)] for _i in range(2000)]
    found = rules.assign(costs)
    loads = [found.count(j) for j in range(40)]
    assert min(loads) >= 49
    assert max(loads) <= 51
    nearest = sum(min(row) for row in costs)
    greedy_loads, greedy = [0] * 40, 0.0
    for row in costs:
        j = min((j for j in range(40) if greedy_loads[j] < 51), key=lambda j: row[j])
        greedy_loads[j] += 1
        greedy += row[j]
    assert nearest <= sum(costs[i][j] for i, j in enumerate(found)) <= greedy


def test_without_instructors_nothing_is_assigned():
    with pytest.raises(ValueError, match="nobody"):
        rules.assign([[]])
