import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import psutil
import psycopg
import pytest

from nuanyi.lib.embedded_postgres import EmbeddedPostgres
from nuanyi.program import prepared, supervisor
from nuanyi.program.tests.conftest import PATIENCE, environment, served, wait_for
from tests.ports import free_port

pytestmark = pytest.mark.xdist_group("home")


def get(port, path, **headers):
    asked = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers)
    try:
        with urllib.request.urlopen(asked, timeout=PATIENCE) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_a_killed_postmaster_comes_back_and_meanwhile_it_is_said_in_words(home, tmp_path):
    log = tmp_path / "serve.log"
    with served(home, log=log) as (server, port):
        # while the supervisor stands still nobody starts the database again, however long it takes to ask
        server.send_signal(signal.SIGSTOP)
        try:
            os.kill(EmbeddedPostgres(home)._postmaster(), signal.SIGKILL)
            deadline = time.monotonic() + PATIENCE
            while get(port, "/healthz")[0] == 200 and time.monotonic() < deadline:
                time.sleep(0.05)
            status, page = get(port, "/")
            assert status == 503
            assert "数据库" in page
            status, page = get(port, "/office/cases/", Cookie="sessionid=of-somebody-signed-in-before")
            assert status == 503
            assert 'class="office"' in page
            assert "数据库" in page
            assert get(port, "/open311/v2/services.xml")[1].startswith("<?xml")
            assert json.loads(get(port, "/open311/v2/services.json")[1])[0]["code"] == 503
            assert json.loads(get(port, "/hsds/services")[1])["code"] == "unavailable"
            for _turn in range(100):
                get(port, "/")
        finally:
            server.send_signal(signal.SIGCONT)
        assert wait_for(port)["status"] == "ok"
        assert server.poll() is None
        told = log.read_text()
        assert "Traceback" not in told
        assert len(told) < 30_000


@pytest.mark.parametrize("whom", ["web", "supervisor"])
def test_nothing_keeps_the_port_after_the_web_server_or_the_supervisor_was_killed(home, whom):
    with served(home, workers=2) as (server, port):
        web = next(
            child
            for child in psutil.Process(server.pid).children()
            if "nuanyi.program.web" in child.cmdline()
        )
        before = [web, *web.children(recursive=True)]
        (web if whom == "web" else server).send_signal(signal.SIGKILL)
        if whom == "supervisor":
            server.wait(PATIENCE)
        _gone, alive = psutil.wait_procs(before, PATIENCE)
        assert alive == []
        if whom == "web":
            assert wait_for(port)["status"] == "ok"
    if whom == "supervisor":
        with served(home) as (_server, again):
            assert get(again, "/healthz")[0] == 200


def _serves(process):
    try:
        return "nuanyi.program.web" in process.cmdline()
    except psutil.Error:
        return False  # it ended while we looked


def test_a_worker_that_still_reads_the_program_ends_with_its_killed_supervisor_too(home):
    port = free_port()
    command = [sys.executable, "-m", "nuanyi.program.cli", "serve", "--port", str(port), "--workers", "1"]
    with subprocess.Popen(command, env=environment(home), stderr=subprocess.DEVNULL) as server:
        try:
            boss = psutil.Process(server.pid)
            deadline, web = time.monotonic() + 120, []
            # the web server has just started its worker, which needs seconds until it serves
            while len(web) < 2 and time.monotonic() < deadline:
                web = [one for one in boss.children(recursive=True) if _serves(one)]
                time.sleep(0.02)
            assert len(web) == 2
        finally:
            server.kill()
    _gone, alive = psutil.wait_procs(web, PATIENCE)
    for one in alive:
        one.kill()
    assert alive == []
    with served(home) as (_server, again):
        assert get(again, "/healthz")[0] == 200


def test_what_prepared_the_tables_is_known_again_and_anything_else_prepares_them_anew(home, monkeypatch):
    with EmbeddedPostgres(home) as address:
        monkeypatch.setenv("NUANYI_HOME", str(home))
        monkeypatch.setenv("NUANYI_OWNER_DB_URL", address.url())
        with psycopg.connect(address.url(), autocommit=True) as db:
            db.execute("COMMENT ON TABLE django_migrations IS NULL")
        assert not prepared.is_ready()
        prepared.note()
        assert prepared.is_ready()
        with monkeypatch.context() as changed:
            changed.setenv("NUANYI_SMTP_URL", "smtp://elsewhere")
            assert not prepared.is_ready()
        with monkeypatch.context() as changed:
            changed.setattr(prepared, "__version__", "99.0")
            assert not prepared.is_ready()
        assert prepared.is_ready()


def test_a_full_disk_cannot_end_the_processes_by_what_they_count(tmp_path, monkeypatch):
    """The files of the counters are mapped into memory: where their disk is full, the next count is a bus error."""
    monkeypatch.setenv("NUANYI_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", "")
    memory = tmp_path / "memory"
    memory.mkdir()
    monkeypatch.setattr(supervisor, "SHARED_MEMORY", memory)
    for _start in range(2):
        supervisor._empty_measures()
        folder = Path(os.environ["PROMETHEUS_MULTIPROC_DIR"])
        assert folder.parent == memory
        assert folder.stat().st_mode & 0o777 == 0o700
        assert list(folder.iterdir()) == []
        (folder / "counter_1.db").write_bytes(b"1")
    monkeypatch.setattr(supervisor, "SHARED_MEMORY", tmp_path / "none")
    supervisor._empty_measures()
    assert Path(os.environ["PROMETHEUS_MULTIPROC_DIR"]).is_relative_to(tmp_path / "home" / "run")


def test_static_files_that_a_power_cut_emptied_are_built_again(home):
    manifest = Path(home) / "static" / "staticfiles.json"
    with served(home):
        pass
    manifest.write_text("")
    with served(home) as (_server, port):
        assert json.loads(manifest.read_text())["paths"]
        assert get(port, "/")[0] == 200
