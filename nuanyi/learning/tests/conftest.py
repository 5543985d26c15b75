"""Casts of the room's tests."""

from datetime import timedelta

import pytest

from nuanyi.learning.services import sessions
from nuanyi.lib import clock


@pytest.fixture
def hall(cast, district):
    """A lecture that begins now, planned by the district's hand."""

    def make(pk=None, **more):
        now = clock.now()
        told = {
            "kind": "lecture",
            "title": "骑行安全",
            "place": "良丰街道驿站",
            "starts_at": now + timedelta(minutes=1),
            "ends_at": now + timedelta(hours=1),
            "unit": district["gonghui"],
            "region_code": "450311001",
            "sector": "delivery",
        }
        return sessions.save_session(
            actor=cast.actor("office"), told=sessions.SessionInput(**{**told, **more}), pk=pk
        )

    return make


@pytest.fixture(autouse=True)
def _has_an_address(settings):
    settings.NUANYI_PUBLIC_URL = "https://nuanyi.example"
