"""The disk: full, full for the log, failing at the N-th write of the log, and lying (the control)."""

from __future__ import annotations

import json
import os
import signal
import time
from typing import Any

from faults.stage import FULL, LIES, LOG_FULL, NOTHING, NTH, Stage, ask, stage
from faults.writers import CLERKS, KEY_FLOWS, Browser, Write, Writers


def _until(seconds: float, done: Any) -> float:
    """Seconds until ``done()``. Raises TimeoutError."""
    begun = time.monotonic()
    while not done():
        if time.monotonic() - begun > seconds:
            raise TimeoutError(f"not within {seconds:.0f} s")
        time.sleep(0.05)
    return time.monotonic() - begun


def _sent(writers: Writers, browser: Browser, write: Write) -> tuple[int, str]:
    status, answer = writers.send(browser, write)
    if status < 400:
        write.answer = answer
        writers.acknowledged.append(write)
    return status, answer


def _opened(on: Stage, account: str) -> Browser:
    """A phone ("") or a clerk, with all that their forms need."""
    browser = Browser(on.server.port, account)
    _until(240, browser.open)
    return browser


def full(what: int) -> dict[str, Any]:
    """Write until the disk is full; reads go on meanwhile; free it, and see how long it takes until writes are taken."""
    with stage(faulty=True) as on:
        return full_on(on, what)


def full_on(on: Stage, what: int, most: int = 3000) -> dict[str, Any]:
    """The same on a stage that stands."""
    assert on.disk is not None
    writers, phone = Writers(on, 0, flows=("case", "wish"), drops=0.0), Browser(on.server.port)
    _until(240, phone.open)
    on.disk.does(what)
    if what == LOG_FULL:
        on.sql_quietly("SELECT pg_switch_wal()")
    statuses: dict[int, int] = {}
    words = ""
    refused = 0
    for _turn in range(most):
        status, answer = _sent(writers, phone, Write("case"))
        statuses[status] = statuses.get(status, 0) + 1
        if status == 507:
            words = str(json.loads(answer)["title"])
        refused += status >= 500
        if refused >= 5:
            break
        if what == LOG_FULL and _turn % 5 == 4:
            on.sql_quietly("SELECT pg_switch_wal()")
    read = [ask(on.server.port, "GET", path)[0] for path in ("/", "/help/", "/reports/")]
    on.disk.does(NOTHING)

    def taken() -> bool:
        return _sent(writers, phone, Write("case"))[0] < 400

    back = _until(120, taken)
    found = writers.judged()
    return {**found, "answers": statuses, "words": words, "reads": read, "back_after_s": round(back, 1)}


def nth(times: int, seconds: float) -> dict[str, Any]:
    """The N-th write or flush of the log fails, for N = 1, 2 … ``times``, a flow after the other; each is sent until taken."""
    with stage(faulty=True) as on:
        assert on.disk is not None
        writers = Writers(on, 0, flows=KEY_FLOWS, drops=0.0)
        writers.prepare(1 + times // len(KEY_FLOWS))
        browsers = {name: _opened(on, name) for name in ("", *CLERKS.values())}
        begun, tried, failed, fired, longest = time.monotonic(), 0, 0, 0, 0.0
        for number in range(times):
            if time.monotonic() - begun > seconds:
                break
            flow = KEY_FLOWS[number % len(KEY_FLOWS)]
            write, browser = writers.write(flow), browsers[CLERKS.get(flow, "")]
            on.disk.does(NTH, 1 + number // len(KEY_FLOWS))
            first = time.monotonic()
            while True:
                status, answer = _sent(writers, browser, write)
                if status < 400:
                    break
                failed += 1
                if 400 <= status < 500 and status not in (401, 403, 408, 429):
                    raise AssertionError(f"{flow} answered {status}: {answer[:300]}")
                if status in (401, 403):
                    _until(240, browser.open)
                if time.monotonic() - first > 90:
                    raise TimeoutError(f"{flow} is refused for ever: {status}")
                time.sleep(0.1)
            tried += 1
            fired += on.disk.failing == NOTHING
            longest = max(longest, time.monotonic() - first)
        on.disk.does(NOTHING)
        on.server.wait()
        return {
            **writers.judged(),
            "tried": tried,
            "failed_at_the_nth": fired,
            "refused_sendings": failed,
            "longest_until_taken_s": round(longest, 1),
        }


def lies() -> dict[str, Any]:
    """The control: the disk says that it wrote the log and did not; then the database is killed."""
    with stage(faulty=True) as on:
        return lies_on(on)


def lies_on(on: Stage, writes: int = 20) -> dict[str, Any]:
    """The same on a stage that stands."""
    assert on.disk is not None
    writers, phone = Writers(on, 0, flows=("wish",), drops=0.0), Browser(on.server.port)
    _until(240, phone.open)
    on.disk.does(LIES)
    for _turn in range(writes):
        _sent(writers, phone, Write("wish"))
    os.kill(on.postmaster() or 0, signal.SIGKILL)
    on.disk.does(NOTHING)
    on.server.wait()
    return writers.judged()


def room_is_told(found: dict[str, Any]) -> bool:
    """Whether a full disk was refused in words, reads went on and the end of it was noticed in time."""
    return (
        found["lost"] == found["doubled"] == 0
        and found["answers"].get(507, 0) > 0
        and "空间" in found["words"]
        and found["reads"] == [200, 200, 200]
        and found["back_after_s"] <= 10
    )


__all__ = ["FULL", "LOG_FULL", "full", "lies", "nth", "room_is_told"]
