"""A new home begins by the tables that another one left behind, and by the migrations wherever that would not be the same."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from django.core.management import get_commands
from psycopg import sql
from psycopg.conninfo import make_conninfo

from nuanyi.lib.seal import load_keys, make_keys
from nuanyi.program import built_schema
from nuanyi.program.backups import tool

# one of them runs every migration, which a busy machine takes its time for
pytestmark = [pytest.mark.xdist_group("home"), pytest.mark.timeout(1200)]
#: Rows that migrations enter and what Django notes of models; every other table of a new home is empty.
WITH_ROWS = {
    "auth_permission",
    "django_content_type",
    "django_migrations",
    "party_coveragedefinition",
    "party_liferule",
    "reports_kind",
    "volunteers_starstep",
}
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
MIGRATE = """
import sys
from pathlib import Path
import django
django.setup()
from nuanyi.program import built_schema, database
built_schema.FOLDER = Path(sys.argv[1])
database.migrate()
"""
BEGIN = """
import sys
from pathlib import Path
import django
django.setup()
from nuanyi.program import built_schema
built_schema.FOLDER = Path(sys.argv[1])
with built_schema.beginning(sys.argv[2]):
    pass
"""


def owner_url():
    return os.environ["NUANYI_OWNER_DB_URL"]


class Databases:
    """Empty databases on the server of the tests; one that a test has done with serves the next."""

    def __init__(self):
        self.idle, self.used, self.made = [], [], []

    def __call__(self):
        name = self.idle.pop() if self.idle else self._make()
        self.used.append(name)
        return make_conninfo(owner_url(), dbname=name)

    def _make(self):
        name = f"built_{uuid4().hex[:12]}"
        with psycopg.connect(owner_url(), autocommit=True) as db:
            db.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        self.made.append(name)
        return name

    def empty(self):
        """Take away whatever the tests of this file put in."""
        for name in self.used:
            with psycopg.connect(owner_url(), dbname=name) as db:
                db.execute("DROP SCHEMA IF EXISTS somebodys; DROP FUNCTION IF EXISTS somebodys()")
                for (table,) in db.execute(TABLES).fetchall():
                    db.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(table)))
        self.idle += self.used
        self.used.clear()

    def drop(self):
        with psycopg.connect(owner_url(), autocommit=True) as db:
            for name in self.made:
                db.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(scope="module")
def databases():
    made = Databases()
    yield made
    made.drop()


@pytest.fixture
def empty(databases):
    """Gives the address of one more empty database."""
    yield databases
    databases.empty()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Where nothing was built yet."""
    monkeypatch.setattr(built_schema, "FOLDER", tmp_path / "built")
    return tmp_path / "built"


def ask(url, query):
    with psycopg.connect(url) as db:
        return db.execute(query).fetchall()


def tables(url):
    return {name for (name,) in ask(url, TABLES)}


def begin(url, inside=lambda: None):
    """Begin with one table in place of two hundred; gives by what the database began."""
    with built_schema.beginning(url):
        inside()
        if tables(url):
            return "loaded"
        with psycopg.connect(url) as db:
            db.execute("CREATE TABLE django_migrations (applied timestamptz)")
            db.execute("INSERT INTO django_migrations VALUES ('2001-02-03')")
    return "migrated"


def the_script(folder):
    [file] = folder.glob("*.dump")
    return file


# the real tables ------------------------------------------------------------------------------------


def _cast_each(found):
    return f"ARRAY[{', '.join(f'({word})::text' for word in found[1].split(', '))}]"


class Home:
    """A home's keys and database, brought up to date in a process of its own."""

    def __init__(self, place, url, built):
        self.place, self.url, self.keys = place, url, place / "keys" / "keys.json"
        make_keys(self.keys)
        self.begun = datetime.now(UTC)
        address = {"NUANYI_DB_URL": url, "NUANYI_OWNER_DB_URL": url, "NUANYI_HOME": str(place)}
        done = subprocess.run(
            [sys.executable, "-c", MIGRATE, str(built)],
            env=os.environ | address,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr[-2000:]

    def schema(self):
        """What ``pg_dump`` writes of it; PostgreSQL writes a list of words another way once it was read back, as from a
        backup: the cast of the whole is one of each word."""
        command = [tool("pg_dump"), "--schema-only", "--restrict-key=same", f"--dbname={self.url}"]
        written = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        return re.sub(r"\(ARRAY\[([^]]+)\]\)::text\[\]", _cast_each, written)

    def rows(self):
        """Every row of every table; of migrations all but the moment."""
        found = {}
        for table in sorted(tables(self.url)):
            what = "(id, app, name)" if table == "django_migrations" else "t"
            query = sql.SQL("SELECT {}::text FROM {} t ORDER BY 1").format(
                sql.SQL(what), sql.Identifier(table)
            )
            found[table] = [text for (text,) in ask(self.url, query)]
        return found


@pytest.fixture(scope="module")
def homes(tmp_path_factory):
    """One that began by the migrations, and one that began by what the first left behind."""
    base, databases = tmp_path_factory.mktemp("homes"), Databases()
    built = base / "built"
    first = Home(base / "first", databases(), built)
    yield first, Home(base / "second", databases(), built), the_script(built)
    databases.drop()


def test_a_home_begun_by_the_built_schema_is_the_one_that_migrations_make_table_by_table_and_row_by_row(
    homes,
):
    first, second, _script = homes
    moments = "SELECT count(DISTINCT applied) FROM django_migrations"
    assert ask(first.url, moments)[0][0] > 100
    assert ask(second.url, moments) == [(1,)]  # none of them was run there
    schema = first.schema()
    assert "FORCE ROW LEVEL SECURITY" in schema
    assert "REVOKE ALL ON FUNCTION public.nuanyi_signature" in schema
    assert second.schema() == schema
    rows = first.rows()
    assert len(rows) > 150
    assert second.rows() == rows
    numbers = "SELECT sequencename, last_value FROM pg_sequences ORDER BY 1"
    assert ask(second.url, numbers) == ask(first.url, numbers)


def test_the_moments_of_its_migrations_are_its_own(homes):
    _first, second, _script = homes
    [(earliest,)] = ask(second.url, "SELECT min(applied) FROM django_migrations")
    assert earliest > second.begun - timedelta(minutes=1)


def test_nothing_of_the_home_that_left_it_stands_in_the_script(homes):
    first, second, script = homes
    text = script.read_text()
    assert {table for table, rows in first.rows().items() if rows} == WITH_ROWS
    keys = json.loads(first.keys.read_text())
    assert load_keys(first.keys).fingerprints()["digest"] not in text
    for secret in values(keys):
        assert secret not in text
    [(mark,)] = ask(first.url, "SELECT fingerprint FROM nuanyi_private.keys")
    assert mark not in text
    for (pad,) in ask(first.url, "SELECT encode(inner_pad, 'hex') FROM nuanyi_private.secret"):
        assert pad not in text
    assert str(first.place) not in text
    # and the second knows its own keys, under which it signs readers
    assert ask(second.url, "SELECT fingerprint FROM nuanyi_private.keys") == [
        (load_keys(second.keys).fingerprints()["digest"],)
    ]
    pads = "SELECT purpose, inner_pad FROM nuanyi_private.secret ORDER BY 1"
    assert len(ask(second.url, pads)) == 2
    assert not set(ask(second.url, pads)) & set(ask(first.url, pads))


def values(told):
    """Each word of sixteen signs and more in a key file."""
    if isinstance(told, dict):
        return [word for part in told.values() for word in values(part)]
    if isinstance(told, list):
        return [word for part in told for word in values(part)]
    return [told] if isinstance(told, str) and len(told) > 15 else []


def test_every_way_to_migrate_begins_so():
    """``nuanyi``, Django's own command and the tests' database call one and the same."""
    assert get_commands()["migrate"] == "nuanyi.program"


# what is left and taken up ----------------------------------------------------------------------------


def test_the_first_leaves_it_behind_and_the_next_takes_it_up(folder, empty):
    assert begin(empty()) == "migrated"
    assert the_script(folder).stat().st_mode & 0o777 == 0o600
    url = empty()
    assert begin(url) == "loaded"
    [(applied,)] = ask(url, "SELECT applied FROM django_migrations")
    assert applied.year > 2001
    assert {file.name for file in folder.iterdir()} == {"lock", the_script(folder).name}


def cut_short(file):
    file.write_bytes(file.read_bytes()[:-40])


def alter(file):
    file.write_bytes(file.read_bytes().replace(b"2001-02-03", b"2001-02-04"))


def let_others_write(file):
    file.chmod(0o620)


def link(file):
    file.rename(file.with_suffix(".elsewhere"))
    file.symlink_to(file.with_suffix(".elsewhere"))


def give_away(file):
    if os.geteuid() != 0:
        pytest.skip("only root gives a file away")
    os.chown(file, 65534, 65534)


def be_of_another_program(file):
    """The script of another digest under this one's name."""
    head, line, script = file.read_bytes().partition(b"\n")
    name = head.split()[1]
    file.write_bytes(head.replace(name, b"0" * 32 + b".dump") + line + script)


@pytest.mark.parametrize(
    "damage", [cut_short, alter, let_others_write, link, give_away, be_of_another_program, Path.unlink]
)
def test_what_is_not_whole_ours_and_of_this_program_is_ignored_and_made_anew(folder, empty, damage):
    begin(empty())
    damage(the_script(folder))
    assert begin(empty()) == "migrated"
    assert begin(empty()) == "loaded"


def test_from_a_folder_in_which_others_may_write_nothing_is_taken_and_nothing_is_left_there(folder, empty):
    begin(empty())
    script = the_script(folder)
    folder.chmod(0o777)
    assert begin(empty()) == "migrated"
    script.unlink()
    assert begin(empty()) == "migrated"
    assert not list(folder.glob("*.dump"))


def test_a_change_of_the_program_has_a_script_of_its_own(folder, empty, monkeypatch, tmp_path):
    begin(empty())
    shutil.copytree(built_schema.PACKAGE / "reports", tmp_path / "changed" / "reports")
    monkeypatch.setattr(built_schema, "PACKAGE", tmp_path / "changed")
    assert begin(empty()) == "migrated"
    assert begin(empty()) == "loaded"
    rules = tmp_path / "changed" / "reports" / "rules.py"
    rules.write_text(rules.read_text() + "\n# a kind more\n")
    assert begin(empty()) == "migrated"
    assert len(list(folder.glob("*.dump"))) == 3


def test_old_ones_and_what_somebody_left_half_written_go(folder, empty):
    begin(empty())
    first = the_script(folder)
    for n in range(built_schema.KEPT + 2):
        shutil.copy(first, folder / f"{n}.dump")
        os.utime(folder / f"{n}.dump", (n, n))
    (folder / "9.dump.77.tmp").touch()
    (folder / "built-half").mkdir()
    first.unlink()
    begin(empty())
    left = {file.name for file in folder.iterdir()}
    assert left == {"lock", first.name, f"{built_schema.KEPT}.dump", f"{built_schema.KEPT + 1}.dump"}


def test_a_script_that_fails_leaves_nothing_and_the_migrations_are_run(folder, empty):
    begin(empty())
    file = the_script(folder)
    script = b"CREATE TABLE half (); CREATE TABLE half ();"
    file.write_bytes(built_schema._head(file.name, script) + b"\n" + script)
    url = empty()
    assert begin(url) == "migrated"
    assert tables(url) == {"django_migrations"}
    assert begin(empty()) == "loaded"


@pytest.mark.parametrize(
    "made",
    [
        "CREATE TABLE somebodys (n int)",
        "CREATE SCHEMA somebodys",
        "CREATE FUNCTION somebodys() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    ],
)
def test_a_database_that_has_anything_in_it_is_never_loaded_into_and_leaves_nothing(folder, empty, made):
    used = empty()
    with psycopg.connect(used) as db:
        db.execute(made)
    before = ask(used, "SELECT count(*) FROM pg_class")
    with built_schema.beginning(used):
        assert ask(used, "SELECT count(*) FROM pg_class") == before
    assert not folder.exists()
    begin(empty())
    with built_schema.beginning(used):
        assert ask(used, "SELECT count(*) FROM pg_class") == before
    # nor by who found it empty a moment ago
    assert not built_schema._load(used, the_script(folder).name)
    assert ask(used, "SELECT count(*) FROM pg_class") == before


def test_a_server_of_ones_own_begins_by_the_migrations(folder, empty, monkeypatch):
    begin(empty())
    outside = empty()
    monkeypatch.setenv("DATABASE_URL", outside)
    assert begin(outside) == "migrated"
    monkeypatch.delenv("DATABASE_URL")
    the_script(folder).unlink()
    monkeypatch.setenv("DATABASE_URL", outside)
    assert begin(empty()) == "migrated"
    assert not list(folder.glob("*.dump"))


def test_where_the_program_may_not_write_beside_itself_a_home_begins_as_ever(empty, tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setattr(built_schema, "FOLDER", tmp_path / "file" / "built")
    assert begin(empty()) == "migrated"
    assert begin(empty()) == "migrated"


def test_without_the_tools_that_write_it_a_home_begins_as_ever(folder, empty, monkeypatch):
    monkeypatch.setattr(built_schema, "tool", lambda name: f"/nowhere/{name}")
    assert begin(empty()) == "migrated"
    assert not list(folder.glob("*.dump"))


# two at once, and one that is killed --------------------------------------------------------------------


def test_of_two_that_begin_at_once_one_runs_the_migrations_and_the_other_takes_up_what_it_leaves(
    folder, empty
):
    at_work, go_on, ended = threading.Event(), threading.Event(), []
    first_url, second_url = empty(), empty()

    def work():
        at_work.set()
        assert go_on.wait(60)

    first = threading.Thread(target=lambda: ended.append(("first", begin(first_url, work))))
    second = threading.Thread(target=lambda: ended.append(("second", begin(second_url))))
    first.start()
    assert at_work.wait(60)
    second.start()
    time.sleep(1)
    assert ended == []  # it waits
    go_on.set()
    first.join(60)
    second.join(60)
    assert dict(ended) == {"first": "migrated", "second": "loaded"}


def test_one_that_has_waited_long_enough_runs_the_migrations_and_leaves_nothing(folder, empty, monkeypatch):
    monkeypatch.setattr(built_schema, "LONGEST_WAIT", 0.3)
    with built_schema._building() as alone:
        assert alone
        assert begin(empty()) == "migrated"
    assert not list(folder.glob("*.dump"))


def test_who_is_killed_while_loading_leaves_all_of_the_tables_or_none(folder, empty):
    begin(empty())
    file = the_script(folder)
    # more than a pipe holds
    many = "".join(f"CREATE TABLE t{n} ();\n-- {'x' * 500}\n" for n in range(400))
    script = f"CREATE TABLE django_migrations (applied timestamptz);SELECT pg_sleep(1);\n{many}".encode()
    file.write_bytes(built_schema._head(file.name, script) + b"\n" + script)
    url = empty()
    killed = subprocess.Popen([sys.executable, "-c", BEGIN, str(folder), url])
    asleep = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query ~ '^SELECT pg_sleep'"
    deadline = time.monotonic() + 120
    while ask(url, asleep) == [(0,)] and time.monotonic() < deadline:
        time.sleep(0.02)
    killed.send_signal(signal.SIGKILL)
    killed.wait(60)
    others = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    while ask(url, others) != [(0,)] and time.monotonic() < deadline:
        time.sleep(0.05)
    assert len(tables(url)) in (0, 401)
