"""The snapshot of this process, kept fresh by what PostgreSQL tells (LISTEN/NOTIFY).

A thread holds one connection and nothing else. It hears of every change within milliseconds; where it cannot be
sure of that (no word from the database for a second), there is no snapshot, and pages ask the database instead.
"""

from __future__ import annotations

import logging
import threading
import time

import psycopg

from nuanyi.lib import clock
from nuanyi.stations.reading import all_entries, some_entries
from nuanyi.stations.snapshot import Snapshot

log = logging.getLogger("nuanyi.stations")
CHANNEL = "nuanyi_stations"
LOOKS_EVERY, SURE_FOR = 0.4, 1.0


class LiveSnapshot:
    """Start it once a process; ``current`` gives the snapshot or None."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.snapshot: Snapshot | None = None
        self.sure_until = 0.0
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self._run, name="stations", daemon=True)

    def start(self) -> LiveSnapshot:
        """Begin to listen; returns at once."""
        self.thread.start()
        return self

    def stop(self) -> None:
        """End the thread (tests)."""
        self.stopping.set()
        self.thread.join(5)

    def current(self) -> Snapshot | None:
        """The snapshot where it is known to be at most a second behind, else None."""
        snapshot = self.snapshot
        if snapshot is None or time.monotonic() > self.sure_until:
            return None
        moment = clock.now().timestamp()
        fresh = snapshot.current(moment)
        if fresh is not snapshot and self.snapshot is snapshot:
            self.snapshot = fresh
        return fresh

    def _run(self) -> None:
        wait = 0.2
        while not self.stopping.is_set():
            try:
                self._listen()
                wait = 0.2
            except (psycopg.Error, OSError) as exc:
                self.snapshot = None
                log.warning("stations are read from the database for now: %s", exc)
                self.stopping.wait(wait)
                wait = min(5.0, wait * 2)

    def _listen(self) -> None:
        with psycopg.connect(self.url, autocommit=True, connect_timeout=5) as db:
            db.execute(f"LISTEN {CHANNEL}")
            self._load(db)
            while not self.stopping.is_set():
                heard = {note.payload for note in db.notifies(timeout=LOOKS_EVERY, stop_after=1)}
                if heard:  # whatever came in the same moment comes along
                    heard |= {note.payload for note in db.notifies(timeout=0)}
                    self._hear(db, heard)
                else:
                    db.execute("SELECT 1")  # a dead connection says nothing either
                self.sure_until = time.monotonic() + SURE_FOR

    def _load(self, db: psycopg.Connection[tuple[object, ...]]) -> None:
        with db.cursor() as cursor:
            self.snapshot = Snapshot(all_entries(cursor), clock.now().timestamp())
        self.sure_until = time.monotonic() + SURE_FOR

    def _hear(self, db: psycopg.Connection[tuple[object, ...]], heard: set[str]) -> None:
        if "all" in heard or self.snapshot is None:
            self._load(db)
            return
        with db.cursor() as cursor:
            changes = some_entries(cursor, sorted(heard))
        self.snapshot = self.snapshot.with_changes(changes, clock.now().timestamp())


_live: list[LiveSnapshot] = []


def keep_live(url: str) -> LiveSnapshot:
    """Begin to keep this process's snapshot (called by the server's entry)."""
    if not _live:
        _live.append(LiveSnapshot(url).start())
    return _live[0]


def snapshot_now() -> Snapshot:
    """The snapshot of this process; without one, or when it may be behind, one read from the database now."""
    live = _live[0].current() if _live else None
    if live is not None:
        return live
    from django.db import connection

    with connection.cursor() as cursor:
        return Snapshot(all_entries(cursor), clock.now().timestamp())
