from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest
from django.test import Client

from nuanyi.journal.models import Entry
from nuanyi.lib import clock
from nuanyi.lib.errors import BadInput, IllegalMove
from nuanyi.notices.models import Notice
from nuanyi.stations import jobs, queries
from nuanyi.stations.services import keeping, stations

NOON = datetime(2026, 6, 3, 13, 0, tzinfo=clock.CHINA)


def test_one_tap_shuts_for_today_and_tomorrow_is_as_written(kept, cast):
    with clock.held_at(NOON + timedelta(hours=2)):
        assert queries.stands_now(kept).open
        station = keeping.tap_door(actor=cast.actor("keeper"), station=kept, is_open=False)
        assert not queries.stands_now(station).open
    with clock.held_at(NOON + timedelta(hours=20)):
        assert queries.stands_now(station).open


def test_one_tap_opens_through_the_lunch_break_and_can_be_taken_back(kept, cast):
    with clock.held_at(NOON):
        assert not queries.stands_now(kept).open
        station = keeping.tap_door(actor=cast.actor("keeper"), station=kept, is_open=True)
        assert queries.stands_now(station).open
        assert not queries.stands_now(keeping.untap_door(actor=cast.actor("keeper"), station=kept)).open


def test_a_paused_station_is_not_opened_by_a_tap_and_comes_back_on_its_day(kept, cast, program):
    with clock.held_at(NOON):
        station = stations.move_station(
            actor=program, station=kept, state="paused", reason="装修", back=date(2026, 6, 5)
        )
        with pytest.raises(IllegalMove):
            keeping.tap_door(actor=cast.actor("keeper"), station=kept, is_open=True)
        assert not queries.stands_now(station).open
    with clock.held_at(datetime(2026, 6, 5, 9, 0, tzinfo=clock.CHINA)):
        assert queries.stands_now(station).open


def test_a_stock_at_its_threshold_runs_low_and_restocked_is_all_right(kept, cast):
    actor = cast.actor("keeper")
    assert (
        keeping.set_amenity(actor=actor, station=kept, kind="first_aid", left=3, threshold=3).state == "low"
    )
    assert keeping.set_amenity(actor=actor, station=kept, kind="first_aid", left=9).state == "ok"
    with pytest.raises(BadInput):
        keeping.set_amenity(actor=actor, station=kept, kind="first_aid", left=-1)


def test_a_first_aid_kit_is_warned_of_thirty_days_before_and_once_a_date(kept, cast):
    actor = cast.actor("keeper")
    with clock.held_at(NOON):
        keeping.set_amenity(actor=actor, station=kept, kind="first_aid", expires=date(2026, 7, 4))
        jobs.remind_keepers.func()
        assert not Notice.objects.filter(kind="station-expires").exists()
    with clock.held_at(NOON + timedelta(days=1)):
        jobs.remind_keepers.func()
        jobs.remind_keepers.func()
        assert Notice.objects.filter(kind="station-expires").count() == 1
        assert queries.keepers_day(kept).expiring


def test_the_keepers_page_asks_a_fixed_number_of_times_and_shows_the_day(
    kept, cast, django_assert_max_num_queries
):
    browser = cast.client("keeper")
    keeping.hand_over(actor=cast.actor("keeper"), station=kept, words="三号插座松了")
    with django_assert_max_num_queries(32):
        page = browser.get(f"/keeper/{kept.code}/")
    shown = page.content.decode()
    assert "三号插座松了" in shown
    assert shown.index('id="supplies"') < shown.index('id="visits"'), "what runs out comes before who came"
    assert 'action="/accounts/logout/"' in shown
    # a reward is handed out where the keeper stands, and he comes back with one tap
    assert "/office/volunteers/redeem/" in page.content.decode()
    assert 'href="/keeper/"' in browser.get("/office/volunteers/redeem/").content.decode()
    assert browser.get("/keeper/")["Location"] == f"/keeper/{kept.code}/"


def test_other_hours_on_some_days_are_added_and_taken_back(kept, cast):
    actor = cast.actor("keeper")
    made = stations.add_exception(
        actor=actor,
        station=kept,
        first=date(2026, 6, 3),
        last=date(2026, 6, 4),
        text="10:00-13:30",
        reason="停电",
    )
    with clock.held_at(NOON):
        assert queries.stands_now(queries.station_by_code(kept.code)).open
        stations.drop_exception(actor=actor, station=kept, pk=made.pk)
        assert not queries.stands_now(queries.station_by_code(kept.code)).open
    with pytest.raises(BadInput):
        stations.add_exception(
            actor=actor, station=kept, first=date(2026, 6, 5), last=date(2026, 6, 4), text=""
        )


def test_a_paper_tally_is_added_and_a_day_to_come_is_refused(kept, cast):
    actor = cast.actor("keeper")
    with clock.held_at(NOON):
        hour = NOON - timedelta(hours=2)
        assert (
            keeping.note_visits(
                actor=actor, station=kept, counts=[(hour, "courier", 4), (hour, "courier", 3)]
            )
            == 7
        )
        with pytest.raises(BadInput):
            keeping.note_visits(actor=actor, station=kept, counts=[(NOON + timedelta(hours=1), "", 1)])
        assert queries.keepers_day(kept).visits_today == 7


def test_what_was_said_without_network_holds_for_its_own_day_alone(kept, cast):
    station = kept
    keeper = cast.client("keeper")
    assert '"openings"' in keeper.get(f"/keeper/{station.code}/").content.decode(), (
        "the phone keeps its paper"
    )
    assert Client().get("/keeper/kept/").status_code == 200
    address = f"/office/stations/{station.pk}/door/"
    told = {"door": "shut", "key": str(uuid4()), "day": str(clock.today())}
    late = keeper.post(
        address,
        {**told, "key": str(uuid4()), "day": str(clock.today() - timedelta(days=1))},
        headers={"Accept": "application/json"},
    )
    assert (late.status_code, late.json()["code"]) == (422, "day-over")
    station.refresh_from_db()
    assert station.live_open is None
    for _again in range(2):
        assert keeper.post(address, told).status_code == 302
    station.refresh_from_db()
    assert station.live_open is False
    assert Entry.objects.filter(kind="stations.door_tapped").count() == 1
    assert cast.client("yanshan").post(address, {**told, "door": "ajar"}).status_code == 422
