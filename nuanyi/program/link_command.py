"""``nuanyi link`` and ``nuanyi estimate``: counting persons in files on disk, without a database or a home."""

from __future__ import annotations

import argparse
import csv
import os
from collections import Counter
from pathlib import Path
from typing import Any

from django.conf import settings

from nuanyi.program.cli import answer, progress


def settled() -> None:
    """Django's words for refusals work without the product's settings, which would want a home and its keys."""
    if not settings.configured:
        settings.configure(USE_I18N=False, USE_TZ=True, TIME_ZONE="Asia/Shanghai")


def link(chosen: argparse.Namespace) -> int:
    """Link the entries of files; write ``file,row,cluster`` and, where asked, the possible pairs."""
    settled()
    for out in (chosen.out, chosen.review):
        if out and not Path(out).absolute().parent.is_dir():
            raise FileNotFoundError(f"{out}: there is no such folder")
    entries, linked = _linked(chosen)
    rows = [(e.roster, e.row, int(number) + 1) for e, number in zip(entries, linked.clusters, strict=True)]
    _write(chosen.out, ("file", "row", "cluster"), rows)
    if chosen.review:
        pairs = [
            (
                entries[p.left].roster,
                entries[p.left].row,
                entries[p.right].roster,
                entries[p.right].row,
                f"{p.probability:.4f}",
            )
            for p in linked.review
        ]
        _write(chosen.review, ("file", "row", "file", "row", "probability"), pairs)
    result = {
        "entries": len(entries),
        "persons": linked.persons,
        "possible": len(linked.review),
        "warnings": _warnings(entries),
    }
    words = "\n".join(
        [
            f"{len(entries)} entries, {linked.persons} persons, {len(linked.review)} possible pairs wait",
            *(WARNINGS[warning] for warning in _warnings(entries)),
        ]
    )
    answer(chosen, result, words)
    return 0


#: What is said beside a count that stands on little.
WARNINGS = {
    "names-only": "The rosters hold nothing but names, and a name alone links nobody: each entry counts as a person. "
    "With phones or ID numbers they can be counted.",
}


def _warnings(entries: list[Any]) -> list[str]:
    return ["names-only"] if entries and not any(e.phone or e.id_number for e in entries) else []


def estimate(chosen: argparse.Namespace) -> int:
    """How many people in all, from the overlaps of the files."""
    settled()
    from nuanyi.census.linkage import estimate as estimating

    entries, linked = _linked(chosen)
    sources = [(int(n), e.roster.split("#")[0]) for n, e in zip(linked.clusters, entries, strict=True)]
    names, counts = estimating.histories(sources)
    in_doubt = estimating.histories_in_doubt(sources, linked.doubts)
    found = estimating.estimate(names, counts, in_doubt=in_doubt)
    result: dict[str, Any] = {
        "estimate": found.estimate,
        "low": found.low,
        "high": found.high,
        "seen": found.seen,
        "counted": found.counted,
        "method": found.method,
        "chao": found.chao,
        "sources": list(found.sources),
        "models": [
            {"together": m.together, "uneven": m.uneven, "estimate": m.estimate, "bic": m.bic}
            for m in found.models
        ],
        "empty_overlaps": found.empty_overlaps,
        "warnings": [*found.warnings, *_warnings(entries)],
        "possible": len(linked.review),
    }
    answer(chosen, result, _words(found))
    return 0


def _words(found: Any) -> str:
    if found.estimate is None:
        why = "no two sources share anybody" if found.method == "no-overlap" else "there is one source only"
        return f"{found.seen} persons are on the rosters. How many are on none cannot be said: {why}."
    lines = [
        f"{found.seen} persons are on the rosters; in all there are about {found.estimate}"
        f" (95 %: {found.low} to {found.high}), so {found.unseen} have been seen by nobody."
    ]
    if found.chao is not None:
        lines.append(f"At least {found.chao} by Chao's lower bound.")
    if "two-sources" in found.warnings:
        lines.append(
            "From two sources, this holds only if being on one says nothing of the other. Add a third."
        )
    return "\n".join(lines)


def _linked(chosen: argparse.Namespace) -> tuple[list[Any], Any]:
    from nuanyi.census.linkage import engine
    from nuanyi.census.linkage.entries import entries_of, prepared
    from nuanyi.lib.errors import BadInput

    files = [Path(name) for name in chosen.files]
    for file in files:
        if not file.is_file():
            raise FileNotFoundError(f"{file}: there is no such file")
    same = Counter(file.name for file in files)
    if len({file.resolve() for file in files}) < len(files):
        raise BadInput("A file is named twice; name each roster once.", code="file-twice")
    entries: list[Any] = []
    for file in files:
        progress(chosen, f"{file.name} …")
        entries += entries_of(file.read_bytes(), file.name if same[file.name] == 1 else str(file))
    progress(chosen, f"linking {len(entries)} entries …")
    return entries, engine.link(prepared(entries), threads=max(1, min(8, os.cpu_count() or 1)))


def _write(path: str, titles: tuple[str, ...], rows: list[Any]) -> None:
    """Written aside and renamed: a file that is there is whole."""
    aside = Path(f"{path}.part")
    with aside.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(titles)
        writer.writerows(rows)
    aside.replace(path)
