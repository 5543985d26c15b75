"""Rewards for volunteers' hours come off the list of resources: what is promised twice would be promised to nobody."""

import re
from datetime import timedelta

import pytest

from nuanyi.cases.models import Pledge
from nuanyi.cases.services import lists
from nuanyi.lib import clock
from nuanyi.lib.errors import BadInput, NotFound
from nuanyi.volunteers.models import Reward
from nuanyi.volunteers.services import rewards

pytestmark = pytest.mark.django_db


@pytest.fixture
def pledge(cast, district):
    told = lists.ListLineInput(
        part="hardship",
        title="热饭一份",
        region_code="",
        amount=30,
        unit=district["gonghui"],
        measure="份",
        last=clock.today() + timedelta(days=30),
    )
    return lists.add_pledge(actor=cast.actor("office"), told=told)


def left():
    return {row.pk: row.left for row in lists.open_pledges()}


def test_a_reward_takes_its_pieces_off_the_list_of_resources(cast, pledge):
    made = rewards.save_reward(actor=cast.actor("office"), pledge=pledge.pk, hours=2, stock=20)
    assert (made.title, made.unit_id, made.until) == ("热饭一份", pledge.unit_id, pledge.last_date)
    assert left() == {pledge.pk: 10}
    page = cast.client("office").get("/office/cases/lists/").content.decode()
    assert re.search(r"还剩\s*10", page)


def test_never_more_is_offered_than_is_left_of_the_pledge(cast, pledge):
    rewards.save_reward(actor=cast.actor("office"), pledge=pledge.pk, hours=2, stock=20)
    with pytest.raises(BadInput):
        rewards.save_reward(actor=cast.actor("office"), pledge=pledge.pk, hours=2, stock=11)
    assert Reward.objects.count() == 1
    assert left() == {pledge.pk: 10}


def test_what_nobody_took_goes_back_once(cast, pledge):
    made = rewards.save_reward(actor=cast.actor("office"), pledge=pledge.pk, hours=2, stock=20)
    Reward.objects.filter(pk=made.pk).update(stock=18)  # two were taken
    for _again in range(2):
        rewards.withdraw(actor=cast.actor("office"), pk=made.pk)
    assert left() == {pledge.pk: 28}
    assert not Reward.objects.get().active


def test_a_project_and_a_reward_never_promise_the_same_piece(cast, district, pledge):
    told = lists.ListLineInput(
        part="hardship", title="晚上有热饭", region_code="", amount=50, unit=district["gonghui"]
    )
    need = lists.add_need(actor=cast.actor("office"), told=told)
    rewards.save_reward(actor=cast.actor("office"), pledge=pledge.pk, hours=2, stock=20)
    with pytest.raises(BadInput):
        lists.plan(actor=cast.actor("office"), need=need.pk, pledge=pledge.pk, amount=11, day=clock.today())
    lists.plan(actor=cast.actor("office"), need=need.pk, pledge=pledge.pk, amount=10, day=clock.today())
    assert left() == {}


def test_another_units_hand_draws_nothing_from_a_pledge(cast, pledge):
    with pytest.raises(NotFound):
        rewards.save_reward(actor=cast.actor("zhemu"), pledge=pledge.pk, hours=2, stock=1)
    with pytest.raises(NotFound):
        rewards.save_reward(actor=cast.actor("office"), pledge=pledge.pk + 1, hours=2, stock=1)
    assert Pledge.objects.get().given == 0


def test_the_page_offers_what_is_left_and_takes_it_back(cast, pledge):
    office = cast.client("office")
    assert "热饭一份" in office.get("/office/volunteers/rewards/").content.decode()
    assert (
        office.post("/office/volunteers/rewards/", {"pledge": pledge.pk, "stock": 5, "hours": 2}).status_code
        == 302
    )
    assert left() == {pledge.pk: 25}
    assert (
        office.post("/office/volunteers/rewards/", {"pledge": pledge.pk, "stock": 50, "hours": 2}).status_code
        == 422
    )
    assert (
        office.post("/office/volunteers/rewards/", {"withdraw": Reward.objects.get().pk}).status_code == 302
    )
    assert left() == {pledge.pk: 30}
