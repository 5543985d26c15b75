"""Files of imports, always sealed, and their progress: both in the database, for every machine that serves it.

Versions before 0.7 kept them in the home's ``imports`` folder: what still lies there is read until it is deleted.
Closed to other rooms.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.utils import CursorWrapper

from nuanyi.census.models import ImportFile, ImportProgress
from nuanyi.lib import sealed
from nuanyi.lib.sealed import Store, declare_store, keys, walk

SENT, REJECTED = "sent", "rejected"
#: Cells that the sender wrote anew, and the first rows of each sheet, as long as the file itself is kept.
MENDED, SAMPLE = "mended", "sample"


def _folder() -> Path:
    return Path(settings.NUANYI_HOME) / "imports"


def _path(pk: UUID, part: str) -> Path:
    return _folder() / f"{pk}.{part}"


def _name(pk: UUID, part: str) -> str:
    return f"{pk}.{part}"


def keep(pk: UUID, part: str, raw: bytes) -> None:
    """Seal and store; durable when the transaction that it stands in is."""
    row = ImportFile(name=_name(pk, part))
    sealed.put(row, "sealed_data", raw)
    row.save()
    _path(pk, part).unlink(missing_ok=True)


def take(pk: UUID, part: str) -> bytes | None:
    """The clear bytes, or None where the file is gone."""
    row = ImportFile.objects.filter(name=_name(pk, part)).first()
    if row is not None:
        return sealed.open_bytes(row, "sealed_data")
    try:
        return keys().open_bytes("file", _path(pk, part).read_bytes(), pk.bytes + part.encode())
    except FileNotFoundError:
        return None


def keep_told(pk: UUID, part: str, told: Any) -> None:
    """Seal and store something that JSON can hold."""
    keep(pk, part, json.dumps(told, ensure_ascii=False).encode())


def told(pk: UUID, part: str) -> Any:
    """What ``keep_told`` stored; an empty table where nothing was."""
    raw = take(pk, part)
    return {} if raw is None else json.loads(raw)


def has(pk: UUID, part: str) -> bool:
    """Whether the file is still kept."""
    return ImportFile.objects.filter(name=_name(pk, part)).exists() or _path(pk, part).exists()


def delete(pk: UUID, part: str) -> bool:
    """Delete; True where there was something."""
    older = _path(pk, part)
    there = older.exists()
    older.unlink(missing_ok=True)
    return bool(ImportFile.objects.filter(name=_name(pk, part)).delete()[0]) or there


@contextmanager
def _apart() -> Iterator[CursorWrapper]:
    """A connection of its own: the transaction of the work is not visible yet, how far it is must be."""
    apart = connections[DEFAULT_DB_ALIAS].copy()
    try:
        with apart.cursor() as cursor:
            yield cursor
    finally:
        apart.close()


def note_progress(pk: UUID, done: int) -> None:
    """How many rows were seen, at once visible to whoever waits."""
    with _apart() as cursor:
        cursor.execute(
            "INSERT INTO census_importprogress (source_import, seen) VALUES (%s, %s)"
            " ON CONFLICT (source_import) DO UPDATE SET seen = excluded.seen",
            [pk, done],
        )


def progress(pk: UUID) -> int:
    """How many rows were seen so far."""
    return ImportProgress.objects.filter(pk=pk).values_list("seen", flat=True).first() or 0


def forget_progress(pk: UUID) -> None:
    """The work is over."""
    with _apart() as cursor:
        cursor.execute("DELETE FROM census_importprogress WHERE source_import = %s", [pk])


def _bound(path: Path) -> bytes:
    pk, _dot, part = path.name.partition(".")
    return UUID(pk).bytes + part.encode()


def _all_sealed() -> Iterator[tuple[Path, bytes]]:
    for part in (SENT, REJECTED, MENDED, SAMPLE):
        yield from walk(_folder(), f"*-*-*-*-*.{part}", _bound)


declare_store(Store("imports", "file", _all_sealed))
