"""Stations: ``nearby`` over 200,000 of them against an empty Django view in the same server; the first page on a slow phone."""

from __future__ import annotations

import multiprocessing
import os
import random
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

from django.db import connection

from bench.filling import fill
from bench.report import Report
from bench.serving import served, wait
from tests.ports import free_port

STATIONS = int(os.environ.get("BENCH_STATIONS", "200000"))
SECONDS, ROUNDS, SOCKETS, CLIENTS = 3.0, 5, 8, 2
FILTERS = (
    "",
    "&open=now",
    "&open=now&amenity=charging",
    "&amenity=charging,toilet",
    "&open=now&function=rest",
)
_FILL = {
    "id": "gen_random_uuid()",
    "code": "'B' || n",
    "name": "'测试驿站' || n",
    "tier": "(ARRAY['district','township','village'])[1 + n %% 3]",
    "venue": "'care_station'",
    "region_code": "'450311'",
    "place_words": "'测试路' || n || '号'",
    "lat_wgs84": "24 + random() * 3",
    "lon_wgs84": "109 + random() * 3",
    "access": "'open'",
    "step_free": "n %% 3 = 0",
    "capacity": "8",
    "functions": "'{rest,supply}'",
    "hours": "jsonb_build_object('1', h, '2', h, '3', h, '4', h, '5', h, '6', h, '7', h, 'holiday', null, 'make_up', null)",
    "state": "'open'",
    "check_in": "'position'",
    "synthetic": "true",
    "grade": "'unproven'",
}
_ROWS = """
(SELECT n, lpad((n %% 12)::text, 2, '0') || ':' || lpad((n %% 50)::text, 2, '0') || '-' || (13 + n %% 11) || ':00' AS h
 FROM generate_series(1, %s) n) made
"""
_KINDS = """
INSERT INTO stations_amenity (station_id, kind, state)
SELECT id, kind, 'ok' FROM stations_station, unnest(ARRAY['charging','toilet','fan']) kind WHERE random() < 0.6
"""


def _answer(line: socket.socket) -> None:
    """Read one answer by its length."""
    got = b""
    while b"\r\n\r\n" not in got:
        got += line.recv(65536)
    head, _end, body = got.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200"), head[:200]
    length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    left = length - len(body)
    while left > 0:
        left -= len(line.recv(65536))


def _client(port: int, paths: list[str], count: Any) -> None:
    """Ask over kept-alive connections, one question under way on each, for some seconds."""
    requests = [f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode() for path in paths]
    lines = [socket.create_connection(("127.0.0.1", port)) for _n in range(SOCKETS)]
    done, turn, until = 0, 0, time.perf_counter() + SECONDS
    while time.perf_counter() < until:
        for line in lines:
            line.sendall(requests[turn % len(requests)])
            turn += 1
        for line in lines:
            _answer(line)
        done += len(lines)
    with count.get_lock():
        count.value += done


def rate(port: int, paths: list[str]) -> float:
    """Requests a second from a few client processes."""
    count = multiprocessing.Value("i", 0)
    clients = [multiprocessing.Process(target=_client, args=(port, paths, count)) for _n in range(CLIENTS)]
    start = time.perf_counter()
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    return float(count.value) / (time.perf_counter() - start)


def nearby(report: Report) -> None:
    """The hot path against the empty view."""
    from nuanyi.stations.models import Station

    fill(Station, _FILL, _ROWS, [STATIONS])
    with connection.cursor() as cursor:
        cursor.execute(_KINDS)
    rng = random.Random(1)
    paths = [
        f"/api/v1/stations/nearby?lat={24 + rng.random() * 3:.5f}&lon={109 + rng.random() * 3:.5f}{rng.choice(FILTERS)}"
        for _n in range(500)
    ]
    with (
        served(ready="/bench/ready", NUANYI_NEARBY_PER_SECOND="1000000") as port,
        served("bench.bare:application", interface="wsgi", ready="/") as least,
    ):
        rate(port, paths)
        rate(least, ["/"])
        ours, empty, bare = [], [], []
        for _round in range(ROUNDS):
            ours.append(rate(port, paths))
            empty.append(rate(port, ["/bench/empty"]))
            bare.append(rate(least, ["/"]))
        behind = [_seconds_until_seen(port, turn) for turn in range(20)]
    mine, peer, floor = (statistics.median(rates) for rates in (ours, empty, bare))
    report.note(
        f"nearby over {STATIONS:,} stations: {mine:,.0f} requests/s; empty Django view {peer:,.0f};"
        f" bare WSGI callable {floor:,.0f}"
    )
    report.note(f"a committed change is seen after {statistics.median(behind) * 1000:.0f} ms (median)")
    report.ratio("seconds until a change is seen, the worst of 20", max(behind), "1 s", at_most=1)
    asked = "nearby with filters, requests/s"
    report.turns(asked, ours, empty, "an empty Django JSON view in the same server", at_least=3)
    report.turns(asked, ours, bare, "a bare WSGI callable in the same kind of server", at_least=0.3)


def _seconds_until_seen(port: int, turn: int) -> float:
    """Rename a station in this process and ask the server until it says so."""
    name = f"改名{turn}"
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE stations_station SET name = %s WHERE code = 'B7' RETURNING lat_wgs84, lon_wgs84", [name]
        )
        lat, lon = cursor.fetchone()
    start = time.perf_counter()
    address = f"http://127.0.0.1:{port}/api/v1/stations/nearby?lat={lat}&lon={lon}&limit=1"
    while time.perf_counter() - start < 10:
        with urllib.request.urlopen(address, timeout=5) as answer:
            if name in answer.read().decode():
                return time.perf_counter() - start
    return 10.0


def first_page(report: Report) -> None:
    """Bytes, requests and the time until the list can be used, in a browser held down to a slow phone."""
    from playwright.sync_api import sync_playwright

    program = shutil.which("chromium")
    if program is None:
        report.note("first page: chromium is not installed, nothing measured")
        return
    home = Path(tempfile.mkdtemp(prefix="bench-home-"))
    home.chmod(0o711)
    port = free_port()
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("NUANYI_", "DATABASE_", "DJANGO_"))}
    server = subprocess.Popen(
        [sys.executable, "-m", "nuanyi.program.cli", "demo", "--port", str(port)],
        env=kept | {"NUANYI_HOME": str(home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait(f"http://127.0.0.1:{port}/healthz", seconds=900)  # a whole demo district is played first
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=program, args=["--no-sandbox", "--disable-gpu"]
            )
            found = [_visit(browser, port) for _turn in range(5)]
            browser.close()
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(40)
        shutil.rmtree(home, ignore_errors=True)
    sizes, requests, blocking, seconds = (statistics.median(column) for column in zip(*found, strict=True))
    report.note(
        f"first worker page: {sizes:,.0f} bytes in {requests:.0f} requests, {blocking:.0f} before the list is painted"
    )
    report.ratio("first worker page, kB transferred", sizes / 1000, "30 kB", at_most=30)
    report.ratio("requests before the list", blocking, "3", at_most=3)
    report.ratio("seconds to the usable list (4x slower, 400 kb/s, 400 ms)", seconds, "1.6 s", at_most=1.6)


def _visit(browser: Any, port: int) -> tuple[float, float, float, float]:
    context = browser.new_context(viewport={"width": 360, "height": 740}, service_workers="block")
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("Network.enable")
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    slow = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
    devtools.send("Network.emulateNetworkConditions", slow)
    sizes: dict[str, float] = {}
    devtools.on(
        "Network.loadingFinished",
        lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]}),
    )
    page.goto(f"http://localhost:{port}/", wait_until="networkidle")
    painted, blocking = page.evaluate(
        "[performance.getEntriesByName('first-contentful-paint')[0].startTime, 1 + performance.getEntriesByType('resource')"
        ".filter(r => r.renderBlockingStatus === 'blocking').length]"
    )
    assert page.locator(".stations li").count() == 5
    context.close()
    return sum(sizes.values()), float(len(sizes)), float(blocking), painted / 1000


def run(report: Report) -> None:
    """Both."""
    nearby(report)
    first_page(report)
