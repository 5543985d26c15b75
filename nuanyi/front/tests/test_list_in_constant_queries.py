from datetime import timedelta
from uuid import uuid4

from django.db import connection
from django.test.utils import CaptureQueriesContext

from nuanyi.census.tests.test_take_a_roster_in import HEAD, row, take
from nuanyi.lib import clock
from nuanyi.reports.services import handling, sending
from nuanyi.stations.services import faults, keeping

LISTS = (
    "/office/census/workers/",
    "/office/census/establishments/",
    "/office/census/imports/",
    "/office/matrix/",
    "/office/census/rounds/",
    "/office/responsibility/rules/",
    "/office/responsibility/units/",
    "/office/notices/",
    "/office/census/exports/",
    "/office/",
    "/office/people/",
    "/office/stations/",
    "/office/stations/faults/",
    "/office/stations/visits/",
    "/office/reports/",
    "/reports/",
    "/grid/",
    "/office/matrix/grids/",
    "/office/stations/map.json",
    "/office/stations/stations.xlsx",
    "/",
    "/api/v1/stations.geojson",
)


def _queries(browser, address):
    with CaptureQueriesContext(
        connection,
    ) as seen:
        assert browser.get(address).status_code == 200
    return len(seen)


def test_a_list_asks_as_often_for_forty_rows_as_for_two(cast, program, put):
    take(program, [HEAD, row(1), row(2)])
    put("甲站")
    told = sending.ReportInput(kind="", words="路灯不亮", lat_wgs84=25.06, lon_wgs84=110.31)
    handling.mend(
        actor=program, pk=sending.send_report(key=uuid4(), told=told).report_id, words="修了", photos=[]
    )
    browser = cast.client("office")
    for address in LISTS:
        browser.get(address)
    few = {address: _queries(browser, address) for address in LISTS}
    take(program, [HEAD, *[row(n) for n in range(10, 50)]], source_name="乙")
    for n in range(12):
        station = put(f"第{n}站", amenities=["fan", "sofa", "charging"])
        faults.tell_fault(station=station, key=uuid4(), trouble="broken", kind="fan", network=str(n))
        keeping.note_visits(
            actor=program, station=station, counts=[(clock.now() - timedelta(hours=n), "courier", 2)]
        )
    for n in range(12):
        told = sending.ReportInput(kind="", words=f"第{n}处坑", lat_wgs84=25.06, lon_wgs84=110.31)
        voice = sending.send_report(key=uuid4(), told=told, network=str(n))
        if n % 2:
            handling.mend(actor=program, pk=voice.report_id, words="修了", photos=[])
    from nuanyi.notices import services as notices

    for n in range(20):
        notices.queue(cast.accounts["office"], "test", once=str(n))
    many = {address: _queries(browser, address) for address in LISTS}
    spare = {"/office/": 1, "/office/notices/": 1}
    assert {address: n for address, n in many.items() if n > few[address] + spare.get(address, 0)} == {}


def test_pages_of_people_are_never_stored(cast):
    assert cast.client("office").get("/office/census/workers/")["Cache-Control"] == "no-store"
    assert cast.client("worker").get("/")["Cache-Control"] == "no-store"


def test_the_next_page_begins_where_the_last_one_ended(cast, program):
    take(program, [HEAD, *[row(n) for n in range(1, 131)]])
    browser = cast.client("office")
    seen: list[str] = []
    address = "/office/census/workers/"
    import re

    while address:
        page = " ".join(browser.get(address).content.decode().split())
        seen += re.findall(r'name="id" value="([0-9a-f-]+)"', page)
        older = re.search(r'rel="next" href="([^"]+)"', page)
        address = "/office/census/workers/" + older.group(1) if older else ""
    assert len(seen) == len(set(seen)) == 130
    assert seen == sorted(seen, reverse=True)


def test_a_made_up_cursor_is_refused(cast):
    assert cast.client("office").get("/office/census/workers/?after=abc").status_code == 422


def test_an_api_error_is_problem_json_with_a_code(cast, client):
    answer = client.get("/api/v1/responsibility", {"sector": "x"})
    assert (answer.status_code, answer["Content-Type"], answer.json()["code"]) == (
        422,
        "application/problem+json",
        "bad-sector",
    )
    assert client.get("/api/v1/responsibility?lat=abc&lon=2").json()["code"] == "bad-input"
    assert client.get("/api/v1/figures/cells?period=99").json()["code"] == "bad-period"
    assert client.get("/api/v1/openapi.json").json()["openapi"].startswith("3.1")


def test_public_cells_under_ten_are_hidden(cast, program, client):
    take(program, [HEAD, *[row(n) for n in range(1, 5)], *[row(n, region="柘木镇") for n in range(20, 40)]])
    cells = client.get("/api/v1/figures/cells").json()
    values = {(cell["figure"], cell["sector"], cell["township"]): cell["value"] for cell in cells}
    assert set(values.values()) == {None, 20}, "four are told as none are"
