"""One small demo home for the commands of a run, and a real server on it."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager

import pytest

from tests.ports import free_port

#: Seconds for what a quiet machine does in some: only where it never happens is all of it waited.
PATIENCE = 120


def opened(folder):
    """The account that runs PostgreSQL may walk through."""
    for part in (folder, *list(folder.parents)[:2]):
        part.chmod(part.stat().st_mode | 0o011)
    return folder


def environment(home):
    kept = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("NUANYI_", "DATABASE_", "DJANGO_"))
    }
    return kept | {"NUANYI_HOME": str(home), "NUANYI_SECOND_FACTOR": "off"}


def run(home, *words, code=0):
    done = subprocess.run(
        [sys.executable, "-m", "nuanyi.program.cli", *words],
        env=environment(home),
        capture_output=True,
        text=True,
    )
    assert done.returncode == code, done.stderr[-2000:]
    return done.stdout


def ask(home, script):
    """What a few lines of Python print that run beside the server, on its database."""
    return run(home, "manage", "shell", "-v", "0", "-c", script).strip()


def wait_for(port, seconds=PATIENCE):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=30) as answer:
                return json.load(answer)
        except OSError:
            time.sleep(0.1)
    raise AssertionError("not served")


@contextmanager
def served(home, *, workers=1, log=None, seconds=PATIENCE, **variables):
    """``nuanyi serve`` on a free port; gives ``(process, port)``, ends it cleanly."""
    port = free_port()
    command = [sys.executable, "-m", "nuanyi.program.cli", "serve", "--port", str(port)]
    with open(log or os.devnull, "ab") as out:
        server = subprocess.Popen(
            [*command, "--workers", str(workers)], env=environment(home) | variables, stderr=out, stdout=out
        )
        try:
            assert wait_for(port, seconds)["status"] == "ok"
            yield server, port
        finally:
            if server.poll() is None:
                server.send_signal(signal.SIGTERM)
                server.wait(PATIENCE)


@pytest.fixture(scope="session")
def home(tmp_path_factory):
    folder = opened(tmp_path_factory.mktemp("home"))
    run(folder, "demo", "--no-serve", "--small")
    return folder
