"""Who was erased, kept beside the keys and outside the database, so that an old backup cannot bring anybody back.

One line of JSON a person: an identifier and a time, nothing that names anybody. Kept with the keys, because both
must be put beside a restored database by hand, and both must not lie in its backups. A line says that an erasure was
about to be committed: a crash in between leaves the line, and a restore does what was asked.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

from django.conf import settings

from nuanyi.lib import clock


def file() -> Path:
    """Where the lines stand."""
    return Path(settings.NUANYI_KEYS_FILE).with_name("erasures.jsonl")


def note(person_id: UUID) -> None:
    """Add a person; on the disk when this returns. Lines of several processes do not mix (one write, O_APPEND).

    Called before the erasure is committed. Raises OSError where the line is not whole on the disk.
    """
    line = json.dumps({"person": str(person_id), "at": clock.now().isoformat(timespec="seconds")}) + "\n"
    handle = os.open(file(), os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        size = os.fstat(handle).st_size
        if size and os.pread(handle, 1, size - 1) != b"\n":
            line = "\n" + line  # a crash cut the line before off
        if os.write(handle, line.encode()) != len(line):
            raise OSError(f"{file()}: the disk is full")
        os.fsync(handle)
    finally:
        os.close(handle)
    if not size:
        folder = os.open(file().parent, os.O_RDONLY)
        try:
            os.fsync(folder)  # the name of a new file, too, survives a power cut
        finally:
            os.close(folder)


def noted() -> Iterator[UUID]:
    """All persons that were ever erased here; a line that was cut off by a crash is left out."""
    lines = file().read_text().splitlines() if file().exists() else []
    for line in lines:
        try:
            yield UUID(json.loads(line)["person"])
        except (ValueError, KeyError, TypeError):
            continue
