"""Files of imports in the home's ``imports`` folder, always sealed; and their progress. Closed to other rooms."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings

from nuanyi.lib import durable
from nuanyi.lib.sealed import Store, declare_store, keys, walk

SENT, REJECTED = "sent", "rejected"
#: Cells that the sender wrote anew, and the first rows of each sheet, as long as the file itself is kept.
MENDED, SAMPLE = "mended", "sample"


def _folder() -> Path:
    folder = Path(settings.NUANYI_HOME) / "imports"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _path(pk: UUID, part: str) -> Path:
    return _folder() / f"{pk}.{part}"


def keep(pk: UUID, part: str, raw: bytes) -> None:
    """Seal and store; durable when this returns."""
    durable.write(_path(pk, part), keys().seal_bytes("file", raw, pk.bytes + part.encode()))


def take(pk: UUID, part: str) -> bytes | None:
    """The clear bytes, or None where the file is gone."""
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
    return _path(pk, part).exists()


def delete(pk: UUID, part: str) -> bool:
    """Delete; True where there was something."""
    there = has(pk, part)
    _path(pk, part).unlink(missing_ok=True)
    return there


def note_progress(pk: UUID, done: int) -> None:
    """How many rows were seen. Outside the database, because the work's own transaction is not visible yet."""
    _path(pk, "progress").write_text(str(done))


def progress(pk: UUID) -> int:
    """How many rows were seen so far."""
    with contextlib.suppress(OSError, ValueError):
        return int(_path(pk, "progress").read_text())
    return 0


def forget_progress(pk: UUID) -> None:
    """The work is over."""
    _path(pk, "progress").unlink(missing_ok=True)


def _bound(path: Path) -> bytes:
    pk, _dot, part = path.name.partition(".")
    return UUID(pk).bytes + part.encode()


def _all_sealed() -> Iterator[tuple[Path, bytes]]:
    for part in (SENT, REJECTED, MENDED, SAMPLE):
        yield from walk(_folder(), f"*-*-*-*-*.{part}", _bound)


declare_store(Store("imports", "file", _all_sealed))
