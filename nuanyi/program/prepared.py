"""Whether the tables are as this very program leaves them, so that a restart after a fall need not look at each again.

Bringing the tables up to date takes seconds of a quiet machine and half a minute of a busy one, nearly always to find
nothing to do. A service that fell has ten seconds. So ``serve`` writes down, as the comment of a table, by what they were
prepared; the same files with the same settings on the same database have nothing left to do. It is written once a
district is set up, and read with plain SQL, without Django.
"""

from __future__ import annotations

import os
from pathlib import Path

import psycopg
from psycopg import sql

from nuanyi import __version__
from nuanyi.lib.digests import sha256_hex
from nuanyi.lib.env import envstr, home
from nuanyi.lib.processes import PARENT, WEB_SERVER
from nuanyi.program import database

TABLE = "django_migrations"
#: Settings that differ at each start and change nothing in the tables.
PASSING = frozenset(
    {"NUANYI_DB_URL", "NUANYI_OWNER_DB_URL", "NUANYI_AWAITS_SETUP", PARENT, WEB_SERVER, "NUANYI_WORKERS"}
)
_SAID = f"SELECT obj_description(to_regclass('{TABLE}'), 'pg_class')"
_WHERE = "SELECT oid FROM pg_database WHERE datname = current_database()"


def _now(db: psycopg.Connection[tuple[object, ...]]) -> str:
    """What the tables are prepared by when this program, with these settings, prepares them in this database."""
    package = Path(__file__).resolve().parents[1]
    lines = [__version__, str(home().resolve()), *map(str, db.execute(_WHERE).fetchone() or ())]
    for file in sorted(package.rglob("*")):
        if file.suffix in (".py", ".toml", ".sql"):
            found = file.stat()
            lines.append(f"{file.relative_to(package)}\0{found.st_size}\0{found.st_mtime_ns}")
    lines += [
        f"{name}={value}"
        for name, value in sorted(os.environ.items())
        if name.startswith(("NUANYI_", "DATABASE_", "DJANGO_")) and name not in PASSING
    ]
    if envstr("DATABASE_URL"):
        lines += database.web_login()
    return f"prepared by {sha256_hex(chr(10).join(lines).encode())}"


def is_ready() -> bool:
    """Whether nothing is left to do. False also where that cannot be said."""
    with psycopg.connect(database.owner_url(), autocommit=True) as db:
        said = db.execute(_SAID).fetchone()
        return said is not None and said[0] == _now(db)


def note() -> None:
    """Write down that the tables of a district that is set up are prepared."""
    with psycopg.connect(database.owner_url(), autocommit=True) as db:
        db.execute(sql.SQL("COMMENT ON TABLE {} IS {}").format(sql.Identifier(TABLE), sql.Literal(_now(db))))
