"""Intake of cases with everything (sealing, routing, journal, outbox) against a bare INSERT view; 500 senders who retry."""

from __future__ import annotations

import http.client
import json
import multiprocessing
import os
import random
import socket
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.db import connection

from bench.report import Report, in_turn
from bench.serving import served

SECONDS, ROUNDS, CLIENTS = 3.0, 5, 4
SENDERS = int(os.environ.get("BENCH_SENDERS", "500"))


def _post(line: http.client.HTTPConnection, path: str, body: str, headers: dict[str, str]) -> int:
    line.request("POST", path, body, {"Content-Type": "application/x-www-form-urlencoded", **headers})
    answer = line.getresponse()
    answer.read()
    return answer.status


def _token(port: int) -> dict[str, str]:
    line = http.client.HTTPConnection("localhost", port)
    line.request("GET", "/door/token/")
    answer = line.getresponse()
    cookie = answer.getheader("Set-Cookie", "").split(";")[0]
    token = json.loads(answer.read())["token"]
    line.close()
    return {"Cookie": cookie, "X-CSRFToken": token}


def _body(key: str) -> str:
    return urlencode(
        {
            "key": key,
            "kind": "wage",
            "words": "站长扣了我三天的钱",
            "phone": "19900001111",
            "employer": "测试站点",
        }
    )


def _client(port: int, path: str, count: Any) -> None:
    headers, line = _token(port), http.client.HTTPConnection("localhost", port)
    done, until = 0, time.perf_counter() + SECONDS
    while time.perf_counter() < until:
        status = _post(line, path, _body(str(uuid4())), headers)
        assert status in (200, 302), status
        done += 1
    with count.get_lock():
        count.value += done


def _rate(port: int, path: str) -> float:
    count = multiprocessing.Value("i", 0)
    clients = [multiprocessing.Process(target=_client, args=(port, path, count)) for _n in range(CLIENTS)]
    start = time.perf_counter()
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    return float(count.value) / (time.perf_counter() - start)


def _stubborn(port: int, headers: dict[str, str], key: str) -> bool:
    """Send one case until it is acknowledged; half of the attempts hang up before the answer comes."""
    rng = random.Random(key)
    for _attempt in range(8):
        try:
            if rng.random() < 0.5:
                with socket.create_connection(("localhost", port), timeout=10) as line:
                    body = _body(key).encode()
                    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
                    line.sendall(
                        f"POST /help/ask/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                        f"Content-Length: {len(body)}\r\n{head}\r\n".encode()
                        + body
                    )
                    if rng.random() < 0.5:
                        line.shutdown(socket.SHUT_RDWR)
                continue
            line = http.client.HTTPConnection("localhost", port, timeout=20)
            status = _post(line, "/help/ask/", _body(key), headers)
            line.close()
            if status == 302:
                return True
        except OSError:
            continue
    return False


def _district() -> None:
    """A unit with a routing rule and two clerks who are told of every case."""
    from nuanyi.cases.models import RoutingRule
    from nuanyi.people.models import Account, RoleGrant
    from nuanyi.units.models import Unit

    unit, _made = Unit.objects.get_or_create(
        code="bench", defaults={"name": "测试单位", "short_name": "测试", "kind": "organisation"}
    )
    RoutingRule.objects.get_or_create(kind="wage", sector="", region_code="", defaults={"unit": unit})
    for name in ("bench1", "bench2"):
        account, made = Account.objects.get_or_create(username=name, defaults={"unit": unit})
        if made:
            RoleGrant.objects.create(account=account, role="clerk")


def run(report: Report) -> None:
    """Both."""
    from nuanyi.cases.models import Case

    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS bench_rows (id bigserial PRIMARY KEY, words text)")
        cursor.execute(
            "CREATE TABLE IF NOT EXISTS front_cache (cache_key varchar(255) PRIMARY KEY, value text, expires timestamptz)"
        )
    _district()
    with served() as port:
        _rate(port, "/help/ask/")
        ours, bare = in_turn(lambda: _rate(port, "/help/ask/"), lambda: _rate(port, "/bench/insert"), ROUNDS)
        headers, keys = _token(port), [str(uuid4()) for _n in range(SENDERS)]
        with ThreadPoolExecutor(40) as pool:
            acknowledged = [
                key
                for key, good in zip(keys, pool.map(lambda k: _stubborn(port, headers, k), keys), strict=True)
                if good
            ]
    present = Case.objects.filter(key__in=acknowledged).count()
    mine, peer = statistics.median(ours), statistics.median(bare)
    report.note(f"intake {mine:,.0f} cases/s; bare INSERT view {peer:,.0f}")
    report.turns(
        "intake of cases with everything", ours, bare, "a bare INSERT view in the same server", at_least=0.5
    )
    report.note(
        f"{len(acknowledged)} of {SENDERS} senders were acknowledged, many after hanging up; {present} cases are there"
    )
    report.ratio(
        "acknowledged cases that are there exactly once",
        present / max(1, len(acknowledged)),
        "1",
        at_least=1,
        at_most=1,
    )
