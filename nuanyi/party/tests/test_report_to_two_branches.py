"""双找: a member away from home is known to two branches by one code, and to nobody else; 亮身份 is one's own deed."""

from __future__ import annotations

import re
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.test import Client

from nuanyi.journal.models import Entry
from nuanyi.lib import clock
from nuanyi.lib.errors import BadInput, Conflict, NotAllowed, NotFound, TooMuch
from nuanyi.notices.models import Notice
from nuanyi.party import queries, rules
from nuanyi.party.models.coverage import CoverageDefinition
from nuanyi.party.models.members import Flag, Member, Showing
from nuanyi.party.models.organisations import Organisation
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
        assert (
            "梁远行"
            in cast.client(part).post(page, {"deed": "reveal", "purpose": "通知支部会议"}).content.decode()
        )
        opened = (
            cast.client(part)
            .post("/office/party/members/", {"deed": "names", "purpose": "通知支部会议"})
            .content.decode()
        )
        assert "梁远行" in opened
    curious = cast.client("丙支部")

    def answers(number, spelled):
        page = curious.get(f"/office/party/members/{number}/")
        told = {"deed": "report", "branch": third.pk, "code": spelled}
        report = curious.post("/office/party/members/", told)
        words = report.context["refusal"].fields
        return page.status_code, page.content.split(b"<main")[-1], report.status_code, words

    assert answers(member.pk, code) == answers(member.pk + 9999, "QQQQQQQQQQ")
    assert (
        "梁远行"
        not in curious.post(
            "/office/party/members/", {"deed": "names", "purpose": "通知支部会议"}
        ).content.decode()
    )
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


def test_a_secretary_who_enters_a_phone_does_not_learn_whether_it_stands_on_another_roll(
    cast, three, entered
):
    """Each entry is answered alike; the department sees the double, takes one off, and nobody else sees any of it."""
    known, double, none = entered(three[0]), entered(three[1]), entered(three[1], phone="19900005679")
    assert double.pk and none.pk
    browser, passing = cast.client("乙支部"), r"[0-9a-f]{8}-[0-9a-f-]{27}|\b\w{64}\b|(?<=<h1>党员 )\d+"
    pages = [
        re.sub(
            passing, "", browser.get(f"/office/party/members/{one.pk}/").content.decode().split("<main")[-1]
        )
        for one in (double, none)
    ]
    assert pages[0] == pages[1]
    assert "待处理" not in browser.get("/office/party/members/").content.decode()
    assert queries.on_two_rolls(cast.actor("乙支部")) == set()
    department, office = cast.actor("organisation"), cast.client("organisation")
    assert queries.on_two_rolls(department) == {known.pk, double.pk}
    listed = office.get("/office/party/members/").content.decode().split("<tbody")[1]
    assert listed.count("待处理") == 2
    assert "甲支部" in office.get(f"/office/party/members/{double.pk}/").content.decode()
    members.leave(actor=department, pk=known.pk, on=clock.today())
    assert queries.on_two_rolls(department) == set()


def test_somebody_stands_once_on_a_list_and_on_no_list_of_others(cast, three, entered):
    entered(three[0])
    with pytest.raises(Conflict):
        entered(three[0])
    with pytest.raises(NotFound):
        members.add_member(
            actor=cast.actor("丙支部"),
            key=uuid4(),
            branch=three[0].pk,
            told=members.MemberInput("韦某", "19900005679", "full", date(2022, 1, 1), "x"),
        )


def test_whoever_enters_many_is_counted_and_the_auditor_is_told(cast, three, entered, monkeypatch):
    monkeypatch.setattr(rules, "ENTERED_ALARM", 3)
    monkeypatch.setattr(rules, "ENTERED_AN_HOUR", 4)
    auditor = Notice.objects.filter(account=cast.accounts["auditor"], kind="members-entered")
    for number in range(2):
        entered(three[0], phone=f"1990000600{number}")
    assert not auditor.exists()
    for number in (2, 3):
        entered(three[0], phone=f"1990000600{number}")
    assert auditor.count() == 1
    with pytest.raises(TooMuch):
        entered(three[0], phone="19900006009")


@pytest.mark.parametrize("part", ["the absence is over", "the receiving branch has ended"])
def test_a_receiving_branch_sees_a_member_no_longer_than_both_last(cast, three, entered, part):
    from nuanyi.lib import row_security

    home, there, _third = three
    member = entered(home)
    members.check_in(actor=cast.actor("乙支部"), branch=there.pk, code=away(cast, member))
    assert Member.objects.visible_to(cast.actor("乙支部")).exists()
    if part == "the absence is over":
        Member.objects.update(away_until_date=clock.today() - timedelta(days=1))
    else:
        Organisation.objects.filter(pk=there.pk).update(ended_date=clock.today())
    assert not Member.objects.visible_to(cast.actor("乙支部")).exists()
    with row_security.reading_as(cast.actor("乙支部")):
        assert not Member.objects.exists()
    assert Member.objects.visible_to(cast.actor("甲支部")).exists()


def test_a_branch_that_ends_lets_go_whom_it_received_and_its_secretary(cast, three, entered):
    home, there, _third = three
    member, own = entered(home), entered(there, phone="19900005679")
    members.check_in(actor=cast.actor("乙支部"), branch=there.pk, code=away(cast, member))
    members.transfer(
        actor=cast.actor("organisation"), pk=own.pk, to=home.pk, on=clock.today(), paper="介绍信8号"
    )
    organisations.end(
        actor=cast.actor("organisation"),
        pk=there.pk,
        on=clock.today(),
        reason="合并",
        paper="雁组〔2026〕9号",
    )
    member.refresh_from_db()
    there.refresh_from_db()
    assert (member.receiving, there.secretary) == (None, None)
    assert queries.not_reported(cast.actor("甲支部")) == 1
    assert cast.client("乙支部").get(f"/office/party/members/{own.pk}/").status_code == 404


def test_the_department_of_one_district_keeps_no_branch_of_another(cast, three, entered, found, secretary):
    """In a city: what another district has set up answers like none, and its members are nobody's here."""
    from nuanyi.lib import row_security
    from nuanyi.people.models import RoleGrant
    from nuanyi.units.models import Unit

    RoleGrant.objects.filter(account=cast.accounts["organisation"]).update(region_code="450302")
    member, other, spy = entered(three[0]), cast.actor("organisation"), cast.accounts["丙支部"]
    for deed in (
        lambda: organisations.change(actor=other, pk=three[0].pk, members=5, secretary=spy.pk),
        lambda: organisations.cover(actor=other, pk=three[0].pk, establishments=[], on=clock.today()),
        lambda: organisations.end(
            actor=other, pk=three[0].pk, on=clock.today(), reason="合并", paper="雁组〔2026〕9号"
        ),
    ):
        with pytest.raises(NotFound):
            deed()
    with pytest.raises(BadInput) as refused:
        found("别区支部", "formal", "450311100")
    assert "region" in refused.value.fields
    definition = CoverageDefinition(from_date=clock.today(), target_date=clock.today(), source="自定")
    with pytest.raises(NotAllowed):
        organisations.define_coverage(actor=other, told=definition)
    # nor does a secretary of another district's unit read them, whoever named him
    unit = Unit.objects.create(code="xf", name="秀峰区委组织部", region_code="450302")
    spy.unit = unit
    spy.save(update_fields=["unit"])
    RoleGrant.objects.filter(account=cast.accounts["organisation"]).update(region_code="")
    with pytest.raises(BadInput):
        organisations.change(actor=cast.actor("organisation"), pk=three[0].pk, members=5, secretary=spy.pk)
    Organisation.objects.filter(pk=three[0].pk).update(secretary=spy)
    with row_security.reading_as(cast.actor("丙支部")):
        assert not Member.objects.filter(pk=member.pk).exists()


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


def test_the_address_of_a_members_own_page_is_shown_once_and_that_is_noted(cast, three, entered):
    """A secretary who kept it could speak as the member, and nobody would know."""
    member = entered(three[0])
    link, page, secretary = (
        members.link_of(member),
        f"/office/party/members/{member.pk}/",
        cast.client("甲支部"),
    )
    assert link not in secretary.get(page).content.decode()
    assert link in secretary.post(page, {"deed": "link"}).content.decode()
    [entry] = Entry.objects.filter(kind="party.link_shown")
    assert (entry.actor_id, entry.subject_id) == (cast.accounts["甲支部"].pk, str(member.pk))
    assert link not in secretary.get(page).content.decode()
    again = secretary.post(page, {"deed": "link"})
    assert again.status_code == 409
    assert link not in again.content.decode()
    assert "交给你" in Client().get(f"/party/member/{link}/").content.decode()
    with pytest.raises(NotFound):
        members.hand_over_link(actor=cast.actor("乙支部"), pk=member.pk)
    assert members.hand_over_link(actor=cast.actor("organisation"), pk=member.pk) == link


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
