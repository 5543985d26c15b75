from datetime import timedelta
from types import SimpleNamespace
from uuid import uuid4
from xml.etree import ElementTree

import pytest
import requests
from django.db import connection, transaction
from django.test import Client
from georeport import GeoReport

from nuanyi.lib import clock, outgoing
from nuanyi.lib.errors import NotAllowed
from nuanyi.notices.models import Call
from nuanyi.reports import jobs, queries
from nuanyi.reports.models import Picture, Report
from nuanyi.reports.rules import State
from nuanyi.reports.services import handling, outside, settings
from nuanyi.reports.tests.conftest import AT

pytestmark = pytest.mark.django_db
ROOT = "/open311/v2"


@pytest.fixture
def key(cast, ground):
    return settings.make_key(actor=cast.actor("office"), name="城市平台", unit=ground["t101"])[1]


def post(key="", form="json", **more):
    told = {"api_key": key, "service_code": "lamp", "lat": AT[0], "long": AT[1], "description": "路灯不亮"}
    headers = {"Idempotency-Key": str(more.pop("once"))} if "once" in more else {}
    return Client().post(f"{ROOT}/requests.{form}", {**told, **more}, headers=headers)


def test_discovery_and_services_in_both_forms(ground):
    for form in ("json", "xml"):
        assert Client().get(f"{ROOT}/discovery.{form}").status_code == 200
    assert Client().get(f"{ROOT}/discovery.json").json()["endpoints"][0]["url"].endswith(ROOT)
    services = Client().get(f"{ROOT}/services.json").json()
    assert {"lamp", "cover", "other"} <= {row["service_code"] for row in services}
    root = ElementTree.fromstring(Client().get(f"{ROOT}/services.xml").content)
    assert root.tag == "services"
    assert [child.tag for child in root] == ["service"] * len(services)
    definition = Client().get(f"{ROOT}/services/lamp.json").json()
    assert definition["attributes"][0]["code"] == "where"
    assert Client().get(f"{ROOT}/services/nothing.json").status_code == 404


def test_a_report_is_sent_with_key_and_photo_and_read_back(key, photo):
    from django.core.files.uploadedfile import SimpleUploadedFile

    answer = post(
        key,
        media=SimpleUploadedFile("a.jpg", photo(), "image/jpeg"),
        **{"attribute[where]": "村口东侧", "email": "a@example.org"},
    )
    assert answer.status_code == 201
    number = answer.json()[0]["service_request_id"]
    assert Client().get(f"{ROOT}/requests/{number}.json").status_code == 404  # not on the day itself
    [told] = Client().get(f"{ROOT}/requests/{number}.json", {"api_key": key}).json()
    assert (told["status"], told["service_code"], told["address"]) == ("open", "lamp", "村口东侧")
    assert told["description"] is None
    assert told["requested_datetime"].endswith("T00:00:00+08:00")  # the day, not the hour
    assert Picture.objects.count() == 1
    assert "example.org" not in str(vars(Report.objects.get()))
    root = ElementTree.fromstring(Client().get(f"{ROOT}/requests/{number}.xml", {"api_key": key}).content)
    assert root.find("request/service_request_id").text == number


def test_without_a_key_or_with_a_stopped_one_nothing_is_taken(key, cast):
    assert post("").status_code == 403
    assert post("wrong").json()[0]["code"] == 403
    from nuanyi.reports.models import ApiKey

    settings.stop_key(actor=cast.actor("office"), pk=ApiKey.objects.get().pk)
    assert post(key).status_code == 403
    assert not Report.objects.exists()


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"service_code": ""}, 400),
        ({"service_code": "nothing"}, 404),
        ({"lat": ""}, 400),
        ({"lat": "north"}, 400),
        ({"lat": "48.8", "long": "2.3"}, 400),
        ({"description": "张伟打人"}, 400),
        ({"once": "not-a-uuid"}, 400),
    ],
)
def test_bad_input_gets_the_errors_of_the_specification_in_both_forms(key, more, status):
    for form in ("json", "xml"):
        answer = post(key, form, **more)
        assert answer.status_code == status
        if form == "xml":
            root = ElementTree.fromstring(answer.content)
            assert (root.tag, root[0].tag, root[0].find("code").text) == ("errors", "error", str(status))
        else:
            assert answer.json()[0]["code"] == status
            assert answer.json()[0]["description"]
    assert not Report.objects.exists()


def test_a_repeated_post_with_its_key_is_one_report(key):
    once = uuid4()
    numbers = {post(key, once=once).json()[0]["service_request_id"] for _n in range(3)}
    assert len(numbers) == Report.objects.count() == 1


def test_the_list_is_filtered_and_followed_by_its_link(key, cast, sent):
    with clock.held_at(clock.now() - timedelta(days=1)):
        pks = [sent(words=f"第{n}盏路灯不亮").report_id for n in range(5)]
    handling.mend(actor=cast.actor("zhemu"), pk=pks[0], words="修了", photos=[])
    handling.refuse(actor=cast.actor("zhemu"), pk=pks[1], why="nothing", words="")
    get = lambda **q: Client().get(f"{ROOT}/requests.json", q)  # noqa: E731
    assert len(get().json()) == 4
    assert [row["status"] for row in get(status="closed").json()] == ["closed"]
    assert len(get(status="open,closed").json()) == 4
    assert get(service_code="cover").json() == []
    first = get(page_size=3)
    assert len(first.json()) == 3
    rest = Client().get(first["Link"].split(">")[0][1:])
    assert len(rest.json()) == 1
    assert not {row["service_request_id"] for row in rest.json()} & {
        row["service_request_id"] for row in first.json()
    }
    assert get(page=2).status_code == 400
    assert get(status="shut").status_code == 400
    assert get(start_date="x").status_code == 400
    assert get(start_date="2020-01-01T00:00:00Z", end_date="2021-01-01T00:00:00Z").status_code == 400
    soon = (clock.now() - timedelta(days=3)).isoformat()
    assert len(get(start_date=soon).json()) == 4
    assert get(start_date=(clock.now() - timedelta(days=80)).isoformat(), end_date=soon).json() == []


def test_the_number_of_queries_of_the_list_does_not_grow(key, sent, django_assert_max_num_queries):
    with clock.held_at(clock.now() - timedelta(days=1)):
        for n in range(6):
            sent(words=f"第{n}处坑，路面塌陷")
    with django_assert_max_num_queries(6):
        Client().get(f"{ROOT}/requests.json")


class Bridge(requests.adapters.HTTPAdapter):
    """Carries what a client library sends to the program in this process; a journey sends the same over a real wire."""

    def send(self, request, **_how):
        body = request.body if isinstance(request.body, bytes) else (request.body or "").encode()
        answer = Client().generic(
            request.method, request.path_url, body, content_type=request.headers.get("Content-Type", "")
        )
        found = requests.Response()
        found.status_code, found._content, found.url, found.request = (
            answer.status_code,
            answer.content,
            request.url,
            request,
        )
        found.headers.update(answer.headers)
        return found


@pytest.fixture
def bridged(monkeypatch):
    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", Bridge.send)
    return "http://127.0.0.1"


@pytest.mark.parametrize("form", ["json", "xml"])
def test_the_client_georeport_reads_services_and_reports(bridged, key, sent, form):
    with clock.held_at(clock.now() - timedelta(days=1)):
        sent()
        sent(words="有坑，路面塌陷")
    client = GeoReport(f"{bridged}{ROOT}", output_format=form)
    assert {row["service_code"] for row in client.get_service_list()} >= {"lamp", "road"}
    definition = client.get_service_definition("lamp")
    assert definition["service_code"] == "lamp"
    found = (
        client.get_service_requests(
            status="open", start_date="2026-01-01T00:00:00Z", end_date="2026-01-02T00:00:00Z"
        )
        if form == "json"
        else []
    )
    assert found == []
    rows = client.get_service_requests(status="open")
    assert {row["service_code"] for row in rows} == {"lamp", "road"}
    number = rows[0]["service_request_id"]
    one = client.get_service_requests(service_request_id=number)
    assert (one[0] if isinstance(one, list) else one)["service_request_id"] == number


def test_a_post_as_the_client_three_makes_it_is_taken(bridged, key, photo):
    # three (0.8.0) runs on Python 2 only; this is what it puts on the wire: a form with address_string, first_name, a file "media"
    told = {
        "service_code": "lamp",
        "address_string": "村口",
        "first_name": "A",
        "last_name": "B",
        "api_key": key,
        "lat": AT[0],
        "long": AT[1],
        "description": "路灯不亮",
        "jurisdiction_id": "",
    }
    answer = requests.post(f"{bridged}{ROOT}/requests.json", data=told, files={"media": photo()}, timeout=20)
    assert answer.status_code == 201
    assert Report.objects.get().where == "村口"


@pytest.fixture
def elsewhere(key, settings, monkeypatch):
    """The same program as another platform, in this process; a journey does it with a second one and its own database."""

    def call(method, url, body=None, headers=None):
        if ":9" in url:
            raise ConnectionError("refused")
        told = dict(headers or {})
        answer = Client().generic(
            method,
            url.removeprefix("http://elsewhere"),
            body or b"",
            content_type=told.pop("Content-Type", ""),
            headers=told,
        )
        return answer.status_code, answer.content

    monkeypatch.setattr(outgoing, "call", call)
    settings.NUANYI_OPEN311_SERVERS = [f"市平台|http://elsewhere{ROOT}|{key}"]


def test_a_report_is_handed_to_another_platform_once_and_its_end_comes_back(elsewhere, sent, cast):
    mine = sent().report
    assert outside.services_of("市平台") == []
    assert outside.ask_services() == 1
    assert ("lamp", "路灯不亮") in outside.services_of("市平台")
    outside.hand_out(actor=cast.actor("zhemu"), pk=mine.pk, server="市平台", service="lamp")
    assert outside.send_out(pk=mine.pk, service="lamp")
    assert not outside.send_out(pk=mine.pk, service="lamp")
    mine.refresh_from_db()
    assert mine.state == State.OUTSIDE
    theirs = Report.objects.get(ref=mine.outside_ref)
    assert queries.words_of(theirs) == queries.words_of(mine)
    assert outside.follow() == 0
    handling.mend(actor=cast.actor("zhemu"), pk=theirs.pk, words="城市平台修好", photos=[])
    assert outside.follow() == 1
    mine.refresh_from_db()
    assert mine.state == State.MENDED


def test_the_job_that_sends_is_committed_with_the_handing_out_or_not_at_all(elsewhere, sent, cast):
    def waiting():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT (args->>'pk')::int, args->>'service', args->>'before' FROM procrastinate_jobs"
                " WHERE task_name = %s",
                [outside.SEND],
            )
            return cursor.fetchall()

    mine = sent().report
    with pytest.raises(RuntimeError), transaction.atomic():
        outside.hand_out(actor=cast.actor("zhemu"), pk=mine.pk, server="市平台", service="lamp")
        raise RuntimeError("killed before the commit")
    assert waiting() == []
    handling.take(actor=cast.actor("zhemu"), pk=mine.pk)
    outside.hand_out(actor=cast.actor("zhemu"), pk=mine.pk, server="市平台", service="lamp")
    assert waiting() == [(mine.pk, "lamp", "taken")]


def test_whoever_is_killed_after_handing_over_sends_the_same_key_again(elsewhere, sent, cast, monkeypatch):
    mine = sent().report
    real = outside._ask

    def killed(*args, **kwargs):
        real(*args, **kwargs)
        raise SystemExit

    outside.hand_out(actor=cast.actor("zhemu"), pk=mine.pk, server="市平台", service="lamp")
    monkeypatch.setattr(outside, "_ask", killed)
    with pytest.raises(SystemExit):
        outside.send_out(pk=mine.pk, service="lamp")
    monkeypatch.setattr(outside, "_ask", real)
    assert outside.send_out(pk=mine.pk, service="lamp")
    assert Report.objects.exclude(pk=mine.pk).count() == 1


def test_a_platform_that_refuses_or_is_silent_leaves_the_report_where_it_was(elsewhere, sent, cast, settings):
    mine = sent().report
    for server in ("市平台|http://elsewhere/open311/v2|k", "市平台|http://127.0.0.1:9|k"):
        settings.NUANYI_OPEN311_SERVERS = [server]
        outside.hand_out(actor=cast.actor("zhemu"), pk=mine.pk, server="市平台", service="nothing")
        # the last attempt of four
        context = SimpleNamespace(job=SimpleNamespace(attempts=jobs.OUT_ATTEMPTS - 1))
        jobs.send_outside.func(context, pk=mine.pk, service="nothing", before="new")
        mine.refresh_from_db()
        assert (mine.state, mine.outside_server) == (State.NEW, "")
    assert Call.objects.filter(kind="report-not-taken").count() == 2


def test_a_silent_platform_is_asked_again_before_it_is_given_up(elsewhere, sent, cast, settings):
    mine = sent().report
    settings.NUANYI_OPEN311_SERVERS = ["市平台|http://127.0.0.1:9|k"]
    outside.hand_out(actor=cast.actor("zhemu"), pk=mine.pk, server="市平台", service="lamp")
    with pytest.raises(ConnectionError):
        jobs.send_outside.func(
            SimpleNamespace(job=SimpleNamespace(attempts=0)), pk=mine.pk, service="lamp", before="new"
        )
    mine.refresh_from_db()
    assert mine.state == State.OUTSIDE


def test_only_who_handles_a_report_hands_it_out_and_nobody_waits_for_the_other_side(
    elsewhere, sent, cast, monkeypatch
):
    mine = sent().report
    asked = []
    monkeypatch.setattr(outgoing, "call", lambda *args, **more: asked.append(args))
    page = cast.client("zhemu").post(
        f"/office/reports/{mine.pk}/outside/", {"server": "市平台", "service": "lamp"}
    )
    assert page.status_code == 302
    assert asked == []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT args->>'service' FROM procrastinate_jobs WHERE task_name LIKE '%%send_outside'"
        )
        assert cursor.fetchall() == [("lamp",)]
    with pytest.raises(NotAllowed):
        outside.hand_out(actor=cast.actor("keeper"), pk=mine.pk, server="市平台", service="lamp")
