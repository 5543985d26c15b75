"""Riders find how to get in; they say how it really is, and a unit confirms it."""

import io
import json
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from nuanyi.friendly import queries, rules
from nuanyi.friendly.models import FriendlyPlace, Tip
from nuanyi.friendly.services import places
from nuanyi.friendly.services.places import PlaceInput
from nuanyi.journal.models import Entry
from nuanyi.lib import clock, pictures
from nuanyi.lib.actor import GUEST
from nuanyi.lib.errors import BadInput, Conflict, NotAllowed, NotFound, TooMuch
from nuanyi.lib.pictures import BadPicture
from nuanyi.lib.row_security import reading_as
from nuanyi.lib.tests.test_rebuild_a_picture import picture

pytestmark = pytest.mark.django_db

SAID = {
    "name": "桂花苑",
    "kind": "compound",
    "gate": "walk",
    "gate_words": "东门，报楼号",
    "parking": "东门外右手有车位",
    "entrance": "3 栋在水池后面",
    "lat": "25.05",
    "lon": "110.32",
}


def saved(actor, **more):
    told = PlaceInput(
        kind="compound", lat=25.05, lon=110.32, region_code="450311100", gate="push", texts={"name": "桂花苑"}
    )
    return places.save_place(actor=actor, told=told, **more)


def test_what_a_rider_says_is_shown_once_a_unit_of_the_place_confirms_it(district, cast):
    rider, other = Client(), cast.client("zhemu")
    key = uuid4()
    answer = rider.post("/friendly/tell/", SAID | {"key": key})
    assert answer.status_code == 302, answer.content.decode()
    link = answer["Location"].partition("?")[0]
    assert "等待单位核实" in rider.get(link).content.decode()
    assert "桂花苑" not in rider.get("/friendly/").content.decode(), "nobody has looked at it"
    tip = Tip.objects.get()
    assert Entry.objects.filter(kind__startswith="friendly.").count() == 0, "an entry would carry the moment"
    # the same key again gives the first answer; the same key with other words is refused
    assert rider.post("/friendly/tell/", SAID | {"key": key})["Location"].startswith(link)
    changed = rider.post("/friendly/tell/", SAID | {"key": key, "parking": "西门"})
    assert changed.status_code == 409
    assert Tip.objects.count() == 1
    Tip.objects.update(region_code="450311100")
    assert other.get(f"/office/friendly/tips/{tip.pk}/").status_code == 404
    unit = cast.client("yanshan")
    assert "东门外右手有车位" in unit.get("/office/friendly/tips/").content.decode()
    page = unit.get(f"/office/friendly/tips/{tip.pk}/").content.decode()
    assert "25.050000, 110.320000" in page
    form = {name: SAID[name] for name in ("name", "kind", "gate", "gate_words", "parking", "entrance")}
    form |= {"point": "25.05, 110.32", "crs": "wgs84", "parking": "东门外，左手"}
    answer = unit.post(f"/office/friendly/tips/{tip.pk}/", form)
    assert answer.status_code == 302, answer.content.decode()
    page = rider.get("/friendly/").content.decode()
    assert "东门外，左手" in page
    assert "步行进，车停外面" in page
    assert "已核实，大家都能看到" in rider.get(link).content.decode()
    place = FriendlyPlace.objects.get()
    assert (place.code, place.confirmed_date) == ("FR001", clock.today())
    told = json.loads(queries.everything())
    row = dict(zip(told["columns"], told["places"][0], strict=True))
    assert (row["gate"], row["parking"], row["plan"]) == ("walk", "东门外，左手", 0)
    assert row["unit"]


def test_a_correction_says_what_is_different_and_keeps_the_place_where_it_is(district, cast, program):
    place = saved(program)
    rider = Client()
    page = rider.get(f"/friendly/{place.code}/tell/").content.decode()
    assert 'value="桂花苑"' in page
    said = {name: SAID[name] for name in ("name", "kind", "gate", "parking")}
    file = io.BytesIO(picture(comment=b"SECRETNOTE"))
    file.name = "plan.jpg"
    answer = rider.post(
        f"/friendly/{place.code}/tell/", said | {"key": uuid4(), "code": place.code, "plan": file}
    )
    assert answer.status_code == 302, answer.content.decode()
    tip = Tip.objects.get()
    assert [(name, said) for name, _now, said in queries.differences(tip)] == [
        ("gate", "步行进，车停外面"),
        ("parking", "东门外右手有车位"),
    ]
    form = said | {"point": "25.06, 110.33", "crs": "wgs84"}
    assert cast.client("office").post(f"/office/friendly/tips/{tip.pk}/", form).status_code == 302
    place.refresh_from_db()
    assert (place.gate, place.lat_wgs84) == ("walk", 25.06)
    shown = rider.get(f"/friendly/{place.code}/plan.jpg")
    assert shown["Content-Type"] == "image/jpeg"
    assert b"SECRETNOTE" not in shown.content


def test_a_picture_is_rebuilt_before_tip_and_place_are_locked(district, program, monkeypatch):
    place = saved(program)
    Client().post("/friendly/tell/", SAID | {"key": uuid4()})
    rebuild, locked = pictures.rebuild, []

    def watched(raw):
        locked.extend(query["sql"] for query in asked if "FOR UPDATE" in query["sql"])
        return rebuild(raw)

    monkeypatch.setattr(pictures, "rebuild", watched)
    told = PlaceInput(
        kind="compound",
        lat=25.05,
        lon=110.32,
        region_code="450311100",
        texts={"name": "桂花苑"},
        plan=picture(),
    )
    with CaptureQueriesContext(connection) as asked:
        places.save_place(actor=program, told=told, place_id=place.pk, tip_id=Tip.objects.get().pk)
    assert locked == []
    place.refresh_from_db()
    assert place.plan is not None


def test_what_is_not_so_is_declined_with_a_reason_that_the_rider_reads(district, cast):
    rider, office = Client(), cast.client("office")
    link = rider.post("/friendly/tell/", SAID | {"key": uuid4()})["Location"].partition("?")[0]
    tip = Tip.objects.get()
    address = f"/office/friendly/tips/{tip.pk}/decline/"
    assert office.post(address, {"answer": ""}).status_code == 422
    assert office.post(address, {"answer": "门岗说可以骑进去"}).status_code == 302
    assert "门岗说可以骑进去" in rider.get(link).content.decode()
    assert not FriendlyPlace.objects.exists()
    assert rider.get(f"{link[:-3]}zz/").status_code == 404


def test_only_who_answers_for_the_place_changes_it_and_guests_read_no_tips(district, cast, program):
    place = saved(program)
    with pytest.raises(NotFound):
        places.take_place_off(actor=cast.actor("zhemu"), place_id=place.pk)
    with pytest.raises(NotAllowed):
        saved(cast.actor("zhemu"))
    with pytest.raises(NotAllowed):
        saved(cast.actor("keeper"))
    Client().post("/friendly/tell/", SAID | {"key": uuid4()})
    with reading_as(GUEST):
        assert not Tip.objects.exists()
    assert places.take_place_off(actor=cast.actor("yanshan"), place_id=place.pk).state == "gone"
    assert "桂花苑" not in Client().get("/friendly/").content.decode()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": " "}, "name"),
        ({"kind": "palace"}, "kind"),
        ({"gate": "fly"}, "gate"),
        ({"call": "打给老王"}, "call"),
        ({"parking": "一" * 161}, "parking"),
        ({"lat": "", "lon": ""}, "name"),
        ({"lat": "nan", "lon": "110"}, "lat"),
        ({"lat": "91", "lon": "500"}, "lat"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field_and_kept(district, wrong, field):
    answer = Client().post(
        "/friendly/tell/", SAID | wrong | {"key": uuid4()}, headers={"Accept": "application/json"}
    )
    assert answer.status_code in (400, 422), answer.content.decode()
    assert field in answer.json()["fields"]
    page = Client().post("/friendly/tell/", SAID | wrong | {"key": uuid4()}).content.decode()
    assert "3 栋在水池后面" in page
    assert not Tip.objects.exists()


def test_answered_tips_are_forgotten_after_their_time(district, program, cast):
    Client().post("/friendly/tell/", SAID | {"key": uuid4()})
    tip = Tip.objects.get()
    places.decline_tip(actor=program, tip_id=tip.pk, answer="不是")
    assert places.forget_tips(actor=program) == 0
    Tip.objects.update(ended_date="2026-01-01")
    assert places.forget_tips(actor=program) == 1
    with pytest.raises(BadInput):
        places.decline_tip(actor=program, tip_id=_open(), answer="")


def _open():
    Client().post("/friendly/tell/", SAID | {"key": uuid4()})
    return Tip.objects.get().pk


def told(**more):
    return PlaceInput(
        kind="compound", lat=25.05, lon=110.32, region_code="450311100", texts={"name": "桂花苑"}, **more
    )


def test_an_attempt_with_a_bad_picture_counts(district, monkeypatch):
    monkeypatch.setattr(rules, "TIPS_AN_HOUR", 2)
    for _attempt in range(2):
        with pytest.raises(BadPicture):
            places.tell_tip(key=uuid4(), told=told(plan=b"no picture"), network="203.0.113.9")
    with pytest.raises(TooMuch):
        places.tell_tip(key=uuid4(), told=told(), network="203.0.113.9")
    assert not Tip.objects.exists()


def test_the_same_key_twice_in_one_moment_gives_the_first_answer_or_says_that_it_is_taken(
    district, monkeypatch
):
    key, standing = uuid4(), places._standing

    def the_other_is_quicker(said):
        monkeypatch.setattr(places, "_standing", standing)
        places.tell_tip(key=key, told=told(), network="203.0.113.9")
        return standing(said)

    monkeypatch.setattr(places, "_standing", the_other_is_quicker)
    tip = places.tell_tip(key=key, told=told(), network="203.0.113.9")
    assert Tip.objects.get() == tip
    Tip.objects.all().delete()
    monkeypatch.setattr(places, "_standing", the_other_is_quicker)
    with pytest.raises(Conflict):
        places.tell_tip(key=key, told=told(gate="walk"), network="203.0.113.9")


def test_two_places_entered_in_one_moment_get_two_codes(district, program, monkeypatch):
    first, draw = saved(program), places._next_code
    drawn = iter([first.code])
    monkeypatch.setattr(places, "_next_code", lambda: next(drawn, None) or draw())
    assert saved(program).code == "FR002"


def test_without_a_script_the_search_finds_what_the_page_itself_does_not_hold(district, program):
    saved(program)
    FriendlyPlace.objects.update(place_words="雁山街 5 号")
    places.save_place(
        actor=program,
        told=PlaceInput(
            kind="mall",
            lat=25.05,
            lon=110.32,
            region_code="450311100",
            texts={"name": "吾悦", "hours": "9–22 点"},
        ),
    )
    rider = Client()
    for wanted, found, left in (
        ("桂花", "桂花苑", "吾悦"),
        ("雁山街", "桂花苑", "吾悦"),
        ("fr002", "吾悦", "桂花苑"),
    ):
        page = rider.get("/friendly/", {"q": wanted}).content.decode()
        assert found in page
        assert left not in page
        assert f'value="{wanted}"' in page
    assert (
        "没有找到相符的记录"
        in rider.get("/friendly/", {"q": "漓江"}).content.decode().partition("data-list")[2]
    )
    assert "<dt>开放时间</dt>" in rider.get("/friendly/", {"q": "吾悦"}).content.decode()
