"""One place and many who ask for it in the same moment, over a served home: one has it, the others wait in line."""

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode
from uuid import uuid4

import pytest

from faults.stage import ask as send
from faults.writers import VOLUNTEERS, Browser
from nuanyi.program.tests.test_send_ten_at_once import on

__all__ = ["on"]  # the fixture, under its name

#: ``NUANYI_PLACE_CLIENTS`` of them; at a landing 20.
MANY = int(os.environ.get("NUANYI_PLACE_CLIENTS", "20"))
pytestmark = [pytest.mark.xdist_group("home"), pytest.mark.timeout(max(600, MANY * 12))]


def test_of_many_who_ask_at_once_one_has_the_place_and_all_others_wait(on):
    keys = [str(uuid4()) for _volunteer in range(MANY)]
    shift, *links = on.told_by(VOLUNTEERS.format(keys=keys, places=1)).split()
    together = threading.Barrier(MANY)

    def sign_up(link):
        browser = Browser(on.server.port)
        while not browser.open():
            pass
        form = urlencode({"key": str(uuid4()), "shift": shift, "role": "traffic"}).encode()
        together.wait(240)
        for _again in range(50):
            status, _head, _body = send(
                on.server.port, "POST", f"/v/{link}/up/", form, browser.head() | {"Accept": "text/html"}
            )
            if status not in (503, 599):  # a phone sends again what was not answered
                return status
        raise AssertionError("not answered")

    with ThreadPoolExecutor(MANY) as pool:
        answers = list(pool.map(sign_up, links))
    assert set(answers) == {302}
    places = dict(
        on.sql("SELECT place, count(*) FROM volunteers_signup WHERE shift_id = %s GROUP BY 1", int(shift))
    )
    assert places == {"on": 1, "waiting": MANY - 1}
