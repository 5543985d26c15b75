"""Stations of all owners: one door that two offices list is found, shown and decided; whose it is stands everywhere."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from conftest import workbook
from nuanyi.lib import clock
from nuanyi.lib.errors import BadInput, IllegalMove, NotFound
from nuanyi.lib.ids import new_id
from nuanyi.stations import queries, rules
from nuanyi.stations.models import Confirmation, Fault, Station, StationPair
from nuanyi.stations.services import doubles, faults, grading, lists, stations

HEAD = ["驿站名称", "层级", "乡镇", "地点", "纬度", "经度", "配备", "归属"]
UNION = {"kind": "union", "name": "雁山区总工会"}


def send(actor, rows, **more):
    return lists.send_list(
        actor=actor,
        key=new_id(),
        file_name="工会名单.xlsx",
        data=workbook([HEAD, *rows]),
        crs="wgs84",
        **more,
    )


def row(name, lat, lon=110.32, kinds="手机充电", owner=""):
    return [name, "乡镇级", "雁山镇", "路口", lat, lon, kinds, owner]


def test_names_are_alike_without_the_words_that_all_stations_have():
    assert rules.alikeness("建行雁山支行爱心驿站", "建行雁山支行户外劳动者服务站点") == 1
    assert rules.alikeness("良丰爱心驿站", "柘木爱心驿站") == 0
    assert rules.may_be_the_same(metres=20, one="甲", other="乙", same_call=False)
    assert not rules.may_be_the_same(metres=150, one="良丰爱心驿站", other="柘木爱心驿站", same_call=False)
    assert rules.may_be_the_same(metres=150, one="良丰爱心驿站", other="柘木爱心驿站", same_call=True)
    assert not rules.may_be_the_same(metres=300, one="良丰驿站", other="良丰驿站", same_call=True)


def test_owners_are_read_as_offices_write_them():
    assert lists.owners_in("工会：雁山区总工会、建行雁山支行") == [
        UNION,
        {"kind": "bank", "name": "建行雁山支行"},
    ]
    assert lists.owners_in("美团雁山站；党群") == [
        {"kind": "platform", "name": "美团雁山站"},
        {"kind": "party", "name": ""},
    ]
    text = "工会：雁山区总工会、银行：建行雁山支行"
    assert lists.owners_text(lists.owners_in(text)) == text
    with pytest.raises(BadInput):
        lists.owners_in("街坊：老王")


def test_a_unions_list_waits_for_a_decision_where_a_bank_has_the_same_door(put, cast):
    office = cast.actor("office")
    bank = put("建行雁山支行", 25.05, owners=[{"kind": "bank", "name": "建行雁山支行"}])
    rows = [
        row("建行雁山支行爱心驿站", 25.0509, kinds="饮水、手机充电"),  # 100 metres on another map
        row("草坪爱心驿站", 25.06),
        row("草坪户外劳动者服务站点", 25.0601, kinds="微波炉"),
    ]
    sent = send(office, rows, owner_kind="union", owner_name="雁山区总工会")
    assert [one["does"] for one in sent.rows] == ["double", "new", "double"]
    assert [(one["name"], one["owners"]) for one in sent.rows[0]["like"]] == [
        ("建行雁山支行", "建行雁山支行")
    ]
    assert 90 < sent.rows[0]["like"][0]["metres"] < 110
    with pytest.raises(IllegalMove) as refused:
        lists.take_list_in(actor=office, pk=sent.pk)
    assert refused.value.code == "doubles-undecided"
    assert Station.objects.count() == 1
    with pytest.raises(BadInput):
        lists.decide_rows(actor=office, pk=sent.pk, decisions={2: str(new_id())})
    lists.decide_rows(actor=office, pk=sent.pk, decisions={2: str(bank.pk), 4: "row:3"})
    lists.take_list_in(actor=office, pk=sent.pk)
    bank.refresh_from_db()
    assert bank.name == "建行雁山支行"
    assert bank.owner_names == ["建行雁山支行", "雁山区总工会"]
    assert set(bank.amenities.values_list("kind", flat=True)) == {"charging", "first_aid", "drinking_water"}
    grass = Station.objects.get(name="草坪爱心驿站")
    assert grass.owners == [UNION]
    assert set(grass.amenities.values_list("kind", flat=True)) == {"charging", "microwave"}
    assert Station.objects.count() == 2
    lists.undo_list(actor=office, pk=sent.pk)
    bank.refresh_from_db()
    assert bank.owner_names == ["建行雁山支行"]
    assert set(bank.amenities.values_list("kind", flat=True)) == {"charging", "first_aid"}
    assert Station.objects.count() == 1


def test_a_list_is_decided_in_its_page_and_another_place_is_entered(put, cast):
    put("良丰驿站", 25.05)
    browser = cast.client("office")
    sent = send(cast.actor("office"), [row("隔壁银行", 25.0501, owner="农行良丰支行")])
    address = f"/office/stations/lists/{sent.pk}/"
    page = browser.get(address).content.decode()
    assert "与“良丰驿站”" in page
    assert 'name="take"' not in page
    assert browser.post(address, {"decide": "1", "row.2": "new"}).status_code == 302
    assert 'name="take"' in browser.get(address).content.decode()
    assert browser.post(address, {"take": "1"}).status_code == 302
    assert Station.objects.get(name="隔壁银行").owners == [{"kind": "bank", "name": "农行良丰支行"}]


def test_two_records_of_one_room_are_joined_and_told_apart_again(put, cast):
    office = cast.actor("office")
    first = put("良丰驿站", 25.05, amenities=["charging"], owners=[{"kind": "party", "name": ""}])
    second = put(
        "良丰爱心驿站", 25.0501, amenities=["toilet"], owners=[UNION], how_to_find="东门进", code="LF9"
    )
    faults.tell_fault(station=second, key=new_id(), trouble="dirty", words="有点脏", network="n")
    assert [(pair.station.pk, pair.other.pk) for pair in queries.likely_doubles(office)] == [
        (first.pk, second.pk)
    ]
    browser = cast.client("office")
    told = {"station": first.pk, "other": second.pk, "decided": "station"}
    assert "良丰爱心驿站" in browser.get("/office/stations/doubles/").content.decode()
    assert browser.post("/office/stations/doubles/decide/", told).status_code == 302
    first.refresh_from_db()
    second.refresh_from_db()
    assert (second.state, second.merged_into) == ("closed", first)
    assert (first.owner_names, first.how_to_find) == (["党群", "雁山区总工会"], "东门进")
    assert set(first.amenities.values_list("kind", flat=True)) == {"charging", "toilet"}
    assert Fault.objects.get().station == first
    assert queries.likely_doubles(office) == []
    # the code on the other's wall leads to the one that stays
    assert Client().get("/stations/LF9/")["Location"] == f"/stations/{first.code}/"
    assert browser.post("/office/stations/doubles/decide/", {"other": second.pk, "decided": "split"})
    first.refresh_from_db()
    second.refresh_from_db()
    assert (second.state, second.merged_into, second.owners) == ("planned", None, [UNION])
    assert (first.owner_names, first.how_to_find) == (["党群"], "")
    assert list(first.amenities.values_list("kind", flat=True)) == ["charging"]
    assert queries.likely_doubles(office) == [], "somebody said that they are two"


def test_a_code_leads_through_every_joining_to_the_record_that_stays_and_the_first_can_still_be_told_apart(
    put, cast
):
    office = cast.actor("office")
    first, second, third = (
        put("甲驿站", 25.05, owners=[UNION], code="JIA1"),
        put("乙驿站", 25.0501, code="YI1"),
        put("丙驿站", 25.0502, code="BING1"),
    )
    doubles.merge_stations(actor=office, station_id=second.pk, other_id=first.pk)
    doubles.merge_stations(actor=office, station_id=third.pk, other_id=second.pk)
    for code in ("JIA1", "YI1"):
        assert Client().get(f"/stations/{code}/")["Location"] == "/stations/BING1/"
    doubles.split_station(actor=office, other_id=first.pk)
    third.refresh_from_db()
    first.refresh_from_db()
    assert (first.state, first.merged_into) == ("planned", None)
    assert UNION not in third.owners


def test_keepers_who_came_with_a_double_go_with_it_and_those_who_were_there_stay(kept, put, cast, program):
    other = put("良丰爱心驿站", 25.0501)
    both = [cast.accounts["keeper"], cast.accounts["grid"]]
    stations.set_keepers(actor=program, station=other, accounts=both)
    doubles.merge_stations(actor=cast.actor("office"), station_id=kept.pk, other_id=other.pk)
    assert {keeper.account for keeper in kept.keepers.all()} == set(both)
    doubles.split_station(actor=cast.actor("office"), other_id=other.pk)
    assert [keeper.account for keeper in kept.keepers.all()] == both[:1]
    assert {keeper.account for keeper in other.keepers.all()} == set(both)


def test_a_double_that_is_opened_again_counts_as_another_room(put, cast):
    office = cast.actor("office")
    first, second = put("良丰驿站", 25.05), put("良丰爱心驿站", 25.0501)
    doubles.merge_stations(actor=office, station_id=first.pk, other_id=second.pk)
    stations.move_station(actor=office, station=second, state="planned")
    assert not StationPair.objects.filter(same=True).exists()
    assert queries.merged_stations(office).count() == 0


def test_a_row_that_is_like_a_row_which_is_known_by_then_is_taken_in(put, cast):
    """Between the sending and the taking in somebody entered the first row's station."""
    office = cast.actor("office")
    sent = send(
        office,
        [row("草坪爱心驿站", 25.06), row("草坪户外劳动者服务站点", 25.0601, kinds="微波炉")],
        owner_kind="union",
        owner_name="雁山区总工会",
    )
    lists.decide_rows(actor=office, pk=sent.pk, decisions={3: "row:2"})
    known = put("草坪爱心驿站", 25.06)
    lists.take_list_in(actor=office, pk=sent.pk)
    assert Station.objects.get() == known
    assert known.amenities.filter(kind="microwave").exists()


def test_who_may_not_change_both_joins_neither(put, cast, district):
    first = put("良丰驿站", 25.05)
    second = put("良丰驿站二", 25.0501, region_code="450311101", unit=district["t101"])
    assert queries.likely_doubles(cast.actor("yanshan")) == []
    with pytest.raises(NotFound):
        doubles.merge_stations(actor=cast.actor("yanshan"), station_id=first.pk, other_id=second.pk)
    with pytest.raises(NotFound):
        doubles.tell_stations_apart(actor=cast.actor("yanshan"), station_id=first.pk, other_id=second.pk)


def test_the_grade_follows_what_works_and_whether_it_was_found_open(put, program):
    seven = ["toilet", "charging", "drinking_water", "fan", "sofa", "kettle", "wifi"]
    station = put("良丰驿站", amenities=seven)
    grading.grade_stations(actor=program)
    station.refresh_from_db()
    assert station.grade == "unproven", "nobody has found it open yet"
    hour = clock.hour_of(clock.now())
    Confirmation.objects.create(station=station, hour_at=hour, count=10)
    assert grading.grade_stations(actor=program) == 1
    station.refresh_from_db()
    assert (station.grade, station.graded["works"], station.graded["core"]) == ("three", 7, 3)
    assert grading.grade_stations(actor=program) == 0, "nothing changed"
    faults.tell_fault(station=station, key=new_id(), trouble="shut", network="n")
    grading.grade_stations(actor=program)
    station.refresh_from_db()
    assert station.grade == "two", "told shut once"
    faults.tell_fault(station=station, key=new_id(), trouble="broken", kind="toilet", network="n")
    faults.tell_fault(station=station, key=new_id(), trouble="broken", kind="fan", network="n")
    grading.grade_stations(actor=program)
    station.refresh_from_db()
    assert station.grade == "one", "two things are broken"
    Confirmation.objects.update(hour_at=hour - timedelta(days=rules.GRADE_DAYS + 1))
    grading.grade_stations(actor=program)
    station.refresh_from_db()
    assert station.grade == "unproven", "what was seen long ago says nothing of today"


def test_grading_locks_no_station_whose_grade_stays(put, program):
    changes, stays = put("良丰驿站"), put("朝阳驿站", 25.2)
    grading.grade_stations(actor=program)
    Confirmation.objects.create(station=changes, hour_at=clock.hour_of(clock.now()), count=1)
    with CaptureQueriesContext(connection) as asked:
        assert grading.grade_stations(actor=program) == 1
    locking = [
        query["sql"] for query in asked if "FOR UPDATE" in query["sql"] and "stations_" in query["sql"]
    ]
    assert len(locking) == 1
    asked_for = locking[0].replace("-", "")
    assert changes.pk.hex in asked_for
    assert stays.pk.hex not in asked_for


def test_whose_it_is_and_its_grade_stand_wherever_a_station_is_shown(put, cast):
    station = put("良丰驿站", owners=[UNION, {"kind": "bank", "name": ""}])
    Station.objects.update(grade="two")
    rider, office = Client(), cast.client("office")
    for address in ("/", f"/stations/{station.code}/"):
        assert "雁山区总工会、银行" in rider.get(address).content.decode()
    page = rider.get(f"/stations/{station.code}/").content.decode()
    assert "等级：二星" in page
    assert "90 天内有人到站时开着不少于 10 次" in page, "the rule stands on the page"
    told = json.loads(queries.everything())
    assert (told["owners"][told["stations"][0][14]], told["grades"][told["stations"][0][15]]) == (
        "雁山区总工会、银行",
        "two",
    )
    found = rider.get("/api/v1/stations/nearby?lat=25.05&lon=110.32").json()["stations"][0]
    assert (found["owners"][0], found["grade"]) == (UNION, "two")
    assert "雁山区总工会、银行" in office.get("/office/stations/?owner=union").content.decode()
    assert "良丰驿站" not in office.get("/office/stations/?owner=platform").content.decode()
    page = office.get(f"/office/stations/{station.pk}/edit/").content.decode()
    assert 'value="工会：雁山区总工会、银行"' in page
