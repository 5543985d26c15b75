"""An alliance has members of every kind, shares rooms and does things together; its page shows its figures."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from nuanyi.cases.models import Pledge
from nuanyi.cases.rules import Part
from nuanyi.lib import clock
from nuanyi.lib.errors import BadInput, Conflict, IllegalMove, NotAllowed, NotFound
from nuanyi.lib.figures import Window, offered
from nuanyi.party import alliance_queries
from nuanyi.party.services import alliances, organisations
from nuanyi.people.models import RoleGrant
from nuanyi.stations.models import Station
from nuanyi.units import services as units

pytestmark = pytest.mark.django_db


@pytest.fixture
def belt(cast, district, program):
    return units.put_alliance(actor=program, name="桂阳公路党建示范带", members=[district["t100"]])


@pytest.fixture
def firm(cast, belt, shop):
    return alliances.take_firm(
        actor=cast.actor("organisation"),
        alliance=belt.pk,
        establishment=shop("雁山快递站", "450311100").pk,
        paper="意向书",
    )


def room(cast, belt, **whose):
    told = alliances.RoomInput("休息室", "450311100", "歇脚、充电", "每天 8:00-20:00", **whose)
    return alliances.share_room(actor=cast.actor("organisation"), alliance=belt.pk, told=told)


def test_units_and_firms_share_rooms_and_a_firm_that_leaves_takes_its_rooms_along(cast, district, belt, firm):
    room(cast, belt, unit=district["t100"].pk)
    room(cast, belt, firm=firm.pk)
    assert len(alliance_queries.belt(cast.actor("organisation"), belt.pk).rooms) == 2
    for wrong in ({}, {"unit": district["shichang"].pk}, {"unit": district["t100"].pk, "firm": firm.pk}):
        with pytest.raises(BadInput) as refused:
            room(cast, belt, **wrong)
        assert "whose" in refused.value.fields
    alliances.let_firm_go(actor=cast.actor("organisation"), pk=firm.pk)
    found = alliance_queries.belt(cast.actor("organisation"), belt.pk)
    assert (len(found.firms), len(found.rooms)) == (0, 1)


def test_the_department_of_another_district_changes_nothing_of_it(cast, belt, firm, district):
    """In a city: an alliance with another district's units answers like none."""
    made = room(cast, belt, unit=district["t100"].pk)
    RoleGrant.objects.filter(account=cast.accounts["organisation"]).update(region_code="450302")
    other = cast.actor("organisation")
    for deed in (
        lambda: room(cast, belt, firm=firm.pk),
        lambda: alliances.close_room(actor=other, pk=made.pk),
        lambda: alliances.open_as_station(
            actor=other, pk=made.pk, lat_wgs84=25.06, lon_wgs84=110.3, how_to_find=""
        ),
        lambda: alliances.let_firm_go(actor=other, pk=firm.pk),
        lambda: alliances.plan_activity(
            actor=other, alliance=belt.pk, told=alliances.ActivityInput("联合党日", clock.today(), "")
        ),
    ):
        with pytest.raises(NotFound):
            deed()


def test_a_firm_is_a_member_once_and_only_by_its_paper(cast, belt, firm, shop):
    with pytest.raises(Conflict):
        alliances.take_firm(
            actor=cast.actor("organisation"), alliance=belt.pk, establishment=firm.establishment_id, paper="x"
        )
    with pytest.raises(BadInput):
        alliances.take_firm(
            actor=cast.actor("organisation"), alliance=belt.pk, establishment=shop().pk, paper=" "
        )


def test_a_joint_activity_counts_once_and_when_it_took_place(cast, belt):
    office = cast.actor("organisation")

    def plan(on):
        return alliances.plan_activity(
            actor=office, alliance=belt.pk, told=alliances.ActivityInput("联合主题党日", on, "良丰")
        )

    coming, past = plan(clock.today() + timedelta(days=3)), plan(clock.today())
    with pytest.raises(IllegalMove):
        alliances.hold_activity(actor=office, pk=coming.pk, present=5)
    alliances.hold_activity(actor=office, pk=past.pk, present=24)
    with pytest.raises(IllegalMove):
        alliances.hold_activity(actor=office, pk=past.pk, present=24)
    assert offered()["party.joint_activities"].total(Window()) == 1
    found = alliance_queries.belt(cast.actor("organisation"), belt.pk)
    assert (found.held, found.present) == (1, 24)
    with pytest.raises(BadInput):
        plan(date(1999, 1, 1))


def test_its_page_is_kept_by_the_organisation_department_and_read_by_the_office(cast, belt, firm):
    page = f"/office/party/alliances/{belt.pk}/"
    office, reader = cast.client("organisation"), cast.client("office")
    told = {"deed": "room", "name": "休息室", "whose": f"firm-{firm.pk}", "region": "450311100"}
    assert office.post(page, told).status_code == 302
    assert office.post(page, {**told, "whose": ""}).status_code == 422
    shown = reader.get(page).content.decode()
    assert "雁山快递站" in shown
    assert "休息室" in shown
    assert reader.post(page, told).status_code == 403
    with pytest.raises(NotAllowed):
        alliances.let_firm_go(actor=cast.actor("office"), pk=firm.pk)
    assert cast.client("clerk").get(page).status_code == 403
    assert reader.get("/office/party/alliances/").status_code == 200
    assert reader.get(f"{page}points/").json()["features"] == []
    assert reader.get("/office/party/alliances/999999/").status_code == 404


def test_a_shared_lounge_becomes_a_planned_station_once_and_its_page_leads_there(cast, belt, firm):
    made = room(cast, belt, firm=firm.pk)
    page = f"/office/party/alliances/{belt.pk}/"
    office = cast.client("organisation")
    told = {"deed": "station", "room": made.pk, "lat": "25.05", "lon": "110.325", "how": "进门右手"}
    for wrong in ({"lat": "north"}, {"lat": "nan"}, {"lat": "95000"}):
        refused = office.post(page, {**told, **wrong})
        assert refused.status_code == 422
        assert "进门右手" in refused.content.decode()
    assert not Station.objects.exists()
    assert office.post(page, told).status_code == 302
    station = Station.objects.get()
    assert (station.name, station.venue, station.state) == ("休息室", "lounge", "planned")
    shown = office.get(page).content.decode()
    assert f"/office/stations/{station.pk}/" in shown
    assert station.code in shown
    with pytest.raises(IllegalMove):
        alliances.open_as_station(
            actor=cast.actor("organisation"), pk=made.pk, lat_wgs84=25.05, lon_wgs84=110.325, how_to_find=""
        )
    with pytest.raises(NotAllowed):
        alliances.open_as_station(
            actor=cast.actor("office"), pk=made.pk, lat_wgs84=25.05, lon_wgs84=110.325, how_to_find=""
        )


def test_what_was_done_in_an_alliance_stays_to_be_read_when_it_is_dissolved(cast, program, belt, firm):
    room(cast, belt, firm=firm.pk)
    told = alliances.ActivityInput("义诊", clock.today(), "雁山镇")
    made = alliances.plan_activity(actor=cast.actor("organisation"), alliance=belt.pk, told=told)
    alliances.hold_activity(actor=cast.actor("organisation"), pk=made.pk, present=30)
    units.dissolve_alliance(actor=program, alliance=belt)
    assert offered()["party.joint_activities"].total(Window()) == 1
    page = cast.client("organisation").get(f"/office/party/alliances/{belt.pk}/").content.decode()
    assert "义诊" in page
    assert "雁山快递站" in page
    assert 'value="firm"' not in page, "nothing of it changes any more"
    assert belt not in alliance_queries.belts()
    with pytest.raises(NotFound):
        alliances.hold_activity(actor=cast.actor("organisation"), pk=made.pk, present=31)
    with pytest.raises(NotFound):
        units.dissolve_alliance(actor=program, alliance=belt)
    # another may be made of the same name
    again = units.put_alliance(actor=program, name="桂阳公路党建示范带", members=[])
    assert again.pk != belt.pk
    assert cast.client("office").get("/office/responsibility/units/").status_code == 200


def test_party_organisations_are_members_and_their_members_are_counted(cast, belt, found):
    committee, branch = found(), found("甲支部", "formal")
    office, page = cast.client("organisation"), f"/office/party/alliances/{belt.pk}/"
    for one in (committee, branch):
        told = {"deed": "branch", "organisation": one.pk, "branch-paper": "共建协议"}
        assert office.post(page, told).status_code == 302
    assert office.post(page, told).status_code == 409
    assert office.post(page, {**told, "branch-paper": " "}).status_code == 422
    [listed] = alliance_queries.belts()
    assert listed.branch_count == 2
    shown = alliance_queries.belt(cast.actor("organisation"), belt.pk)
    assert [row.organisation for row in shown.branches] == [committee, branch]
    assert shown.members == committee.members + branch.members
    # one that leaves, and one that ends, are members no more
    alliances.let_branch_go(actor=cast.actor("organisation"), pk=shown.branches[0].pk)
    organisations.end(
        actor=cast.actor("organisation"), pk=branch.pk, on=clock.today(), reason="合并", paper="批复"
    )
    assert not alliance_queries.belt(cast.actor("organisation"), belt.pk).branches


def test_a_member_unit_reads_its_alliance_and_changes_nothing_and_no_other_unit_reads_it(
    cast, belt, firm, found, district
):
    branch = found("甲支部", "formal")
    alliances.take_branch(
        actor=cast.actor("organisation"), alliance=belt.pk, organisation=branch.pk, paper="共建协议"
    )
    Pledge.objects.create(
        unit=district["t100"],
        part=Part.values[0],
        title="党员活动室",
        amount=4,
        measure="次",
        first_date=clock.today(),
        last_date=clock.today() + timedelta(days=30),
    )
    address = f"/office/party/alliances/{belt.pk}/"
    member, other = cast.client("yanshan"), cast.client("zhemu")
    page = member.get(address).content.decode()
    for words in ("雁山快递站", "甲支部", "党员活动室", "4 次"):
        assert words in page
    assert "名正式党员" not in page, "how many members there are is the offices' to know"
    assert "名正式党员" in cast.client("organisation").get(address).content.decode()
    assert member.post(address, {"deed": "leave", "firm": firm.pk}).status_code == 403
    assert belt.name in member.get("/office/party/alliances/").content.decode()
    assert other.get(address).status_code == 404
    assert other.get(f"{address}points/").status_code == 404
    assert belt.name not in other.get("/office/party/alliances/").content.decode()
