"""Files and folders that are there after a power cut: content before name, and the name on the disk too."""

from __future__ import annotations

import os
from pathlib import Path


def sync_folder(folder: Path) -> None:
    """Put a folder's list of names on the disk: without it a rename or a new file may be undone by a power cut."""
    handle = os.open(folder, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_file(file: Path) -> None:
    """Put a file's content on the disk."""
    handle = os.open(file, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_tree(folder: Path) -> None:
    """Put everything beneath a folder on the disk."""
    for here, _folders, files in os.walk(folder):
        for name in files:
            sync_file(Path(here) / name)
        sync_folder(Path(here))


def rename(source: Path, target: Path) -> None:
    """Rename a file whose content is on the disk already; the new name is there when this returns."""
    os.replace(source, target)
    sync_folder(target.parent)


def write(target: Path, content: bytes, mode: int = 0o600) -> None:
    """Replace a file whole: a reader and a power cut see the old one or the new one, never half of it."""
    scratch = target.with_name(f"{target.name}.{os.getpid()}.tmp")
    with os.fdopen(os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    rename(scratch, target)
