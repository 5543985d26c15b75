"""Casts of the room's tests."""

import pytest

from nuanyi.stations.services import stations


@pytest.fixture
def kept(put, cast, program):
    """A station with its keeper."""
    station = put()
    stations.set_keepers(actor=program, station=station, accounts=[cast.accounts["keeper"]])
    return station
