from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client

from nuanyi.journal.models import Entry
from nuanyi.ledger import queries as ledger
from nuanyi.ledger.models import LedgerEntry
from nuanyi.lib import clock
from nuanyi.lib.errors import NotAllowed, TooMuch
from nuanyi.lib.figures import Window
from nuanyi.stations import jobs, rules
from nuanyi.stations.models import HourMark, HourSalt, VisitCount
from nuanyi.stations.services import faults

NOON = datetime(2026, 6, 3, 12, 10, tzinfo=clock.CHINA)
HERE = (25.0501, 110.3201)


def go(station, device="phone-1", *, position=HERE, sector="", code=None, network="203.0.113.7"):
    return faults.check_in(
        station=station,
        device=device,
        code=code or faults.wall_code(station),
        position=position,
        sector=sector,
        network=network,
    )


def test_a_device_counts_once_an_hour_and_again_in_the_next(put):
    station = put()
    with clock.held_at(NOON):
        assert go(station, sector="delivery")
        assert not go(station, sector="delivery")
        assert go(station, "phone-2")
    with clock.held_at(NOON + timedelta(hours=1)):
        assert go(station)
    assert sorted(VisitCount.objects.values_list("sector", "count")) == [("", 1), ("", 1), ("delivery", 1)]


def test_nothing_says_who_came_or_when_beyond_the_hour(put):
    station = put()
    before = Entry.objects.count()
    with clock.held_at(NOON):
        go(station, "device-word-of-this-phone", network="203.0.113.77")
    assert Entry.objects.count() == before
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(t::text, ' ') FROM stations_visitcount t")
        counts = cursor.fetchone()[0]
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute(f"SELECT coalesce(string_agg(t::text, chr(10)), '') FROM \"{table}\" t")
            text = cursor.fetchone()[0]
            assert "device-word" not in text, table
            assert "203.0.113.77" not in text, table
    assert "04:00:00+00" in counts
    assert "04:10" not in counts


def test_marks_and_salt_die_with_the_hour(put):
    station = put()
    with clock.held_at(NOON):
        go(station)
        jobs.close_hours.func()
        assert HourMark.objects.count() == HourSalt.objects.count() == 1
    with clock.held_at(NOON + timedelta(hours=1)):
        jobs.close_hours.func()
        assert not HourMark.objects.exists()
        assert not HourSalt.objects.exists()


def test_visits_reach_the_ledger_when_their_hour_is_over_and_once(put):
    station = put()
    with clock.held_at(NOON):
        for n in range(3):
            go(station, f"phone-{n}", sector="courier")
        assert jobs.count_visits() == 0
    with clock.held_at(NOON + timedelta(hours=1)):
        assert jobs.count_visits() == 3
        assert jobs.count_visits() == 0
    assert ledger.sums(("stations.visits",), Window(), ("sector",)) == {("courier",): 3}
    assert LedgerEntry.objects.get(kind="stations.visits").count == 3


def test_a_code_copied_far_away_does_not_count(put):
    station = put()
    for position, code in (((25.30, 110.32), "too-far"), (None, "no-position")):
        with pytest.raises(NotAllowed) as refused:
            go(station, position=position)
        assert refused.value.code == code
    with pytest.raises(NotAllowed) as refused:
        go(station, code="0123456789")
    assert refused.value.code == "code-wrong"
    assert not VisitCount.objects.exists()


def test_a_rotating_code_counts_for_a_minute_at_most(put):
    station = put(check_in="rotating")
    with clock.held_at(NOON):
        code = faults.screen_code(station, NOON.timestamp())
        assert go(station, position=None, code=code)
    with clock.held_at(NOON + timedelta(seconds=rules.ROTATES_SECONDS)):
        assert go(station, "phone-2", position=None, code=code)
    with clock.held_at(NOON + timedelta(seconds=2 * rules.ROTATES_SECONDS)), pytest.raises(NotAllowed):
        go(station, "phone-3", position=None, code=code)


def test_a_storm_from_one_network_ends(put):
    station = put()
    with clock.held_at(NOON):
        with pytest.raises(TooMuch):
            for n in range(rules.VISITS_AN_HOUR + 1):
                go(station, f"phone-{n}")
        assert go(station, "other", network="198.51.100.1")
    assert sum(VisitCount.objects.values_list("count", flat=True)) == rules.VISITS_AN_HOUR + 1


def test_two_taps_in_the_browser_and_the_phone_keeps_only_a_random_word(put):
    station, browser = put(), Client()
    address = f"/s/{station.code}/?k={faults.wall_code(station)}"
    page = browser.get(address)
    assert page.status_code == 200
    told = {"k": faults.wall_code(station), "lat": "25.0501", "lon": "110.3201", "sector": ""}
    assert "签到成功" in browser.post(f"/s/{station.code}/", told).content.decode()
    assert "已经签过" in browser.post(f"/s/{station.code}/", told).content.decode()
    assert set(browser.cookies) <= {"ny-d", "ny-b", "csrftoken"}
    assert browser.cookies["ny-d"]["httponly"]
    assert "sessionid" not in browser.cookies
