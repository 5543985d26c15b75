import json
import os
import signal
import time
import urllib.error
import urllib.request
from pathlib import Path

import psutil
import pytest

from nuanyi.lib.embedded_postgres import EmbeddedPostgres
from nuanyi.program.tests.conftest import served, wait_for

pytestmark = pytest.mark.xdist_group("home")


def get(port, path, **headers):
    asked = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers)
    try:
        with urllib.request.urlopen(asked, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_a_killed_postmaster_comes_back_and_meanwhile_it_is_said_in_words(home, tmp_path):
    log = tmp_path / "serve.log"
    with served(home, log=log) as (server, port):
        begun = time.monotonic()
        os.kill(EmbeddedPostgres(home)._postmaster(), signal.SIGKILL)
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
        wait_for(port)
        assert time.monotonic() - begun < 10
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
            server.wait(10)
        _gone, alive = psutil.wait_procs(before, 3)
        assert alive == []
        if whom == "web":
            assert wait_for(port)["status"] == "ok"
    if whom == "supervisor":
        with served(home) as (_server, again):
            assert get(again, "/healthz")[0] == 200


def test_static_files_that_a_power_cut_emptied_are_built_again(home):
    manifest = Path(home) / "static" / "staticfiles.json"
    with served(home):
        pass
    manifest.write_text("")
    with served(home) as (_server, port):
        assert json.loads(manifest.read_text())["paths"]
        assert get(port, "/")[0] == 200
