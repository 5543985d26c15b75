"""A backup of a database that somebody writes into, and a restore beside the wrong keys."""

import json
import os

import psycopg
import pytest

from nuanyi.lib import seal, sealed
from nuanyi.lib.embedded_postgres import EmbeddedPostgres
from nuanyi.lib.errors import BadInput
from nuanyi.people.models import Person
from nuanyi.program import backups, row_policies

pytestmark = pytest.mark.xdist_group("home")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    base = tmp_path_factory.mktemp("server")
    for part in (base, *list(base.parents)[:2]):
        part.chmod(part.stat().st_mode | 0o011)
    with EmbeddedPostgres(base / "server") as address:
        yield address


@pytest.fixture
def district(server, tmp_path, monkeypatch):
    """Two databases, one with a sealed person and one empty, and keys; gives the way from one to the other."""
    keys = tmp_path / "keys" / "keys.json"
    seal.make_keys(keys)
    monkeypatch.setenv("NUANYI_KEYS_FILE", str(keys))
    with psycopg.connect(server.url(database="postgres"), autocommit=True) as db:
        for name in ("filled", "bare"):
            db.execute(f"DROP DATABASE IF EXISTS {name}")
            db.execute(f"CREATE DATABASE {name}")
    monkeypatch.setenv("NUANYI_OWNER_DB_URL", server.url(database="filled"))
    name = seal.load_keys(keys).seal("person", "周小明", b"")
    table = Person._meta.db_table
    columns = [field.column for field in sealed.fields() if field.model is Person]
    with psycopg.connect(os.environ["NUANYI_OWNER_DB_URL"]) as db:
        db.execute(f"CREATE TABLE {table} ({', '.join(f'{column} bytea' for column in columns)})")
        db.execute(f"INSERT INTO {table} (sealed_name) VALUES (%s)", [name])

    def turn_to(name):
        monkeypatch.setenv("NUANYI_OWNER_DB_URL", server.url(database=name))

    return keys, turn_to


def tables():
    with psycopg.connect(os.environ["NUANYI_OWNER_DB_URL"]) as db:
        return db.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()[0]


def test_a_restore_beside_other_keys_is_refused_and_writes_nothing(district, tmp_path):
    keys, turn_to = district
    backups.write(tmp_path / "backup")
    turn_to("bare")
    keys.unlink()
    with pytest.raises(BadInput) as refused:
        backups.restore(tmp_path / "backup")
    assert refused.value.code == "no-keys"
    seal.make_keys(keys)
    with pytest.raises(BadInput) as refused:
        backups.restore(tmp_path / "backup")
    assert refused.value.code == "wrong-keys"
    assert "digest, person/1" in str(refused.value)
    assert tables() == 0


def test_a_key_that_was_added_later_hinders_no_restore_and_one_that_was_dropped_does(district, tmp_path):
    keys, turn_to = district
    backups.write(tmp_path / "backup")
    seal.add_key(keys, "person")
    turn_to("bare")
    assert backups.restore(tmp_path / "backup")["different"] == []
    seal.drop_keys_before(keys, "person", 2)
    with pytest.raises(BadInput) as refused:
        backups.check(tmp_path / "backup")
    assert refused.value.code == "wrong-keys"
    assert "person/1" in str(refused.value)
    assert "digest" not in str(refused.value).partition("(")[2].partition(")")[0]


def test_the_manifest_holds_no_key_and_names_only_keys_that_something_is_under(district, tmp_path):
    keys, _turn_to = district
    backups.write(tmp_path / "backup")
    manifest = (tmp_path / "backup" / "manifest.json").read_text()
    assert set(json.loads(manifest)["keys"]) == {"digest", "person/1"}
    document = json.loads(keys.read_text())
    clear = [
        document["digest"],
        *(key for ring in document["rings"].values() for key in ring["keys"].values()),
    ]
    assert not [key for key in clear if key in manifest]


def test_a_backup_of_a_database_in_use_holds_digests_and_they_are_those_of_the_dump(
    district, tmp_path, monkeypatch
):
    _keys, turn_to = district
    really = backups._run

    def write_a_row():
        with psycopg.connect(os.environ["NUANYI_OWNER_DB_URL"]) as db:
            db.execute(f"INSERT INTO {Person._meta.db_table} DEFAULT VALUES")

    def with_a_writer(arguments):
        write_a_row()
        really(arguments)
        write_a_row()

    monkeypatch.setattr(backups, "_run", with_a_writer)
    report = backups.write(tmp_path / "backup")
    monkeypatch.setattr(backups, "_run", really)
    assert report["tables"] == 1
    turn_to("bare")
    restored = backups.restore(tmp_path / "backup")
    assert (restored["rows"], restored["different"]) == (1, [])


def test_forced_policies_hide_nothing_from_the_backup_of_an_owner_who_is_no_superuser(
    district, server, tmp_path, monkeypatch
):
    _keys, _turn_to = district
    with psycopg.connect(server.url(database="postgres"), autocommit=True) as db:
        if not db.execute("SELECT FROM pg_roles WHERE rolname = 'plain'").fetchone():
            db.execute("CREATE ROLE plain LOGIN CREATEROLE")
        for name in ("plain_from", "plain_to"):
            db.execute(f"DROP DATABASE IF EXISTS {name}")
            db.execute(f"CREATE DATABASE {name} OWNER plain")
    monkeypatch.setenv("NUANYI_OWNER_DB_URL", server.url("plain", "plain_from"))
    with psycopg.connect(os.environ["NUANYI_OWNER_DB_URL"]) as db:
        cursor = db.cursor()
        cursor.execute(row_policies.FUNCTIONS)
        row_policies.write_secret(cursor)
        cursor.execute(
            "CREATE TABLE kept (id int); INSERT INTO kept VALUES (1), (2);"
            "ALTER TABLE kept ENABLE ROW LEVEL SECURITY; ALTER TABLE kept FORCE ROW LEVEL SECURITY;"
            "CREATE POLICY reader ON kept USING ((SELECT nuanyi_may('anything')))"
        )
        assert cursor.execute("SELECT count(*) FROM kept").fetchone() == (0,), (
            "the control: the owner is bound"
        )
    backups.write(tmp_path / "backup")
    assert json.loads((tmp_path / "backup" / "manifest.json").read_text())["tables"]["kept"]["rows"] == 2
    monkeypatch.setenv("NUANYI_OWNER_DB_URL", server.url("plain", "plain_to"))
    restored = backups.restore(tmp_path / "backup")
    assert (restored["rows"], restored["different"]) == (2, [])
    with psycopg.connect(server.url(database="plain_to")) as db:
        assert db.execute("SELECT count(*) FROM kept").fetchone() == (2,)
