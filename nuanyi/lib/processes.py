"""Children that do not outlive their parent, and whole groups that end together."""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
import sys

#: The process number of the parent whose death ends this process, told by the parent itself.
PARENT = "NUANYI_PARENT"
#: The process number of the web server, for its workers.
WEB_SERVER = "NUANYI_WEB_SERVER"
_PR_SET_PDEATHSIG = 1


def die_with_parent(parent: int | None = None) -> None:
    """Have the kernel end this process when its parent ends, however that ends (Linux; elsewhere nothing happens).

    ``parent`` is the number that the parent is known to have. Where it is another already, the parent died before we asked,
    and this process ends at once.
    """
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if parent is not None and os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)


def die_with_supervisor() -> None:
    """``die_with_parent`` for a child of the supervisor; a program started by hand stays as it is."""
    told = os.environ.pop(PARENT, "")
    if told.isdecimal():
        die_with_parent(int(told))


def be_web_server() -> None:
    """Tell the workers that this process will start whose end is to be theirs."""
    os.environ[WEB_SERVER] = str(os.getpid())


def die_with_web_server() -> None:
    """``die_with_parent`` for a worker of the web server, right at its beginning; nothing happens in any other process."""
    told = os.environ.get(WEB_SERVER, "")
    if told.isdecimal() and int(told) != os.getpid():
        die_with_parent(int(told))


def end_group(leader: int) -> None:
    """Kill what is left of the process group that ``leader`` led; nothing happens where nobody is left."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def allow_many_files() -> None:
    """Raise the number of files and connections this process may have open to what the system allows at most."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 65_536 if hard == resource.RLIM_INFINITY else min(hard, 65_536)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
