"""The stage: a home with a demo district, a database that can be made to fail, a server, and what is in the tables."""

from __future__ import annotations

import atexit
import http.client
import json
import mmap
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import psutil
import psycopg

from nuanyi.lib.embedded_postgres import EmbeddedPostgres

HERE = Path(__file__).parent
NOTHING, FULL, LOG_FULL, NTH, LIES = range(5)
#: What is promised: seconds from the end of a cause until everything is served again.
BACK_WITHIN = 10.0


class Disk:
    """What the database's disk does (``shim.c``); one word of shared memory that all its processes look at."""

    def __init__(self, folder: Path) -> None:
        self.library, self.control = folder / "shim.so", folder / "control"
        subprocess.run(
            ["gcc", "-shared", "-fPIC", "-O1", "-o", str(self.library), str(HERE / "shim.c"), "-ldl"],
            check=True,
        )
        self.control.write_bytes(bytes(8))
        self.control.chmod(0o666)
        self.library.chmod(0o755)
        with self.control.open("r+b") as file:
            self._word = mmap.mmap(file.fileno(), 8)

    def does(self, what: int, after: int = 0) -> None:
        """Begin to fail in a way, or end it."""
        self._word[4:8] = struct.pack("=i", after)
        self._word[0:4] = struct.pack("=i", what)

    @property
    def failing(self) -> int:
        """What it does just now."""
        return int(struct.unpack("=i", self._word[0:4])[0])


class FaultyPostgres(EmbeddedPostgres):
    """The database of a home, on a disk that fails when told to."""

    def __init__(self, home: Path, disk: Disk | None) -> None:
        super().__init__(home)
        self.disk = disk

    def _environment(self) -> dict[str, str]:  # type: ignore[override]
        more = (
            {"LD_PRELOAD": str(self.disk.library), "FAULTS_CONTROL": str(self.disk.control)}
            if self.disk
            else {}
        )
        return super()._environment() | more


def environment(home: Path) -> dict[str, str]:
    """The environment of a command on a home, with nothing of ours."""
    foreign = ("NUANYI_", "DATABASE_", "DJANGO_")
    return {name: value for name, value in os.environ.items() if not name.startswith(foreign)} | {
        "NUANYI_HOME": str(home),
        "NUANYI_SECOND_FACTOR": "off",  # its clerks sign in with the demo's passwords
        "PYTHONPATH": str(HERE.parent),
    }


def command(*words: str) -> list[str]:
    """A command of the program."""
    return [sys.executable, "-m", "nuanyi.program.cli", *words]


class Server:
    """``nuanyi serve`` as systemd runs it: started again when it ends."""

    def __init__(self, home: Path, workers: int = 2) -> None:
        self.home, self.workers = home, workers
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, or start it again."""
        words = command("serve", "--port", str(self.port), "--workers", str(self.workers))
        with (self.home / "serve.log").open("ab") as log:
            self.process = subprocess.Popen(words, env=environment(self.home), stdout=log, stderr=log)

    def ended(self) -> bool:
        """Whether it has ended."""
        return self.process is None or self.process.poll() is not None

    def wait(self, seconds: float = 240.0) -> float:
        """Seconds until it answers with its database. Raises TimeoutError."""
        begun = time.monotonic()
        while time.monotonic() - begun < seconds:
            if self.ended():
                self.start()
            # a server that is just ending still takes a question and never answers it: asked again soon, and not counted as away
            status, _head, _body = ask(self.port, "GET", "/healthz", seconds=2.0)
            if status < 500:
                return time.monotonic() - begun
            time.sleep(0.05)
        raise TimeoutError(f"not back after {seconds:.0f} s")

    def stop(self) -> None:
        """End it in order."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(40)
            except subprocess.TimeoutExpired:
                self.process.kill()

    def children(self, *parts: str) -> list[psutil.Process]:
        """Its processes whose command has all of ``parts``."""
        if self.process is None:
            return []
        try:
            all_of_them = psutil.Process(self.process.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            return []
        found = []
        for one in all_of_them:
            try:
                line = one.cmdline()
            except psutil.Error:
                continue
            if all(part in line for part in parts):
                found.append(one)
        return found


def ask(
    port: int,
    method: str,
    path: str,
    body: bytes | None = None,
    head: dict[str, str] | None = None,
    seconds: float = 15.0,
) -> tuple[int, http.client.HTTPMessage | None, bytes]:
    """``(status, head, body)``; status 599 where no answer came within ``seconds``."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=seconds)
    try:
        line.request(method, path, body, {"Host": "localhost", **(head or {})})
        answer = line.getresponse()
        return answer.status, answer.headers, answer.read()
    except (OSError, http.client.HTTPException):
        return 599, None, b""
    finally:
        line.close()


#: A home that was made before and is not in use, to be copied.
_homes: list[Path] = []


@cache
def _demo() -> Path:
    """A home with the demo district, made once for all stages of a run."""
    if _homes:
        return _homes[0]
    folder = Path(tempfile.mkdtemp(prefix="faults-demo-", dir="/tmp"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    folder.chmod(0o755)
    home = folder / "home"
    home.mkdir(mode=0o755)
    subprocess.run(command("demo", "--no-serve"), env=environment(home), check=True, capture_output=True)
    return home


@contextmanager
def stage(*, faulty: bool = False, workers: int = 2) -> Iterator[Stage]:
    """A district that is served; everything is gone afterwards. Tests bring a home of their own (``_homes``)."""
    with tempfile.TemporaryDirectory(prefix="faults-", dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)
        home = folder / "home"
        # ``cp -a``: the files of the database belong to the account that runs it
        subprocess.run(["cp", "-a", str(_demo()), str(home)], check=True)
        disk = Disk(folder) if faulty else None
        database = FaultyPostgres(home, disk)
        database.join()
        server = Server(home, workers)
        try:
            server.start()
            server.wait()
            yield Stage(home, server, database, disk)
        finally:
            if disk is not None:
                disk.does(NOTHING)
            server.stop()
            database.leave()


class Stage:
    """What a scenario works with."""

    def __init__(self, home: Path, server: Server, database: FaultyPostgres, disk: Disk | None) -> None:
        self.home, self.server, self.database, self.disk = home, server, database, disk

    def sql(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows, as the owner of the database; tried again while it comes back."""
        deadline = time.monotonic() + 60
        while True:
            try:
                with psycopg.connect(self.database.address.url(), autocommit=True, connect_timeout=5) as db:
                    cursor = db.execute(statement, values or None)
                    return cursor.fetchall() if cursor.description else []
            except psycopg.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)

    def sql_quietly(self, statement: str) -> None:
        """Try a statement once; what becomes of it does not matter."""
        try:
            with psycopg.connect(self.database.address.url(), autocommit=True, connect_timeout=5) as db:
                db.execute(statement)
        except psycopg.Error:
            return

    def told_by(self, script: str) -> str:
        """What a few lines of Python print that run beside the server, on its database."""
        words = command("manage", "shell", "-v", "0", "-c", script)
        done = subprocess.run(
            words, env=environment(self.home), check=True, stdout=subprocess.PIPE, text=True
        )
        return done.stdout.strip()

    def postmaster(self) -> int | None:
        """The process number of the database's postmaster."""
        return self.database._postmaster()


def figures(**found: Any) -> str:
    """One line of results."""
    return json.dumps(found, ensure_ascii=False)
