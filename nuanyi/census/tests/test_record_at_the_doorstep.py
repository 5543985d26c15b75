import json

import pytest

from nuanyi.census.models import DoorstepEntry, Establishment, Worker
from nuanyi.lib.ids import new_id

ENTRY = {
    "kind": "workers",
    "name": "周小明",
    "phone": "199 0000 0001",
    "sector": "courier",
    "region": "450311101",
}


def post(browser, **told):
    return browser.post(
        "/door/send/",
        json.dumps(ENTRY | told),
        content_type="application/json",
        headers={"accept": "application/json"},
    )


def test_a_repeat_gets_the_first_answer_and_other_content_a_conflict(cast):
    browser, key = cast.client("grid"), str(new_id())
    answers = [post(browser, key=key) for _turn in range(10)]
    assert {answer.status_code for answer in answers} == {201}
    assert Worker.objects.count() == DoorstepEntry.objects.count() == 1
    assert post(browser, key=key, name="李大力").status_code == 409


def test_bad_input_is_named_field_by_field(cast):
    answer = post(cast.client("grid"), key=str(new_id()), phone="12", region="")
    assert answer.status_code == 422
    assert set(answer.json()["fields"]) == {"phone", "region"}
    assert Worker.objects.count() == 0


def test_nobody_records_outside_their_place(cast):
    assert "region" in post(cast.client("grid"), key=str(new_id()), region="450311100").json()["fields"]
    assert post(cast.client("clerk"), key=str(new_id())).status_code == 403


def test_somebody_known_already_is_not_recorded_twice(cast):
    browser = cast.client("grid")
    post(browser, key=str(new_id()))
    assert post(browser, key=str(new_id())).json()["code"] == "known-already"


def test_an_establishment_too(cast):
    told = {
        "kind": "establishments",
        "name": "小店",
        "contact_name": "周明",
        "contact_phone": "19900000001",
        "headcount": "3",
        "phone": "",
    }
    assert post(cast.client("grid"), key=str(new_id()), **told).status_code == 201
    assert Establishment.objects.get().contact.phone == "199****0001"


@pytest.mark.parametrize("body", [b"", b"[]", b'{"key": "x"}', b"\xff\xfe", b'{"key": 3, "name": {}}'])
def test_nonsense_is_refused_and_never_a_500(cast, body):
    answer = cast.client("grid").post(
        "/door/send/", body, content_type="application/json", headers={"accept": "application/json"}
    )
    assert answer.status_code == 422
