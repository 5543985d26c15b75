"""The hot path: the same answer, limits and headers as Django's own. How soon a change is seen is measured by the bench."""

import json
import time
from datetime import datetime, timedelta
from io import BytesIO
from urllib.parse import parse_qsl, urlencode

import pytest
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from psycopg.conninfo import make_conninfo

from nuanyi.front.middleware import safe_headers
from nuanyi.lib import clock
from nuanyi.lib.geo import metres_between, wgs84_to_gcj02
from nuanyi.stations import nearby_wsgi
from nuanyi.stations.live import LiveSnapshot
from nuanyi.stations.models import Station
from nuanyi.stations.nearby_wsgi import PATH, StationsAhead

NOON = datetime(2026, 6, 3, 11, 30, tzinfo=clock.CHINA)
WEEK = {str(n): "08:00-12:00 14:00-20:00" for n in range(1, 8)}


def url():
    told = connection.settings_dict
    return make_conninfo(
        dbname=told["NAME"],
        user=told["USER"] or None,
        host=told["HOST"] or None,
        port=told["PORT"] or None,
        password=told["PASSWORD"] or None,
    )


@pytest.fixture
def stage(django_db_setup, django_db_blocker):
    """A live snapshot, and rows that are committed, as another process would commit them; they are deleted afterwards.

    Rows are made without services: what those put into journal and ledger could not be taken away again.
    """
    with django_db_blocker.unblock():
        live = LiveSnapshot(url()).start()
        begun = time.monotonic()
        while live.current() is None:
            assert time.monotonic() - begun < 20, (
                "the test database is made only where some test asks for it by its mark"
            )
            time.sleep(0.01)
        yield StationsAhead(get_wsgi_application(), live, safe_headers(), per_second=1000)
        live.stop()
        Station.objects.all().delete()
        connection.close()


def put(name, lat, lon, *, amenities=("charging",)):
    made = Station.objects.create(
        code=f"T{abs(hash(name)) % 10**9}",
        name=name,
        tier="village",
        venue="lounge",
        region_code="450311",
        place_words="",
        lat_wgs84=lat,
        lon_wgs84=lon,
        hours={**WEEK, "holiday": None, "make_up": None},
        state="open",
        secret=b"s" * 16,
    )
    for kind in amenities:
        made.amenities.create(kind=kind)
    return made


def ask(callable_, *, tag="", language="zh-CN", method="GET", address="203.0.113.9", **given):
    told = {}
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": PATH,
        "QUERY_STRING": urlencode(given),
        "REMOTE_ADDR": address,
        "HTTP_IF_NONE_MATCH": tag,
        "HTTP_ACCEPT_LANGUAGE": language,
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(),
        "HTTP_HOST": "testserver",
    }
    body = b"".join(
        callable_(environ, lambda status, headers: told.update(status=status, headers=dict(headers)))
    )
    return int(told["status"][:3]), told["headers"], json.loads(body) if body else None


def names(callable_, **given):
    return [row["name"] for row in ask(callable_, lat="25.05", lon="110.32", **given)[2]["stations"]]


def soon(look, wanted):
    start = time.monotonic()
    while look() != wanted:
        assert time.monotonic() - start < 15, look()
        time.sleep(0.01)


def test_the_answer_is_that_of_django_and_changes_are_seen_soon(stage):
    put("甲站", 25.05, 110.32)
    far = put("乙站", 25.06, 110.33, amenities=("fan", "charging"))
    soon(lambda: names(stage), ["甲站", "乙站"])
    with clock.held_at(NOON):
        asked = {"lat": "25.05", "lon": "110.32", "open": "now", "amenity": "charging"}
        behind = Client().get(PATH, asked).json()
        soon(lambda: ask(stage, **asked)[2], behind)
    assert behind["stations"][1]["metres"] == pytest.approx(
        metres_between(25.05, 110.32, 25.06, 110.33), abs=0.06
    )
    far.amenities.filter(kind="fan").update(state="broken")
    soon(lambda: names(stage, amenity="fan"), [])
    now = clock.now()
    Station.objects.filter(pk=far.pk).update(
        live_open=False, live_from_at=now, live_until_at=now + timedelta(hours=9)
    )
    soon(
        lambda: [r["open"] for r in ask(stage, lat="25.06", lon="110.33", limit="1")[2]["stations"]], [False]
    )
    Station.objects.filter(pk=far.pk).update(state="closed")
    soon(lambda: names(stage), ["甲站"])
    put("丙站", 25.07, 110.3).confirmations.create(hour_at=now, count=1)
    soon(
        lambda: [
            bool(r["confirmed"]) for r in ask(stage, lat="25.07", lon="110.3", limit="1")[2]["stations"]
        ],
        [True],
    )


def test_an_answer_asks_the_database_nothing_and_what_django_answers_one_read(stage):
    put("甲站", 25.05, 110.32)
    soon(lambda: names(stage), ["甲站"])
    with CaptureQueriesContext(connection) as asked:
        assert names(stage) == ["甲站"]
    assert [query["sql"] for query in asked.captured_queries] == []
    with CaptureQueriesContext(connection) as asked:
        assert Client().get(PATH, {"lat": "25.05", "lon": "110.32"}).status_code == 200
    # one transaction, and in it one read of all stations
    kinds = [query["sql"].split()[0] for query in asked.captured_queries]
    assert kinds == ["BEGIN", "SELECT", "COMMIT"]


def test_another_coordinate_system_goes_in_and_comes_out(stage):
    put("甲站", 25.05, 110.32)
    soon(lambda: names(stage), ["甲站"])
    lat, lon = wgs84_to_gcj02(25.05, 110.32)
    found = ask(stage, lat=str(lat), lon=str(lon), crs="gcj02")[2]
    assert found["stations"][0]["metres"] < 0.1
    assert (found["stations"][0]["lat"], found["crs"]) == (pytest.approx(lat, abs=1e-6), "gcj02")


def test_an_unchanged_answer_is_not_sent_again(stage):
    put("甲站", 25.05, 110.32)
    soon(lambda: names(stage), ["甲站"])
    with clock.held_at(NOON):
        status, headers, _body = ask(stage, lat="25.05", lon="110.32")
        assert (status, headers["Cache-Control"]) == (200, "public, max-age=15")
        status, _headers, body = ask(stage, lat="25.05", lon="110.32", tag=headers["ETag"])
        assert (status, body) == (304, None)
        assert ask(stage, lat="25.05", lon="110.32", method="HEAD")[0] == 200


def test_the_headers_that_protect_are_here_too(stage):
    protect = {"Content-Security-Policy", "X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy"}
    assert protect <= set(ask(stage, lat="25", lon="110")[1])
    assert protect <= set(ask(stage, lat="x", lon="110")[1])


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"lat": "110.3", "lon": "25.0"}, "swapped-point"),
        ({"lat": "48.8", "lon": "2.3"}, "outside-china"),
        ({"lat": "nan", "lon": "1"}, "bad-point"),
        ({"lat": "1e999", "lon": "110"}, "bad-point"),
        ({}, "bad-point"),
        ({"lat": "25", "lon": "110", "crs": "x"}, "bad-crs"),
        ({"lat": "25", "lon": "110", "amenity": "gold"}, "bad-amenity"),
        ({"lat": "25", "lon": "110", "limit": "0"}, "bad-limit"),
        ({"lat": "25", "lon": "110", "limit": "9" * 400}, "bad-limit"),
        ({"lat": "25", "lon": "110", "open": "sometime"}, "bad-moment"),
        ({"lat": "25", "lon": "110", "open": "2031-01-01T00:00"}, "bad-moment"),
    ],
)
def test_bad_questions_are_refused_with_a_code_ahead_and_behind(stage, given, code):
    status, headers, told = ask(stage, **given)
    assert (status, headers["Content-Type"], told["code"]) == (422, "application/problem+json", code)
    if "lat" in given:
        assert Client().get(PATH, given).json()["code"] == code


def test_a_refusal_speaks_the_language_that_is_asked_for(stage):
    assert "写反" in ask(stage, lat="110", lon="25")[2]["title"]
    assert "changed places" in ask(stage, lat="110", lon="25", language="en-GB")[2]["title"]


def test_one_network_that_storms_is_held_and_others_are_not(stage):
    slow = StationsAhead(stage.behind, stage.live, stage.headers, per_second=5)
    answers = [ask(slow, lat="25", lon="110")[0] for _turn in range(30)]
    assert answers[:10] == [200] * 10
    assert set(answers[10:]) <= {200, 429}
    assert answers.count(429) >= 15
    status, headers, told = ask(slow, lat="25", lon="110")
    assert (status, headers["Retry-After"], told["code"]) == (429, "2", "too-often")
    assert ask(slow, lat="25", lon="110", address="198.51.100.3")[0] == 200


def test_without_a_sure_snapshot_django_answers(stage):
    put("甲站", 25.05, 110.32)
    stage.live.stop()
    time.sleep(1.1)
    assert stage.live.current() is None
    assert names(stage) == ["甲站"]


def test_many_changes_at_once_are_told_as_one_word(stage):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO stations_station (id, code, name, tier, venue, region_code, place_words, lat_wgs84, lon_wgs84, how_to_find,"
            " access, access_words, step_free, capacity, functions, desk_call, hours, state, reason, check_in, secret, synthetic,"
            " made_at, changed_at, owners, grade, graded) SELECT gen_random_uuid(), 'M' || n, '站' || n, 'village', 'lounge', '450311', '', 25 + n / 10000.0,"
            " 110.3, '', 'open', '', false, 0, '{}', '', '{}', 'open', '', 'plain', '', true, now(), now(), '[]',"
            " 'unproven', '{}' FROM generate_series(1, 500) n"
        )
    soon(lambda: len(stage.live.current() or []), 500)


@pytest.mark.django_db  # this mark also has the test database made, whichever tests of this file run beside it
def test_geojson_is_public_and_in_wgs84():
    put("甲站", 25.05, 110.32)
    told = Client().get("/api/v1/stations.geojson").json()
    assert told["features"][0]["geometry"]["coordinates"] == [110.32, 25.05]


@pytest.mark.parametrize(
    "query",
    [
        "",
        "lat=25&lon=110",
        "lat=25&lat=26&lon=",
        "lat",
        "=1&&lat=2",
        "a=b=c&d",
        "amenity=fan%2Ccharging&x=1+2",
        "站=名",
    ],
)
def test_parameters_are_read_as_the_standard_library_reads_them(query):
    assert nearby_wsgi._given(query) == dict(parse_qsl(query))
