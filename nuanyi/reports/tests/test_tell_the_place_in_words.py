"""A phone without position in a district whose outlines nobody loaded yet: the place is told in words, and none is made up."""

import io
import json
from datetime import timedelta
from uuid import uuid4
from xml.etree import ElementTree

import openpyxl
import pytest
import requests
from django.db import IntegrityError, transaction
from django.test import Client
from georeport import GeoReport

from nuanyi.journal.models import Entry
from nuanyi.lib import clock, outgoing
from nuanyi.lib.errors import BadInput, Conflict
from nuanyi.notices.models import Call
from nuanyi.places.models import Region
from nuanyi.reports import queries
from nuanyi.reports.models import Report
from nuanyi.reports.rules import State
from nuanyi.reports.services import handling, outside, sending
from nuanyi.reports.tests.conftest import AT, BESIDE
from nuanyi.reports.tests.test_speak_open311 import ROOT, bridged  # noqa: F401

pytestmark = pytest.mark.django_db
WHERE = "良丰路菜市场门口东边第二根灯杆"
CHINESE = {"accept-language": "zh-CN"}


def post(**told):
    return Client(headers=CHINESE).post("/report/", {"key": uuid4(), "words": "路灯不亮"} | told)


def told_in_words(**more):
    told = {"kind": "lamp", "words": "路灯不亮", "lat_wgs84": None, "lon_wgs84": None, "where": WHERE} | more
    key = told.pop("key", None) or uuid4()
    return sending.send_report(key=key, told=sending.ReportInput(**told), network="203.0.113.9")


def test_words_for_the_place_are_enough_and_no_point_is_made_up(district, cast):
    entries = Entry.objects.count()
    answer = post(where=WHERE)
    assert answer.status_code == 302
    report = Report.objects.get()
    assert (report.lat_wgs84, report.lon_wgs84, report.cell, report.point) == (None, None, None, None)
    assert (report.region_code, report.grid_code, report.where) == ("", "", WHERE)
    assert (report.hour_at.minute, report.hour_at.second, Entry.objects.count()) == (0, 0, entries)
    # whoever routes what has no place of its own has it
    assert report.unit == queries.dispatch(report.kind_id, "")[0]
    assert Call.objects.get().unit_id == report.unit_id
    assert WHERE in Client(headers=CHINESE).get(answer["Location"]).content.decode()


def test_a_township_that_is_named_gets_it_though_its_map_is_not_here(district):
    assert post(where=WHERE, township="450311101").status_code == 302
    report = Report.objects.get()
    assert (report.region_code, report.unit.code, report.point) == ("450311101", "t101", None)


@pytest.mark.parametrize("township", ["", "450311101"])
def test_neither_position_nor_words_is_asked_for_at_the_field_of_the_words(district, township):
    answer = post(township=township)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "写清楚在哪里" in page
    assert 'href="#id_where"' in page
    assert 'href="#id_township"' not in page
    assert not Report.objects.exists()


def test_a_place_that_names_somebody_is_refused_as_words_are(district):
    assert post(where="王某家门口").status_code == 422
    assert not Report.objects.exists()


def test_where_outlines_are_the_township_is_asked_for_as_before(ground):
    answer = post(where=WHERE)
    assert answer.status_code == 422
    assert "选择乡镇街道" in answer.content.decode()
    assert not Report.objects.exists()
    assert post(where=WHERE, township="450311101").status_code == 302
    assert Report.objects.get().point is not None
    # one whose map alone is missing
    Region.objects.filter(code="450311100").update(geometry_wgs84=None)
    assert "写清楚在哪里" in post(township="450311100").content.decode()
    assert post(where=WHERE, township="450311100").status_code == 302
    assert Report.objects.latest("pk").point is None


def test_the_page_asks_for_the_words_where_everybody_sees_them_and_without_scripts(district):
    def asked():
        page = Client(headers=CHINESE).get("/report/").content.decode()
        return page, page.partition("<details")[0]

    page, seen = asked()
    assert 'id="id_where"' in seen
    assert "data-by-words" in page
    assert "选一下乡镇" not in page
    Region.objects.filter(code="450311101").update(
        geometry_wgs84={
            "type": "Polygon",
            "coordinates": [[[110, 25], [110.1, 25], [110.1, 25.1], [110, 25]]],
        }
    )
    page, seen = asked()
    assert 'id="id_where"' not in seen
    assert "data-by-words" not in page
    assert "选一下乡镇" in page


def test_half_a_position_is_none_and_the_database_holds_none(district):
    assert post(where=WHERE, lat="25.06").status_code == 302
    report = Report.objects.get()
    assert report.point is None
    for half in ({"lat_wgs84": 25.06}, {"cell": 1}, {"lat_wgs84": 25.06, "lon_wgs84": 110.31}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Report.objects.filter(pk=report.pk).update(**half)


def test_the_same_sending_again_is_one_and_another_place_under_its_key_a_conflict(district):
    key = uuid4()
    assert told_in_words(key=key).pk == told_in_words(key=key).pk
    for other in ({"where": "别处"}, {"region_code": "450311101"}):
        with pytest.raises(Conflict):
            told_in_words(key=key, **other)
    assert Report.objects.count() == 1


def test_a_region_that_is_not_ours_is_none(district):
    assert told_in_words(region_code="999999999").report.region_code == ""


def test_it_is_near_nothing_a_double_of_nothing_and_on_no_map(sent):
    with clock.held_at(clock.now() - timedelta(days=1)):
        first, second, placed = told_in_words().report, told_in_words().report, sent().report
    assert (first.double_of, second.double_of, placed.double_of, second.likeness) == (None, None, None, 0.0)
    for at in (AT, (0, 0), (25.06, 110.3)):
        asked = Client().get("/report/near/", {"lat": at[0], "lon": at[1]}).json()["near"]
        assert {row["ref"] for row in asked} <= {placed.ref}
    Report.objects.update(state=State.MENDED, mended_at=clock.now())
    shown = Client().get("/reports/mended.geojson")
    assert [row["properties"]["ref"] for row in shown.json()["features"]] == [placed.ref]
    page = Client(headers=CHINESE).get("/reports/")
    assert page.status_code == 200
    assert page.content.decode().count("路灯不亮") >= 3


def test_redrawn_shapes_leave_it_where_it_is(sent):
    report = told_in_words(region_code="450311101").report
    assert handling.regrid() == 0
    report.refresh_from_db()
    assert (report.region_code, report.point) == ("450311101", None)


@pytest.mark.parametrize("form", ["json", "xml"])
def test_other_platforms_read_an_address_and_no_coordinates(bridged, district, form):  # noqa: F811
    with clock.held_at(clock.now() - timedelta(days=1)):
        report = told_in_words().report
    answer = Client().get(f"{ROOT}/requests.{form}")
    if form == "json":
        [row] = json.loads(answer.content)
        assert (row["address"], row["lat"], row["long"]) == (WHERE, None, None)
    else:
        [row] = ElementTree.fromstring(answer.content)
        assert row.find("address").text == WHERE
        assert [(row.find(name).text, len(row.find(name))) for name in ("lat", "long")] == [(None, 0)] * 2
    client = GeoReport(f"http://127.0.0.1{ROOT}", output_format=form)
    rows = client.get_service_requests(status="open")
    one = rows[0] if isinstance(rows, list) else rows
    assert one["service_request_id"] == report.ref
    assert one["lat"] is None
    assert requests  # the bridge stands in its place


def test_it_is_handed_to_another_platform_by_its_address(district, cast, settings, monkeypatch):
    report = told_in_words(region_code="450311101").report
    asked = []

    def call(method, url, body=None, headers=None):
        asked.append(requests.compat.unquote_plus((body or b"").decode()))
        return 201, b'[{"service_request_id": "7"}]'

    monkeypatch.setattr(outgoing, "call", call)
    settings.NUANYI_OPEN311_SERVERS = ["市平台|http://elsewhere/open311/v2|k"]
    outside.hand_out(actor=cast.actor("zhemu"), pk=report.pk, server="市平台", service="lamp")
    assert outside.send_out(pk=report.pk, service="lamp")
    assert f"address_string={WHERE}" in asked[0]
    assert "lat=" not in asked[0]
    assert "long=" not in asked[0]


def office(cast, part="office"):
    found = cast.client(part)
    found.defaults["HTTP_ACCEPT_LANGUAGE"] = "zh-CN"
    return found


def test_the_office_reads_that_no_position_was_told_and_the_words(district, cast):
    report = told_in_words().report
    listed = office(cast).get("/office/reports/").content.decode()
    page = office(cast).get(f"/office/reports/{report.pk}/").content.decode()
    for shown in (listed, page):
        assert WHERE in shown
        assert "没有定位" in shown
    assert "data-lat" not in page
    assert 'value="None"' not in page
    assert 'name="lat" value=""' in " ".join(page.split())
    sheet = office(cast).get("/office/reports/reports.xlsx")
    rows = list(openpyxl.load_workbook(io.BytesIO(sheet.content)).active.iter_rows(values_only=True))
    assert (rows[1][0], rows[1][2]) == (report.ref, WHERE)


def test_the_office_puts_it_on_the_map_or_leaves_it_in_words(ground, cast):
    report = told_in_words().report
    way = f"/office/reports/{report.pk}/correct/"
    told = {"kind": "cover", "where": "良丰路口", "lat": "", "lon": ""}
    assert office(cast).post(way, told).status_code == 302
    report.refresh_from_db()
    assert (report.kind.code, report.where, report.point) == ("cover", "良丰路口", None)
    assert office(cast).post(way, told | {"where": " "}).status_code == 422
    assert office(cast).post(way, told | {"lat": str(AT[0])}).status_code == 422
    assert office(cast).post(way, told | {"lat": str(AT[0]), "lon": str(AT[1])}).status_code == 302
    report.refresh_from_db()
    assert (report.point, report.region_code, report.grid_code) == (AT, "450311101", "450311101-00")
    assert report.cell is not None
    # what has a position keeps one
    assert office(cast).post(way, told).status_code == 422
    report.refresh_from_db()
    assert report.point == AT


def test_a_grid_worker_has_it_last_on_his_way_and_looks_for_its_words(sent, cast):
    in_words = told_in_words(region_code="450311101").report
    Report.objects.filter(pk=in_words.pk).update(due_at=clock.now() - timedelta(hours=1))  # first by its time
    placed = sent().report
    rows = queries.of_grids(cast.actor("grid"))
    assert rows[0].pk == in_words.pk
    assert [row.pk for row, _metres in queries.in_walking_order(rows, *BESIDE)] == [placed.pk, in_words.pk]
    assert [metres for _row, metres in queries.in_walking_order([in_words], *BESIDE)] == [0]
    paper = queries.on_paper(in_words, {})
    assert (paper["lat"], paper["lon"], paper["place"]) == (None, None, WHERE)
    assert requests.compat.quote(WHERE) in paper["ways"]["amap"]
    assert "search" in paper["ways"]["amap"]
    json.dumps(paper)
    page = office(cast, "grid").get(f"/grid/{in_words.pk}/")
    assert "没有定位" in page.content.decode()
    assert "data-lat" not in page.content.decode()
    Report.objects.filter(pk=placed.pk).delete()
    assert office(cast, "grid").get("/grid/").status_code == 200


def test_a_place_that_cannot_be_is_refused_as_before(ground):
    with pytest.raises(BadInput):
        told_in_words(lat_wgs84=float("nan"), lon_wgs84=110.31)
    with pytest.raises(BadInput):
        told_in_words(where=" ")
