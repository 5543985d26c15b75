"""A real server on a real demo district, and a real browser. One of each for a whole run."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from nuanyi.lib.embedded_postgres import reachable_by_others
from tests.ports import free_port

PASSWORD = "nuanyi-demo-2022"
#: Milliseconds for what a page does in some hundred on a quiet machine; only a failure waits so long.
PATIENCE = 60_000
expect.set_options(timeout=PATIENCE)
#: What codes and links carry; a test follows them on the server's own address.
PUBLIC = "https://nuanyi.example"
#: Names a home into which `nuanyi demo` was just played, by this version and served by nobody: the stage is a copy of it.
PLAYED = "NUANYI_TEST_PLAYED"
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def without_ours() -> dict[str, str]:
    """The environment with nothing of ours: a test process has a database of its own in its."""
    return {k: v for k, v in os.environ.items() if not k.startswith(("NUANYI_", "DATABASE_", "DJANGO_"))}


class Stage:
    """The server: ``address``, ``stop`` and ``start`` again on the same port; ``robot_port`` is where a test may listen as
    the robot of a group."""

    def __init__(self, home: Path) -> None:
        self.home, self.port = home, free_port()
        self.address = f"http://localhost:{self.port}"
        self.robot_port = free_port()
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Serve the demo: played at the first start, unless the home holds it."""
        is_there = (self.home / "keys").exists()
        command = [sys.executable, "-m", "nuanyi.program.cli", "serve" if is_there else "demo"]
        command += ["--port", str(self.port)]
        with (self.home / "serve.log").open("ab") as log:
            mine = {
                "NUANYI_HOME": str(self.home),
                "NUANYI_WORKERS": "1",
                "NUANYI_OUTGOING_HOSTS": f"127.0.0.1:{self.robot_port}",
                "NUANYI_PUBLIC_URL": PUBLIC,
                "NUANYI_DEMO_PUBLIC": "1",
                "NUANYI_DEMO": "1",
            }
            self.process = subprocess.Popen(command, env=without_ours() | mine, stdout=log, stderr=log)
        deadline = time.monotonic() + 800
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(f"{self.address}/healthz", timeout=30):
                    return
            except OSError:
                time.sleep(0.2)
        raise AssertionError((self.home / "serve.log").read_text()[-3000:])

    def told(self, words: str) -> str:
        """What a few lines of Python print that run beside the server, on its database."""
        mine = {
            "NUANYI_HOME": str(self.home),
            "NUANYI_OUTGOING_HOSTS": f"127.0.0.1:{self.robot_port}",
            "NUANYI_PUBLIC_URL": PUBLIC,
        }
        command = [sys.executable, "-m", "nuanyi.program.cli", "manage", "shell", "-v", "0", "-c", words]
        done = subprocess.run(command, env=without_ours() | mine, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout.strip()

    def stop(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(120)


# Of this folder, not of the session: one process goes on to tests of other rooms, and the loop that Playwright keeps running
# in its thread would have Django refuse them the database.
@pytest.fixture(scope="package")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    home = tmp_path_factory.mktemp("stage")
    for part in (home, *list(home.parents)[:3]):
        if part.stat().st_uid == os.geteuid() and part != Path(tempfile.gettempdir()):
            part.chmod(part.stat().st_mode | 0o011)
    played = os.environ.get(PLAYED)
    # neither from nor into a home that the account of the database cannot enter: its files stand elsewhere
    if played and (Path(played) / "postgres/data").exists() and reachable_by_others(home):
        # with the owners of its files: PostgreSQL runs as an account of its own
        subprocess.run(["cp", "-a", f"{played}/.", str(home)], check=True)
    made = Stage(home)
    try:
        made.start()
        yield made
    finally:  # one that did not answer in time is ended too
        made.stop()


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("chromium is not installed: run make system-packages")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=program, args=QUIET)
        yield found
        found.close()


SIZES = {
    #: the narrowest phone that is still sold, and 1280 pixels at four times the size (WCAG 2.2, 1.4.10)
    "narrow": {"width": 320, "height": 640},
    "phone": {"width": 360, "height": 740},
    "desk": {"width": 1440, "height": 900},
}


@pytest.fixture
def open_as(stage: Stage, browser: Browser) -> Iterator[object]:
    """``open_as("liangxin", size="desk")`` gives a page, signed in; None is a guest."""
    contexts: list[BrowserContext] = []

    def act(
        username: str | None,
        *,
        size: str = "desk",
        theme: str = "light",
        language: str = "zh-CN",
        **more: Any,
    ) -> Page:
        context = browser.new_context(
            viewport=SIZES[size], locale=language, color_scheme=theme, base_url=stage.address, **more
        )
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        if username:
            page.goto("/accounts/login/")
            page.fill("#id_login", username)
            page.fill("#id_password", PASSWORD)
            page.press("#id_password", "Enter")
            # not a pattern: it would also take the sign-in page that leads on to the office
            page.wait_for_url(f"{stage.address}/office/")
        return page

    yield act
    for context in contexts:
        context.close()
