"""Backup and restore: a plain archive by pg_dump and a digest of every table, compared after restoring.

The sealing keys are not part of a backup: a thief of it reads nothing. Persons erased after the backup
was written are erased again when it is restored (``people.erasures``, kept beside the keys).
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from nuanyi import __version__
from nuanyi.lib.digests import sha256_hex
from nuanyi.lib.embedded_postgres import CannotStart, binaries_of_wheel
from nuanyi.lib.errors import BadInput
from nuanyi.program import database

DUMP, MANIFEST = "nuanyi.dump", "manifest.json"


def _tool(name: str) -> str:
    return str(binaries_of_wheel() / "bin" / name)


def _run(arguments: list[str]) -> None:
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CannotStart(f"{Path(arguments[0]).name} failed: {done.stderr.strip()[-800:]}")


def digests(url: str) -> dict[str, dict[str, Any]]:
    """``{table: {"rows": n, "digest": hex}}`` over every row of every table, independent of their order."""
    found: dict[str, dict[str, Any]] = {}
    with psycopg.connect(url) as db:
        db.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        db.execute("SET LOCAL timezone = 'UTC'")
        tables = db.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
        ).fetchall()
        for (table,) in tables:
            query = sql.SQL(
                "SELECT count(*), coalesce(encode(sha256(string_agg(h, '' ORDER BY h)), 'hex'), '') FROM"
                " (SELECT sha256(convert_to(t::text, 'UTF8')) AS h FROM {} t) rows"
            ).format(sql.Identifier(table))
            rows, digest = db.execute(query).fetchone() or (0, "")
            found[table] = {"rows": rows, "digest": digest}
    return found


def write(folder: Path) -> dict[str, Any]:
    """Write a backup into an empty or new folder. Raises BadInput where something is in it."""
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise BadInput(f"{folder} is not empty: name a new folder", code="not-empty")
    target = folder / DUMP
    tables = digests(database.owner_url())
    _run(
        [
            _tool("pg_dump"),
            "--format=custom",
            "--no-owner",
            f"--file={target}",
            f"--dbname={database.owner_url()}",
        ]
    )
    if digests(database.owner_url()) != tables:
        tables = {}  # somebody wrote meanwhile: the dump is consistent, but only pg_restore's own checks hold it
    raw = target.read_bytes()
    manifest = {
        "version": __version__,
        "sha256": sha256_hex(raw),
        "bytes": len(raw),
        "tables": tables,
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1))
    return {"folder": str(folder), "bytes": len(raw), "tables": len(tables), "compared": bool(tables)}


def restore(folder: Path) -> dict[str, Any]:
    """Restore into a database without tables and compare digests. Raises BadInput (damaged, not empty)."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text())
        raw = (folder / DUMP).read_bytes()
    except (OSError, ValueError) as exc:
        raise BadInput(f"{folder} holds no backup of ours", code="no-backup") from exc
    if sha256_hex(raw) != manifest["sha256"]:
        raise BadInput(
            f"{folder / DUMP} is damaged: its digest is not the one written with it", code="damaged"
        )
    url = database.owner_url()
    with psycopg.connect(url) as db:
        if db.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() != (0,):
            raise BadInput("the database is not empty: restore into a new NUANYI_HOME", code="not-empty")
    database.prepare_roles(url)
    _run(
        [
            _tool("pg_restore"),
            "--no-owner",
            "--exit-on-error",
            "--single-transaction",
            f"--dbname={url}",
            str(folder / DUMP),
        ]
    )
    tables = digests(url)
    different = sorted(name for name, kept in manifest["tables"].items() if tables.get(name) != kept)
    if different:
        raise CannotStart(f"restored, but these tables differ from the backup: {', '.join(different)}")
    return {
        "tables": len(tables),
        "rows": sum(part["rows"] for part in tables.values()),
        "different": different,
    }
