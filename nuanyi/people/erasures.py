"""Who was erased and what was taken back, kept outside the database, so that no old backup brings anybody back.

One line of JSON for a row: its table and key, a time, and for a person the keyed marks by which a roster would bring it
back; nothing that names anybody. Kept with the keys, because both must be put beside a restored database by hand, and
both must not lie in its backups. A line says that an erasure was about to be committed: a crash in between leaves the
line, and a restore does what was asked.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings

from nuanyi.lib import clock


def file() -> Path:
    """Where the lines stand."""
    return Path(settings.NUANYI_KEYS_FILE).with_name("erasures.jsonl")


PERSON = "people.person"


def note(key: UUID | int, *, table: str = PERSON, marks: Iterable[bytes] = ()) -> None:
    """Add a row that is about to be forgotten; on the disk when this returns. Lines of several processes do
    not mix (one write, O_APPEND).

    Called before the erasure is committed. Raises OSError where the line is not whole on the disk.
    """
    told: dict[str, object] = {"person": str(key)} if table == PERSON else {"table": table, "row": str(key)}
    told |= {"marks": [mark.hex() for mark in marks]} if marks else {}
    _add(told)


def note_admitted(marks: Iterable[bytes]) -> None:
    """Add that the holders of some marks want to be here again: what stands above bars them no more. Raises OSError."""
    _add({"admitted": [mark.hex() for mark in marks]})


def _add(told: dict[str, object]) -> None:
    line = json.dumps({"at": clock.now().isoformat(timespec="seconds")} | told) + "\n"
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
    for line in _lines():
        try:
            yield UUID(str(line["person"]))
        except (ValueError, KeyError):
            continue


def noted_marks() -> set[bytes]:
    """The keyed marks of all who asked to be forgotten and did not come back since."""
    found: set[bytes] = set()
    for line in _lines():
        try:
            found |= {bytes.fromhex(str(mark)) for mark in line.get("marks", [])}
            found -= {bytes.fromhex(str(mark)) for mark in line.get("admitted", [])}
        except (ValueError, TypeError):
            continue
    return found


def noted_rows() -> dict[str, set[str]]:
    """What else was forgotten on request: table -> keys."""
    found: dict[str, set[str]] = {}
    for line in _lines():
        if "table" in line and "row" in line:
            found.setdefault(str(line["table"]), set()).add(str(line["row"]))
    return found


def _lines() -> Iterator[dict[str, Any]]:
    text = file().read_text() if file().exists() else ""
    for line in text.splitlines():
        try:
            told = json.loads(line)
        except ValueError:
            continue
        if isinstance(told, dict):
            yield told
