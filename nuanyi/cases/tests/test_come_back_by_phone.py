from datetime import timedelta

import pytest
from django.db import connection

from nuanyi.cases.models import PhoneCode
from nuanyi.cases.services import intake, phones
from nuanyi.cases.tests.conftest import PHONE
from nuanyi.lib import clock, row_security
from nuanyi.lib.actor import GUEST
from nuanyi.lib.errors import IllegalMove, Refusal, TooMuch
from nuanyi.notices.channels import sms

NETWORK = "203.0.113.9"


@pytest.fixture
def sms_box(monkeypatch):
    box = []
    monkeypatch.setattr(sms, "configured", lambda: True)
    monkeypatch.setattr(sms, "send", lambda phone, code: box.append((phone, code)))
    return box


def test_whoever_holds_the_phone_finds_its_cases_and_no_other(sent, sms_box):
    mine = sent()
    sent(phone="19900008888")
    phones.send_code(phone="199 0000 7777", network=NETWORK)
    ((phone, code),) = sms_box
    assert phone == PHONE
    assert phones.cases_by_code(phone=PHONE, code=code, network=NETWORK) == [mine]
    with pytest.raises(IllegalMove):
        phones.cases_by_code(phone=PHONE, code=code, network=NETWORK)


def test_a_code_holds_ten_minutes_and_five_tries_and_is_kept_as_a_mark_only(sent, sms_box):
    sent()
    phones.send_code(phone=PHONE, network=NETWORK)
    code = sms_box[0][1]
    kept = PhoneCode.objects.get()
    assert PHONE.encode() not in bytes(kept.phone_digest)
    assert code.encode() not in bytes(kept.code_digest)
    with clock.held_at(clock.now() + timedelta(minutes=11)), pytest.raises(IllegalMove):
        phones.cases_by_code(phone=PHONE, code=code, network=NETWORK)
    for _n in range(4):
        with pytest.raises(IllegalMove):
            phones.cases_by_code(phone=PHONE, code="000000x", network=NETWORK)
    with pytest.raises(IllegalMove):
        phones.cases_by_code(phone=PHONE, code=code, network=NETWORK)


def test_a_phone_is_not_flooded_and_a_number_without_a_case_gets_the_same_answer(sent, sms_box):
    for _n in range(3):
        phones.send_code(phone="19900009999", network=NETWORK)
    with pytest.raises(TooMuch):
        phones.send_code(phone="19900009999", network="203.0.113.77")
    assert len(sms_box) == 3


def test_without_sms_the_page_says_so_and_points_to_the_code(sent, client):
    assert "/help/mine/" in client.get("/help/phone/").content.decode()
    with pytest.raises(Refusal):
        phones.send_code(phone=PHONE, network=NETWORK)


def test_on_the_page_from_number_to_case(sent, sms_box, client):
    case = sent()
    assert "one-time-code" in client.post("/help/phone/", {"phone": PHONE}).content.decode()
    page = client.post("/help/phone/", {"phone": PHONE, "code": sms_box[0][1]}).content.decode()
    assert intake.link_of(case) in page


def test_a_forgotten_case_is_found_by_no_phone(sent, sms_box):
    case = sent()
    intake.withdraw(actor=GUEST, case=case)
    intake.forget(actor=GUEST, case=case)
    phones.send_code(phone=PHONE, network=NETWORK)
    assert phones.cases_by_code(phone=PHONE, code=sms_box[0][1], network=NETWORK) == []


def test_the_wall_lets_a_proved_phone_through_and_nobody_else(sent):
    from nuanyi.cases import queries

    sent()
    with row_security.reading_as(GUEST), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM cases_case")
        assert cursor.fetchone()[0] == 0
        row_security.show(case_phone=queries.phone_mark(PHONE).hex())
        cursor.execute("SELECT count(*) FROM cases_case")
        assert cursor.fetchone()[0] == 1
