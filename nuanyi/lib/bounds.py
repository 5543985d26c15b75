"""How little a child that opens a stranger's file may use. Imports nothing of the program: children load it by its path."""

from __future__ import annotations

import resource
import signal
from pathlib import Path


def bound(megabytes: int, seconds: float) -> None:
    """Let this process grow by so many megabytes and compute for so many seconds; no core, no file, no further process."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    most = pages * resource.getpagesize() + (megabytes << 20)
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    signal.signal(signal.SIGPROF, signal.SIG_DFL)  # ends the process
    signal.setitimer(signal.ITIMER_PROF, seconds)
    whole = int(seconds) + 5  # the kernel's own limit, where a library should catch the signal
    resource.setrlimit(resource.RLIMIT_CPU, (whole + 5, whole + 5))
