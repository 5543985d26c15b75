"""Run alone by ``bench.imports``: takes 100,000 rows in and prints the peak memory of the process and its child.

The tables are made by one process and the rows taken in by another, as on a machine in use: migrations need more memory than
any import.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import threading
from pathlib import Path

TAKES = "take-in"


class ChildrenWatched(threading.Thread):
    """The highest memory of each child, in kB, as the child itself has it.

    What the system keeps of children that ended (``RUSAGE_CHILDREN``) would not do: a child begins as a copy of its parent,
    and the parent's whole memory is counted as the child's own.
    """

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.highest: dict[str, int] = {}
        self.done = threading.Event()

    def run(self) -> None:
        """Look every few milliseconds until ``done``; the last word counts, from after the child's own program began."""
        while not self.done.wait(0.01):
            for task in Path("/proc/self/task").iterdir():
                for pid in (task / "children").read_text().split():
                    self._look(pid)

    def _look(self, pid: str) -> None:
        try:
            told = Path(f"/proc/{pid}/status").read_text()
        except OSError:
            return  # it ended meanwhile
        for line in told.splitlines():
            if line.startswith("VmHWM:"):
                self.highest[pid] = int(line.split()[1])


def take_in() -> None:
    """One import in a fresh process; prints megabytes."""
    import django

    django.setup()
    from bench import imports

    imports._district()
    watched = ChildrenWatched()
    watched.start()
    imports.ours(imports.workbook(imports.ROWS), [])
    watched.done.set()
    watched.join()
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print((own + max(watched.highest.values())) / 1024)


def main() -> int:
    """A fresh database, and the import in a process of its own."""
    import django

    import tests.boot  # noqa: F401

    django.setup()
    from django.conf import settings
    from django.test.utils import get_runner

    from bench.serving import on_this_database

    settings.DATABASES["default"]["TEST"]["NAME"] = "test_nuanyi_peak"
    runner = get_runner(settings)(verbosity=0, interactive=False)
    databases = runner.setup_databases()
    try:
        done = subprocess.run(
            [sys.executable, "-m", "bench.peak", TAKES], env=on_this_database(), check=False
        )
    finally:
        runner.teardown_databases(databases)
    return done.returncode


if __name__ == "__main__":
    sys.exit(take_in() if TAKES in sys.argv else main())
