"""A probationary member becomes a full one, a phone changes, a member is transferred: by a paper, and seen by no one else."""

from datetime import date, timedelta

import pytest

from nuanyi.lib import clock
from nuanyi.lib.errors import BadInput, Conflict, NotAllowed, NotFound
from nuanyi.party.models.members import Member
from nuanyi.party.services import members

pytestmark = pytest.mark.django_db


def full(**more):
    return members.MemberChange(standing="full", on=clock.today(), paper="转正批复3号", **more)


def test_a_probationary_member_becomes_a_full_one_on_a_day_by_a_paper(cast, secretary, entered):
    branch = secretary("甲支部")
    made = entered(branch, standing="probation")
    actor = cast.actor("甲支部")
    for wrong in (
        members.MemberChange(standing="full", on=clock.today()),
        members.MemberChange(standing="full", paper="转正批复3号"),
        members.MemberChange(standing="full", on=made.joined_date - timedelta(days=1), paper="批复"),
        members.MemberChange(standing="full", on=clock.today() + timedelta(days=1), paper="批复"),
    ):
        with pytest.raises(BadInput):
            members.change_member(actor=actor, pk=made.pk, told=wrong)
    page = cast.client("甲支部")
    told = {"deed": "change", "standing": "full", "on": clock.today().isoformat(), "paper": "转正批复3号"}
    assert page.post(f"/office/party/members/{made.pk}/", told).status_code == 302
    made.refresh_from_db()
    assert (made.standing, made.standing_date) == ("full", clock.today())
    assert "转正批复3号" in page.get(f"/office/party/members/{made.pk}/").content.decode()


def test_a_phone_that_was_mistyped_is_mended_and_the_name_stays(cast, secretary, entered):
    branch = secretary("甲支部")
    made, other = entered(branch), entered(branch, name="韦乙", phone="19900005679")
    actor = cast.actor("甲支部")
    members.change_member(actor=actor, pk=made.pk, told=members.MemberChange(phone="19900005680"))
    assert members.open_member(actor=actor, pk=made.pk, purpose="约谈入党意愿") == ("梁远行", "19900005680")
    with pytest.raises(Conflict):
        members.change_member(actor=actor, pk=other.pk, told=members.MemberChange(phone="19900005680"))
    with pytest.raises(BadInput):
        members.change_member(actor=actor, pk=made.pk, told=members.MemberChange(phone="12"))


def test_the_department_transfers_a_member_and_the_former_branch_sees_them_no_more(cast, secretary, entered):
    home, there = secretary("甲支部"), secretary("乙支部", "450311101")
    made = entered(home)
    today = clock.today()
    members.send_away(
        actor=cast.actor("甲支部"),
        pk=made.pk,
        told=members.Absence(today, today.replace(year=today.year + 1), "450311101"),
    )
    page = cast.client("organisation")
    told = {"deed": "transfer", "to": there.pk, "on": today.isoformat(), "paper": "介绍信8号"}
    assert page.post(f"/office/party/members/{made.pk}/", {**told, "paper": " "}).status_code in (400, 422)
    assert page.post(f"/office/party/members/{made.pk}/", told).status_code == 302
    assert cast.client("甲支部").get(f"/office/party/members/{made.pk}/").status_code == 404
    seen = cast.client("乙支部").get(f"/office/party/members/{made.pk}/").content.decode()
    assert "介绍信8号" in seen
    made = Member.objects.get(pk=made.pk)
    assert (made.branch, made.joined_date, made.away_from_date) == (there, today, None)
    assert members.open_member(actor=cast.actor("乙支部"), pk=made.pk, purpose="约谈入党意愿")[0] == "梁远行"


def test_no_branch_transfers_by_itself_nor_to_a_temporary_one(cast, secretary, found, entered):
    home, there = secretary("甲支部"), secretary("乙支部", "450311101")
    made = entered(home)
    told = {"pk": made.pk, "to": there.pk, "on": clock.today(), "paper": "介绍信8号"}
    with pytest.raises(NotAllowed):
        members.transfer(actor=cast.actor("甲支部"), **told)
    assert "介绍信" not in cast.client("甲支部").get(f"/office/party/members/{made.pk}/").content.decode()
    temporary = found("临时", "temporary", task="防汛", until_date=date(2030, 1, 1))
    for to in (temporary.pk, home.pk, 0):
        with pytest.raises(BadInput):
            members.transfer(actor=cast.actor("organisation"), **{**told, "to": to})
    with pytest.raises(NotFound):
        members.change_member(actor=cast.actor("乙支部"), pk=made.pk, told=full())
