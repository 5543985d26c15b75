"""Writing a bulk load in a thread beside the reading of the next batch. Closed to other rooms."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any


@contextmanager
def no_cycles_sought() -> Iterator[None]:
    """Python's cycle collector rests: it would walk the growing tables of digests again and again and find nothing."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class BackgroundWriter:
    """Writes batches on the import's own connection in a thread, while the next batch is read, checked and sealed.

    The thread only waits for PostgreSQL, which does the work on another core. One batch is under way at a
    time; whoever wants the connection for something else calls ``wait`` first.
    """

    def __init__(self, raw: Any, copy: str, statements: tuple[str, ...]) -> None:
        self.raw, self.copy, self.statements = raw, copy, statements
        self.threads = ThreadPoolExecutor(max_workers=1)
        self.under_way: Future[None] | None = None

    def __enter__(self) -> BackgroundWriter:
        return self

    def __exit__(self, *_exc: object) -> None:
        try:
            self.wait()
        finally:
            self.threads.shutdown()

    def write(self, rows: bytes, facts: dict[str, Any]) -> None:
        """Begin writing a batch once the one before is there. Raises what that one raised."""
        self.wait()
        self.under_way = self.threads.submit(self._work, rows, facts)

    def wait(self) -> None:
        """Until nothing is under way."""
        under_way, self.under_way = self.under_way, None
        if under_way is not None:
            under_way.result()

    def _work(self, rows: bytes, facts: dict[str, Any]) -> None:
        with self.raw.cursor() as cursor:
            cursor.execute("TRUNCATE incoming")
            with cursor.copy(self.copy) as copy:
                copy.write(rows)
            for statement in self.statements:
                cursor.execute(statement, facts)
