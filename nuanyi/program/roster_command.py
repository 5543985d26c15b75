"""``nuanyi import-roster``: the same steps as in the browser, for files on disk."""

from __future__ import annotations

import argparse
import sys
from datetime import date
from pathlib import Path
from typing import Any

from django.db import transaction

from nuanyi.census import queries
from nuanyi.census.models import Import, Source
from nuanyi.census.reading import NoHeader, Reader
from nuanyi.census.rules import REASONS, ImportState
from nuanyi.census.services import imports
from nuanyi.lib import clock, row_security, sheets
from nuanyi.lib.actor import system
from nuanyi.lib.errors import BadInput, Refusal
from nuanyi.lib.ids import new_id
from nuanyi.places import queries as places
from nuanyi.program.cli import BAD_INPUT, SOME_ROWS_BAD, answer, in_one_line, progress

ACTOR = system("import-roster")


def run(chosen: argparse.Namespace) -> int:
    """Import or check every file; exit 2 where a file could not be read at all."""
    files = [Path(name) for name in chosen.files]
    for file in files:
        if not file.is_file():
            raise FileNotFoundError(f"{file}: there is no such file")
    as_of = _date(chosen.as_of)
    reports = []
    for file in files:
        progress(chosen, f"{file.name} …")
        reports.append(_one(chosen, file, as_of))
    whole: dict[str, Any] = {
        "rows": sum(r["rows"] for r in reports),
        "accepted": sum(r["accepted"] for r in reports),
        "rejected": sum(r["rejected"] for r in reports),
        "errors": [error for r in reports for error in r["errors"]],
        "files": [{key: value for key, value in r.items() if key != "errors"} for r in reports],
    }
    answer(chosen, whole, "\n".join(_words(report, chosen.check) for report in reports))
    refused = [f"{r['file']}: {r['errors'][0]['reason']}" for r in reports if r.get("refused")]
    if refused:
        sys.stderr.write("".join(f"nuanyi: {words}\n" for words in refused))
        return BAD_INPUT
    return SOME_ROWS_BAD if chosen.check and whole["rejected"] else 0


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text) if text else clock.today()
    except ValueError as exc:
        raise BadInput(f"--as-of {text}: write a date as 2022-06-30", code="bad-date") from exc


def _one(chosen: argparse.Namespace, file: Path, as_of: date) -> dict[str, Any]:
    data = file.read_bytes()
    try:
        report = _check(chosen, file, data, as_of)
        if not chosen.check:
            report["outcome"] = _take_in(chosen, file, data, as_of)
        return report
    except NoHeader:
        wrong = "no row was recognised as the header: name the columns (姓名, 手机号码 … or 户名, 行业领域 …)"
        return _refused(file, "no-header", wrong)
    except Refusal as refused:
        return _refused(file, refused.code, in_one_line(refused))


def _refused(file: Path, code: str, words: str) -> dict[str, Any]:
    error = {"file": str(file), "row": 0, "column": "", "value": "", "reason": words, "code": code}
    return {"file": str(file), "rows": 0, "accepted": 0, "rejected": 0, "errors": [error], "refused": code}


def _check(chosen: argparse.Namespace, file: Path, data: bytes, as_of: date) -> dict[str, Any]:
    """Read every row; nothing is written. Values are shown as they stand in the file that the user holds."""
    source = Source.objects.filter(name=chosen.source or file.name, unit=None).first() or Source(
        name=chosen.source or file.name
    )
    district = places.district()
    of = Import(
        source=source,
        kind=chosen.kind,
        as_of_date=as_of,
        default_sector=chosen.sector,
        default_region=district.code if district else "",
    )
    queries.check_defaults(of)
    reader = Reader(data, chosen.kind, source.columns)
    rows = bad = 0
    errors = []
    with row_security.reading_as(ACTOR):
        for row in reader.rows(imports.known_for(of)):
            rows += 1
            bad += bool(row.problems)
            for problem in row.problems:
                errors.append(
                    {
                        "file": f"{file}#{row.sheet}" if len(reader.layouts) > 1 else str(file),
                        "row": row.number,
                        "column": reader.title_of(row.sheet, problem.field),
                        "value": problem.value,
                        "reason": str(REASONS[problem.reason]),
                        "code": problem.reason,
                        "hint": problem.hint,
                    }
                )
    return {
        "file": str(file),
        "kind": reader.kind,
        "rows": rows,
        "accepted": rows - bad,
        "rejected": bad,
        "errors": errors,
    }


def _take_in(chosen: argparse.Namespace, file: Path, data: bytes, as_of: date) -> dict[str, int]:
    of = imports.import_now(
        actor=ACTOR,
        choice=chosen.on_match,
        client_key=new_id(),
        data=data,
        file_name=file.name,
        source_name=chosen.source or file.name,
        kind=chosen.kind,
        as_of_date=as_of,
        default_sector=chosen.sector,
    )
    if of.state == ImportState.REFUSED:
        raise sheets.BadSheet(of.refusal.removeprefix("sheet-"))
    if of.state == ImportState.FAILED:
        raise RuntimeError(f"{file.name}: the program failed while taking it in; nothing of it is there")
    with transaction.atomic():
        return {key: value for key, value in of.counts.items() if key not in ("rows", "good", "bad")}


def _words(report: dict[str, Any], check: bool) -> str:
    lines = [f"{report['file']}: {report['rows']} rows, {report['accepted']} good, {report['rejected']} bad"]
    if "outcome" in report:
        lines.append("  " + ", ".join(f"{key} {value}" for key, value in report["outcome"].items()))
    for error in report["errors"][:50]:
        where = f"row {error['row']}, {error['column']}" if error["row"] else ""
        lines.append(f"  {where}: {error['value']} {error['reason']}".replace(" : ", " "))
    if len(report["errors"]) > 50:
        lines.append(f"  … and {len(report['errors']) - 50} more (use --json for all)")
    if check:
        lines.append("  Nothing was changed.")
    return "\n".join(lines)
