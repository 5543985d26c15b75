"""The machine of the database is lost while its standby stood still for a moment: what did the standby know?"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import psutil
import psycopg

from faults.stage import Stage, stage
from faults.writers import TABLES, Writers

PORT = 5433


class Standby:
    """A copy that follows the database by streaming, on the same machine."""

    def __init__(self, on: Stage) -> None:
        self.on, database = on, on.database
        self.folder = database.folder / "standby"
        database._run(
            [
                database._binary("pg_basebackup"),
                "-h",
                str(database.socket_folder),
                "-U",
                "nuanyi_owner",
                "-D",
                str(self.folder),
                "--checkpoint=fast",
                "--write-recovery-conf",
                "--wal-method=stream",
            ]
        )
        conf = self.folder / "postgresql.auto.conf"
        with conf.open("a") as out:
            out.write(
                f"primary_conninfo = 'host={database.socket_folder} user=nuanyi_owner application_name=standby'\n"
            )
        self.process = subprocess.Popen(
            [
                database._binary("postgres"),
                "-D",
                str(self.folder),
                "-c",
                f"port={PORT}",
                "-c",
                f"unix_socket_directories={database.socket_folder}",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env=database._environment(),
            start_new_session=True,
            **database._who(),
        )
        self.url = f"postgresql://nuanyi_owner@/nuanyi?host={database.socket_folder}&port={PORT}"
        deadline = time.monotonic() + 60
        while not on.sql("SELECT 1 FROM pg_stat_replication WHERE state = 'streaming'"):
            if time.monotonic() > deadline:
                raise TimeoutError("the standby does not follow")
            time.sleep(0.1)

    def freeze(self, still: bool) -> None:
        """Let the whole standby stand still, or go on."""
        os.killpg(self.process.pid, signal.SIGSTOP if still else signal.SIGCONT)
        for number in self._below():
            os.kill(number, signal.SIGSTOP if still else signal.SIGCONT)

    def cut(self) -> None:
        """What the kernel still holds for it of the other machine is gone too, as it is where that is another machine."""
        for child in psutil.Process(self.process.pid).children():
            if "walreceiver" in " ".join(child.cmdline()):
                child.kill()

    def _below(self) -> list[int]:
        return [child.pid for child in psutil.Process(self.process.pid).children(recursive=True)]

    def promote(self) -> float:
        """Make it the database; seconds until it takes writes."""
        begun = time.monotonic()
        while True:
            try:
                with psycopg.connect(self.url, autocommit=True, connect_timeout=5) as db:
                    if not db.execute("SELECT pg_is_in_recovery()").fetchone()[0]:  # type: ignore[index]
                        return time.monotonic() - begun
                    db.execute("SELECT pg_promote(true, 30)")
            except psycopg.OperationalError:
                time.sleep(0.1)

    def rows(self, statement: str, keys: list[Any]) -> dict[str, int]:
        """How many rows each key has there."""
        with psycopg.connect(self.url, autocommit=True) as db:
            return {str(key): int(count) for key, count in db.execute(statement, [keys]).fetchall()}

    def end(self) -> None:
        """End it."""
        for number in (*self._below(), self.process.pid):
            try:
                os.kill(number, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self.process.wait(20)
        shutil.rmtree(Path(self.folder), ignore_errors=True)


def lost_with(*, synchronous: bool, writes: int = 150, frozen: float = 1.0) -> dict[str, Any]:
    """Write, let the standby stand still for ``frozen`` seconds, lose the primary in that moment, promote the standby."""
    with stage() as on:
        standby = Standby(on)
        try:
            if synchronous:
                on.sql("ALTER SYSTEM SET synchronous_standby_names = 'standby'")
                on.sql("SELECT pg_reload_conf()")
            writers = Writers(on, 3, flows=("wish", "fault", "case"), drops=0.0)
            writers.begin()
            while len(writers.acknowledged) < writes:
                time.sleep(0.02)
            before = len(writers.acknowledged)
            standby.freeze(True)
            time.sleep(frozen)
            while_frozen = len(writers.acknowledged) - before
            with writers.lock:
                acknowledged = list(writers.acknowledged)
                # the whole machine is gone at once: nobody there answers any more
                on.server.process.kill() if on.server.process is not None else None
                os.kill(on.postmaster() or 0, signal.SIGKILL)
            writers.stopping.set()
            time.sleep(0.5)
            standby.cut()
            standby.freeze(False)
            gap = standby.promote()
            lost = 0
            for flow in ("wish", "fault", "case"):
                keys = [write.key for write in acknowledged if write.flow == flow]
                there = standby.rows(TABLES[flow], list(keys))
                lost += sum(1 for key in keys if str(key) not in there)
            return {
                "synchronous": synchronous,
                "acknowledged": len(acknowledged),
                "acknowledged_while_frozen": while_frozen,
                "lost": lost,
                "gap_s": round(gap, 1),
            }
        finally:
            standby.end()
