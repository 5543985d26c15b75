"""The manual's chapter on a PostgreSQL of one's own with a standby, line by line, with Debian's: two clusters on this machine.

What stands in for other machines: each cluster has a loopback address of its own; ``systemctl`` is ``pg_ctl``, ``sudo``
is ``runuser``, Debian's configuration folder is the cluster's. A line that is not known here fails the test.
"""

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import psycopg
import pytest

from nuanyi.program.tests.conftest import environment, opened, wait_for
from tests.ports import free_port

MANUAL = Path(__file__).parents[3] / "docs" / "administrator.md"
PLACES = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
pytestmark = [
    pytest.mark.xdist_group("home"),
    pytest.mark.skipif(os.getuid() != 0, reason="the manual is followed as root"),
]


def blocks():
    """``[(machine, [line, …])]`` of the chapter; a here-document is one line."""
    text = (
        MANUAL.read_text().split("### A PostgreSQL of your own, with a standby\n", 1)[1].split("\n## ", 1)[0]
    )
    found = []
    for block in re.findall(r"```sh\n(.*?)```", text, flags=re.S):
        name, rest = block.split("\n", 1)
        lines, pending = [], ""
        for line in rest.splitlines(keepends=True):
            pending += line
            if "<<'END'" not in pending or pending.endswith("\nEND\n"):
                lines.append(pending.rstrip())
                pending = ""
        found.append((name.removeprefix("# "), lines))
    return found


class Place:
    """Two machines of a database, and the one of the program, below a folder."""

    def __init__(self, base, home):
        self.base, self.home, self.port = base, home, free_port()
        self.bin = PLACES[-1].parent
        self.version = self.bin.parent.name
        self.addresses = {"db1": "127.0.0.11", "db2": "127.0.0.12"}
        self.served = free_port()
        self.server = None
        self.lost = set()
        for name in self.addresses:
            folder = base / name
            folder.mkdir()
            subprocess.run(["chown", "postgres", str(folder)], check=True)
            auth = ["--auth-local=peer", "--auth-host=scram-sha-256", "--no-sync"]  # as Debian sets it up
            self.as_postgres(name, str(self.bin / "initdb"), "-D", str(folder / "main"), *auth)
            self.pg_ctl(name, "start")

    def environment(self, name):
        return {
            "PATH": f"{self.bin}:/usr/sbin:/usr/bin:/sbin:/bin",
            "PGHOST": str(self.base / name),
            "PGPORT": str(self.port),
            "PGPASSFILE": str(self.base / name / ".pgpass"),
            "LC_ALL": "C.UTF-8",
        }

    def as_postgres(self, name, *command):
        done = subprocess.run(
            ["runuser", "-u", "postgres", "--", *command],
            env=self.environment(name),
            cwd="/",
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, (command, done.stderr[-1500:])
        return done.stdout

    def pg_ctl(self, name, what):
        folder = self.base / name
        options = f"-p {self.port} -k {folder} -c listen_addresses={self.addresses[name]}"
        more = ["-o", options, "-l", str(folder / "log")] if what != "stop" else ["-m", "fast"]
        # its output would keep a pipe of ours open for as long as the server lives
        command = [str(self.bin / "pg_ctl"), what, "-w", "-D", str(folder / "main"), *more]
        done = subprocess.run(
            ["runuser", "-u", "postgres", "--", *command],
            env=self.environment(name),
            cwd="/",
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        assert done.returncode == 0, (folder / "log").read_text()[-1500:]

    def follow(self, name, line):
        """One line of the manual."""
        if name == "the program's machine":
            return self.follow_program(line)
        if line.startswith("systemctl"):
            return self.pg_ctl(name, line.split()[1])
        for there, here in (
            ("/etc/postgresql/15/main", f"{self.base}/{name}/main"),
            ("/var/lib/postgresql/15/main", f"{self.base}/{name}/main"),
            ("/usr/lib/postgresql/15/bin", str(self.bin)),
            ("/var/lib/postgresql/.pgpass", f"{self.base}/{name}/.pgpass"),
            ("10.0.0.0/24", "127.0.0.0/24"),
            ("listen_addresses = '*'", f"listen_addresses = '{self.addresses[name]}'"),
            ("host=db1 ", f"host={self.addresses['db1']} port={self.port} "),
            ("sudo -u postgres ", "runuser -u postgres -- "),
        ):
            line = line.replace(there, here)
        return self.sh(line, self.environment(name))

    def follow_program(self, line):
        if line == "systemctl stop nuanyi":
            return None
        if line == "systemctl start nuanyi":
            return self.serve()
        for there, here in (
            ("/var/lib/nuanyi/data", str(self.home)),
            ("/etc/nuanyi.env", f"{self.base}/nuanyi.env"),
            ("/srv/nuanyi-backups", f"{self.base}/backups"),
            ("@db1,db2/", f"@{self.addresses['db1']}:{self.port},{self.addresses['db2']}:{self.port}/"),
            ("sudo -u nuanyi --preserve-env=DATABASE_URL ", "env "),
            ("sudo -u nuanyi ", "env "),
            (" nuanyi ", f" {sys.executable} -m nuanyi.program.cli "),
        ):
            line = line.replace(there, here)
        return self.sh(line, environment(self.home))

    def sh(self, line, env):
        done = subprocess.run(["bash", "-ec", line], cwd="/", env=env, capture_output=True, text=True)
        assert done.returncode == 0, f"{line}\n{done.stdout[-800:]}\n{done.stderr[-1500:]}"
        return done.stdout

    @property
    def url(self):
        return (self.base / "nuanyi.env").read_text().split("=", 1)[1].strip()

    def serve(self):
        command = [
            sys.executable,
            "-m",
            "nuanyi.program.cli",
            "serve",
            "--port",
            str(self.served),
            "--workers",
            "1",
        ]
        with (self.base / "serve.log").open("ab") as log:
            self.server = subprocess.Popen(
                command, env=environment(self.home) | {"DATABASE_URL": self.url}, stdout=log, stderr=log
            )
        wait_for(self.served, 120)

    def lose(self, name):
        """The machine is gone: all of its database at once, nothing written in order."""
        number = int((self.base / name / "main" / "postmaster.pid").read_text().split("\n", 1)[0])
        children = Path(f"/proc/{number}/task/{number}/children").read_text().split()
        for one in (number, *map(int, children)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(one, signal.SIGKILL)
        self.lost.add(name)

    def end(self):
        if self.server is not None:
            self.server.terminate()
            self.server.wait(60)
        for name in self.addresses.keys() - self.lost:
            pid = self.base / name / "main" / "postmaster.pid"
            if pid.exists() and Path("/proc", pid.read_text().split("\n", 1)[0]).exists():
                self.pg_ctl(name, "stop")

    def status(self, path):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.served}{path}", timeout=20) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code


@pytest.fixture
def place(tmp_path_factory, home):
    assert PLACES, "apt-get install postgresql (make test does)"
    base = opened(tmp_path_factory.mktemp("standby"))
    place = Place(base, home)
    yield place
    place.end()


def test_the_standby_of_the_manual_takes_over_and_the_program_goes_on_with_all_that_was_acknowledged(place):
    chapter = blocks()
    assert [name for name, _lines in chapter] == ["db1", "db2", "db1", "the program's machine", "db2"]
    *before, (promoted, promotion) = chapter
    for number, (name, lines) in enumerate(before):
        if number == 2:
            _wait_until_it_follows(place)
        for line in lines:
            place.follow(name, line)
    assert place.status("/help/") == 200
    state = place.as_postgres("db1", "psql", "-Atc", "SELECT sync_state FROM pg_stat_replication")
    assert state.split() == ["sync"], "each write waits for the standby"
    with psycopg.connect(place.url, autocommit=True) as db:
        persons = db.execute("SELECT count(*) FROM people_account").fetchone()
        db.execute("CREATE TABLE acknowledged (words text)")
        db.execute("INSERT INTO acknowledged VALUES ('the last one before the end')")
    place.lose("db1")
    assert place.status("/help/list/") == 503
    for line in promotion:
        place.follow(promoted, line)
    wait_for(place.served, 60)
    assert place.status("/help/list/") == 200
    with psycopg.connect(place.url, autocommit=True) as db:
        assert db.execute("SELECT host(inet_server_addr())").fetchone() == (place.addresses["db2"],)
        assert db.execute("SELECT words FROM acknowledged").fetchone() == ("the last one before the end",)
        assert db.execute("SELECT count(*) FROM people_account").fetchone() == persons


def _wait_until_it_follows(place):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if "streaming" in place.as_postgres("db1", "psql", "-Atc", "SELECT state FROM pg_stat_replication"):
            return
        time.sleep(0.1)
    raise AssertionError((place.base / "db2" / "log").read_text()[-1500:])
