"""What an administrator looks at and installs: health, units for systemd, a wheel, proxies."""

import json
import os
import re
import shutil
import ssl
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
import zipfile
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

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


@pytest.mark.django_db
def test_an_old_backup_and_a_full_disk_are_said_to_be_wrong(tmp_path, settings, monkeypatch):
    from nuanyi.program import health

    settings.NUANYI_HOME = tmp_path
    assert {one.key: one.state for one in health.findings()}["backup"] == "later"
    health.note("backup", tmp_path)
    assert {one.key: one.state for one in health.findings()}["backup"] == "ok"
    known = json.loads((tmp_path / health.RECORD).read_text())
    known["backup"]["at"] = "2020-01-01T00:00:00+00:00"
    (tmp_path / health.RECORD).write_text(json.dumps(known))
    monkeypatch.setattr(health.shutil, "disk_usage", lambda _folder: shutil._ntuple_diskusage(10, 9, 1))
    states = {one.key: one.state for one in health.findings()}
    assert (states["backup"], states["disk"]) == ("bad", "bad")
    assert health.findings()[0].state == "bad"


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


def test_the_units_are_hardened_and_systemd_finds_nothing_wrong_in_them(tmp_path):
    service(tmp_path, "--user", "nobody", "--backups", str(tmp_path / "backups"))
    units = sorted((tmp_path / "units").iterdir())
    assert [one.name for one in units] == ["nuanyi-backup.service", "nuanyi-backup.timer", "nuanyi.service"]
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


# the wheel ---------------------------------------------------------------------------------------


def test_the_wheel_carries_templates_styles_catalogues_data_and_no_tests(tmp_path):
    source = tmp_path / "source"
    ignored = shutil.ignore_patterns("node_modules", ".venv", ".git", "build", "*.egg-info", "__pycache__")
    shutil.copytree(ROOT, source, ignore=ignored, symlinks=True)
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "wheel",
            "-q",
            "--no-deps",
            "--no-build-isolation",
            "-w",
            str(tmp_path),
            ".",
        ],
        cwd=source,
        check=True,
    )
    [wheel] = tmp_path.glob("nuanyi-*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    for wanted in (
        "nuanyi/front/static/front/phone.css",
        "nuanyi/front/static/front/office.css",
        "nuanyi/front/locale/zh_Hans/LC_MESSAGES/django.mo",
        "nuanyi/program/locale/zh_Hans/LC_MESSAGES/django.mo",
        "nuanyi/program/templates/setup/units.html",
        "nuanyi/program/setup/template.toml",
        "nuanyi/places/data/division/villages.xz",
        "nuanyi/places/data/division/LICENSE",
        "nuanyi/program/demo/rosters/establishments.xlsx",
        "nuanyi/program/migrations/0001_initial.py",
    ):
        assert wanted in names, wanted


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


@pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not installed")
def test_nginx_as_in_the_manual_ends_tls_and_tells_who_asks(tmp_path):
    from tests.browser.conftest import free_port

    upstream = HTTPServer(("127.0.0.1", 0), Upstream)
    threading.Thread(target=upstream.serve_forever, daemon=True).start()
    plain, secure = free_port(), free_port()
    openssl = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=district.example -keyout key.pem -out cert.pem"
    subprocess.run(openssl.split(), cwd=tmp_path, check=True, capture_output=True)
    text = (ROOT / "docs/deploy/nginx.conf").read_text()
    text = re.sub(r"\n    listen \[::\].*", "", text)
    text = text.replace("listen 80;", f"listen 127.0.0.1:{plain};").replace(
        "listen 443 ssl;", f"listen 127.0.0.1:{secure} ssl;"
    )
    text = text.replace("/etc/ssl/nuanyi/fullchain.pem", str(tmp_path / "cert.pem"))
    text = text.replace("/etc/ssl/nuanyi/privkey.pem", str(tmp_path / "key.pem"))
    text = text.replace("127.0.0.1:8000", f"127.0.0.1:{upstream.server_port}")
    whole = f"""user root; pid {tmp_path}/nginx.pid; error_log {tmp_path}/error.log; daemon off;
events {{}}
http {{ access_log off; client_body_temp_path {tmp_path}/body; proxy_temp_path {tmp_path}/proxy;
fastcgi_temp_path {tmp_path}/f; uwsgi_temp_path {tmp_path}/u; scgi_temp_path {tmp_path}/s;
{text} }}"""
    (tmp_path / "nginx.conf").write_text(whole)
    nginx = subprocess.Popen(["nginx", "-c", str(tmp_path / "nginx.conf"), "-p", str(tmp_path)])
    try:
        trust = ssl.create_default_context(cafile=str(tmp_path / "cert.pem"))
        trust.check_hostname = False

        def ask(path, **more):
            asked = urllib.request.Request(f"https://127.0.0.1:{secure}{path}", **more)
            asked.add_header("Host", "district.example")
            asked.add_header("X-Forwarded-For", "6.6.6.6")
            return urllib.request.urlopen(asked, context=trust, timeout=20)

        for _n in range(50):
            try:
                heard = json.load(ask("/"))
                break
            except urllib.error.URLError:
                time.sleep(0.1)
        assert heard["x-forwarded-for"] == "127.0.0.1"
        assert heard["x-forwarded-proto"] == "https"
        assert heard["host"] == "district.example"
        with pytest.raises(urllib.error.HTTPError) as refused:
            ask("/metrics")
        assert refused.value.code == 404
        assert ask("/office/census/imports/new/", data=b"x" * (30 << 20)).status == 200
        with pytest.raises((urllib.error.HTTPError, urllib.error.URLError, ConnectionError)):
            ask("/office/census/imports/new/", data=b"x" * (43 << 20))
        moved = subprocess.run(
            ["curl", "-sI", "-H", "Host: district.example", f"http://127.0.0.1:{plain}/help/"],
            capture_output=True,
            text=True,
        )
        assert "https://district.example/help/" in moved.stdout
    finally:
        nginx.terminate()
        nginx.wait(10)
        upstream.shutdown()
