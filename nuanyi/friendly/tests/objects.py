"""One of every object of the room and the routes that take it: another place's answers exactly like none
(``program/tests/test_answer_anothers_as_none``)."""

from functools import cached_property
from uuid import uuid4

from nuanyi.friendly.models import Tip
from nuanyi.friendly.services import places
from nuanyi.friendly.services.places import PlaceInput
from nuanyi.lib import clock
from nuanyi.lib.actor import system
from tests import declared


class Objects:
    """Of one side (``region``, ``n``): each is made when it is first asked for."""

    @cached_property
    def friendly_place(self):
        told = PlaceInput(
            kind="compound",
            lat=25.05 + self.n / 1000,
            lon=110.32,
            region_code=self.region,
            texts={"name": f"小区{self.n}"},
        )
        return places.save_place(actor=system("test"), told=told)

    @cached_property
    def tip(self):
        return Tip.objects.create(
            key=uuid4(),
            told={"name": f"小区{self.n}", "kind": "compound"},
            region_code=self.region,
            lat_wgs84=25.05,
            lon_wgs84=110.32,
            plan=b"\xff\xd8",
            body_digest=b"1",
            made_date=clock.today(),
        )


def _in_its_place(actor, permission, side):
    return actor.can(permission, regions=(side.region,))


#: name of the route -> (what it shows, {parameter: (object, attribute)})
OBJECTS = {
    "friendly_office:edit": ("friendly_place", {"pk": ("friendly_place", "pk")}),
    "friendly_office:gone": ("friendly_place", {"pk": ("friendly_place", "pk")}),
    "friendly_office:tip": ("tip", {"pk": ("tip", "pk")}),
    "friendly_office:tip_plan": ("tip", {"pk": ("tip", "pk")}),
    "friendly_office:decline": ("tip", {"pk": ("tip", "pk")}),
}

#: what it shows -> whether an actor sees that of a side, where scopes alone do not say it
MAY_SEE = {"friendly_place": _in_its_place, "tip": _in_its_place}


#: Services that ask no place or unit, each with the reason (``program/tests/test_keep_to_ones_own_district``).
ASKS_NO_PLACE = {
    "friendly.services.places.forget_tips": declared.THE_SAME,
}
