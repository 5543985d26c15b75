"""Odd things that happen at a border: half a photo, two proxies' words, a clock a day off, a unit that closes meanwhile."""

import io
from datetime import datetime, timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from nuanyi.cases.models import Case, Message
from nuanyi.cases.tests.conftest import desk_cast as desk_cast
from nuanyi.cases.tests.conftest import sent as sent
from nuanyi.cases.tests.conftest import taken as taken
from nuanyi.lib import clock
from nuanyi.lib.errors import IllegalMove
from nuanyi.lib.proxies import client_address
from nuanyi.people.jobs import forget_client_keys
from nuanyi.people.models import ClientKey
from nuanyi.program.server import environ_of
from nuanyi.stations.models import Fault, Photo
from nuanyi.units import services as units

JSON = {"accept": "application/json"}


def picture():
    out = io.BytesIO()
    Image.effect_noise((320, 240), 60).convert("RGB").save(out, "JPEG")
    return out.getvalue()


@pytest.mark.django_db
@pytest.mark.parametrize("part", [0.5, 0.9, 0.999])
def test_half_a_photo_in_a_whole_body_is_refused_in_words_and_its_key_is_free_for_the_whole_one(put, part):
    """The length is as announced, the closing line is there: only the picture ends early."""
    station, whole, key = put(), picture(), str(uuid4())

    def send(raw):
        told = {"key": key, "trouble": "broken", "kind": "charging", "words": "插座没电"}
        photo = SimpleUploadedFile("p.jpg", raw, "image/jpeg")
        return Client().post(f"/stations/{station.code}/tell/", told | {"photo": photo}, headers=JSON)

    refused = send(whole[: int(len(whole) * part)])
    assert refused.status_code == 422
    assert "图片" in "".join(refused.json()["fields"].values()) + refused.json()["title"]
    assert (Fault.objects.count(), Photo.objects.count(), ClientKey.objects.count()) == (0, 0, 0)
    assert send(whole).status_code == 201
    assert (Fault.objects.count(), Photo.objects.count()) == (1, 1)


def _asked(*headers):
    scope = SimpleNamespace(
        server="127.0.0.1:8000",
        method="GET",
        path="/",
        query_string="",
        http_version="1.1",
        client="127.0.0.1:5",
        scheme="http",
        authority="",
        headers=SimpleNamespace(items=lambda: list(headers)),
    )
    return client_address(environ_of(scope))


def test_of_two_forwarded_headers_only_the_last_hop_that_is_not_ours_counts(settings):
    """A client writes the first header itself; the proxy adds a second one instead of a word to the first."""
    settings.NUANYI_TRUSTED_PROXIES = ["127.0.0.0/8", "10.0.0.0/8"]
    name = "x-forwarded-for"
    assert _asked((name, "203.0.113.66"), (name, "198.51.100.7")) == "198.51.100.7"
    assert _asked((name, "203.0.113.66"), (name, "198.51.100.7, 10.0.0.5")) == "198.51.100.7"
    assert _asked((name, "198.51.100.7"), (name, "10.0.0.5")) == "198.51.100.7"
    assert _asked((name, "198.51.100.7"), (name, "junk")) == "127.0.0.1"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 12, 31, 23, 59, 59, tzinfo=clock.CHINA),
        datetime(2028, 2, 29, 12, tzinfo=clock.CHINA),
        datetime(2027, 1, 1, 0, 0, 0, tzinfo=clock.CHINA),
    ],
)
@pytest.mark.parametrize("off", [-1, 1])
def test_a_clock_that_jumps_a_day_between_two_sendings_forgets_and_doubles_nothing(sent, put, moment, off):
    station, key = put(), str(uuid4())

    def send():
        told = {"key": key, "trouble": "broken", "kind": "charging", "words": "插座没电"}
        return Client().post(f"/stations/{station.code}/tell/", told, headers=JSON)

    with clock.held_at(moment):
        first = send()
        case = sent()
        assert case.made_at <= case.answer_due_at <= case.due_at
        assert Client().get(first.json()["link"]).status_code == 200
    with clock.held_at(moment + timedelta(days=off)):
        forget_client_keys()
        again = send()
        assert (again.status_code, again.json()) == (first.status_code, first.json())
        page = Client().get(first.json()["link"]).content.decode()
        assert Fault.objects.count() == 1
        for shown in (page, Client().get(f"/stations/{station.code}/").content.decode()):
            assert " -1" not in shown
            assert "-1 " not in shown


@pytest.mark.django_db
def test_a_unit_that_is_merged_while_its_clerk_writes_loses_no_word(taken, desk_cast, district, program):
    case, browser = taken(), desk_cast.client("clerk")
    page = browser.get(f"/office/cases/{case.pk}/")
    assert page.status_code == 200
    with pytest.raises(IllegalMove):
        units.close_unit(actor=program, unit=district["shichang"])
    units.merge_units(actor=program, unit=district["shichang"], into=district["gonghui"])
    key = str(uuid4())
    for _turn in range(2):
        told = {"key": key, "words": "材料收到，明天答复。"}
        assert browser.post(f"/office/cases/{case.pk}/write/", told).status_code == 302
    assert Message.objects.filter(case_id=case.pk, of="unit").count() == 1
    assert Case.objects.get(pk=case.pk).unit_id == district["gonghui"].pk


@pytest.mark.django_db
def test_a_clerk_whose_account_is_closed_while_he_writes_is_sent_to_the_sign_in_and_nothing_is_kept(
    taken, desk_cast
):
    case, browser = taken(), desk_cast.client("clerk")
    account = desk_cast.accounts["clerk"]
    account.is_active = False
    account.save()
    answer = browser.post(f"/office/cases/{case.pk}/write/", {"key": str(uuid4()), "words": "材料收到。"})
    assert answer.status_code == 302
    assert "/accounts/login/" in answer["Location"]
    assert not Message.objects.filter(case_id=case.pk, of="unit").exists()
