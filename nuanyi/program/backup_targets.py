"""Where backups go: a folder on this machine, or one on another by SFTP. Both hold dated folders, each a whole backup."""

from __future__ import annotations

import posixpath
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from nuanyi.lib import durable, sftp
from nuanyi.lib.clock import CHINA, now
from nuanyi.lib.env import home
from nuanyi.lib.errors import BadInput
from nuanyi.program import backups

#: A backup that is being written; one that was cut off is cleared away by the next.
PARTIAL = ".partial"
DATED = re.compile(r"\d{4}-\d{2}-\d{2}-\d{6}")


def write_dated(target: str, keep: int) -> dict[str, Any]:
    """Write a backup into a new dated folder of the target and keep the newest ``keep`` there (0: all).

    Raises BadInput, Refusal where the target is gone (it is never made: a disk that is not mounted must not go unseen).
    """
    name = f"{now().astimezone(CHINA):%Y-%m-%d-%H%M%S}"
    if sftp.is_place(target):
        return _write_away(sftp.parse(target), name, keep)
    return _write_here(Path(target), name, keep)


def _write_here(folder: Path, name: str, keep: int) -> dict[str, Any]:
    if not folder.is_dir():
        raise BadInput(
            f"{folder}: there is no such folder. Make it, or mount the disk that should be there",
            code="target-gone",
        )
    for left in folder.glob(f"*{PARTIAL}"):
        shutil.rmtree(left, ignore_errors=True)
    partial = folder / f"{name}{PARTIAL}"
    try:
        report = backups.write(partial)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    # on the disk before it is noted as good, and before the older ones go
    durable.sync_tree(partial)
    durable.rename(partial, folder / name)
    dated = [one.name for one in _dated_here(folder)]
    dropped = dated[:-keep] if keep else []
    for old in dropped:
        shutil.rmtree(folder / old)
    return report | {"folder": str(folder / name), "dropped": dropped}


def _write_away(place: sftp.Place, name: str, keep: int) -> dict[str, Any]:
    with _scratch() as scratch, sftp.opened(place) as client:
        sftp.require_folder(client, place)
        report = backups.write(scratch / name)
        for left in sftp.names(client, place.folder):
            if left.endswith(PARTIAL) and DATED.fullmatch(left.removesuffix(PARTIAL)):
                sftp.remove_folder(client, posixpath.join(place.folder, left))
        partial = posixpath.join(place.folder, f"{name}{PARTIAL}")
        client.mkdir(partial, 0o700)
        for file in (backups.DUMP, backups.MANIFEST):
            sftp.send(client, scratch / name / file, posixpath.join(partial, file))
        client.rename(partial, posixpath.join(place.folder, name))
        dated = _dated_away(client, place)
        dropped = dated[:-keep] if keep else []
        for old in dropped:
            sftp.remove_folder(client, posixpath.join(place.folder, old))
    return report | {"folder": f"{place}/{name}", "dropped": dropped}


def _dated_here(folder: Path) -> list[Path]:
    """Our backups in a folder, the oldest first; one that somebody named otherwise is no newest."""
    return sorted(
        one for one in folder.iterdir() if DATED.fullmatch(one.name) and (one / backups.MANIFEST).exists()
    )


def _dated_away(client: Any, place: sftp.Place) -> list[str]:
    found = [name for name in sftp.names(client, place.folder) if DATED.fullmatch(name)]
    return [
        name for name in found if sftp.exists(client, posixpath.join(place.folder, name, backups.MANIFEST))
    ]


@contextmanager
def local(target: str) -> Iterator[Path]:
    """The folder of a backup on this machine: the one that is named, or the newest of a target's dated ones.

    What is elsewhere is taken over for the length of the block. Raises BadInput, Refusal.
    """
    if not sftp.is_place(target):
        folder = Path(target)
        if (folder / backups.MANIFEST).exists() or not folder.is_dir():
            yield folder
            return
        dated = _dated_here(folder)
        yield dated[-1] if dated else folder
        return
    place = sftp.parse(target)
    with _scratch() as scratch, sftp.opened(place) as client:
        sftp.require_folder(client, place)
        source = place.folder
        if not sftp.exists(client, posixpath.join(source, backups.MANIFEST)):
            away = _dated_away(client, place)
            if not away:
                raise BadInput(f"{place} holds no backup of ours", code="no-backup")
            source = posixpath.join(source, away[-1])
        for file in (backups.DUMP, backups.MANIFEST):
            sftp.fetch(client, posixpath.join(source, file), scratch / file)
        yield scratch


@contextmanager
def _scratch() -> Iterator[Path]:
    """A folder of our own on the disk of the home; what a killed command left in its place is cleared away."""
    base = home() / "backup-scratch" if home().is_dir() else None
    if base is not None:
        shutil.rmtree(base, ignore_errors=True)
        base.mkdir(mode=0o700)
    folder = Path(tempfile.mkdtemp(dir=base))
    try:
        yield folder
    finally:
        shutil.rmtree(base or folder, ignore_errors=True)
