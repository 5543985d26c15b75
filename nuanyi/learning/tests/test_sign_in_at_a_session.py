from datetime import timedelta
from importlib import import_module
from uuid import uuid4

import pytest
from django.apps import apps
from django.db.models import DateField, DateTimeField
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from nuanyi.learning import kinds, rules
from nuanyi.learning.marks import MARKED, mark
from nuanyi.learning.models import Attendance, Opinion, Session, Signup
from nuanyi.learning.services import sessions
from nuanyi.ledger import queries as ledger
from nuanyi.lib import clock
from nuanyi.lib.errors import BadInput, IllegalMove, NotAllowed
from nuanyi.lib.figures import Window
from nuanyi.people.models import keys


def on_screen(session, moment=None):
    return rules.token_of(bytes(session.secret), rules.counter_at(moment or clock.now()))


def come(session, **more):
    told = {"session": session, "phone": uuid4(), "token": on_screen(session), "network": "203.0.113.9"}
    return sessions.sign_in(**{**told, **more})


def test_the_code_on_the_screen_counts_and_the_same_phone_counts_once(hall):
    session, phone = hall(), uuid4()
    assert come(session, phone=phone) is True
    assert come(session, phone=phone) is False
    assert come(session) is True
    assert Attendance.objects.count() == 2


def test_a_code_that_was_sent_to_a_friend_or_made_up_does_not_count(hall):
    session = hall()
    old = on_screen(session, clock.now() - timedelta(seconds=60))
    other = on_screen(hall())
    for token in (
        old,
        other,
        "ffff-aaaaaaaaaa",
        "x",
        "",
        on_screen(session, clock.now() + timedelta(seconds=60)),
    ):
        with pytest.raises(IllegalMove):
            come(session, token=token)
    assert Attendance.objects.count() == 0


def test_a_phone_without_network_sends_later_and_its_clock_is_not_asked(hall):
    session = hall()
    token = on_screen(session)
    with clock.held_at(clock.now() + timedelta(minutes=40)):
        assert come(session, token=token, waited=40 * 60) is True
        with pytest.raises(IllegalMove):
            come(session, token=token, waited=60)
        with pytest.raises(IllegalMove):
            come(session, token=token, waited=14 * 3600)


@given(st.integers(0, rules.KEPT_SECONDS), st.integers(-600, 600))
def test_only_the_code_of_the_moment_at_which_the_phone_saw_it_is_fresh(waited, off):
    now = clock.now()
    seen = now - timedelta(seconds=waited + off)
    counter = rules.counter_at(seen)
    if abs(off) > rules.MOST_AGE + rules.CODE_SECONDS:
        assert not rules.fresh(counter, now, waited)
    elif 0 <= off <= rules.MOST_AGE - rules.CODE_SECONDS:
        assert rules.fresh(counter, now, waited)


def test_the_page_that_a_fresh_code_opened_may_stay_open_some_minutes_and_no_longer(hall):
    session, browser = hall(), Client()
    page = browser.get(f"/in/{session.code}/{on_screen(session)}/").content.decode()
    ticket = sessions.ticket_for(session, on_screen(session))
    assert 'name="ticket"' in page
    with clock.held_at(clock.now() + timedelta(minutes=5)):
        assert come(session, token="0-0", ticket=ticket) is True
    with pytest.raises(IllegalMove):
        come(session, token="0-0", ticket=ticket + "x")
    with pytest.raises(IllegalMove):
        come(hall(), token="0-0", ticket=ticket)


def test_a_forwarded_link_says_so_in_words_and_offers_no_button(hall):
    session = hall()
    token = on_screen(session, clock.now() - timedelta(minutes=2))
    answer = Client().get(f"/in/{session.code}/{token}/")
    assert 'name="ticket"' not in answer.content.decode()
    post = Client().post(f"/in/{session.code}/{token}/", {"key": str(uuid4()), "phone": str(uuid4())})
    assert post.status_code == 409
    assert Attendance.objects.count() == 0


def test_a_sign_up_leads_back_to_the_page_whose_reload_sends_nothing_again(hall):
    session, browser = hall(), Client()
    address = f"/sessions/{session.code}/"
    answer = browser.post(address, {"key": str(uuid4()), "phone": str(uuid4())})
    assert answer.status_code == 302
    assert "data-thing" in browser.get(answer.url).content.decode()
    # what a page says of a place, no link from elsewhere makes it say
    assert "data-thing" not in browser.get(f"{address}?said=0").content.decode()
    other = hall()
    moved = answer.url.replace(session.code, other.code)
    assert "data-thing" not in browser.get(moved).content.decode()
    assert "uri.amap.com/search" in browser.get(address).content.decode()


def test_places_go_in_order_and_whoever_waits_moves_up(hall):
    session, phones = hall(capacity=2), [uuid4() for _n in range(4)]
    network = "203.0.113.9"
    assert [sessions.sign_up(session=session, phone=phone, network=network) for phone in phones] == [
        0,
        0,
        1,
        2,
    ]
    assert sessions.sign_up(session=session, phone=phones[0], network=network) == 0
    sessions.give_up(session=session, phone=phones[0])
    assert [sessions.place_of(session, phone) for phone in phones] == [-1, 0, 0, 1]


def test_a_lecture_needs_its_team_and_the_ledger_counts_sign_ins_or_heads(cast, hall):
    session = hall()
    for _n in range(3):
        come(session)
    with clock.held_at(clock.now() + timedelta(hours=2)):
        with pytest.raises(IllegalMove) as lacking:
            sessions.close(actor=cast.actor("office"), pk=session.pk, head_count=12)
        assert lacking.value.code == "team"
        # pressed again and again it would tell whose part those have who are named
        assert not any(str(role.label) in str(lacking.value) for role in rules.Role)
        for role in ("instructor", "member", "worker"):
            sessions.add_member(actor=cast.actor("office"), pk=session.pk, role=role, name="示例姓名")
        sessions.close(actor=cast.actor("office"), pk=session.pk, head_count=12)
        with pytest.raises(IllegalMove):
            come(session)
    assert ledger.sums((kinds.ATTENDANCES,), Window())[()] == 12
    assert ledger.sums((kinds.OTHER_SESSIONS,), Window())[()] == 1
    assert "示例姓名".encode() not in bytes(session.team.first().sealed_name)


def test_a_session_is_not_closed_before_it_begins_and_moves_with_a_higher_sequence(cast, hall, district):
    session = hall(
        starts_at=clock.now() + timedelta(days=1), ends_at=clock.now() + timedelta(days=1, hours=1)
    )
    with pytest.raises(IllegalMove):
        sessions.close(actor=cast.actor("office"), pk=session.pk, head_count=None)
    told = sessions.SessionInput(
        kind="lecture",
        title="骑行安全",
        place="雁山镇驿站",
        starts_at=session.starts_at + timedelta(days=1),
        ends_at=session.ends_at + timedelta(days=1),
        unit=district["gonghui"],
    )
    sessions.save_session(actor=cast.actor("office"), told=told, pk=session.pk)
    feed = Calendar.from_ical(Client().get("/feeds/sessions.ics").content)
    (event,) = feed.walk("VEVENT")
    assert event["SEQUENCE"] == 1
    assert str(event["LOCATION"]) == "雁山镇驿站"
    assert event["DTSTART"].dt == told.starts_at.replace(microsecond=0)
    sessions.cancel(actor=cast.actor("office"), pk=session.pk)
    (event,) = Calendar.from_ical(Client().get("/feeds/sessions.ics").content).walk("VEVENT")
    assert event["STATUS"] == "CANCELLED"


def test_only_a_phone_that_was_there_says_how_it_was_and_its_last_word_counts(hall):
    session, phone = hall(), uuid4()
    with pytest.raises(IllegalMove):
        sessions.give_opinion(session=session, phone=phone, mark=1, network="203.0.113.9")
    come(session, phone=phone)
    for opinion in (3, 1):
        sessions.give_opinion(session=session, phone=phone, mark=opinion, network="203.0.113.9")
    assert [row.mark for row in session.opinions.all()] == [1]


def test_nothing_ties_a_phone_from_one_hall_to_another(hall):
    first, second, phone = hall(), hall(), uuid4()
    come(first, phone=phone)
    come(second, phone=phone)
    marks = [bytes(row.device) for row in Attendance.objects.all()]
    assert marks[0] != marks[1]
    assert {field.name for field in Attendance._meta.fields} == {"id", "session", "device"}


def test_what_a_phone_thought_stands_beside_no_sign_up_and_no_sign_in_of_the_same_phone(hall):
    session, phone = hall(), uuid4()
    assert sessions.sign_up(session=session, phone=phone, network="203.0.113.9") == 0
    come(session, phone=phone)
    for opinion in (3, 2):
        sessions.give_opinion(session=session, phone=phone, mark=opinion, network="203.0.113.9")
    assert sessions.of_phone(phone) == [session]
    marks = [bytes(table.objects.get().device) for table in (Attendance, Signup, Opinion)]
    assert len(set(marks)) == 3
    assert type(Signup._meta.get_field("made_date")) is DateField
    assert not [field for field in Signup._meta.fields if isinstance(field, DateTimeField)]
    sessions.give_up(session=session, phone=phone)
    assert not Signup.objects.exists()


def test_phones_of_an_older_version_are_known_again_in_each_table(hall):
    move = import_module("nuanyi.learning.migrations.0010_marks_of_each_table").tell_them_apart
    session, phone = hall(), uuid4()
    old = keys().digest(f"session-{session.code}", phone.hex)
    for table in (Attendance, Signup):
        table.objects.create(session=session, device=old)
    Opinion.objects.create(session=session, device=old, mark=3)
    move(apps, None)
    assert {table: mark(table, old) for table in MARKED} == {
        table._meta.model_name: bytes(table.objects.get().device) for table in (Attendance, Signup, Opinion)
    }
    assert sessions.place_of(session, phone) == 0
    assert come(session, phone=phone) is False
    sessions.give_opinion(session=session, phone=phone, mark=1, network="203.0.113.9")
    assert Opinion.objects.get().mark == 1


def test_the_screen_carries_its_codes_with_it_and_another_unit_has_none(cast, hall):
    session = hall()
    page = cast.client("office").get(f"/office/learning/sessions/{session.pk}/screen/").content.decode()
    assert page.count(":") > 300
    assert bytes(session.secret).hex() not in page
    with pytest.raises(NotAllowed):
        sessions.own(cast.actor("clerk"), session.pk)


def test_the_screen_of_an_installation_without_an_address_shows_no_code_and_says_what_to_set(
    cast, hall, settings
):
    settings.NUANYI_PUBLIC_URL = "http://127.0.0.1:8000"
    page = cast.client("office").get(f"/office/learning/sessions/{hall().pk}/screen/").content.decode()
    assert "NUANYI_PUBLIC_URL" in page
    assert "data-codes" not in page


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": ""},
        {"place": ""},
        {"kind": "x"},
        {"region_code": "1"},
        {"ends_at": clock.now() - timedelta(days=1)},
    ],
)
def test_a_crooked_plan_is_refused(hall, wrong):
    with pytest.raises(BadInput):
        hall(**wrong)
    assert not Session.objects.exists()


def test_the_team_s_page_shows_names_and_nobody_s_affiliation_but_to_the_organisation_department(cast, hall):
    session = hall()
    for role, name in (("instructor", "示例甲"), ("member", "示例乙"), ("worker", "示例丙")):
        sessions.add_member(actor=cast.actor("office"), pk=session.pk, role=role, name=name)
    address = f"/office/learning/sessions/{session.pk}/"

    def card(part):
        page = " ".join(cast.client(part).post(address).content.decode().split())
        return page.split("志愿宣讲服务队</h2>")[1].split("<form")[0]

    assert "党员: <b>示例乙" in card("organisation").replace("：", ": ")
    shown = card("office")
    assert all(name in shown for name in ("示例甲", "示例乙", "示例丙"))
    assert "党员" not in shown
