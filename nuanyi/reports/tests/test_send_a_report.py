import io
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from nuanyi.journal.models import Entry
from nuanyi.lib import clock
from nuanyi.lib.errors import BadInput, Conflict, TooMuch
from nuanyi.lib.pictures import BadPicture
from nuanyi.notices.models import Call
from nuanyi.places.models import Region
from nuanyi.reports import queries, rules
from nuanyi.reports.models import Kind, Picture, Report, Voice
from nuanyi.reports.services import sending
from nuanyi.reports.tests.conftest import AT

pytestmark = pytest.mark.django_db


def test_a_word_and_a_place_are_enough_the_kind_is_found_and_the_unit_is_told(sent):
    voice = sent()
    report = voice.report
    assert report.kind.code == "lamp"
    assert (report.region_code, report.grid_code) == ("450311101", "450311101-00")
    assert report.unit.code == "t101"
    assert "柘木" in report.route_reason or report.route_reason
    assert Call.objects.get().unit_id == report.unit_id
    assert sending.voice_by_link(sending.link_of(voice)).pk == voice.pk


def test_the_same_sending_again_gives_the_first_answer_and_other_words_under_its_key_a_conflict(sent, photo):
    key = uuid4()
    first = sent(key=key, photos=[photo()])
    assert sent(key=key, photos=[photo()]).pk == first.pk
    assert (Report.objects.count(), Voice.objects.count(), Picture.objects.count()) == (1, 1, 1)
    with pytest.raises(Conflict):
        sent(key=key, words="别的话")
    assert Report.objects.count() == 1


def test_no_table_and_no_journal_tells_who_or_when(sent):
    moment = datetime(2026, 6, 3, 13, 37, 42, tzinfo=clock.CHINA)
    entries = Entry.objects.count()
    with clock.held_at(moment):
        voice = sent()
    assert voice.report.hour_at == moment.replace(minute=0, second=0)
    assert Entry.objects.count() == entries
    names = {field.name for model in (Report, Voice) for field in model._meta.get_fields()}
    assert not names & {"account_of_sender", "address", "user_agent", "device", "ip", "made_at", "created_at"}
    assert voice.sealed_phone is None


def test_a_phone_is_sealed_and_masked_and_opened_by_the_unit_only_in_the_journal(sent, cast):
    from nuanyi.lib.errors import NotFound
    from nuanyi.reports.services import handling

    voice = sent(phone="199 0000 0001")
    assert voice.phone_mask == "199****0001"
    assert b"19900000001" not in bytes(voice.sealed_phone)
    assert handling.phones(actor=cast.actor("zhemu"), pk=voice.report_id, purpose="问是哪根灯杆") == [
        "19900000001"
    ]
    assert Entry.objects.get(kind="reports.phones_seen").detail["purpose"] == "问是哪根灯杆"
    with pytest.raises(BadInput) as refused:
        handling.phones(actor=cast.actor("zhemu"), pk=voice.report_id, purpose=" 问 ")
    assert refused.value.code == "no-purpose"
    for part in ("yanshan", "clerk"):
        with pytest.raises(NotFound):
            handling.phones(actor=cast.actor(part), pk=voice.report_id, purpose="问是哪根灯杆")


@pytest.mark.parametrize(
    "words",
    [
        "张伟打人",
        "举报李小明",
        "王某欠钱不还",
        "请打13900000001找他",
        "桂C12345乱停车",
        "身份证450311199003071234",
        "曝光邻居陈建国",
        "刘老板骗人不给钱",
    ],
)
def test_a_report_about_a_person_is_refused_with_a_better_address(sent, words):
    with pytest.raises(BadInput) as refused:
        sent(words=words)
    assert refused.value.code == "about-a-person"
    assert "12345" in str(refused.value.fields["words"])
    assert not Report.objects.exists()


@pytest.mark.parametrize(
    "words",
    [
        "张家村口路灯不亮",
        "李子园路坑洼",
        "王城路井盖没了",
        "黄河路口红绿灯坏了",
        "白石桥头垃圾成堆",
        "高压电线垂落",
        "万福路飞线充电",
        "马路塌陷",
        "金鸡路12号积水",
        "石头挡住消防通道",
        "范围很大的积水",
        "公交站牌倒了，没人管",
        "雁山镇政府门口路灯不亮",
        "施工噪声很大，晚上11点还在打桩",
    ],
)
def test_names_of_roads_and_villages_are_no_persons(words):
    assert not rules.names_somebody(words)


def test_a_place_outside_is_refused_and_one_in_no_grid_still_has_an_owner(sent):
    with pytest.raises(BadInput) as refused:
        sent(lat_wgs84=25.20)
    assert refused.value.code == "outside"
    assert not Report.objects.exists()


def test_a_phone_that_is_wrong_by_kilometres_is_taken_and_marked(sent):
    assert sent(accuracy=3000).report.vague
    assert not sent(accuracy=20).report.vague


def test_a_kind_that_was_taken_out_meanwhile_does_not_lose_the_report(sent):
    Kind.objects.filter(code="dog").update(active=False)
    queries.forget_books()
    assert sent(kind="dog", words="有一群狗").report.kind.code == "other"


@pytest.mark.parametrize(
    ("words", "kind"),
    [("路灯坏了", "lamp"), ("井盖没盖", "cover"), ("有人在楼道飞线充电", "charging"), ("你好", ""), ("", "")],
)
def test_the_kind_is_guessed_from_the_words(words, kind):
    assert queries.guess_kind(words) == kind


@pytest.mark.parametrize(
    "words",
    [
        "路灯\u202e亮不",
        "路灯😀不亮😡😡",
        "<script>alert(1)</script>路灯",
        "'; DROP TABLE reports_report; --路灯",
        "路灯" * 249,
    ],
)
def test_hostile_words_are_kept_as_words_and_shown_harmlessly(sent, words):
    voice = sent(words=words)
    page = Client().get(f"/r/{sending.link_of(voice)}/").content.decode()
    assert "<script>alert" not in page
    assert "\u202e" not in page
    assert queries.words_of(voice.report) == rules.clean(words)


@given(st.text(max_size=60))
def test_cleaning_leaves_no_hidden_marks_and_is_done_after_once(text):
    done = rules.clean(text)
    assert rules.clean(done) == done
    assert not any(
        sign in done for sign in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b\ufeff\x00"
    )


def test_a_photo_is_rebuilt_without_its_place_and_sealed(sent, photo):
    voice = sent(photos=[photo()])
    kept = Picture.objects.get()
    assert not bytes(kept.sealed_data).startswith(b"\xff\xd8")
    shown = Client().get(f"/r/{sending.link_of(voice)}/{kept.pk}/").content
    assert b"canary-in-the-photo" not in shown
    assert not Image.open(io.BytesIO(shown)).getexif()
    assert Client().get(f"/r/{sending.link_of(sent(words='别的坑'))}/{kept.pk}/").status_code == 404


@pytest.mark.parametrize(
    "data",
    [
        b"GIF89a not a picture",
        b"\x00\x00\x00\x18ftypheic" + b"0" * 400,
        b"%PDF-1.4",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"\xff\xd8\xff" + b"0" * (9 << 20),
    ],
)
def test_what_is_no_picture_or_too_large_is_refused_whole(sent, data):
    with pytest.raises(BadPicture):
        sent(photos=[data])
    assert not Report.objects.exists()


def test_thirty_megabytes_are_refused_in_words(ground):
    from django.core.files.uploadedfile import SimpleUploadedFile

    big = SimpleUploadedFile("a.jpg", b"\xff\xd8\xff" + b"0" * (30 << 20), "image/jpeg")
    answer = Client().post(
        "/report/", {"key": uuid4(), "words": "路灯", "lat": AT[0], "lon": AT[1], "photo": big}
    )
    assert answer.status_code in (400, 413, 422)
    assert not Report.objects.exists()


def test_a_flood_from_one_phone_is_stopped_and_told(sent):
    for n in range(rules.SENT_AN_HOUR):
        sent(words=f"第{n}盏路灯不亮", network="198.51.100.7")
    with pytest.raises(TooMuch):
        sent(words="还有一盏路灯", network="198.51.100.7")
    assert sent(words="别人的路灯", network="198.51.100.8")


def test_me_too_counts_once_a_key_and_is_told_back_like_the_first(sent):
    first = sent()
    key = uuid4()
    for _again in range(3):
        voice = sending.me_too(key=key, ref=first.report.ref, network="203.0.113.1")
    report = Report.objects.get()
    assert (report.voices_count, Voice.objects.count()) == (2, 2)
    page = Client().get(f"/r/{sending.link_of(voice)}/").content.decode()
    assert "路灯" in page
    assert "太黑" not in page  # another's words are not his


def test_me_too_to_two_reports_from_one_form_counts_for_both(sent):
    """The button stands in the form of a report, with its key: the second report got nothing, and the answer was the first's."""
    first, second = sent(), sent(words="井盖没盖", lat_wgs84=AT[0] + 0.01)
    key = uuid4()
    for _again in range(2):
        for ref in (first.report.ref, second.report.ref):
            assert sending.me_too(key=key, ref=ref, network="203.0.113.1").report.ref == ref
    assert [report.voices_count for report in Report.objects.all()] == [2, 2]


def near(lat=AT[0], lon=AT[1], **more):
    return Client().get("/report/near/", {"lat": lat, "lon": lon} | more).json()["near"]


def test_what_is_near_is_told_without_words_or_who(sent):
    sent()
    with clock.held_at(clock.now() + timedelta(days=1)):
        told = near(lon=AT[1] + 0.0005)
    assert told[0]["title"] == "路灯不亮"
    assert set(told[0]) == {"ref", "title", "metres", "voices", "state"}


def test_whoever_watches_a_place_learns_neither_when_a_report_came_from_it_nor_just_where(sent):
    first = sent()
    assert near() == []  # one who waits sees nothing new until the day is over
    with clock.held_at(clock.now() + timedelta(days=1)):
        Report.objects.update(lat_wgs84=25.06049, lon_wgs84=110.31049)
        exact = near(25.06049, 110.31049)
        Report.objects.update(lat_wgs84=25.06001, lon_wgs84=110.31001)
        assert near(25.06049, 110.31049) == exact  # to 3 decimals
        assert exact[0]["metres"] % 50 == 0
        for voices, shown in ((1, 0), (9, 0), (10, 10), (19, 10)):
            Report.objects.filter(pk=first.report_id).update(voices_count=voices)
            assert near()[0]["voices"] == shown


def test_a_place_that_cannot_be_has_nothing_near(sent):
    sent()
    assert not Client().get("/report/near/", {"lat": 25.09, "lon": 110.31}).json()["near"]
    assert Client().get("/report/near/", {"lat": "x", "lon": ""}).status_code == 422


def test_the_form_takes_a_township_where_the_phone_has_no_position(ground):
    answer = Client().post("/report/", {"key": uuid4(), "words": "路灯不亮", "township": "450311101"})
    assert answer.status_code == 302
    assert Report.objects.get().vague
    assert Client().post("/report/", {"key": uuid4(), "words": "路灯不亮"}).status_code in (400, 422)


def test_a_township_whose_map_is_not_here_yet_is_not_asked_for_again(ground):
    Region.objects.update(geometry_wgs84=None)
    told = {"key": uuid4(), "words": "路灯不亮", "township": "450311101"}
    page = Client(headers={"accept-language": "zh-CN"}).post("/report/", told)
    assert page.status_code == 422
    assert "写清楚在哪里" in page.content.decode()
    assert "或选择乡镇街道" not in page.content.decode()


def test_the_time_to_mend_runs_by_the_kind_from_the_next_full_hour(sent):
    with clock.held_at(datetime(2026, 6, 5, 16, 20, tzinfo=clock.CHINA)):  # a Friday
        wire, lamp = sent(words="电线垂落").report, sent(words="路灯不亮").report
    assert wire.due_at == datetime(2026, 6, 5, 19, 0, tzinfo=clock.CHINA)
    assert lamp.due_at == datetime(2026, 6, 11, 0, 0, tzinfo=clock.CHINA)
    assert wire.due_at - wire.hour_at <= timedelta(hours=3)


def test_a_wrong_link_is_as_good_as_none(sent):
    link = sending.link_of(sent())
    for wrong in (link[:-1] + ("0" if link[-1] != "0" else "1"), "0-0", uuid4().hex + link[32:]):
        assert Client().get(f"/r/{wrong}/").status_code == 404


def test_two_reports_that_draw_the_same_number_get_two(sent, monkeypatch):
    drawn = iter(["260603-AAAAA", "260603-AAAAA", "260603-BBBBB"])
    monkeypatch.setattr(sending, "new_ref", lambda: next(drawn))
    assert [sent().report.ref for _turn in range(2)] == ["260603-AAAAA", "260603-BBBBB"]
