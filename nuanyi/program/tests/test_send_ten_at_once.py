"""What a phone sends ten times at once, over a served home, is there once, and each of the ten has the same answer."""

import hmac
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode
from uuid import uuid4

import pytest

from faults import stage as stages
from faults.stage import ask
from faults.writers import Browser
from nuanyi.learning.rules import CODE_SECONDS, token_of

pytestmark = pytest.mark.xdist_group("home")
TIMES = 10


@pytest.fixture
def on(home, monkeypatch):
    """The demo of the run, copied and served by threads that write at once."""
    monkeypatch.setattr(stages, "_homes", [home])
    stages._demo.cache_clear()
    with stages.stage(workers=2) as made:
        yield made
    stages._demo.cache_clear()


def flows(on):
    """``{what: (address, form, rows of it by key)}``; the key is put in where a form says ``KEY``."""
    station, lat, lon, mark = on.sql(
        "SELECT code, lat_wgs84, lon_wgs84, secret FROM stations_station WHERE state = 'open' AND check_in = 'position' LIMIT 1"
    )[0]
    wall = hmac.digest(bytes(mark), b"wall", "sha256").hex()[:10]
    [(session, secret)] = on.sql(
        "UPDATE learning_session SET held_at = NULL, cancelled_at = NULL WHERE id ="
        " (SELECT max(id) FROM learning_session) RETURNING code, secret"
    )
    [(lesson,)] = on.sql("SELECT slug FROM learning_lesson WHERE state = 'published' ORDER BY id LIMIT 1")
    token = token_of(bytes(secret), int(time.time()) // CODE_SECONDS)
    place = {"lat": "25.05", "lon": "110.32", "accuracy": "10", "kind": ""}
    of_key = "SELECT count(*) FROM {} WHERE key = %s"
    return {
        "request": (
            "/help/ask/",
            {"key": "KEY", "kind": "other", "words": "想问一下"},
            of_key.format("cases_case"),
        ),
        "report": (
            "/report/",
            {"key": "KEY", "words": "窨井盖松了", "where": "桥头", **place},
            of_key.format("reports_voice"),
        ),
        "fault": (
            f"/stations/{station}/tell/",
            {"key": "KEY", "trouble": "broken", "kind": "charging", "words": "门锁着"},
            of_key.format("stations_fault"),
        ),
        "wish": (
            f"/stations/{station}/wish/",
            {"key": "KEY", "words": "想要个微波炉"},
            of_key.format("stations_wish"),
        ),
        "lesson": (f"/learn/{lesson}/done/", {"key": "KEY"}, of_key.format("learning_finish")),
        "attendance": (
            f"/in/{session}/{token}/",
            {"key": "KEY", "waited": "0"},
            "SELECT count(*) FROM learning_attendance WHERE %s IS NOT NULL",
        ),
        "visit": (
            f"/s/{station}/",
            {"key": "KEY", "k": wall, "lat": str(lat), "lon": str(lon)},
            "SELECT coalesce(sum(count), 0) FROM stations_visitcount WHERE %s IS NOT NULL",
        ),
    }


def ten_at_once(port, path, form):
    """The ten answers: status and where they lead."""
    browser = Browser(port)
    assert browser.open()
    browser.cookies += f"; ny-d={uuid4().hex}"
    head, together = browser.head(), threading.Barrier(TIMES)

    def send(_number):
        together.wait(30)
        for _again in range(20):
            status, told, _body = ask(port, "POST", path, urlencode(form).encode(), head)
            if status not in (503, 599):  # a phone sends again what was not answered
                return status, told.get("Location", "")
            time.sleep(0.2)
        raise AssertionError("not answered")

    with ThreadPoolExecutor(TIMES) as pool:
        return list(pool.map(send, range(TIMES)))


def test_each_of_seven_sent_ten_times_at_once_is_there_once_with_one_answer(on):
    for what, (path, form, rows) in flows(on).items():
        key = uuid4()
        before = on.sql(rows, key)[0][0]
        answers = ten_at_once(
            on.server.port, path, {n: str(key) if v == "KEY" else v for n, v in form.items()}
        )
        assert len(set(answers)) == 1, (what, answers)
        assert answers[0][0] < 400, (what, answers)
        assert on.sql(rows, key)[0][0] - before == 1, what
