"""Branch coverage a room, from the JSON that ``make coverage`` has just written; tests, migrations and the demo left out."""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SKIPPED = ("/tests/", "/migrations/", "/demo/", "/demo.py")

#: ``(room, lines in per cent, branches in per cent, statements)``
Row = tuple[str, float, float, int]


def by_room(report: Path, *, within_functions: bool = False) -> list[Row]:
    """The rooms of a report, the least covered branches first.

    ``within_functions``: nothing but the bodies of functions and methods, for a report of a tracer that came when the
    modules had been read already.
    """
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for name, file in json.loads(report.read_text())["files"].items():
        if any(part in name for part in SKIPPED):
            continue
        room = sums[name.split("/")[1]]
        for found in _bodies(file) if within_functions else [file["summary"]]:
            room[0] += found["num_statements"]
            room[1] += found["covered_lines"]
            room[2] += found["num_branches"]
            room[3] += found["covered_branches"]
    rows = [
        (room, 100 * hit / max(1, lines), 100 * taken / max(1, branches), lines)
        for room, (lines, hit, branches, taken) in sums.items()
    ]
    return sorted(rows, key=lambda row: row[2])


def _bodies(file: dict[str, Any]) -> Iterator[dict[str, int]]:
    """The sums of each function of a file; what belongs to none has no name."""
    return (of["summary"] for name, of in file["functions"].items() if name)


def table(rows: list[Row]) -> Iterator[str]:
    """The lines that are printed."""
    yield f"{'room':<14}{'lines':>8}{'branches':>10}{'statements':>12}"
    for room, lines, branches, count in rows:
        yield f"{room:<14}{lines:>7.1f}%{branches:>9.1f}%{count:>12}"


if __name__ == "__main__":
    print("\n".join(table(by_room(Path(sys.argv[1])))))
