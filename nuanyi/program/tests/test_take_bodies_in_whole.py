import contextlib
import json
import os
import subprocess
import sys
from uuid import uuid4

import pytest

from nuanyi.program.tests.conftest import ask, environment, served, wait_for
from nuanyi.program.tests.senders import (
    GAVE_UP,
    drip,
    multipart,
    p95,
    photo,
    post,
    report,
    slow_senders,
    times_of_others,
    token,
)
from tests.ports import free_port

pytestmark = pytest.mark.xdist_group("home")
#: ``NUANYI_SLOW_SENDERS`` of them; at a landing 300.
SLOW = int(os.environ.get("NUANYI_SLOW_SENDERS", "300"))
COUNT = "from nuanyi.reports.models import Report, Picture; print(Report.objects.count(), Picture.objects.count())"


@pytest.fixture(scope="module")
def port(home):
    with served(home) as (_server, number):
        yield number


def counts(home):
    return [int(part) for part in ask(home, COUNT).split()]


def test_a_cut_upload_is_refused_and_its_key_still_takes_the_whole_one(home, port):
    before, headers = counts(home), token(port)
    bodies = {}
    for part in (0.3, 0.6, 0.8, 0.9, 0.95, 0.999):
        key = str(uuid4())
        kind, body = multipart(report(key, words=f"路灯不亮{part}"), [("photo", photo()), ("photo", photo())])
        bodies[key] = kind, body
        status, _rest = post(port, "/report/", headers, kind, body, cut=int(len(body) * part))
        assert status in (0, 400), part
    assert counts(home) == before
    for kind, body in bodies.values():
        status, answer = post(port, "/report/", headers, kind, body)
        assert status == 201, answer[2].decode()
    assert counts(home) == [before[0] + 6, before[1] + 12]


def test_a_body_cut_by_a_proxy_that_corrects_the_length_is_refused_too(home, port):
    before, headers = counts(home), token(port)
    kind, body = multipart(report(str(uuid4())), [("photo", photo())])
    short = body[: len(body) - 40]
    status, answer = post(port, "/report/", headers, kind, short)
    assert status == 400
    assert json.loads(answer[2])["code"] == "cut"
    assert counts(home) == before


def test_a_chunked_body_whole_or_broken_reaches_no_view(home, port):
    before, headers = counts(home), token(port)
    kind, body = multipart(report(str(uuid4())), [("photo", photo())])
    status, _answer = post(port, "/report/", headers, kind, body, cut=len(body) // 2, chunked=True)
    assert status in (0, 411)
    assert counts(home) == before


def test_a_body_that_is_too_large_is_refused_before_it_is_sent(port):
    status, answer = post(port, "/report/", token(port), "text/plain", b"x", length=42 << 20)
    assert status == 413
    assert json.loads(answer[2])["code"] == "too-large"


@contextlib.contextmanager
def threads_that_wait_for_bodies(home):
    """The control: the same pages behind Granian's threads, which read bodies themselves."""
    number = free_port()
    script = (
        "import sys; from nuanyi.program import database\n"
        "with database.attached():\n"
        "    import subprocess\n"
        f"    p = subprocess.Popen([sys.executable, '-m', 'granian', '--interface', 'wsgi', '--port', '{number}',"
        " '--workers', '1', '--blocking-threads', '4', '--no-ws', 'nuanyi.program.wsgi:application'])\n"
        "    sys.stdin.read(); p.kill(); p.wait()"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", script],
        env=environment(home) | {"DJANGO_SETTINGS_MODULE": "nuanyi.program.settings"},
        stdin=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    try:
        wait_for(number)
        yield number
    finally:
        child.communicate(b"")


def held_up(number, many, seconds):
    lines = slow_senders(number, many)
    try:
        drip(lines)
        return times_of_others(number, seconds)
    finally:
        for line in lines:
            line.close()


def test_slow_senders_of_every_kind_hold_nobody_up(home, port, capsys):
    took = held_up(port, SLOW, 4)
    with capsys.disabled():
        print(f"\n{SLOW} slow senders, {len(took)} readers: p95 {p95(took):.3f} s")
    # how long depends on the machine (docs/faults.md); that everybody is answered does not
    assert took[-1] < GAVE_UP


def test_control_eight_slow_senders_stop_a_server_whose_threads_read_bodies(home):
    with threads_that_wait_for_bodies(home) as number:
        assert held_up(number, 16, 3)[-1] >= GAVE_UP
