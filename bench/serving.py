"""Granian as the product is served, on the database of the bench."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from tests.ports import free_port


def wait(address: str, seconds: float = 120) -> None:
    """Come back when ``address`` answers.

    Raises:
        RuntimeError: it did not in time.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except OSError:
            time.sleep(0.3)
    raise RuntimeError(f"{address} is not served")


def on_this_database() -> dict[str, str]:
    """The environment of a process that works on the database of the bench."""
    told = connection.settings_dict
    address = f"postgresql://{told['USER']}@/{told['NAME']}?host={told['HOST']}&port={told['PORT'] or 5432}"
    return os.environ | {"NUANYI_DB_URL": address, "NUANYI_HOSTS": "localhost,127.0.0.1"}


@contextmanager
def served(
    target: str = "bench.server:application",
    *,
    interface: str = "rsgi",
    ready: str = "/healthz",
    **settings: str,
) -> Iterator[int]:
    """The port where one worker of Granian answers, once ``ready`` does; ``settings`` go into its environment."""
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", interface, "--host", "127.0.0.1"]
    command += ["--port", str(port), "--workers", "1", "--no-ws", "--log-level", "warning", target]
    server = subprocess.Popen(command, env=on_this_database() | settings, stderr=subprocess.DEVNULL)
    try:
        wait(f"http://127.0.0.1:{port}{ready}")
        yield port
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(20)
