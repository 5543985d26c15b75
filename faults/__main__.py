"""``make faults``: every scenario with its control, one line of JSON each; ends with 1 where a promise did not hold.

``python -m faults --short`` is the short form; ``python -m faults kills`` runs one part; ``--kills``, ``--writes`` and
``--seconds`` say how much.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from faults import disks, drafts, kills, stage, standbys
from faults.stage import FULL, LOG_FULL, figures


def main() -> int:
    """Run what is wanted."""
    asked = argparse.ArgumentParser(prog="python -m faults")
    asked.add_argument(
        "parts", nargs="*", help="kills, drafts, disk, log, nth, standby, controls; all where none is named"
    )
    asked.add_argument("--short", action="store_true")
    asked.add_argument("--kills", type=int, default=200)
    asked.add_argument("--writes", type=int, default=300_000)
    asked.add_argument("--seconds", type=float, default=900.0, help="at most, for the kills")
    asked.add_argument("--home", type=Path, help="a demo home made before and not in use, to be copied")
    wanted = asked.parse_args()
    if wanted.home:
        stage._homes.append(wanted.home)
    many, writes, seconds = (6, 100, 60.0) if wanted.short else (wanted.kills, wanted.writes, wanted.seconds)
    scenarios: list[tuple[str, str, Callable[[], dict[str, Any]], Callable[[dict[str, Any]], bool]]] = [
        ("kills", "killed at random moments", lambda: kills.run(many, writes, seconds), kills.safe),
        (
            "drafts",
            "a phone's drafts, replies dropped, tabs killed, server restarted",
            lambda: drafts.run(40 if wanted.short else 500, 0.2, 4 if wanted.short else 30),
            drafts.safe,
        ),
        ("disk", "the disk is full", lambda: disks.full(FULL), disks.room_is_told),
        ("log", "the disk of the log is full", lambda: disks.full(LOG_FULL), _nothing_lost),
        (
            "nth",
            "the N-th write of the log fails",
            lambda: disks.nth(20 if wanted.short else 50, 600),
            # a round in which nothing failed shows nothing
            lambda found: _nothing_lost(found) and found["failed_at_the_nth"] > 0,
        ),
        (
            "standby",
            "lost with a synchronous standby",
            lambda: standbys.lost_with(synchronous=True),
            _gap_is_short,
        ),
        (
            "controls",
            "control: asynchronous standby",
            lambda: standbys.lost_with(synchronous=False),
            _is_lost,
        ),
        ("controls", "control: commits not waited for", kills.without_waiting_for_the_disk, _is_lost),
        ("controls", "control: a disk that lies", disks.lies, _is_lost),
        ("controls", "control: no keys", kills.without_keys, lambda found: found["doubled"] > 0),
    ]
    good = True
    for part, title, run, holds in scenarios:
        if wanted.parts and part not in wanted.parts:
            continue
        begun = time.monotonic()
        try:
            found = run()
            held = holds(found)
        except (TimeoutError, AssertionError) as exc:
            found, held = {"why": repr(exc)}, False
        good = good and held
        print(figures(scenario=title, held=held, took_s=round(time.monotonic() - begun), **found), flush=True)
    return 0 if good else 1


def _nothing_lost(found: dict[str, Any]) -> bool:
    return bool(found["lost"] == found["doubled"] == 0 and found["acknowledged"] > 0)


def _gap_is_short(found: dict[str, Any]) -> bool:
    return bool(found["lost"] == 0 and found["gap_s"] <= 30)


def _is_lost(found: dict[str, Any]) -> bool:
    return bool(found["lost"] > 0)


if __name__ == "__main__":
    sys.exit(main())
