"""Backup and restore: a plain archive by pg_dump and a digest of every table, compared after restoring.

Both are read from one exported snapshot, so a backup of a system in use holds the digests of exactly its dump.

The sealing keys are not part of a backup: a thief of it reads nothing. Their fingerprints are, so that a restore
beside other keys is refused before anything is written: what is sealed would never open again. Persons erased after the backup
was written are erased again when it is restored (``people.erasures``, kept beside the keys).
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from nuanyi import __version__
from nuanyi.journal import heads
from nuanyi.lib import row_security
from nuanyi.lib.actor import system
from nuanyi.lib.digests import sha256_hex
from nuanyi.lib.embedded_postgres import CannotStart, binaries_of_wheel
from nuanyi.lib.env import home
from nuanyi.lib.errors import BadInput
from nuanyi.lib.seal import UnsafeKeys, load_keys
from nuanyi.program import database, row_policies

DUMP, MANIFEST = "nuanyi.dump", "manifest.json"


def _tool(name: str) -> str:
    return str(binaries_of_wheel() / "bin" / name)


def _run(arguments: list[str], **more: str) -> None:
    done = subprocess.run(
        arguments, capture_output=True, text=True, check=False, env=os.environ | more if more else None
    )
    if done.returncode:
        raise CannotStart(f"{Path(arguments[0]).name} failed: {done.stderr.strip()[-800:]}")


@contextmanager
def _snapshot(url: str) -> Iterator[tuple[psycopg.Connection[Any], str]]:
    """A reading transaction that stands still, and the name under which others join what it sees.

    The limits of the server are lifted: the transaction waits without a word while another program dumps. It reads as the
    program, so that policies hide nothing from an owner who is no superuser.
    """
    with psycopg.connect(url) as db:
        db.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        for setting in ("idle_in_transaction_session_timeout", "statement_timeout"):
            db.execute(sql.SQL("SET LOCAL {} = 0").format(sql.Identifier(setting)))
        db.execute("SET LOCAL timezone = 'UTC'")
        db.execute("SELECT set_config(%s, %s, true)", [row_security.SETTING, _word()])
        (name,) = db.execute("SELECT pg_export_snapshot()").fetchone() or ("",)
        yield db, name


def _word() -> str:
    """What a connection is told to read everything."""
    return row_security.word_for(system("backup"))


def _seeing_everything(db: psycopg.Connection[Any]) -> tuple[list[str], dict[str, str]]:
    """What ``pg_dump`` needs, arguments and environment, to see every row where policies bind the owner."""
    found = db.execute(
        "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
    ).fetchone()
    if found and found[0]:
        return [], {}
    word = _word().replace("\\", "\\\\").replace(" ", "\\ ")
    return ["--enable-row-security"], {"PGOPTIONS": f"-c {row_security.SETTING}={word}"}


def digests(db: psycopg.Connection[Any]) -> dict[str, dict[str, Any]]:
    """``{table: {"rows": n, "digest": hex}}`` over every row of every table, independent of their order."""
    found: dict[str, dict[str, Any]] = {}
    tables = db.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1").fetchall()
    for (table,) in tables:
        query = sql.SQL(
            "SELECT count(*), coalesce(encode(sha256(string_agg(h, '' ORDER BY h)), 'hex'), '') FROM"
            " (SELECT sha256(convert_to(t::text, 'UTF8')) AS h FROM {} t) rows"
        ).format(sql.Identifier(table))
        rows, digest = db.execute(query).fetchone() or (0, "")
        found[table] = {"rows": rows, "digest": digest}
    return found


def keys_in_use(db: psycopg.Connection[Any]) -> dict[str, str]:
    """Fingerprints of the keys that the database's sealed values need, and of the key of its look-up digests."""
    from nuanyi.lib import sealed

    needed = {"digest"}
    for field in sealed.fields():
        table, column = field.model._meta.db_table, sql.Identifier(field.column)
        if db.execute("SELECT to_regclass(%s)", [table]).fetchone() == (None,):
            continue  # of a version whose tables are not made yet
        query = sql.SQL(
            "SELECT DISTINCT get_byte({column}, 1) * 256 + get_byte({column}, 2) FROM {table}"
            " WHERE octet_length({column}) > 3"
        ).format(column=column, table=sql.Identifier(table))
        needed |= {f"{field.family}/{number}" for (number,) in db.execute(query)}
    known = load_keys(database.keys_file()).fingerprints()
    return {name: known[name] for name in sorted(needed & known.keys())}


def _journal_heads(db: psycopg.Connection[Any]) -> dict[str, Any]:
    """The journal's heads as the backup holds them, signed: a backup that was put back is checked against them."""
    columns = db.execute(
        "SELECT count(*) FROM pg_attribute WHERE attrelid = to_regclass('journal_entry') AND attname = 'keyed'"
    ).fetchone()
    if columns != (1,):
        return {}
    found = db.execute(heads.ASK + " ORDER BY seq DESC LIMIT 1) e").fetchall()
    present = {partition: (seq, digest) for partition, seq, digest in found}
    return heads.line_of(present, heads.known(home()).unkeyed)


def write(folder: Path) -> dict[str, Any]:
    """Write a backup into an empty or new folder. Raises BadInput where something is in it."""
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise BadInput(f"{folder} is not empty: name a new folder", code="not-empty")
    target = folder / DUMP
    url = database.owner_url()
    # whoever writes meanwhile changes neither the dump nor the digests: all read the same snapshot
    with _snapshot(url) as (db, name):
        fingerprints = keys_in_use(db)
        tables = digests(db)
        journal = _journal_heads(db)
        arguments, environment = _seeing_everything(db)
        _run(
            [
                _tool("pg_dump"),
                "--format=custom",
                "--no-owner",
                # the secret is made again from the keys, which are not in a backup
                f"--exclude-table-data={row_policies.SCHEMA}.*",
                f"--snapshot={name}",
                f"--file={target}",
                f"--dbname={url}",
                *arguments,
            ],
            **environment,
        )
    raw = target.read_bytes()
    manifest = {
        "version": __version__,
        "sha256": sha256_hex(raw),
        "bytes": len(raw),
        "keys": fingerprints,
        "tables": tables,
        "journal": journal,
    }
    if journal:
        heads.append(home(), journal)
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1))
    return {"folder": str(folder), "bytes": len(raw), "tables": len(tables)}


def check(folder: Path) -> dict[str, Any]:
    """The manifest of a backup that is whole and whose keys are here; nothing is written, no database is needed.

    Raises BadInput: no backup, damaged, keys missing or others than those it was sealed under.
    """
    try:
        manifest = json.loads((folder / MANIFEST).read_text())
        raw = (folder / DUMP).read_bytes()
    except (OSError, ValueError) as exc:
        raise BadInput(f"{folder} holds no backup of ours", code="no-backup") from exc
    if sha256_hex(raw) != manifest["sha256"]:
        raise BadInput(
            f"{folder / DUMP} is damaged: its digest is not the one written with it", code="damaged"
        )
    file = database.keys_file()
    try:
        here = load_keys(file).fingerprints()
    except UnsafeKeys as exc:
        raise BadInput(f"{exc}. Nothing was restored", code="no-keys") from exc
    # a backup of 0.5.0 or older names no keys: it needs a key file, and which one cannot be told
    lacking = sorted(name for name, mark in manifest.get("keys", {}).items() if here.get(name) != mark)
    if lacking:
        raise BadInput(
            f"{file} does not hold the keys that this backup was sealed under ({', '.join(lacking)}): put the keys"
            " folder back that you kept when it was written. Nothing was restored",
            code="wrong-keys",
        )
    return manifest  # type: ignore[no-any-return]


def restore(folder: Path) -> dict[str, Any]:
    """Restore into a database without tables and compare digests. Raises BadInput (see ``check``; not empty)."""
    manifest = check(folder)
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
    with psycopg.connect(url) as db:
        if db.execute("SELECT to_regnamespace(%s)", [row_policies.SCHEMA]).fetchone() != (None,):
            row_policies.write_secret(db.cursor())
    with _snapshot(url) as (db, _name):
        tables = digests(db)
    different = sorted(name for name, kept in manifest["tables"].items() if tables.get(name) != kept)
    if different:
        raise CannotStart(f"restored, but these tables differ from the backup: {', '.join(different)}")
    if manifest.get("journal"):
        # what came after the backup is lost with the old database: from here on the backup's heads are the last
        heads.append(home(), manifest["journal"])
    return {
        "tables": len(tables),
        "rows": sum(part["rows"] for part in tables.values()),
        "different": different,
    }
