import os
import signal
import subprocess
import sys
import time

import pytest

from nuanyi.lib import embedded_postgres
from nuanyi.lib.embedded_postgres import ELSEWHERE, Account, CannotStart, EmbeddedPostgres


@pytest.fixture
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("a home 家 with blanks")
    for part in (folder, folder.parent, folder.parent.parent):
        part.chmod(part.stat().st_mode | 0o011)
    return folder


def test_a_server_starts_in_a_path_with_blanks_and_is_durable(home):
    server = EmbeddedPostgres(home)
    with server as address:
        assert len(str(address.socket_folder)) < 80
        with server.connected() as db:
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                assert db.execute(f"SHOW {setting}").fetchone() == ("on",)
    assert not server._answers()


def test_the_last_user_stops_the_server_and_not_the_first(home):
    first, second = EmbeddedPostgres(home), EmbeddedPostgres(home)
    first.join()
    second.join()
    first.leave()
    assert second._answers()
    second.leave()
    assert not second._answers()


def test_what_was_committed_is_there_after_the_postmaster_was_killed(home):
    server = EmbeddedPostgres(home)
    server.join()
    with server.connected() as db:
        db.execute("CREATE TABLE t AS SELECT 1 AS n")
    os.kill(server._postmaster(), signal.SIGKILL)
    time.sleep(0.1)
    again = EmbeddedPostgres(home)
    again.join()
    with again.connected() as db:
        assert db.execute("SELECT n FROM t").fetchone() == (1,)
    again.leave()
    server.leave()


def test_two_processes_that_start_at_once_agree_on_one_server(home):
    script = (
        "import sys; from pathlib import Path; from nuanyi.lib.embedded_postgres import EmbeddedPostgres as E\n"
        "with E(Path(sys.argv[1])) as a:\n s=E(Path(sys.argv[1])); print(s._postmaster()); sys.stdout.flush(); sys.stdin.read(1)"
    )
    children = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(home)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    numbers = {child.stdout.readline().strip() for child in children}
    told = [child.communicate("x")[1] for child in children]
    assert len(numbers) == 1, told
    assert numbers != {"None"}


def test_many_starters_may_make_the_same_folders_at_once(tmp_path, monkeypatch):
    import threading
    from pathlib import Path

    absent = Path.exists
    monkeypatch.setattr(Path, "exists", lambda self: absent(self) and time.sleep(0.001) is None)
    failures = []

    def make(target):
        try:
            EmbeddedPostgres._made(target)
        except OSError as exc:
            failures.append(exc)

    for round_number in range(20):
        target = tmp_path / str(round_number) / "a" / "b"
        starters = [threading.Thread(target=make, args=(target,)) for _ in range(8)]
        for starter in starters:
            starter.start()
        for starter in starters:
            starter.join()
        assert target.is_dir()
    assert failures == []


def test_a_folder_of_another_major_is_refused_with_advice(home):
    with EmbeddedPostgres(home) as _address:
        pass
    version = EmbeddedPostgres(home).data / "PG_VERSION"
    version.write_text("99\n")
    with pytest.raises(CannotStart, match="newer"):
        EmbeddedPostgres(home).join()


def test_data_in_a_home_that_the_database_s_account_may_no_longer_enter_begins_no_empty_one(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(
        embedded_postgres, "server_account", lambda: Account(70_000, 70_000, "nobody-of-ours")
    )
    monkeypatch.setattr(embedded_postgres, "reachable_by_others", lambda folder: False)
    home = tmp_path / "moved"
    (home / "postgres" / "data").mkdir(parents=True)
    with pytest.raises(CannotStart, match=r"may not enter .*where the data lies"):
        EmbeddedPostgres(home)
    assert not (home / ELSEWHERE).exists()
