"""The static files that are served: built aside, put on the disk, then swapped in. A power cut leaves the old or the new.

Built again at each start only where the program's own files changed or what was built is not whole.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from nuanyi import __version__
from nuanyi.lib import durable
from nuanyi.lib.digests import sha256_hex
from nuanyi.lib.env import home

#: Where ``collectstatic`` writes, told to the settings.
ROOT = "NUANYI_STATIC_ROOT"
MANIFEST, STAMP = "staticfiles.json", "built-from"


def folder() -> Path:
    """The folder that is served."""
    return home() / "static"


def make_ready() -> bool:
    """Build where needed; True where it was. Raises CalledProcessError."""
    stamp = _sources()
    if _is_whole(folder()) and (folder() / STAMP).read_text() == stamp:
        return False
    fresh, old = home() / "static.new", home() / "static.old"
    for rest in (fresh, old):
        shutil.rmtree(rest, ignore_errors=True)
    command = [
        sys.executable,
        "-m",
        "nuanyi.program.cli",
        "manage",
        "collectstatic",
        "--noinput",
        "-v",
        "0",
    ]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=os.environ | {ROOT: str(fresh)})
    (fresh / STAMP).write_text(stamp)
    durable.sync_tree(fresh)
    if folder().exists():
        folder().rename(old)
    durable.rename(fresh, folder())
    shutil.rmtree(old, ignore_errors=True)
    return True


def _is_whole(built: Path) -> bool:
    """Whether every file that the manifest names is there and none is empty that was not."""
    try:
        paths = json.loads((built / MANIFEST).read_text())["paths"]
        sizes = {name: (built / hashed).stat().st_size for name, hashed in paths.items()}
        return (built / STAMP).exists() and all(
            sizes[name] > 0 or (built / name).stat().st_size == 0 for name in sizes
        )
    except (OSError, ValueError, KeyError):
        return False


def _sources() -> str:
    """A digest over the name, size and time of every file that is collected, and the version."""
    package = Path(__file__).resolve().parents[1]
    lines = [__version__]
    for file in sorted(package.glob("*/static/**/*")):
        found = file.stat()
        if file.is_file():
            lines.append(f"{file.relative_to(package)}\0{found.st_size}\0{found.st_mtime_ns}")
    return sha256_hex("\n".join(lines).encode())
