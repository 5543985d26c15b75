"""双找: a member away from home is known to two branches by one code, and to nobody else; 亮身份 is one's own deed."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.test import Client

from nuanyi.lib import clock
from nuanyi.lib.errors import BadInput, Conflict, NotAllowed, NotFound, TooMuch
from nuanyi.party import queries, rules
from nuanyi.party.models import Flag, Member, Showing
from nuanyi.party.services import members, organisations

pytestmark = pytest.mark.django_db


def away(cast, member, branch=None, months=8, **more):
    since = clock.today()
    told = members.Absence(since, rules.months_later(since, months), "450311101", branch)
    return members.send_away(actor=cast.actor("甲支部"), pk=member.pk, told=told, **more)


@pytest.fixture
def three(secretary):
    return secretary(), secretary("乙支部", "450311101"), secretary("丙支部", "450311200")


def test_both_branches_see_the_member_and_the_third_gets_the_answer_of_one_that_is_not_there(
    cast, three, entered
):
    home, there, third = three
    member = entered(home)
    code = away(cast, member)
    assert queries.not_reported(cast.actor("甲支部")) == 1
    assert not Member.objects.visible_to(cast.actor("乙支部")).exists()
    members.check_in(actor=cast.actor("乙支部"), branch=there.pk, code=f" {code[:5].lower()} {code[5:]}")
    assert queries.not_reported(cast.actor("甲支部")) == 0
    for part in ("甲支部", "乙支部", "organisation"):
        page = f"/office/party/members/{member.pk}/"
        assert "梁远行" not in cast.client(part).get(page).content.decode()
        assert "梁远行" in cast.client(part).post(page, {"deed": "reveal"}).content.decode()
        opened = cast.client(part).post("/office/party/members/", {"deed": "names"}).content.decode()
        assert "梁远行" in opened
    curious = cast.client("丙支部")

    def answers(number, spelled):
        page = curious.get(f"/office/party/members/{number}/")
        told = {"deed": "report", "branch": third.pk, "code": spelled}
        report = curious.post("/office/party/members/", told)
        words = report.context["refusal"].fields
        return page.status_code, page.content.split(b"<main")[-1], report.status_code, words

    assert answers(member.pk, code) == answers(member.pk + 9999, "QQQQQQQQQQ")
    assert "梁远行" not in curious.post("/office/party/members/", {"deed": "names"}).content.decode()
    with pytest.raises(NotAllowed):  # the receiving branch takes nobody off the list of another
        members.leave(actor=cast.actor("乙支部"), pk=member.pk, on=clock.today())
    members.come_home(actor=cast.actor("甲支部"), pk=member.pk)
    assert cast.client("乙支部").get(f"/office/party/members/{member.pk}/").status_code == 404


def test_a_code_for_one_branch_opens_nothing_in_another_and_no_code_opens_for_ever(cast, three, entered):
    home, there, third = three
    member = entered(home)
    first = away(cast, member)
    code = away(cast, member, there.pk)
    for branch, spelled in ((third, code), (there, first), (home, code)):
        with pytest.raises(BadInput) as refused:
            members.check_in(actor=cast.actor(branch.name), branch=branch.pk, code=spelled)
        assert refused.value.code == "no-such-code"
    with clock.held_at(clock.now() + timedelta(days=31)), pytest.raises(BadInput):
        members.check_in(actor=cast.actor("乙支部"), branch=there.pk, code=code)
    assert members.check_in(actor=cast.actor("乙支部"), branch=there.pk, code=code).receiving == there
    with pytest.raises(BadInput):
        members.check_in(actor=cast.actor("乙支部"), branch=there.pk, code=code)


def test_codes_are_not_guessed(cast, three):
    with pytest.raises(TooMuch):
        for n in range(rules.CODES_AN_HOUR + 1):
            with pytest.raises(BadInput):
                members.check_in(actor=cast.actor("丙支部"), branch=three[2].pk, code=f"{n:010d}")


def test_six_months_make_somebody_roving_and_a_day_less_does_not(cast, three, entered):
    member = entered(three[0])
    for until, roving in ((date(2027, 1, 31), False), (date(2027, 2, 28), True)):
        assert rules.is_roving(date(2026, 8, 28), until) is roving
    with pytest.raises(BadInput):
        away(cast, member, months=5)


def test_the_database_itself_shows_a_member_to_two_branches_only(cast, three, entered):
    from nuanyi.lib import row_security

    member = entered(three[0])
    code = away(cast, member)
    members.check_in(actor=cast.actor("乙支部"), branch=three[1].pk, code=code)
    seen = {}
    for part in (
        "甲支部",
        "乙支部",
        "丙支部",
        "organisation",
        "office",
        "instructor",
        "auditor",
        "administrator",
    ):
        with row_security.reading_as(cast.actor(part)):
            seen[part] = Member.objects.count()
    assert {part for part, count in seen.items() if count} == {"甲支部", "乙支部", "organisation"}


def test_somebody_stands_in_one_branch_and_who_asks_does_not_learn_in_which(cast, three, entered):
    entered(three[0])
    with pytest.raises(Conflict) as refused:
        entered(three[1])
    assert "甲支部" not in str(refused.value)
    with pytest.raises(NotFound):
        members.add_member(
            actor=cast.actor("丙支部"),
            key=uuid4(),
            branch=three[0].pk,
            told=members.MemberInput("韦某", "19900005679", "full", date(2022, 1, 1), "x"),
        )


def test_a_temporary_branch_has_no_members_of_its_own(cast, secretary, found, program):
    branch = found("临时", "temporary", task="防汛", until_date=date(2030, 1, 1))
    with pytest.raises(BadInput) as refused:
        members.add_member(
            actor=cast.actor("organisation"),
            key=uuid4(),
            branch=branch.pk,
            told=members.MemberInput("韦某", "19900005679", "full", date(2022, 1, 1), "x"),
        )
    assert "branch" in refused.value.fields


def test_showing_oneself_is_ones_own_words_and_gone_with_one_tap(cast, three, entered):
    member = entered(three[0])
    browser, link = Client(), members.link_of(member)
    page = f"/party/member/{link}/"
    assert "梁远行" not in browser.get(page).content.decode()
    assert browser.post(page, {"said": "x"}).status_code == 422
    assert browser.post(page, {"said": "骑手老梁，在良丰跑单"}).status_code == 302
    public = browser.get("/party/shown/").content.decode()
    assert "骑手老梁" in public
    assert "梁远行" not in public
    assert "甲支部" not in public, "which branch it is was not said"
    assert browser.post(page, {"deed": "hide"}).status_code == 302
    assert not Showing.objects.exists()
    assert "骑手老梁" not in browser.get("/party/shown/").content.decode()
    assert browser.get(f"/party/member/{link[:-2]}00/").status_code == 404


def test_whoever_leaves_is_shown_no_more(cast, three, entered):
    member = entered(three[0])
    members.show_oneself(link=members.link_of(member), said="骑手老梁")
    members.leave(actor=cast.actor("甲支部"), pk=member.pk, on=clock.today())
    assert not Showing.objects.exists()
    with pytest.raises(NotFound):
        members.by_link(members.link_of(member))


def test_an_establishment_shows_the_flag_of_the_branch_that_covers_it(cast, found, shop):
    one = shop("雁山快递站", "450311100")
    office = cast.actor("organisation")
    with pytest.raises(Conflict):
        members.raise_flag(actor=office, establishment=one.pk, paper="回执1号")
    branch = found("联合", "joint", establishments=[one.pk])
    with pytest.raises(NotFound):
        members.raise_flag(actor=cast.actor("instructor"), establishment=one.pk, paper="回执1号")
    for _n in range(2):
        members.raise_flag(actor=office, establishment=one.pk, paper="回执1号")
    assert Flag.objects.get().organisation == branch
    assert "雁山快递站" in Client().get("/party/shown/").content.decode()
    members.lower_flag(actor=office, establishment=one.pk)
    assert "雁山快递站" not in Client().get("/party/shown/").content.decode()


def test_a_branch_that_falls_under_three_is_named_and_not_ended_by_itself(cast, found):
    branch = found("支部", "formal")
    office = cast.actor("organisation")
    assert queries.too_small() == 0
    organisations.change(actor=office, pk=branch.pk, members=2)
    assert queries.too_small() == 1
    page = cast.client("organisation").get(f"/office/party/{branch.pk}/").content.decode()
    assert "不能单独" in page
    assert "少于三名" in cast.client("organisation").get("/office/").content.decode()
    with pytest.raises(BadInput):
        organisations.change(actor=office, pk=branch.pk, members=2, secretary=cast.accounts["clerk"].pk)
