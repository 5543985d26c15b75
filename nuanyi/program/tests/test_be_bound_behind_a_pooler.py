"""No page is served from a connection that row-level security does not bind, in front of a real PgBouncer too."""

import os
import pwd
import shutil
import socket
import subprocess
import time
from pathlib import Path

import psycopg
import pytest
from django.db import connection
from psycopg.conninfo import make_conninfo

from nuanyi.lib import held_locks, row_security
from nuanyi.lib.embedded_postgres import WEB
from nuanyi.lib.held_locks import held
from nuanyi.program.database import AS_OWNER
from nuanyi.program.web_role import NotTheWebRole

pytestmark = [pytest.mark.django_db, pytest.mark.as_owner]


def opened(**changed):
    """A second connection of Django to the tests' database, with other parameters."""
    other = connection.copy()
    options = {**other.settings_dict["OPTIONS"], **changed.pop("OPTIONS", {})}
    other.settings_dict = {**other.settings_dict, **changed, "OPTIONS": options}
    return other


def test_the_owner_s_connection_is_refused(monkeypatch):
    monkeypatch.delenv(AS_OWNER)
    other = opened()
    with pytest.raises(NotTheWebRole, match="row-level security does not bind"):
        other.ensure_connection()
    assert other.connection is None


def test_the_web_role_s_connection_is_let_through(monkeypatch):
    monkeypatch.delenv(AS_OWNER)
    other = opened(OPTIONS={"options": f"-c role={WEB}"})
    other.ensure_connection()
    other.close()


def test_a_connection_that_turned_row_security_off_is_refused(monkeypatch):
    monkeypatch.delenv(AS_OWNER)
    other = opened(OPTIONS={"options": f"-c role={WEB} -c row_security=off"})
    with pytest.raises(NotTheWebRole):
        other.ensure_connection()


@pytest.fixture
def pooler(tmp_path):
    """PgBouncer in transaction mode that drops startup options, as many are set up; gives its port."""
    program = shutil.which("pgbouncer") or shutil.which("/usr/sbin/pgbouncer")
    assert program, "apt-get install pgbouncer (make test does)"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    behind = connection.get_connection_params()
    target = make_conninfo(host=behind.get("host", ""), port=behind.get("port", ""), dbname=behind["dbname"])
    owner_login = behind["user"]
    config = tmp_path / "pgbouncer.ini"
    lines = [
        "[databases]",
        f"pooled = {target} user={owner_login}",
        f"pages = {target} user={WEB} pool_size=1",
        f"wide = {target} user={WEB} pool_size=3",
        "[pgbouncer]",
        "listen_addr = 127.0.0.1",
        f"listen_port = {port}",
        "unix_socket_dir =",
        "auth_type = any",
        "pool_mode = transaction",
        "ignore_startup_parameters = options",
    ]
    config.write_text("\n".join(lines) + "\n")
    for folder in (tmp_path, *tmp_path.parents[:3]):
        folder.chmod(folder.stat().st_mode | 0o011)
    config.chmod(0o644)
    # the socket of the tests' server lets its own account in only
    owner = pwd.getpwuid(Path(behind["host"]).stat().st_uid).pw_name
    as_owner = ["-u", owner] if os.geteuid() == 0 else []
    child = subprocess.Popen([program, *as_owner, str(config)], stderr=subprocess.DEVNULL)
    try:
        for _turn in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield port
    finally:
        child.terminate()
        child.wait(10)


def test_a_pooler_that_drops_the_role_serves_nothing(pooler, monkeypatch):
    asked = {"host": "127.0.0.1", "port": pooler, "dbname": "pooled", "user": "anybody"}
    with psycopg.connect(make_conninfo(**asked, options=f"-c role={WEB}")) as db:
        assert db.execute("SELECT current_user").fetchone() != (WEB,), "the control: the role was dropped"
    monkeypatch.delenv(AS_OWNER)
    other = opened(
        HOST="127.0.0.1", PORT=pooler, NAME="pooled", USER="anybody", OPTIONS={"options": f"-c role={WEB}"}
    )
    with pytest.raises(NotTheWebRole):
        other.ensure_connection()


def test_behind_a_pooler_each_transaction_is_told_and_none_knows_of_another(pooler, monkeypatch, program):
    """Two connections of Django take turns on one connection of the server."""
    monkeypatch.delenv(AS_OWNER)
    row_security.process_reads_as(None)
    asked = {"HOST": "127.0.0.1", "PORT": pooler, "NAME": "pages", "USER": "anybody"}
    one, two = opened(**asked), opened(**asked)

    def kind(of):
        with of.cursor() as cursor:
            cursor.execute("SELECT nuanyi_kind(), pg_backend_pid()")
            return cursor.fetchone()

    try:
        with row_security.reader(program):
            told, process = kind(one)
        assert (told, kind(two)) == ("system", ("guest", process)), "the same connection of the server"
        with row_security.reader(program):
            assert kind(one) == kind(two) == ("system", process)
        assert kind(one) == kind(two) == ("guest", process)
    finally:
        one.close()
        two.close()


def test_behind_a_pooler_a_lock_that_outlives_a_transaction_is_held_by_one(pooler, monkeypatch):
    monkeypatch.delenv(AS_OWNER)
    row_security.process_reads_as(None)
    asked = {"HOST": "127.0.0.1", "PORT": pooler, "USER": "anybody"}

    def locks_of_a_session(of):
        with of.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(77, 1)")
            return cursor.fetchone()[0]

    one, two = opened(**asked, NAME="pages"), opened(**asked, NAME="pages")
    assert locks_of_a_session(one) and locks_of_a_session(two), (
        "the control: two clients, one lock of a session"
    )
    one.close()
    two.close()
    monkeypatch.setattr(held_locks, "connection", opened(**asked, NAME="wide"))
    with held("an import") as mine, held("an import") as anothers, held("another import") as other:
        assert (mine, anothers, other) == (True, False, True)
    with held("an import") as again:
        assert again
