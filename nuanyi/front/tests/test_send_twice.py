"""Nothing twice: whatever a phone or a clerk sends again under its key is there once, and the first answer comes again."""

import os
import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nuanyi.cases.models import ServiceItem
from nuanyi.journal.models import Entry
from nuanyi.lib import clock, limits, once
from nuanyi.people import client_keys
from nuanyi.people.jobs import forget_client_keys
from nuanyi.people.models import ClientKey
from nuanyi.reports.models import ApiKey, Check, Report, Voice
from nuanyi.reports.tests.conftest import ground as ground
from nuanyi.reports.tests.conftest import photo as photo
from nuanyi.reports.tests.conftest import sent as sent
from nuanyi.stations.models import Fault, Wish

pytestmark = pytest.mark.django_db

ITEM = {
    "part": "work",
    "title": "办电动车牌",
    "words": "新车、二手车都能办，带身份证和发票。",
    "promised_days": "3",
    "case_kind": "other",
    "active": "on",
    "place": "1",
}


def fields_of(page, **more):
    """What a browser would send of the first posted form of a page that holds a key, without being touched."""
    html = page.content.decode()
    keys = re.findall(r'name="once" value="([\w-]{36})"', html)
    assert keys, html[:400]
    return {"once": keys[-1], **more}


def item(**more):
    from nuanyi.cases.rules import Kind, Part

    return {**ITEM, "part": Part.values[0], "case_kind": Kind.values[0], **more}


@pytest.fixture
def fault(put):
    """A phone tells of a fault at a station, from a fresh browser each time."""
    station = put()

    def send(key, words="插座没电", **more):
        told = {"key": str(key), "trouble": "broken", "kind": "charging", "words": words, **more}
        return Client().post(f"/stations/{station.code}/tell/", told, headers={"accept": "application/json"})

    return send


def test_every_form_that_is_posted_carries_a_key_of_its_own(cast):
    browser = cast.client("office")
    first, second = (fields_of(browser.get("/office/cases/items/new/"))["once"] for _turn in (1, 2))
    assert first != second


def test_an_office_form_sent_twice_makes_one_row_and_gives_the_first_answer(cast):
    browser = cast.client("office")
    told = item(**fields_of(browser.get("/office/cases/items/new/")))
    before = ServiceItem.objects.count()
    answers = [browser.post("/office/cases/items/new/", told) for _turn in range(3)]
    assert [(answer.status_code, answer.get("Location")) for answer in answers] == [
        (302, "/office/cases/items/")
    ] * 3
    assert ServiceItem.objects.count() == before + 1


def test_the_same_key_with_other_words_is_refused_in_words_and_changes_nothing(cast, fault):
    browser = cast.client("office")
    told = item(**fields_of(browser.get("/office/cases/items/new/")))
    browser.post("/office/cases/items/new/", told)
    refused = browser.post("/office/cases/items/new/", {**told, "title": "别的"})
    assert refused.status_code == 409
    assert "已经发送过" in refused.content.decode()
    assert not ServiceItem.objects.filter(title="别的").exists()

    key = uuid4()
    assert fault(key).status_code == 201
    assert fault(key, words="别的话").json()["code"] == "key-reused"
    assert Fault.objects.count() == 1


def test_a_key_of_one_station_is_refused_at_another(put):
    """A wish of the same words with the key of a wish elsewhere was answered with that one."""
    one, other = put("良丰驿站"), put("柘木驿站")
    key = str(uuid4())
    answers = [
        Client().post(
            f"/stations/{station.code}/wish/",
            {"key": key, "words": "想要一台微波炉"},
            headers={"accept": "application/json"},
        )
        for station in (one, other)
    ]
    assert [answer.status_code for answer in answers][1] == 409
    assert answers[1].json()["code"] == "key-reused"
    assert Wish.objects.count() == 1


def test_a_key_of_one_case_is_refused_in_words_in_another(cast, district, program):
    """The database refused it with a 500: each service looked within its own case only."""
    from nuanyi.cases.services import intake
    from nuanyi.cases.services import settings as case_settings
    from nuanyi.lib.actor import GUEST

    case_settings.save_rule(actor=program, kind="wage", sector="", region_code="", unit=district["shichang"])
    told = {
        "kind": "wage",
        "words": "站长扣了我三天的钱",
        "phone": "19900007777",
        "caller": "李小四",
        "employer": "甲站点",
        "region_code": "450311100",
    }
    cases = [
        intake.send_case(actor=GUEST, key=uuid4(), told=intake.Request(**told), network="203.0.113.9")
        for _n in range(2)
    ]
    browser, key = cast.client("clerk"), str(uuid4())
    answers = [
        browser.post(
            f"/office/cases/{case.pk}/write/",
            {"key": key, "words": "我们查了"},
            headers={"accept": "application/json"},
        )
        for case in cases
    ]
    assert answers[0].status_code in (200, 302)
    assert answers[1].status_code == 409
    assert answers[1].json()["code"] == "key-reused"


def test_a_password_that_was_shown_once_comes_back_by_no_repeat(cast):
    """The slip came again from the same browser for two days, by its button for sending a form once more."""
    browser, address = cast.client("office"), f"/office/people/{cast.accounts['keeper'].pk}/"
    told = {"password": "1", **fields_of(browser.get(address))}
    slip = browser.post(address, told, headers={"referer": f"http://testserver{address}"})
    [password] = re.findall(r"<dd>(\w{4}-\w{4}-\w{4})</dd>", slip.content.decode())
    again = browser.post(address, told, headers={"referer": f"http://testserver{address}"})
    assert (again.status_code, again["Location"]) == (302, address)
    assert Client().post("/accounts/login/", {"login": "keeper", "password": password}).status_code == 302


def test_an_opening_that_is_sent_again_is_an_opening_again_whichever_field_carries_its_key(cast, program):
    """With the field by which phones carry their key, names and phones came back for two weeks without journal and quota."""
    from nuanyi.census.tests.test_take_a_roster_in import HEAD, row, take
    from nuanyi.people.models import Person

    take(program, [HEAD, row(1)])
    browser, key = cast.client("office"), str(uuid4())
    address = f"/office/people/persons/{Person.objects.get().pk}/reveal/"
    told = {"field": "phone", "purpose": "回电核实情况", "key": key}
    for count in (1, 2):
        assert row(1)[1] in browser.post(address, told).content.decode()
        assert Entry.objects.filter(kind="people.revealed").count() == count
    assert all(row(1)[1] not in str(client_keys._opened(one)) for one in ClientKey.objects.all())


def test_a_callers_code_is_read_aloud_again_from_the_same_case_and_lies_in_no_kept_answer(cast):
    browser, address = cast.client("clerk"), "/office/cases/call/"
    told = {"key": str(uuid4()), "kind": "policy", "words": "社保怎么交", "came": "call"}
    codes = []
    for _turn in range(2):
        page = browser.post(address, told)
        assert page.status_code == 200, page.context["form"].errors
        codes.append(page.context["kept"]["code"])
    assert codes[0] == codes[1]
    assert all(client_keys._opened(one) is None for one in ClientKey.objects.all())


def test_a_key_for_another_platform_comes_back_by_no_repeat(cast, district):
    browser, address = cast.client("office"), "/office/reports/keys/"
    told = {"name": "热线", "unit": district["t100"].pk, **fields_of(browser.get(address))}
    shown = browser.post(address, told, headers={"referer": f"http://testserver{address}"})
    assert shown.status_code == 200
    again = browser.post(address, told, headers={"referer": f"http://testserver{address}"})
    assert (again.status_code, again["Location"]) == (302, address)
    assert ApiKey.objects.count() == 1


def test_the_same_words_with_another_photo_are_another_body(fault, photo):
    key = uuid4()

    def picture(colour):
        return SimpleUploadedFile("a.jpg", photo(colour), "image/jpeg")

    assert fault(key, photo=picture("grey")).status_code == 201
    again = fault(key, photo=SimpleUploadedFile("b.jpg", photo("grey"), "image/jpeg"))
    assert again.status_code == 201  # the same photo under another name
    assert fault(key, photo=picture("red")).status_code == 409


def test_me_too_and_a_passer_by_are_held_to_their_first_words(sent, cast):
    report = sent().report
    key = str(uuid4())
    assert Client().post(f"/report/too/{report.ref}/", {"key": key}).status_code == 302
    Report.objects.update(state="mended", mended_at=clock.now())
    key = str(uuid4())
    answers = [
        Client().post(f"/reports/check/{report.ref}/", {"key": key, "good": good}).status_code
        for good in ("0", "0", "1")
    ]
    assert answers == [302, 302, 409]
    assert Check.objects.count() == 1
    assert Voice.objects.count() == 2


def test_one_that_looked_before_the_other_had_written_waits_and_gets_its_answer(fault, monkeypatch):
    key = uuid4()
    first = fault(key)
    find, looks = client_keys.Table.find, []

    def blind(table, attempt):
        looks.append(1)
        return find(table, attempt) if len(looks) > 1 else None

    monkeypatch.setattr(client_keys.Table, "find", blind)
    second = fault(key)
    assert (second.status_code, second.json()) == (201, first.json())
    assert Fault.objects.count() == 1


def test_killed_after_the_write_and_before_the_answer_the_next_sending_is_answered_all_the_same(
    fault, cast, monkeypatch
):
    monkeypatch.setattr(once, "PATIENCE", 0.0)
    monkeypatch.setattr(client_keys.Table, "settle", lambda *_args: None)
    key = uuid4()
    first = fault(key)
    assert fault(key).json() == first.json()  # the link is worked out again from the record's own key
    assert Fault.objects.count() == 1

    browser = cast.client("office")
    told = item(**fields_of(browser.get("/office/cases/items/new/")))
    before = ServiceItem.objects.count()
    for _turn in range(2):
        browser.post(
            "/office/cases/items/new/",
            told,
            headers={"referer": "http://testserver/office/cases/items/new/"},
        )
    assert ServiceItem.objects.count() == before + 1


def test_what_was_refused_spends_no_key(cast, fault):
    key = uuid4()
    assert fault(key, trouble="nothing").status_code == 422
    assert fault(key).status_code == 201
    browser = cast.client("office")
    told = item(**fields_of(browser.get("/office/cases/items/new/")))
    assert browser.post("/office/cases/items/new/", {**told, "title": ""}).status_code == 422
    assert browser.post("/office/cases/items/new/", told).status_code == 302


def test_two_accounts_with_the_same_key_do_not_see_each_others_answers(cast):
    told = item(once=str(uuid4()))
    first, second = cast.client("office"), cast.client("office2")
    before = ServiceItem.objects.count()
    assert first.post("/office/cases/items/new/", told).status_code == 302
    assert second.post("/office/cases/items/new/", {**told, "title": "另一项"}).status_code == 302
    assert ServiceItem.objects.count() == before + 2


def test_neither_key_nor_moment_nor_link_stands_in_the_table_in_clear_and_a_job_deletes_it(fault):
    key = uuid4()
    link = fault(key).json()["link"]
    row = ClientKey.objects.get()
    assert row.mark != key
    assert link.encode() not in bytes(row.sealed_answer)
    assert {field.name for field in ClientKey._meta.get_fields()} == {
        "mark",
        "body_digest",
        "attempt",
        "sealed_answer",
        "forget_date",
    }
    assert (row.forget_date - clock.today()).days == 14
    forget_client_keys()
    assert ClientKey.objects.count() == 1
    ClientKey.objects.update(forget_date=clock.today() - timedelta(days=1))
    forget_client_keys()
    assert not ClientKey.objects.exists()


#: ``NUANYI_SEQUENCES`` sequences; at a landing 25.
SEQUENCES = int(os.environ.get("NUANYI_SEQUENCES", "25"))


@pytest.mark.timeout(max(400, SEQUENCES * 2))
@settings(max_examples=SEQUENCES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    order=st.lists(st.integers(0, 3), min_size=2, max_size=12),
    lost=st.sets(st.integers(0, 11)),
)
def test_each_sent_many_times_out_of_order_with_answers_lost_is_there_once(put, monkeypatch, order, lost):
    """``order`` are sendings of four drafts of a phone; what is in ``lost`` was carried out and not heard of."""
    monkeypatch.setattr(limits, "count", lambda *_args, **_more: None)  # one phone sends hundreds of drafts
    Wish.objects.all().delete()
    Fault.objects.all().delete()
    station = put()
    keys = [uuid4() for _draft in range(4)]
    heard = {}
    for turn, draft in enumerate(order):
        told = {"key": str(keys[draft]), "words": f"第{draft}个愿望"}
        if draft % 2:
            told |= {"trouble": "broken", "kind": "charging"}
        path = f"/stations/{station.code}/{'tell' if draft % 2 else 'wish'}/"
        answer = Client().post(path, told, headers={"accept": "application/json"})
        assert answer.status_code < 400
        body = (answer.status_code, answer.get("Location"), answer.content)
        if turn not in lost:
            assert heard.setdefault(draft, body) == body
    drafts = set(order)
    assert Wish.objects.count() == len([draft for draft in drafts if draft % 2 == 0])
    assert Fault.objects.count() == len([draft for draft in drafts if draft % 2])


def test_a_page_that_shows_something_once_is_not_kept_for_a_repeat(cast, district):
    """Neither one-time passwords nor opened names lie in the table of answers, nor come back by sending the form again."""
    browser = cast.client("office")
    page = "/office/reports/keys/"
    told = fields_of(browser.get(page), name="市里的平台", unit=str(district["shichang"].pk))
    first = browser.post(page, told, headers={"referer": f"http://testserver{page}"})
    assert first.status_code == 200
    key = first.context["shown"]
    assert key and key in first.content.decode()
    assert [bytes(row.sealed_answer) for row in ClientKey.objects.all()], "the sending itself is known"
    again = browser.post(page, told, headers={"referer": f"http://testserver{page}"})
    assert (again.status_code, again["Location"]) == (302, page)
    kept = client_keys._opened(ClientKey.objects.get())
    assert (kept.status_code, kept["Location"], kept.content) == (302, page, b"")
    assert ApiKey.objects.count() == 1
