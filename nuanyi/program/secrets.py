"""Secrets of an installation that are no sealing keys: made once, kept in the home's key folder, mode 0600."""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
from pathlib import Path

from nuanyi.lib.env import envstr
from nuanyi.lib.seal import UnsafeKeys


def secret_key(home: Path) -> str:
    """Django's signing key: ``NUANYI_SECRET_KEY``, else a file made on first use. Raises UnsafeKeys."""
    given = envstr("NUANYI_SECRET_KEY")
    if given:
        if len(given) < 40:
            raise UnsafeKeys("NUANYI_SECRET_KEY is shorter than 40 characters: use a random one")
        return given
    file = home / "keys" / "secret-key"
    if not file.exists():
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w") as out:
                out.write(secrets.token_urlsafe(50))
    if stat.S_IMODE(file.stat().st_mode) & 0o077:
        raise UnsafeKeys(f"{file} can be read by others: run chmod 600 on it")
    return file.read_text().strip()
