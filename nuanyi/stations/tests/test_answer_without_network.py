"""What a phone is given to answer by itself, and what it makes of it (its script is tried by node)."""

import json

import pytest
from django.test import Client

from nuanyi.lib import clock
from nuanyi.stations import queries
from nuanyi.stations.services import keeping, stations


@pytest.mark.django_db
def test_one_file_says_of_every_station_where_it_is_what_it_has_and_when_it_is_open(put):
    put("良丰驿站", amenities=["charging", "toilet"], hours={str(n): "07:00-23:00" for n in range(1, 8)})
    put("柘木驿站", amenities=["fan"], hours={str(n): "24小时" for n in range(1, 8)})
    told = json.loads(queries.everything())
    assert [row[1] for row in told["stations"]] == ["良丰驿站", "柘木驿站"]
    first, second = told["stations"]
    kinds = [kind for n, kind in enumerate(told["kinds"]) if first[7] & (1 << n)]
    assert set(kinds) == {"charging", "toilet"}
    midnight = int(clock.midnight(clock.today()).timestamp()) // 60
    spans = told["schedules"][first[11]]
    assert (midnight + 7 * 60, midnight + 23 * 60) in zip(spans[::2], spans[1::2], strict=True)
    assert len(told["schedules"][second[11]]) == 2, "open day and night is one span"
    assert told["until"] - told["made_at"] > 7 * 86400


@pytest.mark.django_db
def test_the_file_is_sent_again_only_where_it_changed(put, cast, program):
    station = put("良丰驿站", hours={str(n): "24小时" for n in range(1, 8)})
    phone = Client()
    first = phone.get("/stations/all.json")
    assert first.status_code == 200
    again = phone.get("/stations/all.json", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    stations.set_keepers(actor=program, station=station, accounts=[cast.accounts["keeper"]])
    keeping.tap_door(actor=cast.actor("keeper"), station=station, is_open=False)
    later = phone.get("/stations/all.json", headers={"If-None-Match": first["ETag"]})
    assert later.status_code == 200
    assert later.json()["schedules"] != first.json()["schedules"]


@pytest.mark.django_db
def test_an_area_is_no_place_where_somebody_stands(put):
    put("良丰驿站", hours={str(n): "24小时" for n in range(1, 8)})
    phone = Client()
    located = phone.get("/", {"lat": "25.05", "lon": "110.32", "part": "rows"}).content.decode()
    assert 'class="best"' in located
    for question in ({}, {"place": "450311100"}):
        page = phone.get("/", {**question, "part": "rows"}).content.decode()
        assert "良丰驿站" in page
        assert 'class="best"' not in page
        assert 'class="far"' not in page
