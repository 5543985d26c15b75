"""The demo: processor time of building its whole year, as ``make demo`` does once everything is installed."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.report import Report

SECONDS = 90.0
#: What a run of the benchmarks says of its own database; the demo has one of its own.
OURS = ("NUANYI_", "DATABASE_", "DJANGO_")


def _spent() -> float:
    """Processor seconds of all children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def run(report: Report) -> None:
    """Build it in a home that is thrown away.

    Counted are the program and what it starts and waits for; its PostgreSQL runs for itself and is not among them.
    """
    with tempfile.TemporaryDirectory(prefix="nuanyi-bench-") as place:
        home = Path(place)
        home.chmod(0o711)
        rest = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        before, load = _spent(), os.getloadavg()[0]
        subprocess.run(
            [sys.executable, "-m", "nuanyi.program.cli", "demo", "--no-serve"],
            env=rest | {"NUANYI_HOME": str(home)},
            stdout=subprocess.DEVNULL,
            check=True,
        )
        seconds = _spent() - before
    report.note(f"the demo's year: {seconds:,.1f} s of processor time (load at the beginning: {load:.1f})")
    report.ratio("building the demo", seconds / SECONDS, f"{SECONDS:g} s of processor time", at_most=1)
