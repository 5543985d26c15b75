import json
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from contextlib import suppress
from pathlib import Path

import pytest
from psycopg.conninfo import make_conninfo

from nuanyi.lib.seal import make_keys
from nuanyi.program.tests.conftest import PATIENCE, environment, run, served, wait_for
from tests.ports import free_port

ROOT = Path(__file__).parents[3]
DEMO = ROOT / "nuanyi/census/demo/rosters"
pytestmark = pytest.mark.xdist_group("home")


def test_figures_prints_every_figure_of_a_period_and_a_place(home):
    told = json.loads(run(home, "figures", "--json"))
    slim = tomllib.loads((ROOT / "nuanyi/program/demo/small.toml").read_text())
    assert told["learning.lessons_pushed"] == slim["learning"]["pushes"]
    assert told["learning.attendances"] == slim["learning"]["attendances"]
    assert told["learning.attendances_at_least"] == told["learning.attendances"]
    assert told["service.wage_disputes_resolved"] == slim["cases"]["wage"]["solved"]
    assert told["governance.volunteers"] == slim["volunteers"]["took_part"]
    assert told["stations.open"] == 5
    assert json.loads(run(home, "figures", "--period", "2021", "--json"))["learning.lessons_pushed"] == 0
    here = json.loads(run(home, "figures", "--region", "450311100", "--json"))
    assert 0 < here["census.establishments"] < told["census.establishments"]


def test_bad_input_is_exit_2_with_what_to_do(home):
    assert json.loads(run(home, "figures", "--period", "22", "--json", code=2))["code"] == "bad-period"
    assert json.loads(run(home, "import-roster", "nowhere.xlsx", "--json", code=2))["code"] == "bad-input"
    assert json.loads(run(home, "figures", "--region", "450399", "--json", code=2))["code"] == "no-such-place"


def test_check_refuses_what_taking_in_would_refuse(home):
    file = str(DEMO / "establishments.xlsx")
    for option in (("--as-of", "2099-01-01"), ("--sector", "no-such-sector")):
        for check in ((), ("--check",)):
            told = json.loads(run(home, "import-roster", file, *check, *option, "--json", code=2))
            assert told["errors"][0]["reason"].count(":") >= 1, told


def test_who_lost_password_and_second_factor_gets_a_new_first_password(home):
    made = json.loads(run(home, "create-account", "keeper-of-keys", "--role", "administrator", "--json"))
    again = json.loads(run(home, "create-account", "keeper-of-keys", "--again", "--json"))
    assert again["username"] == "keeper-of-keys"
    assert again["password"] != made["password"]
    assert (
        json.loads(run(home, "create-account", "nobody", "--again", "--json", code=2))["code"] == "no-account"
    )


@pytest.mark.parametrize(
    "words", [("figures",), ("backup", "b"), ("doctor",), ("migrate",), ("verify-journal",), ("worker",)]
)
def test_a_command_in_a_folder_without_data_makes_none_and_says_where_to_begin(tmp_path, words):
    empty = tmp_path / "nowhere"
    done = subprocess.run(
        [sys.executable, "-m", "nuanyi.program.cli", *words],
        env=environment(empty),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2, done.stderr
    assert "nuanyi setup" in done.stderr
    assert not empty.exists()


def test_a_database_that_is_away_is_said_in_words_and_not_as_a_traceback(tmp_path):
    away = environment(tmp_path) | {"DATABASE_URL": "postgresql://nobody:wrong@127.0.0.1:9/nowhere"}
    done = subprocess.run(
        [sys.executable, "-m", "nuanyi.program.cli", "figures", "--json"],
        env=away,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert json.loads(done.stdout)["code"] == "failed"
    assert "Traceback" not in done.stderr
    assert "DATABASE_URL" in done.stderr
    assert not list(tmp_path.iterdir()), "nothing is made beside a database that does not answer"


@pytest.mark.parametrize(
    ("words", "told", "said"),
    [
        (("figures",), {"DATABASE_URL": "nonsense"}, "DATABASE_URL"),
        (("serve", "--port", "99999"), {}, "0 to 65535"),
        (("serve", "--workers", "-3"), {}, "1 to 64"),
        (("setup", "--district", "450311"), {"NUANYI_HOME": "/proc/version"}, "/proc/version"),
    ],
)
def test_what_cannot_be_is_refused_with_2_and_in_words(tmp_path, words, told, said):
    done = subprocess.run(
        [sys.executable, "-m", "nuanyi.program.cli", *words],
        env=environment(tmp_path) | told,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert done.returncode == 2, done.stderr
    assert said in done.stderr
    assert "Errno" not in done.stderr and "Traceback" not in done.stderr


def test_check_changes_nothing_and_names_each_bad_cell(home):
    before = run(home, "figures", "--json")
    file = str(DEMO / "delivery_platform.xlsx")
    told = json.loads(run(home, "import-roster", file, "--check", "--json", code=3))
    assert (told["rows"], told["accepted"], told["rejected"]) == (473, 464, 9)
    assert {"file", "row", "column", "value", "reason"} <= set(told["errors"][0])
    assert run(home, "figures", "--json") == before


def test_check_of_a_file_whose_rows_are_all_good_ends_with_zero(home):
    run(home, "import-roster", str(DEMO / "township_rounds.csv"), "--check", "--json")


def test_the_journal_verifies(home):
    assert json.loads(run(home, "verify-journal", "--json"))["breaks"] == []


def test_the_doctor_finds_nothing_wrong(home):
    assert all(found["good"] for found in json.loads(run(home, "doctor", "--json")))


def test_a_backup_restores_with_every_digest_equal_and_a_damaged_one_does_not(home, tmp_path_factory):
    backup, other = tmp_path_factory.mktemp("b") / "backup", tmp_path_factory.mktemp("other home")
    for part in (other, *list(other.parents)[:2]):
        part.chmod(part.stat().st_mode | 0o011)
    run(home, "backup", str(backup))
    refused = json.loads(run(other, "restore", str(backup), "--json", code=2))
    assert refused["code"] == "no-keys"
    assert not list(other.iterdir())  # nothing is made, least of all fresh keys
    shutil.copytree(home / "keys", other / "keys")
    told = json.loads(run(other, "restore", str(backup), "--json"))
    assert told["different"] == []
    assert told["rows"] > 1000
    whole = bytearray((backup / "nuanyi.dump").read_bytes())
    whole[len(whole) // 2] ^= 1
    (backup / "nuanyi.dump").write_bytes(whole)
    assert (
        "damaged"
        in json.loads(run(tmp_path_factory.mktemp("third"), "restore", str(backup), "--json", code=2))["code"]
    )


def test_the_newest_backup_is_rehearsed_and_the_doctor_says_when_both_went_well(home, tmp_path):
    assert json.loads(run(home, "backup", "--keep", "2", str(tmp_path / "gone"), "--json", code=2))[
        "code"
    ] == ("target-gone")
    found = {one["what"]: one for one in json.loads(run(home, "doctor", "--json", code=1))}
    assert "gone" in found["backup"]["words"]
    run(home, "backup", "--keep", "2", str(tmp_path))
    told = json.loads(run(home, "rehearse", str(tmp_path), "--json"))
    assert told["different"] == []
    assert told["seconds"] > 0
    assert told["rows"] > 1000
    found = {one["what"]: one for one in json.loads(run(home, "doctor", "--json"))}
    assert found["backup"]["good"]
    assert str(told["rows"]) in found["rehearsal"]["words"]


def test_who_was_erased_after_a_backup_is_erased_again_and_nobody_is_signed_in_when_it_is_restored(
    home, tmp_path_factory
):
    backup, other = tmp_path_factory.mktemp("b") / "backup", tmp_path_factory.mktemp("restored home")
    for part in (other, *list(other.parents)[:2]):
        part.chmod(part.stat().st_mode | 0o011)
    # as 0.8.0 and before wrote it: who is signed in lies in it
    older = (
        "from pathlib import Path; from django.contrib.sessions.backends.db import SessionStore\n"
        "from nuanyi.lib import rooms; from nuanyi.program import backups\n"
        "SessionStore().save(); rooms.passing = frozenset\n"
        f"backups.write(Path('{backup}'))"
    )
    run(home, "manage", "shell", "-v", "0", "-c", older)
    assert json.loads((backup / "manifest.json").read_text())["tables"]["django_session"]["rows"] >= 1
    erase = (
        "from nuanyi.people.services import persons; from nuanyi.people.models import Person;"
        " from nuanyi.lib import row_security;"
        "from nuanyi.lib.actor import system; a = system('test')\n"
        "with row_security.reading_as(a):\n"
        "    p = Person.objects.exclude(phone_digest=None).first(); print(p.pk)\n"
        "    persons.erase_person(actor=a, person=p, reason='wished')"
    )
    gone = run(home, "manage", "shell", "-v", "0", "-c", erase).strip().splitlines()[-1]
    shutil.copytree(home / "keys", other / "keys")
    assert json.loads(run(other, "restore", str(backup), "--json"))["erased_again"] == 1
    look = (
        "from nuanyi.people.models import Person; from nuanyi.lib import row_security; from nuanyi.lib.actor import system\n"
        "with row_security.reading_as(system('test')):\n"
        f"    p = Person.objects.get(pk='{gone}'); print(p.phone_digest, p.sealed_name)"
    )
    assert run(other, "manage", "shell", "-v", "0", "-c", look).strip().splitlines()[-1] == "None None"
    signed_in = "from django.contrib.sessions.models import Session; print(Session.objects.count())"
    assert run(other, "manage", "shell", "-v", "0", "-c", signed_in).strip().splitlines()[-1] == "0"


def test_serve_revives_a_dead_child_and_stops_cleanly_on_sigterm(home):
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "nuanyi.program.cli", "serve", "--port", str(port)],
        env=environment(home),
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert wait_for(port)["status"] == "ok"
        import psutil

        web = next(
            child
            for child in psutil.Process(server.pid).children()
            if "nuanyi.program.web" in child.cmdline()
        )
        killed = [*web.children(recursive=True), web]
        for child in killed:
            child.kill()
        psutil.wait_procs(killed, PATIENCE)
        assert wait_for(port)["status"] == "ok"
    finally:
        server.send_signal(signal.SIGTERM)
        assert server.wait(PATIENCE) == 0


def test_debugging_on_a_public_address_does_not_start(home):
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "nuanyi.program.cli",
            "serve",
            "--host",
            "0.0.0.0",
            "--port",
            str(free_port()),
        ],
        env=environment(home) | {"NUANYI_DEBUG": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert "NUANYI_DEBUG" in done.stderr


def serve_in_vain(home, host="127.0.0.1", **more):
    """What ``serve`` says where it does not start."""
    done = subprocess.run(
        [sys.executable, "-m", "nuanyi.program.cli", "serve", "--host", host, "--port", str(free_port())],
        env=environment(home) | more,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert done.returncode == 2, done.stderr[-500:]
    assert "Traceback" not in done.stderr
    return done.stderr


@pytest.mark.parametrize(
    ("host", "more", "says"),
    [
        ("127.0.0.1", {"NUANYI_DEBUG": "1", "NUANYI_ORIGINS": "https://nuanyi.example"}, "NUANYI_DEBUG"),
        ("127.0.0.1", {"NUANYI_DEBUG": "1", "NUANYI_HOSTS": "nuanyi.example"}, "NUANYI_DEBUG"),
        ("0.0.0.0", {}, "demo"),
        ("127.0.0.1", {"NUANYI_PUBLIC_URL": "https://nuanyi.example"}, "demo"),
        ("127.0.0.1", {"NUANYI_HOSTS": "*"}, "NUANYI_HOSTS"),
        ("127.0.0.1", {"NUANYI_SECRET_KEY": "a"}, "NUANYI_SECRET_KEY"),
        ("127.0.0.1", {"NUANYI_SECRET_KEY": "a" * 60}, "NUANYI_SECRET_KEY"),
        (
            "127.0.0.1",
            {"NUANYI_SECRET_KEY": "django-insecure-0123456789abcdefghijklmnopqrstuvwxyz"},
            "NUANYI_SECRET_KEY",
        ),
        ("127.0.0.1", {"NUANYI_TRUSTED_PROXIES": "the proxy"}, "NUANYI_TRUSTED_PROXIES"),
        ("127.0.0.1", {"NUANYI_TRUSTED_PROXIES": "10.0.0.5,0.0.0.0/0"}, "half the world"),
        ("127.0.0.1", {"NUANYI_METRICS_TOKEN": "a"}, "NUANYI_METRICS_TOKEN"),
        ("127.0.0.1", {"NUANYI_PUBLIC_URL": "http://nuanyi.example"}, "not encrypted"),
    ],
)
def test_an_unsafe_setting_does_not_start_and_says_what_to_change(home, host, more, says):
    assert says in serve_in_vain(home, host, **more)


def test_keys_that_others_may_reach_do_not_start(home):
    folder = home / "keys"
    for file, wide, right in (
        (folder, 0o777, 0o700),
        (folder / "keys.json", 0o644, 0o600),
        (folder / "secret-key", 0o644, 0o600),
    ):
        file.chmod(wide)
        try:
            assert "chmod" in serve_in_vain(home)
        finally:
            file.chmod(right)


def test_keys_that_are_away_or_another_installation_s_do_not_start_and_none_are_made(home, tmp_path):
    """Where NUANYI_KEYS_FILE led elsewhere, fresh keys were made over a full database and nothing of it opened."""
    file = tmp_path / "keys.json"
    assert "missing" in serve_in_vain(home, NUANYI_KEYS_FILE=str(file))
    assert not file.exists()
    make_keys(file)
    tmp_path.chmod(0o700)
    assert "put its own key file back" in serve_in_vain(home, NUANYI_KEYS_FILE=str(file))


@pytest.mark.parametrize(
    ("unsafe", "again", "says"),
    [
        (
            "ALTER ROLE nuanyi_web SET synchronous_commit = off",
            "ALTER ROLE nuanyi_web RESET synchronous_commit",
            "synchronous_commit",
        ),
        (
            "ALTER ROLE nuanyi_web SET row_security = off",
            "ALTER ROLE nuanyi_web RESET row_security",
            ("row-level security does not bind", "row_security is off"),
        ),
        (
            "ALTER ROLE nuanyi_web BYPASSRLS",
            "ALTER ROLE nuanyi_web NOBYPASSRLS",
            ("bound by nothing", "without SUPERUSER and BYPASSRLS"),
        ),
        (
            "ALTER ROLE nuanyi_web SUPERUSER",
            "ALTER ROLE nuanyi_web NOSUPERUSER",
            ("bound by nothing", "without SUPERUSER and BYPASSRLS"),
        ),
        (
            "ALTER TABLE people_person DISABLE ROW LEVEL SECURITY",
            "ALTER TABLE people_person ENABLE ROW LEVEL SECURITY",
            ("people_person",),
        ),
    ],
)
def test_a_database_that_binds_nobody_or_forgets_does_not_start(home, unsafe, again, says):
    import psycopg

    from nuanyi.lib.embedded_postgres import DATABASE, OWNER, WEB, EmbeddedPostgres

    server = EmbeddedPostgres(home)
    url = server.join().url(OWNER, DATABASE)
    try:
        with psycopg.connect(url, autocommit=True) as db:
            db.execute(unsafe.replace("nuanyi_web", WEB))
        try:
            # which of the looks at a start sees it first depends on whether the tables had to be prepared
            refused = serve_in_vain(home)
            assert any(words in refused for words in says), refused
        finally:
            with psycopg.connect(url, autocommit=True) as db:
                db.execute(again.replace("nuanyi_web", WEB))
    finally:
        server.leave()


def _environments_below(parent):
    """``{command: its environment}`` of every process below ``parent``, as the kernel keeps it."""
    parents = {}
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])

    def below(number):
        return number in parents and (parents[number] == parent or below(parents[number]))

    found = {}
    for number in parents:
        if below(number):
            with suppress(OSError):
                command = Path(f"/proc/{number}/cmdline").read_bytes().replace(b"\0", b" ").decode()
                found[f"{number} {command}"] = (
                    Path(f"/proc/{number}/environ").read_bytes().decode(errors="replace")
                )
    return found


def test_a_server_of_ones_own_is_used_and_pages_never_run_as_its_owner(tmp_path_factory):
    import psycopg

    from nuanyi.lib.embedded_postgres import EmbeddedPostgres

    base = tmp_path_factory.mktemp("outside")
    for part in (base, *list(base.parents)[:2]):
        part.chmod(part.stat().st_mode | 0o011)
    with EmbeddedPostgres(base / "server") as address:
        with psycopg.connect(address.url(database="postgres"), autocommit=True) as db:
            db.execute("CREATE ROLE district LOGIN CREATEROLE PASSWORD 'of-the-owner'")
            db.execute("GRANT nuanyi_web TO district WITH ADMIN OPTION")
            db.execute("CREATE DATABASE outside OWNER district")
        owner = make_conninfo(address.url("district", "outside"), password="of-the-owner")
        outside = environment(base / "home") | {"DATABASE_URL": owner}
        program = [sys.executable, "-m", "nuanyi.program.cli"]
        refused = subprocess.run([*program, "figures", "--json"], env=outside, capture_output=True, text=True)
        assert (refused.returncode, json.loads(refused.stdout)["code"]) == (2, "bad-input")
        assert "nuanyi setup" in refused.stderr
        assert not (base / "home").exists(), "no keys beside a database that is not there"
        with psycopg.connect(owner) as db:
            assert db.execute("SELECT count(*) FROM pg_class WHERE relname LIKE 'people%'").fetchone() == (0,)
        with served(base / "home", seconds=300, DATABASE_URL=owner) as (server, _port):
            below = _environments_below(server.pid)
        script = (
            "from django.db import connection as c; k = c.cursor(); k.execute('SELECT session_user, current_user,"
            " pg_has_role(current_user, %s, %s)', ['district', 'MEMBER']); print(*k.fetchone())"
        )
        who = subprocess.run(
            [*program, "manage", "shell", "-v", "0", "-c", script],
            env=outside,
            capture_output=True,
            text=True,
        )
        session, current, may_become_owner = who.stdout.split()
        assert session == current != "district"
        assert (session.startswith("nuanyi_web"), may_become_owner) == (True, "False")
        done = subprocess.run([*program, "figures", "--json"], env=outside, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr[-2000:]
        kinds = ("nuanyi.program.web", "cli worker")
        assert all(any(kind in command for command in below) for kind in kinds), list(below)
        for command, variables in below.items():
            assert "of-the-owner" not in variables, command
            assert "DATABASE_URL=" not in variables, command
            assert "OWNER" not in variables, command


def test_pages_and_jobs_do_not_know_the_address_of_the_database_s_owner(home):
    with served(home) as (server, _port):
        deadline = time.monotonic() + PATIENCE
        below = _environments_below(server.pid)
        # the job worker begins some seconds after the web server
        while not any("cli worker" in command for command in below) and time.monotonic() < deadline:
            time.sleep(0.2)
            below = _environments_below(server.pid)
    assert any("cli worker" in command for command in below)
    for command, variables in below.items():
        if "postgres" not in command.split(" ", 2)[1]:
            assert "nuanyi_owner" not in variables, command
            assert "OWNER" not in variables, command
