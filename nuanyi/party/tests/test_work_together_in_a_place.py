"""大工委 and 大党委: members, meetings, matters that a member takes on, and the three lists of the place."""

from __future__ import annotations

from copy import copy
from datetime import date, timedelta
from uuid import uuid4

import pytest

from nuanyi.cases.models import Need
from nuanyi.cases.services import lists
from nuanyi.lib import clock
from nuanyi.lib.errors import BadInput, Conflict, IllegalMove, NotAllowed, NotFound
from nuanyi.lib.figures import Window, offered
from nuanyi.notices import services as notice_services
from nuanyi.notices.models import Notice
from nuanyi.party import home, life_queries
from nuanyi.party.models.committees import JointCommittee, Matter
from nuanyi.party.services import committees

pytestmark = pytest.mark.django_db


def set_up(actor, **more):
    told = {
        "name": "雁山镇大工委",
        "level": "township",
        "region_code": "450311100",
        "founded": date(2022, 3, 1),
        "approval": "雁组〔2022〕7号",
        **more,
    }
    return committees.set_committee_up(actor=actor, told=committees.CommitteeInput(**told))


@pytest.fixture
def committee(cast):
    return set_up(cast.actor("yanshan"))


@pytest.fixture
def seat(cast, committee, district):
    return committees.take_member(actor=cast.actor("yanshan"), pk=committee.pk, unit=district["t100"].pk)


def take_on(cast, committee, seat, **more):
    told = {"title": "园区充电桩", "seat": seat.pk, "due": clock.today() + timedelta(days=30), **more}
    return committees.take_matter_on(
        actor=cast.actor("yanshan"), pk=committee.pk, key=uuid4(), told=committees.MatterInput(**told)
    )


def test_a_member_takes_a_matter_on_and_what_is_done_counts_once(cast, committee, seat):
    matter = take_on(cast, committee, seat)
    office = cast.actor("yanshan")

    def end(state="done", outcome="装了6个"):
        return committees.end_matter(
            actor=office, pk=committee.pk, matter=matter.pk, state=state, outcome=outcome
        )

    with pytest.raises(IllegalMove):  # it has something to do still
        committees.let_member_go(actor=office, pk=committee.pk, seat=seat.pk)
    for wrong in ({"state": "open"}, {"outcome": " "}):
        with pytest.raises(BadInput):
            end(**wrong)
    end()
    with pytest.raises(IllegalMove):
        end()
    assert offered()["party.matters"].total(Window()) == 1
    committees.let_member_go(actor=office, pk=committee.pk, seat=seat.pk)
    with pytest.raises(BadInput):  # who left takes nothing on
        take_on(cast, committee, seat)


def test_what_is_past_its_day_is_overdue_and_waits_on_the_home_page(cast, committee, seat):
    matter = take_on(cast, committee, seat, due=clock.today())
    assert life_queries.matters_listed(cast.actor("yanshan"), life_queries.LATE).count() == 0
    with clock.held_at(clock.now() + timedelta(days=2)):
        assert life_queries.matters_listed(cast.actor("yanshan"), life_queries.LATE).count() == 1
        assert life_queries.matters_listed(cast.actor("zhemu"), life_queries.LATE).count() == 0
        assert Matter.objects.get(pk=matter.pk).overdue
        [task] = [one for one in home.tasks_for(cast.actor("yanshan")) if "matters=late" in one.href]
        listed = cast.client("yanshan").get(task.href).content.decode()
        assert task.count == listed.count("data-counted") == 1, "the number leads to the matter itself"
        [row] = life_queries.committees(cast.actor("yanshan"))
        assert (row.members, row.open, row.late) == (1, 1, 1)


def test_a_township_keeps_its_own_and_anothers_answers_like_none(cast, committee, district):
    with pytest.raises(NotAllowed):
        set_up(cast.actor("yanshan"), name="柘木镇大工委", region_code="450311101")
    with pytest.raises(NotFound):
        committees.take_member(actor=cast.actor("zhemu"), pk=committee.pk, unit=district["t100"].pk)
    page = f"/office/party/committees/{committee.pk}/"
    assert cast.client("zhemu").get(page).status_code == 404
    assert cast.client("office").get(page).status_code == 200
    assert cast.client("clerk").get(page).status_code == 403
    assert "雁山镇大工委" not in cast.client("zhemu").get("/office/party/committees/").content.decode()


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"name": "甲"}, "name"),
        ({"level": "district"}, "level"),
        ({"level": "community"}, "region"),
        ({"founded": date(2099, 1, 1)}, "founded"),
        ({"approval": ""}, "approval"),
    ],
)
def test_what_is_no_joint_committee_is_refused_at_its_field(cast, told, field):
    with pytest.raises(BadInput) as refused:
        set_up(cast.actor("organisation"), **told)
    assert field in refused.value.fields
    assert not JointCommittee.objects.exists()


def test_a_unit_sits_in_it_once_and_no_more_came_than_sit_in_it(cast, committee, seat, district, found):
    office = cast.actor("yanshan")
    with pytest.raises(Conflict):
        committees.take_member(actor=office, pk=committee.pk, unit=district["t100"].pk)
    with pytest.raises(BadInput):
        committees.take_member(actor=office, pk=committee.pk)
    committees.take_member(actor=office, pk=committee.pk, organisation=found().pk)

    def met(present, on=None):
        return committees.note_meeting(
            actor=office,
            pk=committee.pk,
            key=uuid4(),
            on=on or clock.today(),
            topic="三张清单",
            present=present,
        )

    assert met(2).present == 2
    for wrong in ((3,), (0,), (1, date(2021, 1, 1)), (1, clock.today() + timedelta(days=1))):
        with pytest.raises(BadInput):
            met(*wrong)


def test_its_page_shows_the_three_lists_of_its_place(cast, committee, seat, district):
    office = cast.actor("office")

    def line(title, region, **more):
        return lists.ListLineInput("rights", title, region, 5, district["t100"], **more)

    last = clock.today() + timedelta(days=60)
    pledge = lists.add_pledge(actor=office, told=line("周二会议室", "450311100", last=last))
    need = lists.add_need(actor=office, told=line("夜间歇脚", "450311100"))
    lists.add_need(actor=office, told=line("别处的事", "450311101"))
    lists.plan(actor=office, need=need.pk, pledge=pledge.pk, amount=2, day=last)
    page = cast.client("yanshan").get(f"/office/party/committees/{committee.pk}/").content.decode()
    assert "周二会议室" in page
    assert page.count("夜间歇脚") == 2, "the need, and the project that meets a part of it"
    assert "别处的事" not in page


def test_a_long_list_of_elsewhere_does_not_push_the_place_s_own_lines_out(cast, committee, district):
    unit = district["t100"]
    elsewhere = Need(part="rights", title="别处的事", region_code="450311101", amount=9, unit=unit)
    Need.objects.bulk_create([copy(elsewhere) for _n in range(201)])
    Need.objects.create(part="rights", title="夜间歇脚", region_code="450311100", amount=1, unit=unit)
    page = cast.client("yanshan").get(f"/office/party/committees/{committee.pk}/").content.decode()
    assert "夜间歇脚" in page
    assert "别处的事" not in page


def test_members_meetings_and_matters_are_kept_on_the_page_and_what_was_typed_stays(
    cast, committee, district
):
    page = f"/office/party/committees/{committee.pk}/"
    office = cast.client("yanshan")
    assert office.post(page, {"deed": "member", "member": f"unit-{district['t100'].pk}"}).status_code == 302
    seat = committee.seats.get()
    told = {"deed": "matter", "key": uuid4(), "title": "园区充电桩", "seat": seat.pk, "due": "2020-01-01"}
    refused = office.post(page, told)
    assert refused.status_code == 422
    assert "园区充电桩" in refused.content.decode()
    told["due"] = (clock.today() + timedelta(days=9)).isoformat()
    assert office.post(page, told).status_code == 302
    met = {
        "deed": "meeting",
        "key": uuid4(),
        "on": clock.today().isoformat(),
        "topic": "第一次会议",
        "present": "1",
    }
    assert office.post(page, met).status_code == 302
    end = {"deed": "end", "matter": committee.matters.get().pk, "state": "done", "outcome": "已装好"}
    assert office.post(page, end).status_code == 302
    shown = office.get(page).content.decode()
    assert "已装好" in shown
    assert "第一次会议" in shown


@pytest.fixture
def member_unit(cast, district, committee):
    """A unit of another place with a seat; ``department`` is of its staff."""
    return committees.take_member(actor=cast.actor("yanshan"), pk=committee.pk, unit=district["shichang"].pk)


def test_a_unit_that_takes_a_matter_on_is_told_and_sees_it_and_says_what_came_of_it(
    cast, committee, seat, member_unit
):
    matter = take_on(cast, committee, member_unit)
    other = take_on(cast, committee, seat, title="夜间歇脚点")
    notice_services.spread_calls()
    notice = Notice.objects.get(kind="matter-taken", account=cast.accounts["department"])
    assert notice.facts["title"] == "园区充电桩"
    actor, browser = cast.actor("department"), cast.client("department")
    assert life_queries.matters_listed(actor, life_queries.OURS).count() == 1
    [task] = [one for one in home.tasks_for(actor) if "matters=ours" in one.href]
    listed = browser.get(task.href).content.decode()
    assert "园区充电桩" in listed and "夜间歇脚点" not in listed
    assert task.count == listed.count("data-counted") == 1
    page = f"/office/party/committees/{committee.pk}/"
    body = browser.get(page).content.decode()
    assert "园区充电桩" in body
    assert body.count('name="outcome"') == 1, "only its own is for it to end"
    with pytest.raises(NotFound):
        committees.end_matter(actor=actor, pk=committee.pk, matter=other.pk, state="done", outcome="装了6个")
    with pytest.raises(NotFound):
        committees.let_member_go(actor=actor, pk=committee.pk, seat=seat.pk)
    told = {"deed": "end", "matter": matter.pk, "state": "done", "outcome": "装了6个"}
    assert browser.post(page, told).status_code == 302
    matter.refresh_from_db()
    assert matter.state == "done"
    assert life_queries.matters_listed(actor, life_queries.OURS).count() == 0
    committees.let_member_go(actor=cast.actor("yanshan"), pk=committee.pk, seat=member_unit.pk)
    assert browser.get(page).status_code == 404, "without a seat it is as if there were none"


def test_a_joint_committee_is_put_right_and_dissolved_by_a_paper(cast, committee, seat):
    browser, page = cast.client("yanshan"), f"/office/party/committees/{committee.pk}/"
    told = {
        "deed": "correct",
        "name": "雁山镇联合工委",
        "founded": "2022-04-01",
        "approval": "雁组〔2022〕8号",
    }
    assert browser.post(page, told).status_code == 302
    committee.refresh_from_db()
    assert (committee.name, committee.founded_date) == ("雁山镇联合工委", date(2022, 4, 1))
    matter = take_on(cast, committee, seat)
    end = {"deed": "dissolve", "on": clock.today().isoformat(), "paper": "雁组〔2026〕9号"}
    assert browser.post(page, {**end, "paper": ""}).status_code == 422
    assert browser.post(page, end).status_code == 409, "a matter is open"
    committees.end_matter(
        actor=cast.actor("yanshan"), pk=committee.pk, matter=matter.pk, state="dropped", outcome="并入他处"
    )
    assert browser.post(page, end).status_code == 302
    seat.refresh_from_db()
    assert seat.until_date == clock.today()
    assert life_queries.committees(cast.actor("yanshan")) == []
    assert Matter.objects.filter(committee=committee).exists(), "what it did stays"
