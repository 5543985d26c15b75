"""One of every object of the room and the routes that take it: another unit's answers exactly like none
(``program/tests/test_answer_anothers_as_none``)."""

from datetime import timedelta
from functools import cached_property
from uuid import uuid4

from nuanyi.lib import clock, sealed
from nuanyi.volunteers.models import Campaign, Evidence, Shift, Team, Volunteer
from nuanyi.volunteers.services import rewards
from tests import declared


class Objects:
    """Of one side (``unit``, ``region``, ``account``, ``n``): each is made when it is first asked for."""

    @cached_property
    def team(self):
        return Team.objects.create(name=f"先锋队{self.n}", kind="pioneer", unit=self.unit)

    @cached_property
    def volunteer(self):
        made = Volunteer(
            key=uuid4(), team=self.team, name_mask="周**", role="traffic", standing="asked", day=clock.today()
        )
        sealed.put(made, "sealed_name", "周小明")
        made.save()
        return made

    @cached_property
    def shift(self):
        return Shift.objects.create(
            team=self.team,
            topic="civility",
            title="路口劝导",
            place="路口",
            starts_at=clock.now() - timedelta(hours=2),
            ends_at=clock.now() - timedelta(hours=1),
        )

    @cached_property
    def evidence(self):
        made = Evidence(key=uuid4(), shift=self.shift)
        sealed.put(made, "sealed_data", b"\xff\xd8picture")
        made.save()
        return made

    @cached_property
    def campaign(self):
        return Campaign.objects.create(
            topic="civility",
            title="文明骑行",
            unit=self.unit,
            stock=100,
            first_day=clock.today(),
            last_day=clock.today() + timedelta(days=9),
        )


#: name of the route -> (what it shows, {parameter: (object, attribute)})
OBJECTS = {
    "volunteers:move": ("volunteer", {"pk": ("volunteer", "pk")}),
    "volunteers:shift": ("shift", {"pk": ("shift", "pk")}),
    "volunteers:names": ("shift", {"pk": ("shift", "pk")}),
    "volunteers:evidence": ("shift", {"pk": ("shift", "pk"), "key": ("evidence", "key")}),
    "volunteers:shift_act": (
        "shift",
        {"pk": ("shift", "pk"), "deed": ["confirm", "decide", "close", "photo", "nothing"]},
    ),
    "volunteers:campaign": ("campaign", {"pk": ("campaign", "pk")}),
    "volunteers:campaign_map": ("campaign", {"pk": ("campaign", "pk")}),
}


#: service -> {how: an attempt from the neighbouring district} (``program/tests/test_keep_to_ones_own_district``)
ATTEMPTS = {
    "volunteers.services.rewards.set_star": {
        "the whole city's": lambda c, a: rewards.set_star(actor=a, stars=1, hours=1),
    },
}

#: Tables of the office that are no list of records, each with its reason (``front/tests/test_one_table_for_every_list``).
OWN_TABLES = {
    "volunteers/staff/campaign.html": declared.INSIDE,
    "volunteers/staff/duty.html": "opened names and phones of one shift: never sorted, never kept",
    "volunteers/staff/rewards.html": declared.RULES,
    "volunteers/staff/shift.html": declared.INSIDE,
}

#: Routes that need more than one of every object to answer with a file, and the test that opens each.
SAVED_ELSEWHERE = {
    "v/<slug:link>/hours.pdf": "volunteers/tests: confirmed hours",
    "v/<slug:link>/hours.png": "volunteers/tests: confirmed hours",
}
