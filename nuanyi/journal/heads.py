"""The journal's heads, written to a file outside the database, so that a cut-off end is noticed."""

from __future__ import annotations

import json
import os
from pathlib import Path

from nuanyi.journal.queries import Verdict
from nuanyi.lib import clock


def heads_file(home: Path) -> Path:
    """Where the heads are kept."""
    return home / "journal-heads.jsonl"


def known_heads(home: Path) -> dict[int, tuple[int, str]]:
    """The heads written last; empty where none were."""
    file = heads_file(home)
    if not file.exists():
        return {}
    lines = [line for line in file.read_text().splitlines() if line.strip()]
    if not lines:
        return {}
    return {int(lane): (seq, digest) for lane, (seq, digest) in json.loads(lines[-1])["heads"].items()}


def write_heads(home: Path, verdict: Verdict) -> None:
    """Append today's heads and make them durable."""
    line = json.dumps({"at": clock.now().isoformat(), "entries": verdict.entries, "heads": verdict.heads})
    with heads_file(home).open("a") as out:
        out.write(line + "\n")
        out.flush()
        os.fsync(out.fileno())
