"""The journal's heads, written to a file outside the database: a cut-off end or another history is noticed by it.

One line of JSON a time: when, the last entry of each partition, where the entries without a key end, and an HMAC over it all.
Written every minute by a job where something was added, by every check and with every backup.
"""

from __future__ import annotations

import fcntl
import hmac
import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import connection

from nuanyi.journal import keys
from nuanyi.lib import clock, durable, row_security
from nuanyi.lib.actor import system

#: ``{partition: (seq, hex digest)}``
Heads = dict[int, tuple[int, str]]
ASK = (
    "SELECT p, e.seq, encode(e.hash, 'hex') FROM generate_series(0, 7) p CROSS JOIN LATERAL"
    " (SELECT seq, hash FROM journal_entry WHERE partition = p"
)
#: Whether the chain holds is found out over all of it, whoever asks.
CHECKS = system("journal")
#: Beyond this size of the file only the first line of each day that is over is kept.
MOST_BYTES = 2 << 20


@dataclass(frozen=True)
class Known:
    """What was written down last. ``unkeyed``: where the entries of 0.5.0 and older end. ``damaged``: a line does not hold.
    ``gone``: there is no signed line at all, though the first is written before the first entry with a key."""

    heads: Heads = field(default_factory=dict)
    unkeyed: Heads = field(default_factory=dict)
    damaged: bool = False
    gone: bool = False


def heads_file(home: Path) -> Path:
    """Where the heads are kept."""
    return home / "journal-heads.jsonl"


def present_heads() -> Heads:
    """The last entry of each partition, read by its index."""
    return _last("true")


def _last(condition: str) -> Heads:
    with row_security.reader(CHECKS), connection.cursor() as cursor:
        cursor.execute(ASK + f" AND {condition} ORDER BY seq DESC LIMIT 1) e")
        return {partition: (seq, digest) for partition, seq, digest in cursor.fetchall()}


def known(home: Path) -> Known:
    """What the file says; lines whose HMAC does not hold say nothing but that they were changed."""
    return _read(_lines(home))


def _lines(home: Path) -> list[str]:
    file = heads_file(home)
    return [line for line in file.read_text().splitlines() if line.strip()] if file.exists() else []


def _read(lines: list[str]) -> Known:
    damaged, last, old = False, None, None
    for line in lines:
        try:
            told = json.loads(line)
        except ValueError:
            damaged = True  # a write that was cut, or a hand
            continue
        if "mac" not in told:
            old = told  # of 0.5.0
        elif hmac.compare_digest(told["mac"], _mac(told)):
            last = told
        else:
            damaged = True
    if last is None:
        return Known(_heads(old["heads"]) if old else {}, {}, damaged, gone=True)
    return Known(_heads(last["heads"]), _heads(last["unkeyed"]), damaged)


def _heads(told: dict[str, Any]) -> Heads:
    return {int(partition): (int(seq), str(digest)) for partition, (seq, digest) in told.items()}


def _mac(told: dict[str, Any]) -> str:
    body = json.dumps({name: value for name, value in told.items() if name != "mac"}, sort_keys=True)
    return hmac.new(keys.of_the_chain(), b"heads\0" + body.encode(), "sha256").hexdigest()


def line_of(heads: Heads, unkeyed: Heads, **more: Any) -> dict[str, Any]:
    """A line for the file, signed."""
    told: dict[str, Any] = {
        "at": clock.now().isoformat(),
        "heads": {str(partition): list(head) for partition, head in sorted(heads.items())},
        "unkeyed": {str(partition): list(head) for partition, head in sorted(unkeyed.items())},
        **more,
    }
    return told | {"mac": _mac(told)}


def begin(home: Path) -> None:
    """The first line, when the tables are made or brought up to date: what has no key ends here. Once for good: where
    entries with a key are there already, the file was removed, and no new line hides what was cut off."""
    if any('"mac"' in line for line in _lines(home)) or _last("keyed"):
        return
    append(home, line_of(present_heads(), _last("NOT keyed")))


def write_heads(home: Path) -> bool:
    """Append the present heads; False where an entry that the file knows is no longer there, and nothing is written."""
    before = known(home)
    if not all_there(before):
        return False
    now = present_heads()
    if now != before.heads:
        append(home, line_of(now, before.unkeyed))
    return True


def is_missing(before: Known) -> bool:
    """Whether this machine has no file, though there are entries that are known by one: it was removed, or never copied."""
    return before.gone and bool(_last("keyed"))


def all_there(before: Known) -> bool:
    """Whether the last entries that the file knows are in the database as they were, and it knows any of those with a key."""
    if is_missing(before):
        return False
    return all(_still_there(partition, head) for partition, head in before.heads.items())


def _still_there(partition: int, head: tuple[int, str]) -> bool:
    with row_security.reader(CHECKS), connection.cursor() as cursor:
        cursor.execute(
            "SELECT encode(hash, 'hex') FROM journal_entry WHERE partition = %s AND seq = %s",
            [partition, head[0]],
        )
        found = cursor.fetchone()
    return found is not None and found[0] == head[1]


def append(home: Path, told: dict[str, Any]) -> None:
    """Add a line and make it durable."""
    with heads_file(home).open("a+") as out:
        fcntl.flock(out, fcntl.LOCK_EX)
        if out.tell() > MOST_BYTES:
            _thin_out(home)
            with heads_file(home).open("a") as fresh:
                _write(fresh, told)
            return
        _write(out, told)


def _write(out: Any, told: dict[str, Any]) -> None:
    out.write(json.dumps(told) + "\n")
    out.flush()
    os.fsync(out.fileno())


def _thin_out(home: Path) -> None:
    """Keep the first line of each day, and all of the last day."""
    kept: list[str] = []
    lines = _lines(home)
    days = [_day(line) for line in lines]
    for number, line in enumerate(lines):
        if days[number] == days[-1] or number == 0 or days[number] != days[number - 1]:
            kept.append(line)
    if len("".join(kept)) > MOST_BYTES:
        kept = kept[:1] + kept[-1000:]
    durable.write(heads_file(home), "".join(f"{line}\n" for line in kept).encode())


def _day(line: str) -> str:
    try:
        return str(json.loads(line)["at"])[:10]
    except (ValueError, KeyError):
        return ""
