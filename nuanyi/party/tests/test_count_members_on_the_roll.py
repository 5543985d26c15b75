"""Whether a branch is large enough is counted on its roll, where it keeps one; else the number that was written down holds."""

from __future__ import annotations

from datetime import timedelta

import pytest

from nuanyi.lib import clock
from nuanyi.lib.errors import IllegalMove
from nuanyi.party import queries
from nuanyi.party.services import joining, members

pytestmark = pytest.mark.django_db


@pytest.fixture
def branch(secretary, found):
    found()
    return secretary("甲支部")


def enter(entered, branch, count, **more):
    return [entered(branch, phone=f"1990000{n:04}", name=f"党员{n}", **more) for n in range(count)]


def counted(branch):
    return queries.full_members([branch])[branch.pk]


def test_without_a_roll_the_number_that_was_written_down_holds(branch):
    assert (counted(branch), queries.too_small()) == (5, 0)


def test_a_roll_counts_its_full_members_alone(branch, entered):
    enter(entered, branch, 3)
    entered(branch, phone="19900007777", name="预备", standing="probation")
    assert (counted(branch), queries.too_small()) == (3, 0)


def test_a_branch_of_which_one_leaves_or_is_transferred_has_grown_too_small(cast, branch, entered, secretary):
    there = secretary("乙支部")
    rows = enter(entered, branch, 4)
    members.leave(actor=cast.actor("甲支部"), pk=rows[0].pk, on=clock.today())
    assert queries.too_small() == 0
    members.transfer(
        actor=cast.actor("organisation"), pk=rows[1].pk, to=there.pk, on=clock.today(), paper="介绍信1号"
    )
    # one on the list of the other branch: there the roll has just begun, and counts as well
    assert (counted(branch), counted(there), queries.too_small()) == (2, 1, 2)
    page = cast.client("organisation").get(f"/office/party/{branch.pk}/").content.decode()
    assert "正式党员不足三名" in page


def test_a_roll_that_everybody_has_left_is_empty_and_not_unknown(cast, branch, entered, secretary):
    there = secretary("乙支部")
    [only] = enter(entered, branch, 1)
    members.transfer(
        actor=cast.actor("organisation"), pk=only.pk, to=there.pk, on=clock.today(), paper="介绍信1号"
    )
    assert counted(branch) == 0
    members.leave(actor=cast.actor("乙支部"), pk=only.pk, on=clock.today())
    assert counted(there) == 0


def test_a_probationary_member_who_becomes_a_full_one_counts_from_then_on(cast, branch, entered):
    enter(entered, branch, 2)
    late = entered(branch, phone="19900007777", name="预备", standing="probation")
    assert counted(branch) == 2
    told = members.MemberChange(standing="full", on=clock.today(), paper="批复5号")
    members.change_member(actor=cast.actor("甲支部"), pk=late.pk, told=told)
    assert counted(branch) == 3


def test_a_branch_whose_roll_is_too_short_cannot_discuss_whom_to_admit(cast, branch, entered, asked, walked):
    with clock.held_at(clock.now() - timedelta(days=900)):
        made = asked()
    joining.hand_over(actor=cast.actor("organisation"), pk=made.pk, organisation=branch.pk)
    day = walked(made, "precheck")
    enter(entered, branch, 2)
    step = {"pk": made.pk, "code": "meeting", "on": day + timedelta(days=1), "paper": "决议"}
    with pytest.raises(IllegalMove) as refused:
        joining.take_step(actor=cast.actor("instructor"), **step)
    assert refused.value.code == "branch-too-small"
    entered(branch, phone="19900009999", name="第三")
    joining.take_step(actor=cast.actor("instructor"), **step)


def test_the_list_of_organisations_shows_the_same(cast, branch, entered):
    enter(entered, branch, 4)
    [row] = [one for one in queries.tree() if one.organisation.pk == branch.pk]
    assert row.members == 4
