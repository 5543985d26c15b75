"""``docs/administrator.md``, line by line, on a fresh folder: wheel, service, set-up, TLS, the first sign-in, a backup.

Every line of the manual's first chapters is run. What a test may not do to the machine it runs on (packages, accounts,
systemd itself) has a stand-in that is named here; a line that is in neither place fails the test.
"""

import http.cookiejar
import os
import re
import shlex
import shutil
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
import zipfile
from email.parser import HeaderParser
from pathlib import Path

import pytest

from nuanyi.program.tests import proxies
from nuanyi.program.tests.conftest import opened, wait_for
from tests.ports import free_port

ROOT = Path(__file__).parents[3]
MANUAL = ROOT / "docs" / "administrator.md"
pytestmark = pytest.mark.xdist_group("manual")


def chapter(title):
    """The shell lines of a chapter, each whole: a here-document is one."""
    text = MANUAL.read_text().split(f"## {title}\n", 1)[1].split("\n## ", 1)[0]
    lines = []
    for block in re.findall(r"```sh\n(.*?)```", text, flags=re.S):
        pending = ""
        for line in block.splitlines(keepends=True):
            pending += line
            if "<<'END'" in pending and not pending.endswith("\nEND\n"):
                continue
            if pending.strip():
                lines.append(pending.rstrip())
            pending = ""
    return lines


class Machine:
    """A machine of one's own below a folder: where the manual says ``/opt/nuanyi``, ``/etc``, ``/var/lib/nuanyi``."""

    def __init__(self, base, wheel):
        self.base, self.wheel, self.port = base, wheel, free_port()
        self.user = "root" if os.getuid() == 0 else os.environ.get("USER", "nobody")
        self.said = {}
        for folder in ("bin", "opt", "etc", "var", "srv", "units"):
            (base / folder).mkdir()
            (base / folder).chmod(0o755)

    def here(self, line):
        """A line of the manual, for this machine."""
        for there, here in (
            ("/opt/nuanyi", f"{self.base}/opt/nuanyi"),
            ("/var/lib/nuanyi", f"{self.base}/var/nuanyi"),
            ("/etc/nuanyi.env", f"{self.base}/etc/nuanyi.env"),
            ("/srv/nuanyi-backups", f"{self.base}/srv/nuanyi-backups"),
            ("/usr/local/bin", f"{self.base}/bin"),
            ("--user nuanyi", f"--user {self.user} --dest {self.base}/units --port {self.port}"),
            ("-o nuanyi -g nuanyi", ""),
            ("-o nuanyi", ""),
            ("sudo -u nuanyi ", "env "),
            ("python3 -m venv", f"{sys.executable} -m venv"),
            ("nuanyi-*.whl", f"--no-index --no-deps {self.wheel}"),
        ):
            line = line.replace(there, here)
        return line

    def sh(self, line):
        """Run it; nothing of the tests' own environment comes along."""
        env = {
            "PATH": f"{self.base}/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": str(self.base),
            "LANG": "C.UTF-8",
        }
        done = subprocess.run(["bash", "-ec", line], cwd=self.base, env=env, capture_output=True, text=True)
        assert done.returncode == 0, f"{line}\n{done.stdout[-800:]}\n{done.stderr[-1500:]}"
        return done.stdout

    def follow(self, line):
        """One line of the manual, or its stand-in."""
        if line.startswith("apt-get install -y python3"):
            return ""  # this very Python
        if line.startswith("useradd"):
            (self.base / "var" / "nuanyi").mkdir()
            return ""
        if line.startswith("systemctl daemon-reload"):
            return self.verify_units()
        out = self.sh(self.here(line))
        if "pip install" in line:
            self.lend_dependencies()
        return out

    def lend_dependencies(self):
        """What the wheel asks for is not downloaded once more: it is lent by the environment of the tests."""
        [site] = (self.base / "opt" / "nuanyi" / "lib").glob("python*/site-packages")
        lent = [path for path in sys.path if path.endswith("site-packages")]
        (site / "lent.pth").write_text("\n".join(lent) + "\n")

    def verify_units(self):
        """``systemd-analyze verify`` in place of starting them."""
        units = sorted((self.base / "units").iterdir())
        assert len(units) == 5
        if shutil.which("systemd-analyze"):
            done = subprocess.run(
                ["systemd-analyze", "verify", *map(str, units)], capture_output=True, text=True
            )
            ours = [line for line in done.stderr.splitlines() if "nuanyi" in line]
            wrong = r"Unknown|Invalid|Failed to parse|not executable"
            assert not [line for line in ours if re.search(wrong, line)], ours
        return ""

    def start(self, unit, log):
        """What systemd would start, with exactly the unit's own environment and command."""
        text = (self.base / "units" / unit).read_text()
        env = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(self.base)}
        for line in text.splitlines():
            if line.startswith("Environment="):
                name, _is, value = line.removeprefix("Environment=").partition("=")
                env[name] = value
        for line in (self.base / "etc" / "nuanyi.env").read_text().splitlines():
            name, _is, value = line.partition("=")
            env[name] = value
        [command] = re.findall(r"^ExecStart=(.*)$", text, flags=re.M)
        return subprocess.Popen(shlex.split(command), env=env, stdout=log, stderr=log, cwd="/")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    base = tmp_path_factory.mktemp("wheel")
    ignored = shutil.ignore_patterns("node_modules", ".venv", ".git", "build", "*.egg-info", "__pycache__")
    shutil.copytree(ROOT, base / "source", ignore=ignored, symlinks=True)
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "-q",
        "--no-deps",
        "--no-build-isolation",
        "-w",
        str(base),
        ".",
    ]
    subprocess.run(command, cwd=base / "source", check=True)
    shutil.rmtree(base / "source")
    [made] = base.glob("nuanyi-*.whl")
    return made


def test_the_wheel_carries_templates_styles_catalogues_data_and_no_tests(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    for wanted in (
        "nuanyi/front/static/front/phone.css",
        "nuanyi/front/static/front/office.css",
        "nuanyi/front/static/front/map.css",
        "nuanyi/stations/static/stations/first.css",
        "nuanyi/stations/static/stations/first.js",
        "nuanyi/front/locale/zh_Hans/LC_MESSAGES/django.mo",
        "nuanyi/program/locale/zh_Hans/LC_MESSAGES/django.mo",
        "nuanyi/program/templates/setup/units.html",
        "nuanyi/program/setup/template.toml",
        "nuanyi/places/data/division/villages.xz",
        "nuanyi/places/data/division/LICENSE",
        "nuanyi/census/demo/rosters/establishments.xlsx",
        "nuanyi/program/migrations/0001_initial.py",
    ):
        assert wanted in names, wanted
    assert not [name for name in names if "/tests/" in name]


def test_pip_is_told_of_everything_that_the_program_needs(wheel):
    with zipfile.ZipFile(wheel) as archive:
        [meta] = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        asked = HeaderParser().parsestr(archive.read(meta).decode()).get_all("Requires-Dist")
    written = [
        line for line in (ROOT / "requirements.in").read_text().splitlines() if line and line[0] != "#"
    ]

    def name_of(line):
        return re.match(r"[\w.-]+", line)[0].lower().replace("_", "-")

    assert {name_of(line) for line in asked if "extra ==" not in line} == {name_of(line) for line in written}


@pytest.mark.timeout(900)
@pytest.mark.skipif(os.getuid() != 0, reason="the manual is followed as root")
def test_the_manual_line_by_line_from_a_bare_machine_to_the_first_sign_in_and_a_rehearsed_backup(
    tmp_path_factory, wheel
):
    base = opened(tmp_path_factory.mktemp("m"))
    machine = Machine(base, wheel)
    for line in [*chapter("Install"), *chapter("Serve")]:
        machine.follow(line)
    log = base / "serve.log"
    with log.open("wb") as out:
        server = machine.start("nuanyi.service", out)
    try:
        # a wheel has no tables that were built before: all migrations run, beside whatever else is tested meanwhile
        wait_for(machine.port, 300)
        assert "https://district.example/setup/?key=" in log.read_text()
        [line] = chapter("Set the district up")
        slips = dict(re.findall(r"^  (\S+)\s+(\S+-\S+-\S+) ", machine.follow(line), flags=re.M))
        assert {"guanli", "liangxin", "shenji"} <= slips.keys()
        if shutil.which("nginx"):
            front = base / "nginx"
            front.mkdir()
            with proxies.nginx(front, machine.port) as proxy:
                _first_sign_in(proxy, "guanli", slips["guanli"])
        if shutil.which("caddy"):
            front = base / "caddy"
            front.mkdir()
            with proxies.caddy(front, machine.port) as proxy:
                _first_sign_in(proxy, "liangxin", slips["liangxin"])
        for unit in ("nuanyi-backup.service", "nuanyi-rehearsal.service"):
            with log.open("ab") as out:
                assert machine.start(unit, out).wait(120) == 0, log.read_text()[-2000:]
        assert "came back with the digests" in log.read_text()
    finally:
        server.terminate()
        server.wait(60)


def _first_sign_in(proxy, name, password):
    """Through TLS, with a form's token and cookies: the one-time password opens the page that changes it, and only that."""
    assert proxy.wait().status == 200
    jar = http.cookiejar.CookieJar(http.cookiejar.DefaultCookiePolicy(secure_protocols=("https",)))
    browser = urllib.request.build_opener(
        proxies.Secure(context=proxy.context),
        urllib.request.HTTPCookieProcessor(jar),
        _Stay(),
    )
    base = f"https://127.0.0.1:{proxy.secure}"
    head = {"Host": proxies.NAME, "Referer": f"https://{proxies.NAME}/accounts/login/"}

    def ask(path, **form):
        data = urllib.parse.urlencode(form).encode() if form else None
        return browser.open(urllib.request.Request(base + path, data=data, headers=head), timeout=60)

    page = ask("/accounts/login/").read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]
    assert all(cookie.secure for cookie in jar)
    answer = ask("/accounts/login/", csrfmiddlewaretoken=token, login=name, password=password)
    assert answer.status == 302
    assert ask("/office/").headers["Location"].startswith("/accounts/password/change/")
    assert ask("/accounts/password/change/").status == 200
    with pytest.raises(urllib.error.HTTPError) as refused:
        proxy.ask("/metrics")
    assert refused.value.code == 404


class _Stay(urllib.request.HTTPRedirectHandler):
    """Redirects are looked at, not followed."""

    def redirect_request(self, *_more):
        return None

    def http_error_302(self, _request, answer, *_more):
        return answer
