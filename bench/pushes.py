"""Pushes through a loopback robot: messages a second against the robot's own ceiling; a worker killed three times.

``BENCH_PUSHES`` says how many (2,000; the field's big day is 100,000).
"""

from __future__ import annotations

import http.client
import json
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections import Counter
from datetime import time as hour
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from django.db import connection

from bench.report import Report

PUSHES = int(os.environ.get("BENCH_PUSHES", "2000"))
WORKER = """
import django; django.setup()
from nuanyi.learning import rules
rules.quiet = lambda now: False  # a bench may run by night
from nuanyi.learning.services import groups, pushing
while True:
    pushing.send_due()
"""


def _robot(port: Any, told: Any) -> None:
    """A WeCom robot in a process of its own: counts by the link in the message."""
    came: Counter[str] = Counter()

    class Robot(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # head and body in one packet: else each answer waits 40 ms for a delayed acknowledgement
        wbufsize, disable_nagle_algorithm = 1 << 16, True

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            try:
                body = json.loads(raw)
            except ValueError:
                self.close_connection = True  # its sender was killed in the middle
                return
            came[body["markdown"]["content"].rpartition("/l/")[2]] += 1
            self._tell({"errcode": 0, "errmsg": "ok"})

        def do_GET(self) -> None:
            self._tell({"all": sum(came.values()), "different": len(came)})

        def _tell(self, answer: dict[str, Any]) -> None:
            text = json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Robot)
    port.value = server.server_port
    told.set()
    server.serve_forever()


def _ceiling(host: str, seconds: float = 3.0) -> float:
    """What the robot takes over one connection that is kept, from a sender that does nothing else."""
    body = json.dumps({"markdown": {"content": "x/l/ceiling"}}).encode()
    line, done, until = http.client.HTTPConnection(host, timeout=5), 0, time.perf_counter() + seconds
    while time.perf_counter() < until:
        line.request("POST", "/cgi-bin/webhook/send?key=k", body)
        line.getresponse().read()
        done += 1
    return done / seconds


def _queue(base: str) -> None:
    from nuanyi.learning.models import Lesson, PlanDay, Push
    from nuanyi.learning.services import groups, pushing
    from nuanyi.lib import clock
    from nuanyi.lib.actor import system
    from nuanyi.units.models import Unit

    unit, _made = Unit.objects.get_or_create(
        code="push", defaults={"name": "测试单位推送", "kind": "organisation"}
    )
    lesson = Lesson.objects.create(
        slug="bench", category="road", title="头盔", body="字" * 300, state="published"
    )
    yesterday = clock.today() - timedelta(days=1)
    PlanDay.objects.create(day=yesterday, lesson=lesson)
    told = groups.GroupInput(name="0", robot="wecom", address=base, secret="", hour=hour(7, 0), unit=unit)
    first = groups.save_group(actor=system("bench"), told=told)
    many = []
    for n in range(PUSHES - 1):
        many.append(
            type(first)(
                **{f.attname: getattr(first, f.attname) for f in first._meta.fields if f.attname != "id"}
            )
        )
        many[-1].name = str(n + 1)
        many[-1].code = f"{n + 1:08x}"
    type(first).objects.bulk_create(many, batch_size=5000)
    pushing.queue_day(yesterday)
    assert Push.objects.count() == PUSHES


def run(report: Report) -> None:
    """Both."""
    from django.conf import settings

    from nuanyi.learning.models import Push

    port, told = multiprocessing.Value("i", 0), multiprocessing.Event()
    robot = multiprocessing.Process(target=_robot, args=(port, told), daemon=True)
    robot.start()
    told.wait(10)
    host = f"127.0.0.1:{port.value}"
    base = f"http://{host}/cgi-bin/webhook/send?key=k"
    settings.NUANYI_OUTGOING_HOSTS = [host]
    ceiling = _ceiling(host)
    _queue(base)
    before = json.load(urllib.request.urlopen(base, timeout=5))["all"]
    database = connection.settings_dict
    environment = os.environ | {
        "NUANYI_DB_URL": f"postgresql://{database['USER']}@/{database['NAME']}?host={database['HOST']}&port={database['PORT'] or 5432}",
        "NUANYI_OUTGOING_HOSTS": host,
        "DJANGO_SETTINGS_MODULE": "nuanyi.program.settings",
    }
    chance, start, kills, killed_at = random.Random(1), time.perf_counter(), 0, 0.0
    worker = subprocess.Popen([sys.executable, "-c", WORKER], env=environment)
    while Push.objects.filter(state="queued").exists() and time.perf_counter() - start < 1500:
        time.sleep(0.5 + chance.random())
        left = Push.objects.filter(state="queued").count()
        if kills < 3 and left < PUSHES * (3 - kills) / 4:
            worker.send_signal(signal.SIGKILL)
            worker.wait()
            kills, killed_at = kills + 1, time.perf_counter()
            worker = subprocess.Popen([sys.executable, "-c", WORKER], env=environment)
    seconds = time.perf_counter() - start
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    counted = json.load(urllib.request.urlopen(base, timeout=5))
    robot.terminate()
    threading.Event().wait(0.1)
    came, different = counted["all"] - before, counted["different"] - 1
    states = Counter(Push.objects.values_list("state", flat=True))
    report.note(
        f"{PUSHES:,} pushes in {seconds:.0f} s with {kills} kill -9 (last after {killed_at - start:.0f} s); the robot alone takes {ceiling:,.0f}/s"
    )
    report.note(f"states afterwards: {dict(states)}")
    report.note(
        f"{came / seconds:,.0f} pushes/s with the starts of {kills + 1} workers: {came / seconds / ceiling:.3f} of the robot's own ceiling"
    )
    report.ratio("messages that came twice", (came - different) / PUSHES, "all pushes", at_most=0.0)
    accounted = states["sent"] + states["sending"] + states["doubt"]
    report.ratio(
        "pushes that are delivered or in doubt",
        accounted / PUSHES,
        "all pushes: none forgotten",
        at_least=1.0,
    )
