"""An organisation is renamed, moved and prolonged by a paper; what it covers can be taken out; its end leaves nothing behind."""

from datetime import date, timedelta

import pytest

from nuanyi.lib import clock
from nuanyi.lib.errors import BadInput, IllegalMove, NotFound
from nuanyi.notices.models import Notice
from nuanyi.party import coverage
from nuanyi.party.models.applications import Application
from nuanyi.party.models.committees import CommitteeSeat, JointCommittee
from nuanyi.party.models.members import Flag
from nuanyi.party.models.organisations import Organisation
from nuanyi.party.services import members, organisations

pytestmark = pytest.mark.django_db
DAY = date(2026, 1, 5)


@pytest.fixture
def office(cast):
    return cast.actor("organisation")


def change(branch, **more):
    told = {
        "on": DAY,
        "paper": "雁组〔2026〕5号",
        "name": branch.name,
        "region_code": branch.region_code,
        "parent": branch.parent_id,
        "sector": branch.sector,
        "task": branch.task,
        "until_date": branch.until_date,
    }
    return organisations.ChangeInput(**(told | more))


# what it covers ---------------------------------------------------------------------------------


def test_what_was_covered_by_mistake_is_taken_out_and_then_another_branch_may_cover_it(
    cast, office, found, shop
):
    one = shop()
    first = found("甲支部", "formal", establishments=[one.pk])
    second = found("乙支部", "formal")
    members.raise_flag(actor=office, establishment=one.pk, paper="同意书")
    page = cast.client("organisation")
    assert "uncover" in page.get(f"/office/party/{first.pk}/").content.decode()
    told = {"deed": "uncover", "reach": str(one.pk), "on": clock.today().isoformat()}
    assert page.post(f"/office/party/{first.pk}/", told).status_code == 302
    assert not coverage.covered().get(pk=one.pk).organised
    assert not Flag.objects.filter(until_date=None).exists(), (
        "it showed the flag of a branch that covers it no more"
    )
    organisations.cover(actor=office, pk=second.pk, establishments=[one.pk], on=clock.today())
    assert coverage.covered().get(pk=one.pk).organised


def test_what_a_branch_does_not_cover_is_not_taken_out(office, found, shop):
    one = shop()
    branch = found("甲支部", "formal", establishments=[one.pk])
    with pytest.raises(NotFound):
        organisations.uncover(actor=office, pk=branch.pk, establishment=shop("另一家").pk, on=clock.today())
    with pytest.raises(BadInput):
        organisations.uncover(
            actor=office, pk=branch.pk, establishment=one.pk, on=branch.founded_date - timedelta(days=1)
        )


@pytest.mark.parametrize("days", [1, -100_000])
def test_a_branch_covers_nothing_before_it_was_there_nor_from_a_day_to_come(office, found, shop, days):
    branch = found("甲支部", "formal")
    on = clock.today() + timedelta(days=1) if days > 0 else branch.founded_date - timedelta(days=1)
    with pytest.raises(BadInput):
        organisations.cover(actor=office, pk=branch.pk, establishments=[shop().pk], on=on)


# what it stands below, its name, its end ---------------------------------------------------------


def test_only_the_topmost_committee_stands_below_none_and_only_committees_stand_above(office, found):
    top = found("雁山区两新工委", region="450311")
    branch = found("甲支部", "formal")
    assert branch.parent == top
    for parent in (None, branch.pk):
        with pytest.raises(BadInput) as wrong:
            found("乙支部", "formal", parent=parent)
        assert "parent" in wrong.value.fields
    with pytest.raises(BadInput):
        found("雁山镇党委", parent=None)


def test_a_temporary_branch_has_an_appointed_secretary(cast, office, found):
    with pytest.raises(BadInput) as wrong:
        found("临时", "temporary", task="防汛", until_date=date(2030, 1, 1), secretary=None)
    assert "secretary" in wrong.value.fields
    branch = found("临时", "temporary", task="防汛", until_date=date(2030, 1, 1))
    assert branch.secretary == cast.accounts["appointed"]
    with pytest.raises(BadInput):
        organisations.change(actor=office, pk=branch.pk, members=3, secretary=None)


def test_past_its_end_a_temporary_branch_covers_nobody_until_it_is_prolonged(office, found, shop):
    one = shop()
    ended = clock.today() - timedelta(days=1)
    branch = found(
        "临时",
        "temporary",
        task="防汛",
        until_date=ended,
        founded_date=date(2021, 7, 1),
        establishments=[one.pk],
    )
    assert not coverage.covered().get(pk=one.pk).organised
    assert coverage.covered(ended).get(pk=one.pk).organised if one.first_seen_date <= ended else True
    later = clock.today() + timedelta(days=200)
    organisations.rearrange(actor=office, pk=branch.pk, told=change(branch, until_date=later))
    assert coverage.covered().get(pk=one.pk).organised
    [row] = branch.changes.all()
    assert (row.what, row.before, row.after, row.paper) == (
        "until",
        ended.isoformat(),
        later.isoformat(),
        "雁组〔2026〕5号",
    )


def test_a_branch_is_renamed_and_moved_by_a_paper_on_its_page(cast, found):
    top = found("雁山区两新工委", region="450311")
    township = found()
    branch = found("甲支部", "formal", parent=top.pk)
    told = {
        "deed": "rearrange",
        "name": "甲联合支部",
        "parent": township.pk,
        "region": branch.region_code,
        "change_on": "2026-01-05",
        "change_paper": "雁组〔2026〕5号",
    }
    page = cast.client("organisation")
    assert page.post(f"/office/party/{branch.pk}/", {**told, "change_paper": ""}).status_code in (400, 422)
    assert page.post(f"/office/party/{branch.pk}/", told).status_code == 302
    branch.refresh_from_db()
    assert (branch.name, branch.parent) == ("甲联合支部", township)
    seen = page.get(f"/office/party/{branch.pk}/").content.decode()
    assert "雁山区两新工委" in seen, "what it was before stays to be read"
    assert "雁组〔2026〕5号" in seen


def test_nothing_is_put_below_itself_and_nothing_changes_without_a_change(office, found):
    top = found("雁山区两新工委", region="450311")
    below = found()
    with pytest.raises(BadInput):
        organisations.rearrange(actor=office, pk=top.pk, told=change(top, parent=below.pk))
    with pytest.raises(BadInput):
        organisations.rearrange(actor=office, pk=below.pk, told=change(below))


# its end ----------------------------------------------------------------------------------------


def test_the_end_of_a_branch_leaves_no_flag_no_seat_no_meeting_and_tells_the_instructor(
    cast, office, found, shop, asked
):
    found()
    one = shop("雁山快递站", "450311100")
    branch = found("快递联合党支部", "joint", establishments=[one.pk])
    members.raise_flag(actor=office, establishment=one.pk, paper="同意书")
    committee = JointCommittee.objects.create(
        name="雁山镇大工委", level="township", region_code="450311100", founded_date=DAY, approval="批复"
    )
    CommitteeSeat.objects.create(committee=committee, organisation=branch, from_date=DAY)
    made = asked(workplace="雁山快递站")
    assert made.organisation == branch
    Notice.objects.all().delete()
    with pytest.raises(BadInput) as wrong:
        organisations.end(actor=office, pk=branch.pk, on=clock.today(), reason="调整", paper=" ")
    assert "paper" in wrong.value.fields
    organisations.end(actor=office, pk=branch.pk, on=clock.today(), reason="调整", paper="雁组〔2026〕9号")
    assert not Flag.objects.filter(until_date=None).exists()
    assert not CommitteeSeat.objects.filter(until_date=None).exists()
    made = Application.objects.get(pk=made.pk)
    assert (made.organisation.name, made.door) == ("雁山镇党委", "handed")
    notice = Notice.objects.get(account=cast.accounts["instructor"])
    assert notice.kind == "list-changed"
    assert notice.facts == {}
    assert Organisation.objects.get(pk=branch.pk).end_paper == "雁组〔2026〕9号"


def test_a_branch_with_members_on_its_list_does_not_end(cast, office, secretary, entered):
    branch = secretary("甲支部")
    member = entered(branch)
    with pytest.raises(IllegalMove):
        organisations.end(actor=office, pk=branch.pk, on=clock.today(), reason="调整", paper="批复")
    members.leave(actor=office, pk=member.pk, on=clock.today())
    organisations.end(actor=office, pk=branch.pk, on=clock.today(), reason="调整", paper="批复")
