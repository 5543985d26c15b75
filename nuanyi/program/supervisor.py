"""``nuanyi serve``: Granian and the job worker as children; a dead one is started again, SIGTERM stops both cleanly."""

from __future__ import annotations

import logging
import os
import signal
import socket
import subprocess
import sys
import time
from types import FrameType

from nuanyi.lib.env import envint
from nuanyi.lib.errors import Refusal

log = logging.getLogger("nuanyi.serve")
STOP_SECONDS = 25.0
THREADS = 4


class Supervisor:
    """Two children and a loop."""

    def __init__(self, host: str, port: int, workers: int | None) -> None:
        self.host, self.port = host, port
        self.workers = workers or envint("NUANYI_WORKERS", max(2, os.cpu_count() or 2))
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        self.deaths: dict[str, list[float]] = {"web": [], "worker": []}
        self.stopping = False

    def commands(self) -> dict[str, list[str]]:
        """What the children run."""
        granian = [
            sys.executable,
            "-m",
            "granian",
            "--interface",
            "wsgi",
            "--host",
            self.host,
            "--port",
            str(self.port),
            "--workers",
            str(self.workers),
            "--blocking-threads",
            str(THREADS),
            "--backpressure",
            "512",
            "--no-ws",
            "--workers-kill-timeout",
            "10",
            "--respawn-failed-workers",
            "--log-level",
            "warning",
            "nuanyi.program.wsgi:application",
        ]
        return {"web": granian, "worker": [sys.executable, "-m", "nuanyi.program.cli", "worker"]}

    def run(self) -> int:
        """Serve until told to stop; returns the exit code."""
        self._refuse_taken_port()
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, self._stop)
        self._collect_static()
        for name in self.commands():
            self._start(name)
        print(
            f"Nuanyi is served on http://{self.host}:{self.port} — stop it with Ctrl-C.",
            file=sys.stderr,
            flush=True,
        )
        while not self.stopping:
            time.sleep(0.3)
            for name, child in list(self.children.items()):
                if child.poll() is not None and not self.stopping:
                    self._revive(name)
        self._end()
        return 0

    def _refuse_taken_port(self) -> None:
        with socket.socket(socket.AF_INET6 if ":" in self.host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self.host, self.port))
            except OSError as exc:
                raise Refusal(
                    f"port {self.port} on {self.host} is taken: choose another with --port", code="port"
                ) from exc

    @staticmethod
    def _collect_static() -> None:
        command = [
            sys.executable,
            "-m",
            "nuanyi.program.cli",
            "manage",
            "collectstatic",
            "--noinput",
            "-v",
            "0",
        ]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)

    def _start(self, name: str) -> None:
        # a session of its own: Ctrl-C reaches the supervisor alone, which then stops the children in order
        self.children[name] = subprocess.Popen(self.commands()[name], start_new_session=True)

    def _revive(self, name: str) -> None:
        now = time.monotonic()
        self.deaths[name] = [at for at in self.deaths[name] if now - at < 60] + [now]
        wait = min(10.0, 0.5 * 2 ** (len(self.deaths[name]) - 1))
        log.warning("%s has ended, started again in %.1f s", name, wait)
        time.sleep(wait)
        if not self.stopping:
            self._start(name)

    def _stop(self, _signal: int, _frame: FrameType | None) -> None:
        self.stopping = True

    def _end(self) -> None:
        for child in self.children.values():
            if child.poll() is None:
                child.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for child in self.children.values():
            try:
                child.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()
