"""Casts of the room's tests."""

from datetime import timedelta
from uuid import uuid4

import pytest

from nuanyi.lib import clock
from nuanyi.volunteers.services import joining, shifts


@pytest.fixture
def team(cast, district):
    return joining.save_team(actor=cast.actor("office"), name="先锋队", kind="pioneer", unit=district["t101"])


@pytest.fixture
def member(cast, team):
    """A volunteer whom the unit has taken; his link with him."""

    def make(n=0, **more):
        told = joining.VolunteerInput(
            **{
                "name": f"周小{n}",
                "phone": f"1990000{1000 + n}",
                "role": "traffic",
                "region_code": "450311101",
                "agrees": True,
                **more,
            }
        )
        made = joining.ask(key=uuid4(), team=team.pk, told=told, network="203.0.113.9")
        joining.move(actor=cast.actor("zhemu"), pk=made.pk, to="active")
        return made, joining.link_of(made)

    return make


@pytest.fixture
def shift(cast, team):
    """A shift of three hours that begins in an hour and needs two at the crossing."""

    def make(**more):
        now = clock.now()
        told = {
            "team": team.pk,
            "topic": "civility",
            "title": "路口劝导",
            "place": "柘木路口",
            "starts_at": now + timedelta(hours=1),
            "ends_at": now + timedelta(hours=4),
            "needs": {"traffic": 2},
            "region_code": "450311101",
        }
        return shifts.call_shift(actor=cast.actor("zhemu"), told=shifts.ShiftInput(**{**told, **more}))

    return make
