"""Nothing outside the machine is asked while a row is locked: a slow server of others, and a second writer meanwhile.

What is written here is committed, as in a running installation, and taken away again.
"""

import threading
from datetime import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import psycopg
import pytest
from django.db import connection, transaction

from nuanyi.learning.models import Channel, Group, Lesson, Push
from nuanyi.learning.services import pushing
from nuanyi.lib import clock, row_security, sealed
from nuanyi.lib.actor import system
from nuanyi.reports.models import Kind, Report
from nuanyi.reports.services import outside
from nuanyi.units.models import Unit

NOON = clock.midnight(clock.today()).replace(hour=12)


class Slow(BaseHTTPRequestHandler):
    """While it lets its caller wait, somebody else writes; then it fails, so that nothing of the call is recorded."""

    write = None
    outcomes: list = []

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        type(self).outcomes.append(type(self).write())
        self.send_response(503)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"no")

    def log_message(self, *_args):
        pass


@pytest.fixture
def committed(django_db_setup, django_db_blocker):
    """The database without a transaction around the test."""
    with django_db_blocker.unblock(), row_security.reader(system("test")):
        yield


def second_writer(table, pk, wait="10s"):
    """Another connection writes the row: "written", "locked" where it waited in vain, "not there" where it sees none."""
    told = connection.get_connection_params()
    with psycopg.connect(host=told["host"], dbname=told["dbname"], user=told["user"]) as other:
        other.execute(f"SET lock_timeout = '{wait}'")
        try:
            done = other.execute(f'UPDATE "{table}" SET id = id WHERE id = %s', [pk])
        except psycopg.errors.LockNotAvailable:
            return "locked"
        return "written" if done.rowcount else "not there"


@pytest.fixture
def slow(settings):
    Slow.outcomes = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Slow)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.NUANYI_OUTGOING_HOSTS = [f"127.0.0.1:{server.server_port}"]
    settings.NUANYI_PUBLIC_URL = "https://nuanyi.example"
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture
def unit(committed):
    made = Unit.objects.create(code="slow", name="等人的单位", short_name="等人", kind="department")
    yield made
    made.delete()


@pytest.fixture
def handed_out(unit, slow, settings):
    """A report that is to go to another platform."""
    settings.NUANYI_OPEN311_SERVERS = [f"市平台|{slow}/open311/v2|k"]
    made = Report.objects.create(
        ref="SL0W0001",
        kind=Kind.objects.first(),
        state="outside",
        outside_server="市平台",
        lat_wgs84=25.0,
        lon_wgs84=110.0,
        cell=0,
        unit=unit,
        hour_at=clock.now(),
        due_at=clock.now(),
    )
    yield made
    made.delete()


@pytest.fixture
def pushed(unit, slow):
    """A lesson that is due in a group."""
    lesson = Lesson.objects.create(slug="slow", title="等一等", body="等一等。")
    group = Group(name="等人的群", robot="wecom", hour=time(12), unit=unit)
    sealed.put(group, "sealed_address", f"{slow}/cgi-bin/webhook/send?key=k")
    group.save()
    made = Push.objects.create(
        channel="wecom", lesson=lesson, group=group, day=NOON.date(), code="slow", due_at=NOON
    )
    yield made
    made.delete()
    group.delete()
    lesson.delete()


def test_a_platform_that_is_slow_to_take_a_report_lets_everybody_write_to_it(handed_out):
    Slow.write = lambda: second_writer("reports_report", handed_out.pk)
    with pytest.raises(ConnectionError):
        outside.send_out(pk=handed_out.pk, service="lamp")
    assert Slow.outcomes == ["written"]


def test_a_group_robot_that_is_slow_lets_everybody_write_to_the_push(pushed):
    Slow.write = lambda: second_writer("learning_push", pushed.pk)
    with clock.held_at(NOON):
        batch = pushing._take(Channel(name="wecom"), NOON)
        # without its settling: what that journals could not be taken away again
        [sent] = pushing._out(batch, pushing.deliver)
    assert sent.again
    assert Slow.outcomes == ["written"]


def test_control_a_second_writer_finds_a_lock_that_is_held(handed_out):
    with transaction.atomic():
        Report.objects.select_for_update(of=("self",)).get(pk=handed_out.pk)
        assert second_writer("reports_report", handed_out.pk, wait="200ms") == "locked"
    assert second_writer("reports_report", handed_out.pk) == "written"
