"""One of every object of the room and the routes that take it: another unit's answers exactly like none
(``program/tests/test_answer_anothers_as_none``)."""

from datetime import timedelta
from functools import cached_property
from uuid import uuid4

from conftest import EVERY_DAY
from nuanyi.lib import clock
from nuanyi.lib.actor import system
from nuanyi.stations.models import Fault, Keeper, StationList, Wish
from nuanyi.stations.services import stations
from nuanyi.stations.services.stations import StationDraft
from tests import declared


class Objects:
    """Of one side (``unit``, ``region``, ``account``, ``n``): each is made when it is first asked for."""

    @cached_property
    def station(self):
        draft = StationDraft(
            name=f"暖站{self.n}",
            tier="township",
            venue="care_station",
            lat=25.05 + self.n / 1000,
            lon=110.32,
            region_code=self.region,
            unit=self.unit,
            amenities=["charging"],
            functions=["rest"],
            hours=EVERY_DAY,
        )
        return stations.save_station(actor=system("test"), draft=draft)

    @cached_property
    def fault(self):
        return Fault.objects.create(
            key=uuid4(),
            station=self.station,
            trouble="broken",
            kind="charging",
            body_digest=b"1",
            made_at=clock.now(),
            due_at=clock.now() + timedelta(days=1),
        )

    @cached_property
    def wish(self):
        return Wish.objects.create(
            key=uuid4(), station=self.station, words="要个微波炉", made_date=clock.today()
        )

    @cached_property
    def station_list(self):
        return StationList.objects.create(
            id=uuid4(), account=self.account, file_name="站.xlsx", file_digest="0", crs="gcj02"
        )


def _may_see_station(actor, permission, side):
    if permission == "stations.keep" and "keeper" in actor.roles:
        return Keeper.objects.filter(station=side.station, account_id=actor.account_id).exists()
    return actor.can(permission, regions=(side.region,), units=(side.unit.pk,))


#: name of the route -> (what it shows, {parameter: (object, attribute)})
OBJECTS = {
    "keeper:today": ("station", {"code": ("station", "code")}),
    "keeper:door": ("station", {"code": ("station", "code")}),
    "keeper:amenity": ("station", {"code": ("station", "code")}),
    "keeper:fault": ("station", {"code": ("station", "code"), "pk": ("fault", "pk")}),
    "keeper:fault_photo": ("station", {"code": ("station", "code"), "pk": ("fault", "pk")}),
    "keeper:wish": ("station", {"code": ("station", "code"), "pk": ("wish", "pk")}),
    "keeper:note": ("station", {"code": ("station", "code")}),
    "keeper:screen": ("station", {"code": ("station", "code")}),
    "keeper:screen_code": ("station", {"code": ("station", "code")}),
    "stations:sent": ("station_list", {"pk": ("station_list", "pk")}),
    "stations:edit": ("station", {"pk": ("station", "pk")}),
    "stations:move": ("station", {"pk": ("station", "pk")}),
    "stations:door": ("station", {"pk": ("station", "pk")}),
    "stations:exceptions": ("station", {"pk": ("station", "pk")}),
    "stations:photo": ("station", {"pk": ("station", "pk")}),
    "stations:keepers": ("station", {"pk": ("station", "pk")}),
}

#: what it shows -> whether an actor sees that of a side, where scopes alone do not say it
MAY_SEE = {
    "station_list": lambda actor, permission, side: (
        actor.everywhere(permission) or actor.account_id == side.account.pk
    ),
    "station": _may_see_station,
}

#: Routes whose objects belong to no unit: whoever has the permission has it for all of them, or only its owner knows it.
OF_THE_DISTRICT = {
    "stations:one",  # stations are public; what only their keepers see stands on other pages
    "stations:poster",
}


#: Services that ask no place or unit, each with the reason (``program/tests/test_keep_to_ones_own_district``).
ASKS_NO_PLACE = {
    "stations.services.grading.grade_stations": declared.THE_SAME,
}

#: Tables of the office that are no list of records, each with its reason (``front/tests/test_one_table_for_every_list``).
OWN_TABLES = {
    "stations/staff/doubles.html": "two stations side by side, decided pair by pair",
    "stations/staff/sent.html": declared.TYPED,
    "stations/staff/station.html": declared.INSIDE,
    "stations/staff/visits.html": declared.CROSS,
}

#: Files that are no list of a day, by what they are named instead (``front/tests/test_save_lists_under_their_names``).
SAVED_NAMED_BY = {
    "office/stations/<uuid:pk>/poster.pdf": "the station",
}

#: Routes that need more than one of every object to answer with a file, and the test that opens each.
SAVED_ELSEWHERE = {
    "office/stations/<uuid:pk>/poster.pdf": "stations/tests: an installation with an address",
}
