"""Each word of the pages is the one that Party work uses for the thing, not the one another room uses."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import translation

from nuanyi.ledger import rules as ledger
from nuanyi.lib.errors import BadInput
from nuanyi.party import kinds, rules
from nuanyi.party.forms import MeetingForm, MemberForm
from nuanyi.party.services import committees, joining, speaking

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _chinese():
    with translation.override("zh-hans"):
        yield


@pytest.fixture
def committee(cast):
    told = committees.CommitteeInput(
        "雁山镇大工委", "township", "450311100", date(2022, 3, 1), "雁组〔2022〕7号"
    )
    return committees.set_committee_up(actor=cast.actor("organisation"), told=told)


def test_a_joint_committee_names_its_matters_and_says_since_when_a_member_belongs(cast, district, committee):
    committees.take_member(actor=cast.actor("organisation"), pk=committee.pk, unit=district["t100"].pk)
    page = cast.client("organisation").get(f"/office/party/committees/{committee.pk}/").content.decode()
    assert "加入日期" in page
    assert "怎么回事" not in page


def test_a_name_that_is_taken_is_said_of_what_bears_it(cast, committee):
    department = cast.actor("organisation")
    told = committees.CommitteeInput("雁山镇大工委", "township", "450311100", date(2022, 3, 1), "批复")
    with pytest.raises(BadInput) as refused:
        committees.set_committee_up(actor=department, told=told)
    assert "大工委" in str(refused.value.fields["name"])
    team = {"name": "雁山宣讲队", "region_code": "450311100", "instructor": cast.accounts["instructor"].pk}
    speaking.set_team_up(actor=department, **team)
    with pytest.raises(BadInput) as refused:
        speaking.set_team_up(actor=department, **team)
    assert "宣讲队" in str(refused.value.fields["name"])


def test_a_lecture_team_has_a_representative_of_the_staff_and_takes_people_in(cast):
    made = speaking.set_team_up(
        actor=cast.actor("organisation"),
        name="雁山宣讲队",
        region_code="450311100",
        instructor=cast.accounts["instructor"].pk,
    )
    page = cast.client("instructor").get(f"/office/party/teams/{made.pk}/").content.decode()
    assert "职工代表" in page
    assert "加入宣讲队" in page
    assert "批准加入" not in page


def test_a_day_of_review_that_cannot_be_is_said_of_the_activist(cast, found, asked):
    made = asked()
    for code in ("talk", "written", "activist"):
        joining.take_step(
            actor=cast.actor("instructor"), pk=made.pk, code=code, on=made.asked_date, paper="记录"
        )
    with pytest.raises(BadInput) as refused:
        joining.review(actor=cast.actor("instructor"), pk=made.pk, on=date(2020, 1, 1))
    assert "积极分子" in str(refused.value.fields["on"])


def test_what_is_counted_and_chosen_is_called_by_its_name():
    assert str(ledger.kind(kinds.VISITS).unit) == "次"
    assert str(rules.STEPS[0].title) == "提出入党申请"
    assert str(MemberForm(branches=[]).fields["standing"].label) == "党员类别"
    assert str(MeetingForm(branches=[]).fields["kind"].label) == "会议类型"
