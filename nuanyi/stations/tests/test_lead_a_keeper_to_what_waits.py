"""A keeper's numbers lead to the stations, and the part of their page, at which as much waits."""

from datetime import timedelta
from uuid import uuid4

import pytest

from nuanyi.lib import clock
from nuanyi.stations import home
from nuanyi.stations.models import Amenity, Station
from nuanyi.stations.services import faults, stations

pytestmark = pytest.mark.django_db


def tell(station, kind):
    faults.tell_fault(
        station=station, key=uuid4(), trouble="broken", kind=kind, words="坏了", network="203.0.113.7"
    )


@pytest.mark.parametrize("many", [False, True])
def test_a_keepers_numbers_lead_to_as_much(cast, put, program, many):
    for name in ("甲站", "乙站", "丙站")[: 3 if many else 1]:
        stations.set_keepers(actor=program, station=put(name), accounts=[cast.accounts["keeper"]])
    first = Station.objects.get(name="甲站")
    tell(first, "charging")
    Amenity.objects.filter(station=first).update(expires_date=clock.today() + timedelta(days=9))
    if many:
        tell(Station.objects.get(name="乙站"), "charging")
    for task in home.tasks_for(cast.actor("keeper")):
        address, _sign, part = task.href.partition("#")
        html = cast.client("keeper").get(address, follow=True).content.decode()
        if many:
            assert "丙站" not in html, "nothing waits there"
        else:
            html = html.split(f'<section id="{part}">')[1].split("</section>")[0]
        said = sum(int(piece.split('"')[0]) for piece in html.split('data-counted="')[1:])
        assert (task.href, said) == (task.href, task.count)
        assert task.count
