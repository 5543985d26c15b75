"""What an administrator looks at and installs: health, units for systemd, a wheel, proxies."""

import json
import os
import re
import shutil
import ssl
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.db import DatabaseError, OperationalError, connection

from nuanyi.lib import clock, periods, seal
from nuanyi.lib.errors import BadInput
from nuanyi.program import health
from nuanyi.program.models import Outcome
from nuanyi.program.tests import proxies

ROOT = Path(__file__).parents[3]


# health ------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_administrator_sees_what_the_doctor_says_and_starts_a_job_again(cast):
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, status, attempts, args, priority)"
            " VALUES ('default', 'nuanyi.cases.jobs.warn', 'failed', 3, '{}', 0) RETURNING id"
        )
        [job] = cursor.fetchone()
    browser = cast.client("administrator")
    page = browser.get("/office/health/").content.decode()
    assert "nuanyi.cases.jobs.warn" in page
    assert "NUANYI_PUBLIC_URL" in page
    assert browser.post("/office/health/", {"retry": job}).status_code == 302
    with connection.cursor() as cursor:
        cursor.execute("SELECT status::text FROM procrastinate_jobs WHERE id = %s", [job])
        assert cursor.fetchone() == ("todo",)
    assert browser.post("/office/health/", {"retry": job}).status_code == 404
    assert cast.client("office").get("/office/health/").status_code == 403


@pytest.mark.parametrize(("mode", "good"), [(0o600, True), (0o644, False), (0o640, False)])
def test_the_doctor_says_who_else_reads_the_file_of_settings(tmp_path, monkeypatch, mode, good):
    from nuanyi.program import doctor

    file = tmp_path / "nuanyi.env"
    monkeypatch.setattr(doctor, "ENVIRONMENT", file)
    assert doctor._environment() == []
    file.write_text("DATABASE_URL=postgresql://nuanyi:secret@db1/nuanyi")
    file.chmod(mode)
    [found] = doctor._environment()
    assert found.good is good
    assert "secret" not in found.words


@pytest.mark.django_db
def test_an_old_backup_and_a_full_disk_are_said_to_be_wrong(tmp_path, settings, monkeypatch):
    from nuanyi.program import health

    settings.NUANYI_HOME = tmp_path

    def state_of(key):
        return {one.key: one.state for one in health.findings()}[key]

    assert (state_of("backup"), state_of("rehearsal")) == ("later", "later")
    for what in ("backup", "rehearsal"):
        with health.noted(what, str(tmp_path)) as facts:
            facts.update(rows=12)
    assert (state_of("backup"), state_of("rehearsal")) == ("ok", "ok")
    with pytest.raises(BadInput), health.noted("backup", "/mnt/gone"):
        raise BadInput("/mnt/gone: there is no such folder")
    broken = next(one for one in health.findings() if one.key == "backup")
    assert broken.state == "bad"
    assert "/mnt/gone: there is no such folder" in broken.words
    with health.noted("backup", str(tmp_path)):
        pass
    assert state_of("backup") == "ok"
    Outcome.objects.update(at=clock.now() - timedelta(days=400))
    assert (state_of("backup"), state_of("rehearsal")) == ("bad", "later")
    monkeypatch.setattr(health.shutil, "disk_usage", lambda _folder: shutil._ntuple_diskusage(10, 9, 1))
    states = {one.key: one.state for one in health.findings()}
    assert (states["backup"], states["disk"]) == ("bad", "bad")
    assert health.findings()[0].state == "bad"


@pytest.mark.django_db
def test_a_job_that_failed_says_why_without_the_words_of_the_exception_and_is_not_run_beside_another(cast):
    from nuanyi.program.worker_errors import keep_error

    def add(status):
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO procrastinate_jobs (queue_name, task_name, status, attempts, args, priority, queueing_lock)"
                " VALUES ('default', 'nuanyi.cases.jobs.warn', %s, 3, '{}', 0, 'warn') RETURNING id",
                [status],
            )
            return cursor.fetchone()[0]

    job = add("failed")

    def failing():
        periods.period_of("韦大山 13800000001")

    with pytest.raises(ValueError, match="韦大山"):
        keep_error(failing, SimpleNamespace(job=SimpleNamespace(id=job, queueing_lock="warn")), None)
    browser = cast.client("administrator")
    page = browser.get("/office/health/").content.decode()
    assert "ValueError, nuanyi/lib/periods.py:" in page
    assert "韦大山" not in page
    add("todo")
    assert browser.post("/office/health/", {"retry": job}).status_code == 302
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE queueing_lock = 'warn'")
        assert cursor.fetchone() == (1,)


def in_a_thread(what):
    """As the worker runs a task: with a connection of its own. Gives what came of it, or what it raised."""
    told = []

    def run():
        try:
            told.append(what())
        except Exception as wrong:  # handed on
            told.append(wrong)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return told[0]


@pytest.mark.django_db
@pytest.mark.as_owner
@pytest.mark.parametrize(("lock", "turns"), [("send-notices", 2), (None, 1)])
def test_what_comes_round_and_was_left_by_its_database_runs_once_more_when_that_is_back(lock, turns):
    from nuanyi.program.worker_errors import keep_error

    begun = []

    def look():
        begun.append(1)
        with connection.cursor() as cursor:
            if len(begun) == 1:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
            cursor.execute("SELECT 'looked'")
            return cursor.fetchone()[0]

    context = SimpleNamespace(job=SimpleNamespace(id=0, queueing_lock=lock))
    told = in_a_thread(lambda: keep_error(look, context, None))
    assert len(begun) == turns
    assert told == "looked" if lock else isinstance(told, OperationalError)


@pytest.mark.django_db
@pytest.mark.as_owner
@pytest.mark.parametrize(
    "refused",
    ["SELECT 1 / 0", "SET statement_timeout = 1; SELECT pg_sleep(1)"],
)
def test_what_the_database_refuses_is_not_tried_again(refused):
    from nuanyi.program.worker_errors import keep_error

    begun = []

    def look():
        begun.append(1)
        with connection.cursor() as cursor:
            cursor.execute(refused)

    context = SimpleNamespace(job=SimpleNamespace(id=0, queueing_lock="send-notices"))
    assert isinstance(in_a_thread(lambda: keep_error(look, context, None)), DatabaseError)
    assert len(begun) == 1


# the certificate ---------------------------------------------------------------------------------


@pytest.fixture
def secure(tmp_path, monkeypatch, settings):
    """A server with a certificate of so many days that this machine trusts; gives the way to make it."""
    made = []

    def serve(days):
        command = (
            f"openssl req -x509 -newkey rsa:2048 -nodes -days {days} -subj /CN=localhost"
            " -addext subjectAltName=DNS:localhost -keyout key.pem -out cert.pem"
        )
        subprocess.run(command.split(), cwd=tmp_path, check=True, capture_output=True)
        server = HTTPServer(("127.0.0.1", 0), Upstream)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        made.append(server)
        settings.NUANYI_PUBLIC_URL = f"https://localhost:{server.server_port}"

    monkeypatch.setattr("nuanyi.program.health.is_local", lambda _base: False)
    yield serve
    for server in made:
        server.shutdown()


@pytest.mark.django_db
@pytest.mark.parametrize(("days", "state"), [(90, "ok"), (15, "later"), (4, "bad")])
def test_the_end_of_our_own_certificate_is_seen_from_outside(secure, tmp_path, monkeypatch, days, state):
    from nuanyi.program import health

    secure(days)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
    health.look_at_certificate()
    found = next(one for one in health.findings() if one.key == "certificate")
    assert found.state == state
    assert str(days - 1) in found.words


@pytest.mark.django_db
def test_a_certificate_that_nobody_trusts_is_wrong_and_one_not_reached_is_not(secure, settings):
    from nuanyi.program import health

    secure(90)
    health.look_at_certificate()
    found = next(one for one in health.findings() if one.key == "certificate")
    assert found.state == "bad"
    assert "self-signed" in found.words
    settings.NUANYI_PUBLIC_URL = "https://localhost:9"
    health.look_at_certificate()
    assert next(one for one in health.findings() if one.key == "certificate").state == "later"


@pytest.mark.django_db
def test_holidays_whose_notice_is_not_known_are_said_until_it_is(monkeypatch):
    from nuanyi.program import health

    monkeypatch.setattr(health, "unannounced", lambda _today: 2031)
    missing = next(one for one in health.findings() if one.key == "calendar")
    assert missing.state == "later"
    assert "2031" in missing.words
    monkeypatch.setattr(health, "unannounced", lambda _today: None)
    assert {one.key: one.state for one in health.findings()}["calendar"] == "ok"


# systemd -----------------------------------------------------------------------------------------


def service(tmp_path, *more, code=0):
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "nuanyi.program.cli",
            "service",
            "install",
            "--dest",
            str(tmp_path / "units"),
            *more,
        ],
        env=os.environ | {"NUANYI_HOME": str(tmp_path / "home")},
        capture_output=True,
        text=True,
    )
    assert done.returncode == code, done.stderr
    return done


@pytest.mark.django_db
def test_keys_that_open_what_was_forgotten_in_backups_are_said_every_month(settings, tmp_path):
    """The page for everybody said that keys are destroyed in backups, and nobody was told to do it."""
    file = settings.NUANYI_KEYS_FILE = Path(shutil.copy(settings.NUANYI_KEYS_FILE, tmp_path / "keys.json"))
    said = lambda: next(one for one in health.findings() if one.key == "keys")  # noqa: E731
    assert said().state == "ok"
    with clock.held_at(clock.now() + timedelta(days=31)):
        assert said().state == "later"
        assert "rotate-keys --drop-old" in said().words
    seal.add_key(file, "person")
    assert said().state == "later"
    seal.drop_keys_before(file, "person", 2)
    assert said().state == "ok"


def test_the_units_are_hardened_and_systemd_finds_nothing_wrong_in_them(tmp_path):
    service(tmp_path, "--user", "nobody", "--backups", str(tmp_path / "backups"))
    units = sorted((tmp_path / "units").iterdir())
    assert [one.name for one in units] == [
        "nuanyi-backup.service",
        "nuanyi-backup.timer",
        "nuanyi-rehearsal.service",
        "nuanyi-rehearsal.timer",
        "nuanyi.service",
    ]
    text = (tmp_path / "units" / "nuanyi.service").read_text()
    for line in (
        "NoNewPrivileges=yes",
        "ProtectSystem=strict",
        "User=nobody",
        f"NUANYI_HOME={tmp_path}/home",
    ):
        assert line in text
    if shutil.which("systemd-analyze"):
        done = subprocess.run(["systemd-analyze", "verify", *map(str, units)], capture_output=True, text=True)
        ours = [line for line in done.stderr.splitlines() if "nuanyi" in line]
        assert not [
            line for line in ours if re.search(r"Unknown|Invalid|Failed to parse|not executable", line)
        ], ours


@pytest.mark.skipif(os.getuid() != 0, reason="only root is asked whom to run as")
def test_nobody_runs_it_as_root_by_accident(tmp_path):
    done = service(tmp_path, code=2)
    assert "useradd" in done.stderr


# the proxy ---------------------------------------------------------------------------------------


class Upstream(BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps({key.lower(): value for key, value in self.headers.items()}).encode()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def log_message(self, *_words):
        pass


@pytest.mark.parametrize("proxy", [proxies.nginx, proxies.caddy])
def test_a_proxy_as_in_the_manual_ends_tls_and_tells_who_asks(tmp_path, proxy):
    if not shutil.which(proxy.__name__):
        pytest.skip(f"{proxy.__name__} is not installed")
    upstream = HTTPServer(("127.0.0.1", 0), Upstream)
    threading.Thread(target=upstream.serve_forever, daemon=True).start()
    try:
        with proxy(tmp_path, upstream.server_port) as front:
            heard = json.load(front.wait())
            assert heard["x-forwarded-for"] == "127.0.0.1"
            assert heard["x-forwarded-proto"] == "https"
            assert heard["host"].partition(":")[0] == "district.example"
            with pytest.raises(urllib.error.HTTPError) as refused:
                front.ask("/metrics")
            assert refused.value.code == 404
            assert front.ask("/office/census/imports/new/", data=b"x" * (30 << 20)).status == 200
            with pytest.raises((urllib.error.HTTPError, urllib.error.URLError, ConnectionError)):
                front.ask("/office/census/imports/new/", data=b"x" * (43 << 20))
            if proxy is proxies.nginx:
                moved = subprocess.run(
                    ["curl", "-sI", "-H", "Host: district.example", f"http://127.0.0.1:{front.plain}/help/"],
                    capture_output=True,
                    text=True,
                )
                assert "https://district.example/help/" in moved.stdout
    finally:
        upstream.shutdown()
