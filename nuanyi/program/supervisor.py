"""``nuanyi serve``: the database of our own, Granian and the job worker; what dies is started again, SIGTERM ends all."""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import FrameType

from nuanyi.lib.digests import sha256_hex
from nuanyi.lib.embedded_postgres import CannotStart, EmbeddedPostgres
from nuanyi.lib.env import envint, home
from nuanyi.lib.errors import Refusal
from nuanyi.lib.processes import PARENT, allow_many_files, end_group
from nuanyi.program import database, static_files

log = logging.getLogger("nuanyi.serve")
STOP_SECONDS = 25.0
LOOK_SECONDS = 0.3
#: Seconds that whoever held the port before may take to end, and that the job worker lets the web server have the machine.
PORT_SECONDS = 3.0
WORKER_LATER = 3.0
HEADER_SECONDS = 15
CONNECTIONS = 4096


#: A filesystem in memory.
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - a closed folder of our own in it


def _empty_measures() -> None:
    """A folder for what the processes count (``front.measures``): empty at each start, as the counters begin at nought.

    Its files are mapped into memory: on a disk that is full the next count would end the process that counts (SIGBUS). So
    they are in the machine's memory where it has a place for that.
    """
    digest = sha256_hex(str(home().resolve()).encode())[:10]
    for folder in (SHARED_MEMORY / f"nuanyi-{os.geteuid()}-{digest}", home() / "run" / "measures"):
        shutil.rmtree(folder, ignore_errors=True)
        with contextlib.suppress(OSError):  # there is none, or somebody else's folder stands in its place
            folder.mkdir(mode=0o700, parents=folder.is_relative_to(home()))
            break
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)


class DatabaseWatch(threading.Thread):
    """Looks after the database of our own as after a child: a killed postmaster is started again within seconds."""

    def __init__(self, server: EmbeddedPostgres) -> None:
        super().__init__(name="database", daemon=True)
        self.server = server
        self.stopping = threading.Event()

    def run(self) -> None:
        """Look until told to stop."""
        wait = LOOK_SECONDS
        while not self.stopping.wait(wait):
            if self.server.is_running():
                wait = LOOK_SECONDS
                continue
            log.warning("the database has ended and is started again")
            try:
                self.server.revive()
                log.warning("the database is back")
                wait = LOOK_SECONDS
            except (CannotStart, OSError) as exc:
                wait = min(5.0, wait * 2)
                log.error("the database does not start, tried again in %.1f s: %s", wait, exc)

    def stop(self) -> None:
        """End the thread; a start that is under way is waited for."""
        self.stopping.set()
        self.join(STOP_SECONDS)


class Supervisor:
    """The children and a loop. ``database`` is the server to look after, None where it is somebody else's;
    ``begun``: the monotonic moment at which the start began."""

    def __init__(
        self,
        host: str,
        port: int,
        workers: int | None,
        database: EmbeddedPostgres | None = None,
        begun: float | None = None,
    ) -> None:
        self.host, self.port = host, port
        self.workers = workers or envint("NUANYI_WORKERS", max(2, os.cpu_count() or 2))
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        self.deaths: dict[str, list[float]] = {"web": [], "worker": []}
        self.due: dict[str, float] = {}
        self.database = DatabaseWatch(database) if database is not None else None
        self.stopping = False
        self.phases: list[str] = []
        self.mark = begun if begun is not None else time.monotonic()

    def passed(self, phase: str) -> None:
        """Note how long a phase of the start took; the line that says where it is served tells all of them."""
        now = time.monotonic()
        self.phases.append(f"{phase} {now - self.mark:.1f} s")
        self.mark = now

    def commands(self) -> dict[str, list[str]]:
        """What the children run."""
        web = [
            sys.executable,
            "-m",
            "nuanyi.program.web",
            "--interface",
            "rsgi",
            "--http",
            "1",
            "--host",
            self.host,
            "--port",
            str(self.port),
            "--workers",
            str(self.workers),
            "--backlog",
            str(CONNECTIONS),
            "--backpressure",
            str(CONNECTIONS),
            "--http1-header-read-timeout",
            str(HEADER_SECONDS * 1000),
            "--no-ws",
            "--workers-kill-timeout",
            "10",
            "--respawn-failed-workers",
            "--log-level",
            "warning",
            "nuanyi.program.server:application",
        ]
        return {"web": web, "worker": [sys.executable, "-m", "nuanyi.program.cli", "worker"]}

    def run(self) -> int:
        """Serve until told to stop; returns the exit code."""
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, self._stop)
        allow_many_files()
        static_files.make_ready()
        self.passed("styles")
        _empty_measures()
        if self.database is not None:
            self.database.start()
        self._start("web")
        # what people wait for comes first; jobs can wait until the web server has read the program
        self.due["worker"] = time.monotonic() + WORKER_LATER
        print(
            f"Nuanyi is served on http://{self.host}:{self.port} — stop it with Ctrl-C. ({', '.join(self.phases)})",
            file=sys.stderr,
            flush=True,
        )
        while not self.stopping:
            time.sleep(LOOK_SECONDS)
            self._look()
        self._end()
        return 0

    def refuse_taken_port(self) -> None:
        """Return when the port is free; children of a supervisor that was just killed are given the time to end. Raises Refusal."""
        deadline = time.monotonic() + PORT_SECONDS
        while True:
            with socket.socket(socket.AF_INET6 if ":" in self.host else socket.AF_INET) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind((self.host, self.port))
                    return
                except OSError as exc:
                    if time.monotonic() > deadline:
                        raise Refusal(
                            f"port {self.port} on {self.host} is taken: choose another with --port",
                            code="port",
                        ) from exc
            time.sleep(0.1)

    def _start(self, name: str) -> None:
        # a session of its own: Ctrl-C reaches the supervisor alone, which then stops the children in order; and each
        # child ends with the supervisor, so that nothing keeps the port
        self.children[name] = subprocess.Popen(
            self.commands()[name],
            start_new_session=True,
            env=database.environment_of_pages() | {PARENT: str(os.getpid())},
        )

    def _look(self) -> None:
        """Note who died; start again whose time has come. One child's wait holds up nobody else."""
        now = time.monotonic()
        for name in [name for name, at in self.due.items() if now >= at and not self.stopping]:
            del self.due[name]
            self._start(name)
        for name, child in list(self.children.items()):
            if name not in self.due and child.poll() is not None and not self.stopping:
                end_group(child.pid)  # what it left behind would keep the port, or serve old code
                self.deaths[name] = [at for at in self.deaths[name] if now - at < 60] + [now]
                wait = min(5.0, 0.5 * 2 ** (len(self.deaths[name]) - 1))
                self.due[name] = now + wait
                log.warning("%s has ended, started again in %.1f s", name, wait)

    def _stop(self, _signal: int, _frame: FrameType | None) -> None:
        self.stopping = True

    def _end(self) -> None:
        if self.database is not None:
            self.database.stop()
        for child in self.children.values():
            if child.poll() is None:
                child.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for child in self.children.values():
            try:
                child.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                pass
            end_group(child.pid)
            child.wait()
        shutil.rmtree(os.environ["PROMETHEUS_MULTIPROC_DIR"], ignore_errors=True)
