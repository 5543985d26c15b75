import io
import re
from datetime import datetime
from types import SimpleNamespace

import pytest
import zxingcpp
from django.test import Client
from PIL import Image

from nuanyi.lib import clock
from nuanyi.stations import queries
from nuanyi.stations.models import Station

NOON = datetime(2026, 6, 3, 13, 30, tzinfo=clock.CHINA)


def page(**given):
    answer = Client().get("/", given)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_first_page_needs_no_account_and_sets_no_session(put):
    put()
    browser = Client()
    browser.get("/")
    assert "sessionid" not in browser.cookies


def test_the_nearest_comes_first_with_its_metres_and_when_it_opens(put):
    put("近站", 25.05, 110.32)
    put("远站", 25.08, 110.32)
    with clock.held_at(NOON):
        text = page(lat="25.0501", lon="110.3201")
    assert text.index("近站") < text.index("远站")
    assert "30 分钟后开门" in text
    assert "3.3</b> 公里" in " ".join(text.split())


def test_the_answer_is_a_station_that_is_still_open_when_one_gets_there(put):
    every = range(1, 8)
    put("远夜站", 25.15, 110.32, hours={str(n): "08:00-14:00" for n in every})
    put("更远的站", 25.16, 110.32, hours={str(n): "08:00-23:00" for n in every})
    asked = {"lat": "25.05", "lon": "110.32", "part": "rows"}

    def best():
        return page(**asked).partition('class="best"')[2].partition("</a>")[0]

    with clock.held_at(NOON):  # half an hour before the first one shuts, three quarters of an hour away
        answer = best()
    assert "更远的站" in answer
    assert "骑 49 分钟" in answer and "走" not in answer, "nobody walks for hours"
    with clock.held_at(NOON.replace(hour=12)):
        assert "远夜站" in best()
    with clock.held_at(NOON.replace(hour=22, minute=50)):
        assert best() == ""
        assert "没有一家还开着" in page(**asked)
    asked["open"] = "2026-06-03T22:50"
    with clock.held_at(NOON):
        assert "更远的站" in best(), "that is when they want to be there"


def test_without_a_position_the_open_ones_stand_first_however_many_stations_there_are(put, monkeypatch):
    put("夜站", 25.06, 110.33, hours={str(n): "22:00-06:00" for n in range(1, 8)})
    put("全天站", hours={str(n): "00:00-24:00" for n in range(1, 8)})
    with clock.held_at(NOON):
        (night, shut), (day, opened) = sorted(
            queries.snapshot_now().standings(NOON.timestamp()), key=lambda found: found[1].open
        )
        assert (shut.open, opened.open) == (False, True)
        many = SimpleNamespace(standings=lambda _moment: iter([(night, shut)] * 3000 + [(day, opened)]))
        monkeypatch.setattr(queries, "snapshot_now", lambda: many)
        rows = queries.everywhere(0, open_only=False, at=None)
    assert [row.name for row in rows[:2]] == ["全天站", "夜站"]
    assert len(rows) == 60


def test_filters_leave_out_what_is_broken_or_shut(put):
    station = put("近站")
    put("夜站", 25.06, 110.33, hours={str(n): "22:00-06:00" for n in range(1, 8)})
    with clock.held_at(NOON):
        assert "近站" not in page(open="now")
        assert "夜站" in page(open="2026-06-03T23:00")
        station.amenities.update(state="broken")
        text = page(amenity="charging")
    assert "近站" not in text
    assert "夜站" in text


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"lat": "110.3", "lon": "25.0"}, "写反"),
        ({"lat": "48.8", "lon": "2.3"}, "不在中国境内"),
        ({"open": "x"}, "七天以内"),
        ({"code": "ZZ99"}, "没有编码为 ZZ99"),
        ({"lat": "39.9", "lon": "116.4"}, "不在本区"),
    ],
)
def test_a_bad_question_is_told_and_all_stations_are_still_there(put, given, words):
    put("甲站")
    text = page(**given)
    assert words in text
    assert "甲站" in text


def test_a_code_leads_to_its_station_and_a_small_letter_does_too(put):
    put(code="AB1")
    assert Client().get("/", {"code": "ab1"})["Location"] == "/stations/AB1/"
    assert Client().get("/stations/ab1/")["Location"] == "/stations/AB1/"


def test_a_planned_station_is_not_for_the_public(put, cast):
    station = put(opened=False)
    assert Client().get(f"/stations/{station.code}/").status_code == 404
    assert cast.client("office").get(f"/stations/{station.code}/").status_code == 200
    assert station.name not in page()


def test_navigation_is_given_in_the_system_of_each_map(put):
    station = put("甲站", 25.05, 110.32)
    text = Client().get(f"/stations/{station.code}/").content.decode()
    assert "uri.amap.com/navigation?to=110.32" in text
    assert "coord_type=gcj02" in text
    assert "apis.map.qq.com/uri/v1/routeplan" in text


def test_a_pause_is_told_with_its_reason(put):
    put("甲站")
    Station.objects.update(state="paused", reason="水管在修")
    assert "水管在修" in page()


def test_a_station_is_handed_on_as_a_picture_whose_code_leads_to_it(put, settings):
    settings.NUANYI_PUBLIC_URL = "https://nuanyi.example"
    station = put("柘木镇“暖心驿站”", capacity=12)
    address = f"/stations/{station.code}/"
    page = Client().get(address).content.decode()
    assert f"{address}card.png" in page
    assert "12 个座位" in page
    answer = Client().get(f"{address}card.png")
    picture = Image.open(io.BytesIO(answer.content))
    assert picture.size == (900, 1200)
    assert [found.text for found in zxingcpp.read_barcodes(picture)] == [f"https://nuanyi.example{address}"]


def test_two_spans_of_a_day_are_never_broken_inside(put):
    station = put("近站", hours={str(n): "08:30-12:00 14:00-21:00" for n in range(1, 8)})
    told = Client().get(f"/stations/{station.code}/").content.decode()
    for span in ("08:30–12:00", "14:00–21:00"):
        assert re.search(rf'class="nowrap"\s*>{span}</span>', told)
