"""Who sends a report stands nowhere, and neither does the moment."""

from datetime import timedelta
from xml.etree import ElementTree

import pytest

from nuanyi.lib import clock
from nuanyi.notices.models import Call, Notice
from nuanyi.notices.services import send_due
from nuanyi.reports import open311
from nuanyi.reports.models import Kind

pytestmark = pytest.mark.django_db


def test_a_notice_about_a_report_is_dated_as_coarsely_as_the_report(sent, cast):
    with clock.held_at(clock.now().replace(minute=37, second=21, microsecond=123456)):
        report = sent().report
        assert {(call.made_at.minute, call.made_at.second) for call in Call.objects.all()} == {(0, 0)}
        send_due()
    told = list(Notice.objects.filter(kind="report-came"))
    assert told
    for notice in told:
        for moment in (notice.queued_at, notice.due_at, notice.sent_at):
            assert moment is None or (moment.minute, moment.second, moment.microsecond) == (0, 0, 0)
        assert notice.pk.version == 4
    assert report.hour_at.minute == 0


def test_other_platforms_are_told_the_day_and_the_corner_only_however_they_ask(sent, client):
    with clock.held_at(clock.now() - timedelta(days=1)):
        report = sent().report
    day = report.hour_at.astimezone(clock.CHINA).replace(hour=0, minute=0, second=0)

    def found(**asked):
        return [row["service_request_id"] for row in client.get("/open311/v2/requests.json", asked).json()]

    shown = client.get(f"/open311/v2/requests/{report.ref}.json").json()[0]
    assert shown["lat"] == round(report.lat_wgs84, 3)
    assert shown["long"] == round(report.lon_wgs84, 3)
    for field in ("requested_datetime", "updated_datetime", "expected_datetime"):
        assert "T00:00:00" in shown[field]
    # bisecting the day finds nothing finer than the day
    answers = {
        tuple(
            found(
                start_date=(day + timedelta(hours=h)).isoformat(),
                end_date=(day + timedelta(hours=23)).isoformat(),
            )
        )
        for h in range(24)
    }
    assert answers == {(report.ref,)}
    assert found(end_date=(day - timedelta(seconds=1)).isoformat()) == []


def test_whoever_asks_again_and_again_does_not_see_the_moment_at_which_a_report_comes(sent, client):
    root = "/open311/v2/requests"
    before = [client.get(f"{root}.{form}").content for form in ("json", "xml")]
    report = sent().report
    assert [client.get(f"{root}.{form}").content for form in ("json", "xml")] == before
    assert client.get(f"{root}.json", {"service_request_id": report.ref}).json() == []
    one, none = (client.get(f"{root}/{ref}.json") for ref in (report.ref, "R-000000"))
    assert (one.status_code, one.content) == (none.status_code, none.content) == (404, none.content)
    with clock.held_at(clock.now() + timedelta(days=1)):
        assert [row["service_request_id"] for row in client.get(f"{root}.json").json()] == [report.ref]


def test_a_name_with_signs_that_xml_cannot_hold_breaks_no_list(client, sent):
    Kind.objects.filter(code="lamp").update(title="路灯\x01\x0b不亮\ufffe")
    from nuanyi.reports import queries

    queries.forget_books()
    ElementTree.fromstring(client.get("/open311/v2/services.xml").content)
    assert open311.NOT_XML.sub("", "a\0b\ud800c") == "abc"
