"""Whoever was approved comes to the list of a branch from the application, also of another than admitted them, and is
transferred from there like any member."""

from __future__ import annotations

from datetime import timedelta

import pytest

from nuanyi.lib import clock
from nuanyi.lib.errors import IllegalMove, NotAllowed, NotFound
from nuanyi.party.models.applications import Application
from nuanyi.party.models.members import Member
from nuanyi.party.services import joining, members

pytestmark = pytest.mark.django_db


@pytest.fixture
def branches(secretary, found):
    found()
    return secretary("甲支部"), secretary("乙支部")


@pytest.fixture
def on_the_way(cast, asked, branches):
    """Asked long ago, at the first branch."""
    with clock.held_at(clock.now() - timedelta(days=1500)):
        made = asked()
    return joining.hand_over(actor=cast.actor("organisation"), pk=made.pk, organisation=branches[0].pk)


def page_of(made):
    return f"/office/party/applications/{made.pk}/"


def told_of(branch, **more):
    return {
        "deed": "enrol",
        "branch": branch.pk,
        "on": clock.today().isoformat(),
        "paper": "组织关系介绍信8号",
        **more,
    }


def test_it_is_offered_from_the_approval_on_and_to_the_department_alone(cast, on_the_way, walked, branches):
    office = cast.client("organisation")
    walked(on_the_way, "talk_above")
    assert "enrol-branch" not in office.get(page_of(on_the_way)).content.decode()
    told = members.EnrolInput(branches[0].pk, clock.today(), "介绍信")
    with pytest.raises(IllegalMove):
        members.enrol(actor=cast.actor("organisation"), application=on_the_way.pk, told=told)
    walked(on_the_way, "approved")
    page = office.get(page_of(on_the_way)).content.decode()
    assert "组织关系转接" in page
    assert "enrol-branch" not in cast.client("instructor").get(page_of(on_the_way)).content.decode()
    with pytest.raises(NotAllowed):
        members.enrol(actor=cast.actor("instructor"), application=on_the_way.pk, told=told)


def test_they_come_to_another_branch_by_a_letter_and_nobody_types_their_name(
    cast, on_the_way, walked, branches
):
    here, there = branches
    office = cast.client("organisation")
    walked(on_the_way, "approved")
    refused = office.post(page_of(on_the_way), told_of(there, paper=" "))
    assert refused.status_code == 422
    assert f'value="{there.pk}" selected' in " ".join(refused.content.decode().split())
    assert not Member.objects.exists()
    for _twice in range(2):
        assert office.post(page_of(on_the_way), told_of(there)).status_code == 302
    made = Member.objects.get()
    assert (made.branch, made.came_from, made.standing) == (there, here, "probation")
    assert members.open_member(actor=cast.actor("乙支部"), pk=made.pk, purpose="约谈入党意愿") == (
        "覃大海",
        "19900004321",
    )
    page = office.get(page_of(on_the_way)).content.decode()
    assert f"/office/party/members/{made.pk}/" in page
    assert "enrol-branch" not in page


@pytest.fixture
def enrolled(cast, on_the_way, walked, branches):
    walked(on_the_way, "approved")
    told = members.EnrolInput(branches[0].pk, clock.today(), "批复")
    return members.enrol(actor=cast.actor("organisation"), application=on_the_way.pk, told=told)


def test_an_instructor_who_takes_the_last_step_changes_no_list(cast, on_the_way, walked, enrolled):
    """Whoever keeps the list confirms it; until then it waits and is counted, and nobody else confirms it."""
    on = walked(on_the_way, "full")
    enrolled.refresh_from_db()
    assert Application.objects.get(pk=on_the_way.pk).state == "member"
    assert (enrolled.standing, enrolled.full_date, enrolled.full_paper) == ("probation", on, "纸质")
    page, mine = f"/office/party/members/{enrolled.pk}/", cast.client("甲支部")
    assert "确认" in mine.get(page).content.decode()
    assert f"members/{enrolled.pk}/" in mine.get("/office/party/members/?wait=full").content.decode()
    assert "1 名党员待确认转正" in mine.get("/office/").content.decode()
    with pytest.raises(NotFound):
        members.confirm_full(actor=cast.actor("乙支部"), pk=enrolled.pk, good=True)
    with pytest.raises(NotAllowed):
        members.confirm_full(actor=cast.actor("instructor"), pk=enrolled.pk, good=True)
    assert mine.post(page, {"deed": "full"}).status_code == 302
    enrolled.refresh_from_db()
    assert (enrolled.standing, enrolled.standing_date, enrolled.full_date) == ("full", on, None)
    with pytest.raises(IllegalMove):
        members.confirm_full(actor=cast.actor("甲支部"), pk=enrolled.pk, good=True)
    assert "待确认转正" not in mine.get("/office/").content.decode()


def test_whoever_keeps_the_list_may_set_it_aside(cast, on_the_way, walked, enrolled):
    walked(on_the_way, "full")
    assert (
        cast.client("甲支部").post(f"/office/party/members/{enrolled.pk}/", {"deed": "aside"}).status_code
        == 302
    )
    enrolled.refresh_from_db()
    assert (enrolled.standing, enrolled.full_date, enrolled.full_paper) == ("probation", None, "")


def test_with_the_last_step_they_stand_as_a_full_member_there_too(
    cast, on_the_way, walked, branches, enrolled
):
    """Where the organisation department takes it, which keeps the list."""
    made = enrolled
    assert made.came_from is None
    walked(on_the_way, "full", part="organisation")
    made.refresh_from_db()
    assert Application.objects.get(pk=on_the_way.pk).state == "member"
    assert (made.standing, made.standing_paper, made.full_date) == ("full", "纸质", None)
    # and they are transferred like anybody
    members.transfer(
        actor=cast.actor("organisation"),
        pk=made.pk,
        to=branches[1].pk,
        on=clock.today(),
        paper="介绍信9号",
    )
    made.refresh_from_db()
    assert made.branch == branches[1]
