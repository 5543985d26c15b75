"""Intake of reports with a photo of 200 KB against a bare upload view; senders who hang up.

The bare view does the least that may be done with a photo from a stranger: it takes the upload, rebuilds it from its pixels in
the same guarded child process, and inserts the bytes. Without the rebuilding a view would keep the place and whatever hides in
the file, so it is no peer; the rate of a view that only reads the upload is noted beside.
"""

from __future__ import annotations

import http.client
import io
import multiprocessing
import os
import random
import socket
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

from django.db import connection

from bench.intake import _token
from bench.report import Report as Sheet
from bench.report import in_turn
from bench.serving import served

SECONDS, ROUNDS, CLIENTS = 4.0, 3, 4
SENDERS = int(os.environ.get("BENCH_REPORTERS", "200"))
EDGE = "----nuanyi-bench"


def photo() -> bytes:
    """A JPEG of some 200 KB."""
    from PIL import Image

    chance = random.Random(3)
    picture = Image.new("RGB", (160, 120))
    picture.putdata(
        [(chance.randrange(256), chance.randrange(256), chance.randrange(256)) for _n in range(160 * 120)]
    )
    held = io.BytesIO()
    picture.resize((1280, 960), Image.Resampling.BICUBIC).save(held, "JPEG", quality=80)
    return held.getvalue()


def _body(key: str, picture: bytes) -> bytes:
    chance = random.Random(key)
    fields = {
        "key": key,
        "words": "路灯不亮",
        "lat": f"{25.05 + chance.random() * 0.04:.5f}",
        "lon": f"{110.30 + chance.random() * 0.08:.5f}",
    }
    parts = [
        f'--{EDGE}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    head = (
        f'--{EDGE}\r\nContent-Disposition: form-data; name="photo"; filename="a.jpg"\r\n'
        "Content-Type: image/jpeg\r\n\r\n"
    ).encode()
    return b"".join([*parts, head, picture, f"\r\n--{EDGE}--\r\n".encode()])


def _send(
    line: http.client.HTTPConnection, path: str, key: str, picture: bytes, headers: dict[str, str]
) -> int:
    line.request(
        "POST",
        path,
        _body(key, picture),
        {"Content-Type": f"multipart/form-data; boundary={EDGE}", **headers},
    )
    answer = line.getresponse()
    answer.read()
    return answer.status


def _client(port: int, path: str, picture: bytes, count: Any) -> None:
    headers, line = _token(port), http.client.HTTPConnection("localhost", port, timeout=30)
    done, until = 0, time.perf_counter() + SECONDS
    while time.perf_counter() < until:
        status = _send(line, path, str(uuid4()), picture, headers)
        assert status in (200, 302), status
        done += 1
    with count.get_lock():
        count.value += done


def _rate(port: int, path: str, picture: bytes) -> float:
    count = multiprocessing.Value("i", 0)
    clients = [
        multiprocessing.Process(target=_client, args=(port, path, picture, count)) for _n in range(CLIENTS)
    ]
    start = time.perf_counter()
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    return float(count.value) / (time.perf_counter() - start)


def _stubborn(port: int, headers: dict[str, str], key: str, picture: bytes) -> bool:
    """Send one report until it is acknowledged; half of the attempts hang up in the middle or before the answer."""
    chance = random.Random(key)
    for _attempt in range(8):
        try:
            if chance.random() < 0.5:
                body = _body(key, picture)
                head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
                with socket.create_connection(("localhost", port), timeout=10) as line:
                    line.sendall(
                        f"POST /report/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary={EDGE}\r\n"
                        f"Content-Length: {len(body)}\r\n{head}\r\n".encode()
                        + body[: len(body) if chance.random() < 0.7 else len(body) // 2]
                    )
                continue
            line = http.client.HTTPConnection("localhost", port, timeout=30)
            status = _send(line, "/report/", key, picture, headers)
            line.close()
            if status == 302:
                return True
        except OSError:
            continue
    return False


def run(sheet: Sheet) -> None:
    """Both."""
    from nuanyi.reports.models import Picture, Voice
    from nuanyi.units.models import Unit

    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS bench_photos (id bigserial PRIMARY KEY, data bytea)")
        cursor.execute(
            "CREATE TABLE IF NOT EXISTS front_cache (cache_key varchar(255) PRIMARY KEY, value text, expires timestamptz)"
        )
    Unit.objects.get_or_create(
        code="bench", defaults={"name": "测试单位", "short_name": "测试", "kind": "organisation"}
    )
    picture = photo()
    with served() as port:
        _rate(port, "/report/", picture)
        ours, bare = in_turn(
            lambda: _rate(port, "/report/", picture), lambda: _rate(port, "/bench/upload", picture), ROUNDS
        )
        reading = _rate(port, "/bench/read", picture)
        headers, keys = _token(port), [str(uuid4()) for _n in range(SENDERS)]
        with ThreadPoolExecutor(SENDERS) as pool:
            sent = list(pool.map(lambda key: _stubborn(port, headers, key, picture), keys))
        acknowledged = [key for key, good in zip(keys, sent, strict=True) if good]
    mine, peer = statistics.median(ours), statistics.median(bare)
    sheet.note(
        f"{mine:,.0f} reports/s with a photo of {len(picture) / 1000:.0f} kB; bare upload view {peer:,.0f};"
        f" a view that only reads {reading:,.0f}"
    )
    sheet.turns(
        "intake of reports with a photo",
        ours,
        bare,
        "a bare upload view with the same picture gate",
        at_least=0.4,
    )
    present = Voice.objects.filter(key__in=acknowledged)
    whole = Picture.objects.filter(report__in=present.values("report")).count()
    sheet.note(
        f"{len(acknowledged)} of {SENDERS} concurrent senders were acknowledged;"
        f" {present.count()} reports and {whole} photos are there"
    )
    sheet.ratio(
        "acknowledged reports that are there exactly once",
        present.count() / max(1, len(acknowledged)),
        "1",
        at_least=1,
        at_most=1,
    )
    sheet.ratio("their photos", whole / max(1, len(acknowledged)), "1", at_least=1, at_most=1)
