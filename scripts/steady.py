"""The tests three times in a row beside a busy loop on every core: a test that only passes on an idle machine fails here.

``make steady`` runs them all; ``ARGS`` names some. The loops end with this process, however it ends.
"""

from __future__ import annotations

import os
import subprocess
import sys
from multiprocessing import Process

TIMES = 3


def _busy() -> None:
    parent = os.getppid()
    while os.getppid() == parent:
        for _n in range(1_000_000):
            pass


def main(arguments: list[str]) -> int:
    """Exit code of the first run that failed, else 0."""
    loops = [Process(target=_busy, daemon=True) for _core in range(os.cpu_count() or 1)]
    for loop in loops:
        loop.start()
    try:
        for run in range(1, TIMES + 1):
            print(f"run {run} of {TIMES}, beside {len(loops)} busy loops", flush=True)
            command = [sys.executable, "-m", "pytest", "-n", "2", "--dist", "loadgroup", *arguments]
            code = subprocess.run(command, check=False).returncode
            if code:
                return code
        return 0
    finally:
        for loop in loops:
            loop.terminate()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
