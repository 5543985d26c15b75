"""The office's list of stations and of what workers told: the one table, and what is done to many rows at once."""

import re
from uuid import uuid4

from nuanyi.stations.models import HoursException, Station
from nuanyi.stations.services import faults

LIST = "/office/stations/"


def flat(page):
    return re.sub(r"\s*>\s*|\s+<", lambda hit: hit.group().strip(), " ".join(page.content.decode().split()))


def test_each_number_beside_a_filter_leads_to_so_many_stations(cast, put):
    put("甲站")
    put("乙站", opened=False)
    put("丙站", opened=False)
    browser = cast.client("office")
    links = re.findall(
        r'<a href="([^"]*state=[^"]*)"[^>]*>[^<]+<span class="quiet">(\d+)<', flat(browser.get(LIST))
    )
    assert {count for _href, count in links} >= {"1", "2"}
    for href, count in links:
        if count != "0":
            assert f'data-total="{count}"' in flat(browser.get(LIST + href.replace("&amp;", "&")))


def test_a_holiday_is_entered_for_all_picked_stations_at_once_and_taken_back(cast, put):
    kept = [put(f"第{n}站") for n in range(4)]
    browser = cast.client("office")
    told = {"first": "2027-02-05", "last": "2027-02-12", "hours": "", "reason": "春节放假"}
    answer = browser.post(f"{LIST}hours/", told | {"id": [str(one.pk) for one in kept[:3]]})
    assert answer.status_code == 302
    made = HoursException.objects.all()
    assert {one.station_id for one in made} == {one.pk for one in kept[:3]}
    assert {(one.hours, one.reason) for one in made} == {("", "春节放假")}
    page = flat(browser.get(LIST))
    undo = re.search(r'name="undo" value="([\d,]+)"', page).group(1)
    browser.post(f"{LIST}hours/", {"undo": undo})
    assert not HoursException.objects.exists()


def test_hours_that_cannot_be_read_change_no_station_and_stay_typed(cast, put):
    kept = [put(f"第{n}站") for n in range(2)]
    browser = cast.client("office")
    told = {"first": "2027-02-05", "hours": "上午", "id": [str(one.pk) for one in kept]}
    answer = browser.post(f"{LIST}hours/", told, headers={"referer": f"http://testserver{LIST}"})
    assert answer.status_code == 422
    assert "上午" in answer.content.decode()
    assert not HoursException.objects.exists()


def test_who_keeps_no_station_changes_none(cast, put):
    station = put("甲站")
    answer = cast.client("clerk").post(f"{LIST}hours/", {"first": "2027-02-05", "id": [str(station.pk)]})
    assert answer.status_code in (403, 404)
    assert not HoursException.objects.exists()


def test_faults_are_found_by_their_state_and_their_station(cast, put):
    station, other = put("甲站"), put("乙站")
    faults.tell_fault(station=station, key=uuid4(), trouble="broken", kind="fan", network="1")
    faults.tell_fault(station=other, key=uuid4(), trouble="broken", kind="fan", network="2")
    page = cast.client("office").get(f"{LIST}faults/", {"q": "甲"}).content.decode()
    assert "甲站" in page
    assert "乙站" not in page
    assert 'data-total="2"' in flat(cast.client("office").get(f"{LIST}faults/"))


def test_seats_pasted_as_a_column_change_all_stations_or_none_and_are_taken_back(cast, put):
    browser, pks = cast.client("office"), [put(f"{n}站", lat=25.05 + n / 100).pk for n in range(2)]
    told = {"id": pks, "field": "capacity", "value": ["12", "很多"]}
    assert browser.post("/office/stations/cells/", told).status_code == 422
    assert set(Station.objects.values_list("capacity", flat=True)) == {0}
    told |= {"value": ["12", "8"], "next": "/office/stations/?state=open"}
    assert browser.post("/office/stations/cells/", told).url == "/office/stations/?state=open"
    assert [Station.objects.get(pk=pk).capacity for pk in pks] == [12, 8]
    undo = browser.get("/office/stations/").context["undo"]
    assert sorted((before, now) for _pk, before, now in undo["cells"]) == [("0", "12"), ("0", "8")]
    assert cast.client("keeper").post("/office/stations/cells/", told).status_code == 403
    assert cast.client("zhemu").post("/office/stations/cells/", told).status_code in (403, 404)


def test_seats_that_a_colleague_wrote_meanwhile_are_neither_overwritten_nor_taken_back(cast, put):
    told = {"id": put("甲站").pk, "field": "capacity"}
    first, second, cells = cast.client("office"), cast.client("office2"), f"{LIST}cells/"
    first.post(cells, told | {"value": "12", "was": "0"})
    page = first.get(LIST).content.decode()
    assert 'name="was" value="12"' in " ".join(page.split())
    late = second.post(cells, told | {"value": "8", "was": "0"})
    assert late.status_code == 409
    assert "office改过" in flat(late).replace(" ", "")
    second.post(cells, told | {"value": "8", "was": "12"})
    back = first.post(cells, told | {"value": "0", "was": "12", "undo": "1"})
    assert back.status_code == 409
    assert "office2改过" in flat(back).replace(" ", "")
    assert Station.objects.get().capacity == 8
