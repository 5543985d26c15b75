"""Killed with -9 at random moments under load: nothing acknowledged is lost, nothing is there twice, the journal agrees."""

from __future__ import annotations

import os
import random
import signal
import statistics
import sys
import time
from collections import Counter
from typing import Any

import psutil

from faults.stage import BACK_WITHIN, Stage, stage
from faults.writers import Writers

VICTIMS = ("postmaster", "backend", "web worker", "web server", "job worker", "supervisor")
#: A run of an hour says where it is after so many seconds.
TELL_EVERY = 60.0
AGREES = """
SELECT (SELECT count(*) FROM cases_case), (SELECT count(*) FROM journal_entry WHERE kind = 'cases.case_sent')
"""


def victim(on: Stage, kind: str) -> int | None:
    """The process number of one of a kind."""
    server = on.server
    if kind == "postmaster":
        return on.postmaster()
    if kind == "backend":
        try:
            parent = psutil.Process(on.postmaster() or 0)
            found = [child.pid for child in parent.children() if "nuanyi" in " ".join(child.cmdline())]
        except psutil.Error:
            return None
        return random.choice(found) if found else None
    if kind == "supervisor":
        return server.process.pid if server.process is not None and not server.ended() else None
    if kind == "job worker":
        return next((child.pid for child in server.children("nuanyi.program.cli", "worker")), None)
    web = server.children("nuanyi.program.web")
    if not web:
        return None
    if kind == "web server":
        return web[0].pid
    try:
        below = web[0].children()
    except psutil.Error:
        return None
    return random.choice(below).pid if below else None


def run(kills: int, writes: int, seconds: float, many: int = 4) -> dict[str, Any]:
    """Kill ``kills`` times while at least ``writes`` are made; for at most ``seconds``.

    The kills are spread over all writes, or over all seconds where these are sooner at their end: a run whose kills are over
    after its first tenth would try nothing in the other nine.
    """
    with stage() as on:
        before = on.sql(AGREES)[0]
        writers = Writers(on, many)
        writers.begin()
        begun, told, killed = time.monotonic(), 0.0, Counter[str]()
        waits: dict[str, list[float]] = {kind: [] for kind in VICTIMS}
        while (spent := time.monotonic() - begun) < seconds:
            done, written = sum(killed.values()), len(writers.acknowledged)
            if done >= kills and written >= writes:
                break
            if spent - told >= TELL_EVERY:
                told = spent
                print(f"{done} kills, {written} writes, {spent:.0f} s", file=sys.stderr, flush=True)
            time.sleep(random.uniform(0.2, 1.5))
            if done >= kills or done / kills > max(written / writes, spent / seconds):
                continue
            kind = VICTIMS[done % len(VICTIMS)]
            number = victim(on, kind)
            if number is None:
                on.server.wait()
                continue
            os.kill(number, signal.SIGKILL)
            killed[kind] += 1
            waits[kind].append(on.server.wait())
        on.server.wait()
        writers.end()
        found = writers.judged()
        cases, entries = on.sql(AGREES)[0]
        return {
            **found,
            "kills": dict(killed),
            "longest_away_s": round(max((max(one) for one in waits.values() if one), default=0.0), 1),
            "usually_away_s": {kind: round(statistics.median(one), 1) for kind, one in waits.items() if one},
            "cases": cases - before[0],
            "case_entries": entries - before[1],
            "seconds": round(time.monotonic() - begun),
        }


def safe(found: dict[str, Any]) -> bool:
    """Whether what is promised held."""
    return (
        found["lost"] == found["doubled"] == found["unanswered"] == 0
        and found["cases"] == found["case_entries"]
        and found["acknowledged"] > 0
        and set(found["kills"]) == set(VICTIMS)  # each of them was killed, or it was not tried
        and found["longest_away_s"] <= 3 * BACK_WITHIN  # of a busy machine; the measured figure is printed
    )


def without_waiting_for_the_disk(writes: int = 200) -> dict[str, Any]:
    """The control: commits are answered before they are written (``synchronous_commit`` off), then all is killed."""
    with stage() as on:
        on.sql("ALTER SYSTEM SET synchronous_commit = off")
        on.sql("ALTER SYSTEM SET wal_writer_delay = '10s'")
        on.sql("SELECT pg_reload_conf()")
        writers = Writers(on, 2, flows=("wish", "item"), drops=0.0)
        writers.begin()
        while len(writers.acknowledged) < writes:
            time.sleep(0.05)
        os.kill(on.postmaster() or 0, signal.SIGKILL)
        seen = len(writers.acknowledged)
        on.server.wait()
        writers.end()
        return {**writers.judged(), "acknowledged_before": seen}


def without_keys(writes: int = 60) -> dict[str, Any]:
    """The other control: every sending of an office form has a key of its own, and a fourth of the answers is dropped."""
    with stage() as on:
        writers = Writers(on, 2, flows=("item",), keyed=False, drops=0.25)
        writers.begin()
        while len(writers.acknowledged) < writes:
            time.sleep(0.05)
        writers.end()
        return writers.judged()
