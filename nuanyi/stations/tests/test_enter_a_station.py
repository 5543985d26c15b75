import io
from datetime import date

import pytest
from django.test import Client

from conftest import workbook
from nuanyi.journal.models import Entry
from nuanyi.ledger import queries as ledger
from nuanyi.lib import sheets
from nuanyi.lib.errors import BadInput, Conflict, IllegalMove, NotAllowed, NotFound
from nuanyi.lib.figures import Window, offered
from nuanyi.lib.geo import wgs84_to_gcj02
from nuanyi.lib.ids import new_id
from nuanyi.places import services as places
from nuanyi.stations.models import Station
from nuanyi.stations.services import lists, stations
from nuanyi.stations.services.lists import draft_of

SQUARE = {
    "type": "Polygon",
    "coordinates": [[[110.2, 25.0], [110.4, 25.0], [110.4, 25.2], [110.2, 25.2], [110.2, 25.0]]],
}


@pytest.fixture
def drawn(district, program):
    """The township has an outline now."""
    places.put_region(
        actor=program,
        code="450311100",
        name="雁山镇",
        level="township",
        parent="450311",
        geometry_wgs84=SQUARE,
    )


def test_a_station_begins_planned_and_its_life_stands_in_journal_and_ledger(put, program):
    station = put(opened=False)
    assert station.state == "planned"
    assert station.code == "NY001"
    with pytest.raises(IllegalMove):
        stations.move_station(actor=program, station=station, state="paused", reason="修缮")
    stations.move_station(actor=program, station=station, state="open")
    assert ledger.sums(("stations.opened",), Window())[()] == 1
    with pytest.raises(BadInput):
        stations.move_station(actor=program, station=station, state="paused")
    stations.move_station(actor=program, station=station, state="paused", reason="水管在修")
    assert offered()["stations.open"].total(Window()) == 1
    stations.move_station(actor=program, station=station, state="closed", reason="房子还了")
    assert offered()["stations.open"].total(Window()) == 0
    assert ledger.sums(("stations.opened",), Window())[()] == 0
    assert Entry.objects.filter(kind="stations.station_moved").count() == 3


def test_a_point_of_amap_is_turned_into_wgs84(drawn, put):
    lat, lon = wgs84_to_gcj02(25.05, 110.32)
    station = put(lat=lat, lon=lon, crs="gcj02")
    assert (round(station.lat_wgs84, 6), round(station.lon_wgs84, 6)) == (25.05, 110.32)
    assert station.region_code == "450311100"


def test_a_point_outside_the_district_is_refused_with_the_likely_reason(drawn, put):
    with pytest.raises(BadInput) as refused:
        put(lat=39.9, lon=116.4)
    assert refused.value.code == "outside-district"


def test_two_stations_have_two_codes(put):
    put(code="AB1")
    with pytest.raises(Conflict):
        put("乙站", code="AB1")


def test_a_township_enters_its_own_stations_and_no_others(put, cast, district):
    station = put()
    with pytest.raises(NotAllowed):
        stations.save_station(actor=cast.actor("zhemu"), draft=draft_of(station), station=station)
    stolen = draft_of(station)
    stolen.region_code, stolen.unit = "450311101", district["t101"]
    with pytest.raises(NotFound):  # moved into his own place on paper, it is still another's
        stations.save_station(actor=cast.actor("zhemu"), draft=stolen, station=station)
    with pytest.raises(NotAllowed):
        stations.save_station(actor=cast.actor("keeper"), draft=draft_of(station), station=station)
    draft = draft_of(station)
    draft.name = "雁山镇新站"
    assert (
        stations.save_station(actor=cast.actor("yanshan"), draft=draft, station=station).name == "雁山镇新站"
    )


HEAD = ["驿站名称", "层级", "乡镇", "地点", "纬度", "经度", "开放时间", "配备", "功能"]


def send(actor, rows, crs="wgs84"):
    return lists.send_list(
        actor=actor, key=new_id(), file_name="名单.xlsx", data=workbook([HEAD, *rows]), crs=crs
    )


def test_a_list_says_first_what_each_row_would_do_and_can_be_undone(put, cast):
    actor = cast.actor("office")
    known = put("甲站")
    rows = [
        [
            "甲站",
            "乡镇级",
            "雁山镇",
            "新地点",
            25.05,
            110.32,
            "08:00-12:00 14:00-20:00",
            "手机充电、急救箱",
            "歇脚",
        ],
        ["乙站", "村级", "雁山镇", "村口", 25.06, 110.33, "24小时", "雨具", ""],
        ["丙站", "村级", "雁山镇", "村口", 110.33, 25.06, "24小时", "雨具", ""],
        ["丁站", "村级", "雁山镇", "村口", 25.06, 110.33, "早八点", "飞机", ""],
    ]
    sent = send(actor, rows)
    assert [row["does"] for row in sent.rows] == ["change", "new", "bad", "bad"]
    assert sent.rows[0]["changes"] == [["地点", "", "新地点"]]
    assert Station.objects.count() == 1
    lists.take_list_in(actor=actor, pk=sent.pk)
    assert set(Station.objects.values_list("name", flat=True)) == {"甲站", "乙站"}
    with pytest.raises(IllegalMove):
        lists.take_list_in(actor=actor, pk=sent.pk)
    again = send(actor, rows)
    assert [row["does"] for row in again.rows] == ["same", "same", "bad", "bad"]
    lists.undo_list(actor=actor, pk=sent.pk)
    known.refresh_from_db()
    assert known.place_words == ""
    assert Station.objects.count() == 1


def test_another_clerk_sees_no_list_of_mine(put, cast):
    sent = send(cast.actor("office"), [["乙站", "村级", "雁山镇", "", 25.06, 110.33, "", "", ""]])
    with pytest.raises(NotFound):
        lists.take_list_in(actor=cast.actor("yanshan"), pk=sent.pk)
    assert cast.client("yanshan").get(f"/office/stations/lists/{sent.pk}/").status_code == 404


def test_what_was_exported_comes_back_unchanged(put, cast):
    actor = cast.actor("office")
    put("甲站", hours={"1": "22:00-06:00", "holiday": "10:00-12:00"}, how_to_find="=1+1", step_free=True)
    body = lists.export_list(actor=actor, filters={})
    assert "=1+1" in [cell for sheet in sheets.read(body) for row in sheet.rows for cell in row]
    sent = lists.send_list(actor=actor, key=new_id(), file_name="x.xlsx", data=body, crs="wgs84")
    assert [(row["does"], row["changes"], row["problems"]) for row in sent.rows] == [("same", [], [])]


def test_a_list_without_its_columns_is_refused(cast):
    with pytest.raises(BadInput) as refused:
        lists.send_list(
            actor=cast.actor("office"),
            key=new_id(),
            file_name="x",
            data=workbook([["甲", "乙"]]),
            crs="wgs84",
        )
    assert refused.value.code == "no-header"


def test_the_form_enters_a_station_and_says_what_is_wrong(cast):
    browser = cast.client("office")
    told = {
        "name": "新站",
        "tier": "village",
        "venue": "lounge",
        "place_words": "路口",
        "point": "110.32, 25.05",
        "crs": "wgs84",
        "access": "open",
        "check_in": "position",
        "day1": "08:00-12:00 10:00-14:00",
        "amenities": ["fan"],
    }
    answer = browser.post("/office/stations/new/", told)
    assert answer.status_code == 422
    assert "这些时段有重叠" in answer.content.decode()
    told["day1"] = "08:00-12:00"
    answer = browser.post("/office/stations/new/", told)
    assert answer.status_code == 302
    station = Station.objects.get()
    assert (station.lat_wgs84, station.lon_wgs84) == (25.05, 110.32)
    assert browser.get(answer["Location"]).status_code == 200
    assert browser.get(f"{answer['Location']}edit/").status_code == 200


def test_a_picture_is_put_up_rebuilt(put, cast):
    from nuanyi.lib.tests.test_rebuild_a_picture import picture

    station = put()
    file = io.BytesIO(picture(comment=b"SECRETNOTE"))
    file.name = "door.jpg"
    browser = cast.client("yanshan")
    assert (
        browser.post(f"/office/stations/{station.pk}/photo/", {"shows": "door", "photo": file}).status_code
        == 302
    )
    page = browser.get(f"/stations/{station.code}/").content.decode()
    address = " ".join(page.split()).split('class="photo" src="')[1].split('"')[0]
    shown = browser.get(address)
    assert shown["Content-Type"] == "image/jpeg"
    assert b"SECRETNOTE" not in shown.content
    bad = io.BytesIO(b"<svg/>")
    bad.name = "door.jpg"
    assert (
        browser.post(f"/office/stations/{station.pk}/photo/", {"shows": "door", "photo": bad}).status_code
        == 422
    )


def test_our_own_list_comes_back_unchanged(cast, put):
    week = {str(n): "08:00-12:00 14:00-20:00" for n in range(1, 6)} | {"6": "", "7": "24小时"}
    put("甲站（示例）", 25.05, 110.32, hours={**week, "holiday": ""}, place_words="邮局旁（东门）")
    put("乙站", 25.06, 110.33, hours={**week, "holiday": "09:00-17:00"})
    put("丙站", 25.07, 110.34, hours={**week, "holiday": None, "make_up": "09:00-12:00"})
    body = lists.export_list(actor=cast.actor("office"), filters={})
    told = lists.send_list(
        actor=cast.actor("office"), key=new_id(), file_name="驿站.xlsx", data=body, crs="wgs84"
    )
    assert [(row["does"], row["changes"], row["problems"]) for row in told.rows] == [("same", [], [])] * 3


def test_what_a_list_would_change_is_said_in_the_words_of_the_list(cast, put):
    week = dict.fromkeys("1234567", "08:00-20:00")
    put("甲站", 25.05, 110.32, hours={**week, "holiday": None}, place_words="邮局旁")
    rows = [["名称", "层级", "乡镇", "地点", "纬度", "经度", "周六", "节假日", "配备"]]
    rows.append(["甲站", "村级", "雁山镇", "邮局旁", 25.05, 110.32, "休", "休", "急救箱"])
    sent = lists.send_list(
        actor=cast.actor("office"), key=new_id(), file_name="a.xlsx", data=workbook(rows), crs="wgs84"
    )
    changes = sent.rows[0]["changes"]
    assert [part for part in changes if part[0] in ("周六", "节假日")] == [
        ["周六", "08:00-20:00", "休"],
        ["节假日", "", "休"],
    ]
    page = cast.client("office").get(f"/office/stations/lists/{sent.pk}/").content.decode()
    words = page.partition("<main")[2].partition("</main")[0]
    assert "周六" in words
    assert not [code for code in ("holiday", "place_words", "first_aid", "None", "{") if code in words]


# a district that begins: nothing is drawn, nothing is there ----------------------------------------

FORM = {
    "name": "柘木镇骑手驿站",
    "tier": "township",
    "venue": "care_station",
    "place_words": "柘木街12号",
    "point": "25.0746, 110.2863",
    "crs": "wgs84",
    "access": "open",
    "check_in": "position",
}


def test_where_nothing_is_drawn_a_station_stands_in_the_township_of_its_unit_or_in_the_one_that_is_chosen(
    cast, district
):
    office = cast.client("office")
    assert office.post("/office/stations/new/", FORM | {"unit": district["t100"].pk}).status_code == 302
    assert Station.objects.get().region_code == district["t100"].region_code == "450311100"
    address = f"/office/stations/{Station.objects.get().pk}/edit/"
    assert office.post(address, FORM | {"region": "450311101"}).status_code == 302
    assert Station.objects.get().region_code == "450311101"
    # changing something else by its form leaves it there
    page = office.get(address).content.decode()
    assert 'value="450311101" selected' in " ".join(page.split())


def test_hours_of_every_day_are_written_once_and_a_day_of_rest_is_named(cast):
    office = cast.client("office")
    answer = office.post("/office/stations/new/", FORM | {"every": "07:00-23:00", "day7": "休"})
    assert answer.status_code == 302
    assert dict(Station.objects.get().week_words) == dict.fromkeys(range(1, 7), "07:00-23:00") | {7: ""}


def test_hours_from_monday_to_friday_are_one_field_and_come_back_into_it(cast):
    office = cast.client("office")
    told = FORM | {"weekdays": "08:30-12:00 14:30-18:00", "weekend": "10:00-16:00", "day7": "休"}
    assert office.post("/office/stations/new/", told).status_code == 302
    station = Station.objects.get()
    assert dict(station.week_words) == dict.fromkeys(range(1, 6), "08:30-12:00 14:30-18:00") | {
        6: "10:00-16:00",
        7: "",
    }
    page = " ".join(office.get(f"/office/stations/{station.pk}/edit/").content.decode().split())
    assert 'name="weekdays" value="08:30-12:00 14:30-18:00"' in page
    assert 'name="day7" value="休"' in page
    again = FORM | {"weekdays": "08:30-12:00 14:30-18:00", "day6": "10:00-16:00", "day7": "休"}
    assert office.post(f"/office/stations/{station.pk}/edit/", again).status_code == 302
    station.refresh_from_db()
    assert station.hours["7"] == ""


def test_hours_that_cannot_be_read_are_refused_at_the_field_that_was_filled_in(cast):
    answer = cast.client("office").post("/office/stations/new/", FORM | {"weekdays": "上午九点"})
    assert answer.status_code == 422
    page = " ".join(answer.content.decode().split())
    assert 'href="#id_weekdays"' in page
    assert 'value="上午九点"' in page
    assert 'href="#id_day1"' not in page


def test_the_place_of_a_station_is_set_on_a_map(cast):
    page = " ".join(cast.client("office").get("/office/stations/new/").content.decode().split())
    assert "data-fills" in page
    assert "front/map.js" in page


def test_a_station_that_is_being_prepared_says_that_nobody_sees_it_and_is_opened_by_one_button(cast, put):
    station, office = put(opened=False), cast.client("office")
    page = office.get(f"/office/stations/{station.pk}/").content.decode()
    assert "小哥现在还看不到它" in page
    office.post(f"/office/stations/{station.pk}/move/", {"state": "open"})
    assert "小哥现在还看不到它" not in office.get(f"/office/stations/{station.pk}/").content.decode()


def test_a_district_without_stations_says_so_and_asks_nobody_to_take_a_filter_away(cast, district, put):
    office, rider = cast.client("office"), Client()
    assert "还没有驿站" in office.get("/office/stations/").content.decode()
    assert "data-map" not in office.get("/office/stations/").content.decode()
    page = rider.get("/").content.decode()
    assert "这里还没有驿站" in page
    assert "去掉一个选择" not in page
    assert "还不知道你在哪里" not in page.partition("data-words")[0], (
        "nothing is listed that could stand first"
    )
    assert "data-ask hidden" in page, "there is nothing to choose from"
    put()
    assert "去掉一个选择" in rider.get("/?amenity=microwave").content.decode()
    assert "没有这样的驿站" in office.get("/office/stations/?q=zzz").content.decode()


def test_a_station_that_is_given_up_still_stood_on_the_days_before(put, program):
    station = put(opened=False)

    def count(day):
        return offered()["stations.open"].total(Window(None, day))

    opened, closed = date(2022, 3, 1), date(2022, 9, 1)
    stations.move_station(actor=program, station=station, state="open", day=opened)
    stations.move_station(actor=program, station=station, state="closed", reason="房子还了", day=closed)
    assert [count(day) for day in (date(2022, 2, 28), opened, date(2022, 8, 31), closed)] == [0, 1, 1, 0]
    assert [one.words for one in offered()["stations.open"].listed(Window(None, opened))] == [station.name]
    assert offered()["stations.tiers"].total(Window(None, opened)) == 1
    assert offered()["stations.open"].total(Window()) == 0
    assert ledger.sums(("stations.opened",), Window(opened, date(2022, 3, 31))) == {(): 1}


def test_hours_stand_in_words_on_the_page_of_a_station_and_where_a_list_would_change_them(cast, put):
    week = {str(n): "08:00-20:00" for n in range(1, 8)}
    station = put("甲站", hours={**week, "holiday": "10:00-12:00", "make_up": ""})
    browser = cast.client("office")
    page = " ".join(browser.get(f"/office/stations/{station.pk}/").content.decode().split())
    assert "法定节假日 10:00-12:00" in page
    assert "调休上班日 不开放" in page
    told = ["甲站", "乡镇级", "雁山镇", "新地点", 25.05, 110.32, "09:00-12:00", "雨具", "歇脚"]
    sent = send(cast.actor("office"), [told])
    page = browser.get(f"/office/stations/lists/{sent.pk}/").content.decode()
    assert "新地点" in page and "09:00-12:00" in page and "周一" in page
    assert "雨具" in page and "充电" in page
    for raw in ("place_words", "holiday", "{&#x27;", "charging", "amenities"):
        assert raw not in page, raw
