"""A backup of a database that somebody writes into, and a restore beside the wrong keys."""

import getpass
import json
import os
import shutil
import subprocess
import time
from uuid import uuid4

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from nuanyi.lib import durable, rooms, seal, sealed, sftp
from nuanyi.lib.digests import file_sha256_hex
from nuanyi.lib.embedded_postgres import CannotStart, EmbeddedPostgres
from nuanyi.lib.errors import BadInput
from nuanyi.people import erasures
from nuanyi.people.models import Person
from nuanyi.program import backup_targets, backups, row_policies
from tests.ports import free_port

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
    really = backups.run_tool

    def write_a_row():
        with psycopg.connect(os.environ["NUANYI_OWNER_DB_URL"]) as db:
            db.execute(f"INSERT INTO {Person._meta.db_table} DEFAULT VALUES")

    def with_a_writer(arguments, environment):
        write_a_row()
        really(arguments, environment)
        write_a_row()

    monkeypatch.setattr(backups, "run_tool", with_a_writer)
    report = backups.write(tmp_path / "backup")
    monkeypatch.setattr(backups, "run_tool", really)
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


def sign_in():
    with psycopg.connect(os.environ["NUANYI_OWNER_DB_URL"]) as db:
        db.execute("CREATE TABLE IF NOT EXISTS django_session (session_key text)")
        db.execute("INSERT INTO django_session VALUES ('of-somebody-who-is-signed-in')")


@pytest.mark.parametrize("held", [False, True])
def test_nobody_s_session_lies_in_a_backup_or_lives_on_after_one_that_holds_it(
    district, tmp_path, monkeypatch, held
):
    """A session's key opens an account without its password; one that stood still for years would still do."""
    _keys, turn_to = district
    sign_in()
    with monkeypatch.context() as before:
        if held:
            before.setattr(rooms, "passing", frozenset)
        backups.write(tmp_path / "backup")
    told = json.loads((tmp_path / "backup" / backups.MANIFEST).read_text())["tables"]
    assert ("django_session" in told) is held
    script = subprocess.run(
        [backups.tool("pg_restore"), "--file=-", str(tmp_path / "backup" / backups.DUMP)],
        capture_output=True,
        check=True,
    ).stdout
    assert (b"of-somebody-who-is-signed-in" in script) is held
    assert backups.rehearse(tmp_path / "backup")["different"] == []
    turn_to("bare")
    assert backups.restore(tmp_path / "backup")["different"] == []
    backups.empty_passing()
    with psycopg.connect(os.environ["NUANYI_OWNER_DB_URL"]) as db:
        assert db.execute("SELECT count(*) FROM django_session").fetchone() == (0,)
        assert db.execute(f"SELECT count(*) FROM {Person._meta.db_table}").fetchone() == (1,)


@pytest.mark.parametrize("older", [False, True])
def test_the_password_of_the_database_stands_in_no_list_of_processes(district, tmp_path, monkeypatch, older):
    """Everybody on a machine reads the arguments of every process; its environment only who runs it."""
    _keys, turn_to = district
    really, seen = backups.tool, tmp_path / "seen"

    def watched(name):
        script = tmp_path / name
        script.write_text(
            # in one write: two tools that stand in one pipe write at the same time
            f"#!/bin/sh\nread=$(tr '\\0' ' ' < /proc/$$/cmdline)\n"
            f'echo "$read password=$PGPASSWORD" >> {seen}\nexec {really(name)} "$@"\n'
        )
        script.chmod(0o700)
        return str(script)

    monkeypatch.setattr(backups, "tool", watched)
    if older:
        monkeypatch.setattr(backups, "KNOWS_EACH_SETTING", 999_999)

    def with_a_password(name):
        turn_to(name)
        address = make_conninfo(os.environ["NUANYI_OWNER_DB_URL"], password="very secret")
        monkeypatch.setenv("NUANYI_OWNER_DB_URL", address)

    with_a_password("filled")
    backups.write(tmp_path / "backup")
    with_a_password("bare")
    backups.restore(tmp_path / "backup")
    lines = [line for line in seen.read_text().splitlines() if "dbname=" in line]
    assert [line for line in lines if "pg_dump" in line]
    assert [line for line in lines if ("psql" if older else "pg_restore") in line]
    for line in lines:
        arguments, password = line.split(" password=")
        assert "secret" not in arguments
        assert password == "very secret"


def test_a_backup_is_its_owner_s_alone_whoever_else_may_enter_the_folder(district, tmp_path):
    before = os.umask(0o022)
    try:
        backups.write(tmp_path / "move")
    finally:
        os.umask(before)
    found = [tmp_path / "move", *(tmp_path / "move").iterdir()]
    assert [oct(one.stat().st_mode & 0o077) for one in found] == ["0o0"] * 3


def test_no_value_of_any_sealed_kind_stands_in_clear_in_any_file_of_a_backup(district, tmp_path):
    """A canary in every sealed column of every table, and two in clear as the control; every file of the folder is read."""
    keys, _turn_to = district
    ring, canaries = seal.load_keys(keys), {}
    tables_of = {}
    for field in sealed.fields():
        tables_of.setdefault(field.model._meta.db_table, []).append(field)
    with psycopg.connect(os.environ["NUANYI_OWNER_DB_URL"]) as db:
        for table, found in tables_of.items():
            columns = [field.column for field in found]
            db.execute(f"DROP TABLE IF EXISTS {table}")
            db.execute(f"CREATE TABLE {table} ({', '.join(f'{column} bytea' for column in columns)})")
            values = []
            for field in found:
                canaries[field.where] = f"金丝雀-{field.where}".encode()
                values.append(ring.seal_bytes(field.family, canaries[field.where], b""))
            marks = ", ".join("%s" for _value in values)
            db.execute(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", values)
        db.execute("CREATE TABLE control (words text, bytes bytea)")
        canaries |= {"words": "金丝雀-词".encode(), "bytes": "金丝雀-字节".encode()}
        db.execute("INSERT INTO control VALUES (%s, %s)", [canaries["words"].decode(), canaries["bytes"]])
    assert len(canaries) > 20
    backups.write(tmp_path / "backup")
    files = [path for path in (tmp_path / "backup").rglob("*") if path.is_file()]
    assert {path.name for path in files} == {backups.DUMP, backups.MANIFEST}, "another file: is it sealed?"
    # the dump is packed: what it would put back is read too
    command = [backups.tool("pg_restore"), "--file=-", str(tmp_path / "backup" / backups.DUMP)]
    script = subprocess.run(command, capture_output=True, check=True).stdout
    whole = b"".join([script, *(path.read_bytes() for path in files)])
    in_clear = [w for w, canary in canaries.items() if canary in whole or canary.hex().encode() in whole]
    assert in_clear == ["words", "bytes"]
    secrets_of = [
        secret for told in json.loads(keys.read_text())["rings"].values() for secret in told["keys"].values()
    ]
    assert not [secret for secret in secrets_of if secret.encode() in whole]


# a rehearsal -------------------------------------------------------------------------------------


def test_no_new_row_after_a_restore_gets_the_number_of_one_that_was_forgotten(
    district, tmp_path, own_erasures
):
    """The sequences stood as in the backup: the next restore forgot whoever had got the number meanwhile."""
    _keys, turn_to = district
    with psycopg.connect(os.environ["NUANYI_OWNER_DB_URL"]) as db:
        for table in ("toy_one", "toy_two"):
            db.execute(f"CREATE TABLE {table} (id bigint PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY)")
            for _row in range(3):
                db.execute(f"INSERT INTO {table} DEFAULT VALUES")
    backups.write(tmp_path / "backup")
    for number in (5, 7):
        erasures.note(number, table="toy.one")
    erasures.note(2, table="toy.two")
    erasures.note(uuid4(), table="census.importfile")
    erasures.note(9, table="rooms.gone")
    turn_to("bare")
    backups.restore(tmp_path / "backup")
    with psycopg.connect(os.environ["NUANYI_OWNER_DB_URL"]) as db:
        made = [
            db.execute(f"INSERT INTO {table} DEFAULT VALUES RETURNING id").fetchone()[0]
            for table in ("toy_one", "toy_two")
        ]
    assert made == [8, 4]


def databases():
    with psycopg.connect(os.environ["NUANYI_OWNER_DB_URL"]) as db:
        return {name for (name,) in db.execute("SELECT datname FROM pg_database")}


def test_a_rehearsal_restores_beside_the_district_compares_and_leaves_nothing(district, tmp_path):
    _keys, _turn_to = district
    backups.write(tmp_path / "backup")
    before = databases()
    with psycopg.connect(os.environ["NUANYI_OWNER_DB_URL"], autocommit=True) as db:
        db.execute("CREATE DATABASE nuanyi_rehearsal_0123abcd")  # of one that was killed
    told = backups.rehearse(tmp_path / "backup")
    assert (told["rows"], told["different"]) == (1, [])
    assert databases() == before
    assert tables() == 1


def test_a_rehearsal_of_a_backup_whose_digests_are_not_its_own_fails_and_leaves_nothing(district, tmp_path):
    backups.write(tmp_path / "backup")
    file = tmp_path / "backup" / "manifest.json"
    manifest = json.loads(file.read_text())
    manifest["tables"][Person._meta.db_table]["digest"] = "00"
    manifest["seal"] = backups.seal_of(manifest)
    file.write_text(json.dumps(manifest))
    before = databases()
    with pytest.raises(CannotStart) as failed:
        backups.rehearse(tmp_path / "backup")
    assert Person._meta.db_table in str(failed.value)
    assert databases() == before


def test_a_backup_that_somebody_else_wrote_or_changed_is_neither_rehearsed_nor_restored(district, tmp_path):
    folder = tmp_path / "backup"
    backups.write(folder)
    file, dump = folder / backups.MANIFEST, folder / backups.DUMP
    manifest = json.loads(file.read_text())
    dump.write_bytes(dump.read_bytes() + b"COPY t FROM PROGRAM 'id'")
    manifest["sha256"] = file_sha256_hex(dump.open("rb"))
    for mark, code in ((manifest["seal"], "forged"), ("0" * 64, "forged"), (None, "unsealed")):
        changed = {name: value for name, value in manifest.items() if name != "seal"}
        file.write_text(json.dumps(changed | ({"seal": mark} if mark else {})))
        for bring_back in (backups.rehearse, backups.restore):
            with pytest.raises(BadInput) as refused:
                bring_back(folder)
            assert refused.value.code == code
    assert backups.check(folder, unsealed=True)["version"] == manifest["version"]


# where it goes -----------------------------------------------------------------------------------


def test_a_backup_of_nothing_fails_and_leaves_no_folder(district, tmp_path):
    _keys, turn_to = district
    turn_to("bare")
    with pytest.raises(BadInput) as refused:
        backup_targets.write_dated(str(tmp_path), 3)
    assert refused.value.code == "nothing"
    assert not list(tmp_path.glob("20*"))


def test_a_target_that_is_gone_is_said_and_not_made(district, tmp_path):
    gone = tmp_path / "not-mounted"
    with pytest.raises(BadInput) as refused:
        backup_targets.write_dated(str(gone), 3)
    assert refused.value.code == "target-gone"
    assert not gone.exists()


def test_the_newest_are_kept_and_what_was_cut_off_is_cleared_away(district, tmp_path):
    for day in ("2026-01-01-023000", "2026-01-02-023000", "2026-01-03-023000"):
        (tmp_path / day).mkdir()
        (tmp_path / day / backups.MANIFEST).write_text("{}")
    (tmp_path / "2026-01-04-023000.partial").mkdir()
    (tmp_path / "somebody-elses").mkdir()
    told = backup_targets.write_dated(str(tmp_path), 2)
    assert told["dropped"] == ["2026-01-01-023000", "2026-01-02-023000"]
    left = sorted(one.name for one in tmp_path.iterdir() if one.name != "keys")
    assert left == ["2026-01-03-023000", told["folder"].rpartition("/")[2], "somebody-elses"]


@pytest.fixture
def far(tmp_path, monkeypatch):
    """Another machine: Debian's sshd with SFTP; gives its address, its folder, and writes down that we know it."""
    server = shutil.which("sshd") or "/usr/sbin/sshd"
    if not os.path.exists(server):
        pytest.skip("openssh-server is not installed")
    base, folder = tmp_path / "sshd", tmp_path / "far"
    base.mkdir(mode=0o700)
    folder.mkdir()
    os.makedirs("/run/sshd", mode=0o755, exist_ok=True)
    for name in ("host", "mine"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(base / name)], check=True)
    port = free_port()
    (base / "config").write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {base}/host\nAuthorizedKeysFile {base}/mine.pub\n"
        f"PidFile {base}/pid\nUsePAM no\nStrictModes no\nPasswordAuthentication no\nPermitRootLogin yes\n"
        "Subsystem sftp internal-sftp\n"
    )
    process = subprocess.Popen([server, "-D", "-e", "-f", str(base / "config")], stderr=subprocess.DEVNULL)
    kind, key = (base / "host.pub").read_text().split()[:2]
    (base / "known").write_text(f"[127.0.0.1]:{port} {kind} {key}\n")
    monkeypatch.setenv("NUANYI_HOME", str(tmp_path))
    monkeypatch.setenv("NUANYI_SFTP_KEY", str(base / "mine"))
    monkeypatch.setenv("NUANYI_SFTP_KNOWN_HOSTS", str(base / "known"))
    place = f"sftp://{getpass.getuser()}@127.0.0.1:{port}{folder}"
    deadline = time.monotonic() + 30
    while True:
        try:
            with sftp.opened(sftp.parse(place)):
                break
        except sftp.Unreachable:
            assert time.monotonic() < deadline
            time.sleep(0.1)
    yield place, folder, base
    process.terminate()
    process.wait(20)


def test_a_backup_goes_to_another_machine_by_sftp_is_kept_so_often_and_comes_back(district, tmp_path, far):
    _keys, turn_to = district
    place, folder, _base = far
    (folder / "2026-01-04-023000.partial").mkdir()
    (folder / "2026-01-01-023000").mkdir()
    (folder / "2026-01-01-023000" / backups.MANIFEST).write_text("{}")
    told = backup_targets.write_dated(place, 1)
    assert told["dropped"] == ["2026-01-01-023000"]
    [name] = [one.name for one in folder.iterdir()]
    assert told["folder"] == f"{place}/{name}"
    turn_to("bare")
    for source in (place, told["folder"]):
        with backup_targets.local(source) as here:
            assert backups.check(here)["tables"][Person._meta.db_table]["rows"] == 1
    with backup_targets.local(place) as here:
        assert backups.restore(here)["different"] == []
    assert not (tmp_path / "backup-scratch").exists()


def test_a_machine_that_is_not_known_or_shows_another_key_gets_nothing(district, far):
    place, folder, base = far
    known = (base / "known").read_text()
    (base / "known").write_text("")
    with pytest.raises(sftp.Unreachable) as stranger:
        backup_targets.write_dated(place, 1)
    assert "SHA256:" in str(stranger.value)
    assert known.strip() in str(stranger.value)  # the line to add
    other = subprocess.run(
        ["ssh-keygen", "-y", "-f", str(base / "mine")], capture_output=True, text=True, check=True
    )
    (base / "known").write_text(f"{known.split()[0]} {' '.join(other.stdout.split()[:2])}\n")
    with pytest.raises(sftp.Unreachable) as changed:
        backup_targets.write_dated(place, 1)
    assert "another key" in str(changed.value)
    assert not list(folder.iterdir())


def test_what_is_wrong_with_another_machine_is_said_in_words(district, far, monkeypatch):
    place, folder, base = far
    with pytest.raises(sftp.Unreachable) as gone:
        backup_targets.write_dated(f"{place}/not-there", 1)
    assert gone.value.code == "target-gone"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(base / "other")], check=True)
    monkeypatch.setenv("NUANYI_SFTP_KEY", str(base / "other"))
    with pytest.raises(sftp.Unreachable) as shut:
        backup_targets.write_dated(place, 1)
    assert "does not let" in str(shut.value)
    monkeypatch.setenv("NUANYI_SFTP_KEY", str(base / "none"))
    with pytest.raises(BadInput) as keyless:
        backup_targets.write_dated(place, 1)
    assert "ssh-keygen" in str(keyless.value)
    for bad in ("sftp://host/x", "sftp://a:secret@host/x", "sftp://a@host", "sftp://a@host:99999/x"):
        with pytest.raises(BadInput) as refused:
            sftp.parse(bad)
        assert refused.value.code == "bad-target"
    assert not list(folder.iterdir())


def test_what_runs_is_what_was_checked_whoever_keeps_the_folder(district, tmp_path, monkeypatch):
    """Somebody's share could give the true dump to whoever checks its digest, and another to whoever restores it."""
    folder, really = tmp_path / "backup", backups.check
    backups.write(folder)

    def checked(*asked, **how):
        manifest = really(*asked, **how)
        (folder / backups.DUMP).write_bytes(b"another program")
        return manifest

    monkeypatch.setattr(backups, "check", checked)
    assert backups.rehearse(folder)["different"] == []
    monkeypatch.undo()
    with pytest.raises(BadInput, match="damaged"):
        backups.rehearse(folder)


def test_a_backup_is_on_the_disk_under_its_name_before_older_ones_go(tmp_path, monkeypatch):
    """A power cut after the older ones went took the new one too: nothing of it was on the disk yet."""
    old = tmp_path / "2026-01-01-000000"
    old.mkdir()
    (old / backups.MANIFEST).write_text("{}")
    done = []

    def write(folder):
        folder.mkdir()
        for name in (backups.DUMP, backups.MANIFEST):
            (folder / name).write_text("{}")
        return {}

    def noting(act, word):
        def noted(*told, **more):
            place = os.readlink(f"/proc/self/fd/{told[0]}") if word == "sync" else told[0]
            done.append((word, os.path.basename(place).removesuffix(backup_targets.PARTIAL)))
            return act(*told, **more)

        return noted

    monkeypatch.setattr(backups, "write", write)
    monkeypatch.setattr(durable.os, "fsync", noting(os.fsync, "sync"))
    monkeypatch.setattr(durable.os, "replace", noting(os.replace, "rename"))
    monkeypatch.setattr(backup_targets.shutil, "rmtree", noting(shutil.rmtree, "drop"))
    told = backup_targets.write_dated(str(tmp_path), keep=1)
    name = os.path.basename(told["folder"])
    assert [word for word, _what in done] == ["sync", "sync", "sync", "rename", "sync", "drop"]
    assert {what for _word, what in done[:2]} == {backups.DUMP, backups.MANIFEST}
    assert [what for _word, what in done[3:]] == [name, tmp_path.name, old.name]
