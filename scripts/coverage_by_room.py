"""Branch coverage a room, from the JSON that ``make coverage`` has just written; tests, migrations and the demo left out."""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from pathlib import Path

SKIPPED = ("/tests/", "/migrations/", "/demo/", "/demo.py")


def by_room(report: Path) -> list[tuple[str, float, float, int]]:
    """``(room, lines in per cent, branches in per cent, lines of source)``, the least covered branches first."""
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for name, file in json.loads(report.read_text())["files"].items():
        if not any(part in name for part in SKIPPED):
            found, room = file["summary"], sums[name.split("/")[1]]
            room[0] += found["num_statements"]
            room[1] += found["covered_lines"]
            room[2] += found["num_branches"]
            room[3] += found["covered_branches"]
    rows = [
        (room, 100 * hit / max(1, lines), 100 * taken / max(1, branches), lines)
        for room, (lines, hit, branches, taken) in sums.items()
    ]
    return sorted(rows, key=lambda row: row[2])


if __name__ == "__main__":
    print(f"{'room':<14}{'lines':>8}{'branches':>10}{'statements':>12}")
    for room, lines, branches, count in by_room(Path(sys.argv[1])):
        print(f"{room:<14}{lines:>7.1f}%{branches:>9.1f}%{count:>12}")
