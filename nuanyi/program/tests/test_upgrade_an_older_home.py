"""A home that an older program made is served by this one with nothing lost: its own figures are the witness."""

import io
import json
import os
import signal
import subprocess
import sys
import tarfile
import threading
import time
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from nuanyi.lib.embedded_postgres import DATABASE, OWNER, EmbeddedPostgres, binaries_of_wheel
from nuanyi.program import database
from nuanyi.program.tests.conftest import opened

ROOT = Path(__file__).parents[3]
#: The last commit of a version.
VERSIONS = {"0.5.0": "93a964d"}
#: Homes kept beside this file: a dump of the demo's database, its figures and its keys.
HOMES = Path(__file__).parent / "homes"
KEPT = ["0.1.0", "0.3.0"]
pytestmark = pytest.mark.xdist_group("home")


def start(tree, home, *words):
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("NUANYI_", "DATABASE_", "DJANGO_"))}
    return subprocess.Popen(
        [sys.executable, "-m", "nuanyi.program.cli", *words],
        env=kept | {"NUANYI_HOME": str(home), "PYTHONPATH": str(tree)},
        cwd=tree,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def ended(process):
    out, err = process.communicate()
    assert process.returncode == 0, err[-2000:]
    return json.loads(out)


def run(tree, home, *words):
    return ended(start(tree, home, *words))


def home_of(version, base):
    """A home as that version left it; gives it with the figures that it showed."""
    told, home = json.loads((HOMES / f"{version}.json").read_text()), opened(base) / "home"
    (home / "keys").mkdir(parents=True)
    home.chmod(0o711)
    for name, text in (("keys.json", json.dumps(told["keys"])), ("secret-key", told["secret_key"])):
        (home / "keys" / name).write_text(text)
        (home / "keys" / name).chmod(0o600)
    (home / "keys").chmod(0o700)
    with EmbeddedPostgres(home) as address:
        restore = [str(binaries_of_wheel() / "bin" / "pg_restore"), "--no-owner", "--exit-on-error"]
        url = address.url(OWNER, DATABASE)
        subprocess.run([*restore, f"--dbname={url}", str(HOMES / f"{version}.dump")], check=True)
    return home, told["figures"]


#: Figures that count something else than they did, since when, and what.
REDEFINED = {"governance.volunteers": "since 0.8.0 those who took part in a shift, not all on the list"}


def alike(after, before):
    """Whether every figure is as it was; one that counts something else now is there still, and no more than it was."""
    same = before.keys() - REDEFINED.keys()
    assert {key: after.get(key) for key in same} == {key: before[key] for key in same}
    assert all(0 <= after[key] <= before[key] for key in REDEFINED.keys() & before.keys())
    return True


@pytest.mark.parametrize("version", VERSIONS)
def test_every_figure_of_an_older_home_is_the_same_after_the_upgrade(tmp_path, version):
    archive = subprocess.run(["git", "archive", VERSIONS[version]], cwd=ROOT, capture_output=True)
    if archive.returncode:
        pytest.skip(f"the history does not hold {version}")
    older, home = opened(tmp_path) / "older", tmp_path / "home"
    with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as tree:
        tree.extractall(older, filter="data")
    before = run(older, home, "demo", "--no-serve", "--json")["figures"]
    after = run(ROOT, home, "figures", "--json")
    assert len(before) > 30
    assert alike(after, before)


@pytest.mark.parametrize("version", KEPT)
def test_an_upgrade_that_is_killed_again_and_again_and_begun_by_two_at_once_ends_with_every_figure(
    tmp_path, version
):
    home, before = home_of(version, tmp_path)
    for seconds in (1.0, 2.0, 3.5):
        killed = start(ROOT, home, "migrate", "--json")
        time.sleep(seconds)
        if killed.poll() is None:
            os.killpg(killed.pid, signal.SIGKILL)
        killed.communicate()
    both = [start(ROOT, home, "figures", "--json") for _n in range(2)]
    for process in both:
        after = ended(process)
        assert alike(after, before)


@pytest.mark.django_db
def test_who_comes_after_a_killed_upgrade_waits_for_what_it_left_at_the_server():
    """A COMMIT that was on its way is carried out after the process and its lock are gone."""
    known = connection.get_connection_params()
    reached = {
        name: known[name] for name in ("dbname", "user", "password", "host", "port") if known.get(name)
    }
    with psycopg.connect(**reached, autocommit=True) as alone:
        database._await_the_killed(alone)  # nobody is there
        left = psycopg.connect(**reached, application_name=database.MIGRATES)
        ended = []

        def end():
            time.sleep(0.5)
            ended.append(True)
            left.close()

        thread = threading.Thread(target=end)
        thread.start()
        database._await_the_killed(alone)
        assert ended
        thread.join()
