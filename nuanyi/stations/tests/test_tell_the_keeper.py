import io
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.test import Client

from nuanyi.journal.models import Entry
from nuanyi.ledger import queries as ledger
from nuanyi.lib import clock
from nuanyi.lib.errors import BadInput, Conflict, IllegalMove, NotFound, TooMuch
from nuanyi.lib.figures import Window
from nuanyi.notices.models import Notice
from nuanyi.stations import jobs, queries, rules
from nuanyi.stations.models import Fault, Photo, Wish
from nuanyi.stations.services import faults, keeping

NOON = datetime(2026, 6, 3, 12, 10, tzinfo=clock.CHINA)


def tell(station, key=None, **more):
    told = {"trouble": "broken", "kind": "charging", "words": "插座没电", "network": "203.0.113.7"}
    return faults.tell_fault(station=station, key=key or uuid4(), **{**told, **more})


def test_what_is_broken_shows_at_once_and_is_whole_again_when_mended(kept, cast):
    fault = tell(kept)
    assert kept.amenities.get(kind="charging").state == "broken"
    keeping.move_fault(actor=cast.actor("keeper"), fault=fault, state="mended", answer="换了插座")
    assert kept.amenities.get(kind="charging").state == "ok"
    assert ledger.sums(("stations.faults_mended",), Window())[()] == 1
    page = Client().get(f"/told/{faults.link_of(fault)}/").content.decode()
    assert "修好了" in page
    assert "换了插座" in page


def test_an_amenity_stays_broken_while_something_else_is_told_of_it(kept, cast):
    first, _second = tell(kept), tell(kept, words="还有一个")
    keeping.move_fault(actor=cast.actor("keeper"), fault=first, state="mended")
    assert kept.amenities.get(kind="charging").state == "broken"


def test_the_same_send_ten_times_is_one_and_another_text_under_its_key_is_refused(kept):
    key = uuid4()
    assert len({tell(kept, key).pk for _turn in range(10)}) == 1
    with pytest.raises(Conflict):
        tell(kept, key, words="别的")


def test_only_the_link_leads_to_what_was_told(kept):
    fault = tell(kept)
    link = faults.link_of(fault)
    assert faults.fault_by_link(link).pk == fault.pk
    for wrong in (f"{fault.key.hex}-{'0' * 20}", fault.key.hex, "x", f"{uuid4().hex}-{link[-20:]}"):
        with pytest.raises(NotFound):
            faults.fault_by_link(wrong)
        assert Client().get(f"/told/{wrong}/").status_code == 404
    page = Client().get(f"/told/{link}/")
    assert page["Cache-Control"] == "no-store"
    assert page["Referrer-Policy"] == "same-origin"


def test_the_moment_of_telling_is_nowhere_and_no_entry_tells_of_it(kept):
    before = Entry.objects.count()
    with clock.held_at(NOON):
        fault = tell(kept)
    assert fault.made_at == NOON.replace(minute=0)
    assert Entry.objects.count() == before
    assert not Notice.objects.filter(kind="station-fault").exists()


def test_the_keeper_is_told_by_the_next_round_and_once(kept, cast):
    tell(kept)
    tell(kept, words="又一件")
    assert jobs.tell_keepers.func() == 2
    assert jobs.tell_keepers.func() == 0
    notice = Notice.objects.get(kind="station-fault")
    assert notice.account == cast.accounts["keeper"]
    assert notice.facts["count"] == 2


def test_the_promised_time_depends_on_the_trouble_and_lateness_is_told_once_a_day(kept, cast):
    with clock.held_at(NOON):
        fault = tell(kept, trouble="shut", kind="")
        assert fault.due_at == NOON.replace(minute=0) + timedelta(hours=2)
    with clock.held_at(NOON + timedelta(hours=3)):
        jobs.remind_keepers.func()
        jobs.remind_keepers.func()
        assert Notice.objects.filter(kind="station-fault-late").count() == 1
        assert queries.district_day(cast.actor("office")).late == 1


def test_a_reporter_may_say_that_it_is_not_mended_and_the_mending_counts_no_longer(kept, cast):
    fault = tell(kept)
    keeping.move_fault(actor=cast.actor("keeper"), fault=fault, state="mended")
    faults.reopen_fault(link=faults.link_of(fault))
    jobs.tell_keepers.func()
    assert ledger.sums(("stations.faults_mended",), Window())[()] == 0
    with pytest.raises(IllegalMove):
        faults.reopen_fault(link=faults.link_of(fault))


def test_nothing_is_dismissed_without_a_word(kept, cast):
    with pytest.raises(BadInput):
        keeping.move_fault(actor=cast.actor("keeper"), fault=tell(kept), state="unfounded")


def test_a_keeper_of_another_station_has_no_door_to_this_one(put, cast, program):
    station = put()
    fault = tell(station)
    with pytest.raises(NotFound):
        keeping.move_fault(actor=cast.actor("keeper"), fault=fault, state="mended")
    browser = cast.client("keeper")
    assert browser.get(f"/keeper/{station.code}/").status_code == 404
    assert browser.post(f"/keeper/{station.code}/door/", {"door": "shut"}).status_code == 404
    assert cast.client("clerk").get(f"/keeper/{station.code}/").status_code == 403


def test_a_thousand_messages_from_one_address_are_not_kept(kept):
    with clock.held_at(NOON):
        with pytest.raises(TooMuch):
            for n in range(1000):
                tell(kept, words=str(n))
        assert Fault.objects.count() == rules.TOLD_AN_HOUR
        assert tell(kept, network="198.51.100.4")


def test_a_photo_comes_along_rebuilt_and_only_the_keeper_sees_it(kept, cast):
    from nuanyi.lib.tests.test_rebuild_a_picture import picture

    file = io.BytesIO(picture(comment=b"SECRETNOTE"))
    file.name = "p.jpg"
    told = {"key": str(uuid4()), "trouble": "dirty", "kind": "", "words": "", "photo": file}
    answer = Client().post(f"/stations/{kept.code}/tell/", told)
    assert answer.status_code == 302
    photo, fault = Photo.objects.get(), Fault.objects.get()
    assert b"SECRETNOTE" not in bytes(photo.jpeg)
    assert Client().get(f"/stations/{kept.code}/photos/{photo.pk}.jpg").status_code == 404
    assert Client().get(f"/keeper/{kept.code}/faults/{fault.pk}/photo.jpg").status_code == 302
    assert (
        cast.client("keeper").get(f"/keeper/{kept.code}/faults/{fault.pk}/photo.jpg")["Content-Type"]
        == "image/jpeg"
    )
    bad = io.BytesIO(b"%PDF-1.4")
    bad.name = "p.jpg"
    answer = Client().post(f"/stations/{kept.code}/tell/", {**told, "key": str(uuid4()), "photo": bad})
    assert answer.status_code == 422
    assert "这不是能显示的图片" in answer.content.decode()


def test_a_confirmation_shows_and_fades(kept):
    with clock.held_at(NOON):
        for n in range(3):
            assert faults.confirm_open(
                station=kept, device=f"d{n}", position=(kept.lat_wgs84, kept.lon_wgs84), network="203.0.113.7"
            )
        assert not faults.confirm_open(
            station=kept, device="d0", position=(kept.lat_wgs84, kept.lon_wgs84), network="203.0.113.7"
        )
    with clock.held_at(NOON + timedelta(hours=2)):
        assert queries.confirmed(kept) == (3, 2)
    with clock.held_at(NOON + timedelta(hours=rules.CONFIRMED_HOURS)):
        assert queries.confirmed(kept) == (0, 0)


def test_only_somebody_who_stands_there_confirms_that_it_is_open(kept):
    phone = Client()
    four_hundred_metres_away = {"lat": f"{kept.lat_wgs84 + 0.0037:.5f}", "lon": f"{kept.lon_wgs84:.5f}"}
    for given, words in (({}, "请允许一次定位"), (four_hundred_metres_away, "你还没到这家驿站")):
        answer = phone.post(f"/stations/{kept.code}/confirm/", given)
        assert answer.status_code == 403
        page = answer.content.decode()
        assert words in page
        assert kept.name in page, "the station is still there"
    assert queries.confirmed(kept) == (0, 0)
    there = {"lat": f"{kept.lat_wgs84:.5f}", "lon": f"{kept.lon_wgs84:.5f}"}
    assert phone.post(f"/stations/{kept.code}/confirm/", there).status_code == 302
    assert queries.confirmed(kept)[0] == 1


def test_stars_are_counted_and_nonsense_is_refused(kept):
    for n, stars in enumerate((5, 4, 4)):
        faults.rate(station=kept, device=f"d{n}", stars=stars, network="203.0.113.7")
    assert queries.stars(kept) == (4.3, 3)
    page = Client().get(f"/stations/{kept.code}/").content.decode()
    assert '<span class="star-row" aria-hidden="true">★★★★☆</span>' in page, "seen as stars"
    assert "4.3 分（满分 5 分）" in page, "and read aloud in words"
    assert page.count('<span aria-hidden="true">4★</span>') == page.count("4 星") == 1
    assert Client().post(f"/stations/{kept.code}/rate/", {"stars": "9"}).status_code == 422


def test_a_wish_is_answered_for_everybody_to_see(kept, cast):
    key = str(uuid4())
    for _turn in range(3):
        assert (
            Client().post(f"/stations/{kept.code}/wish/", {"key": key, "words": "多两个挂钩"}).status_code
            == 302
        )
    wish = Wish.objects.get()
    assert "多两个挂钩" not in Client().get(f"/stations/{kept.code}/").content.decode()
    keeping.answer_wish(actor=cast.actor("keeper"), wish=wish, answer="已经装好", granted=True)
    page = Client().get(f"/stations/{kept.code}/").content.decode()
    assert "多两个挂钩" in page
    assert "已经装好" in page
