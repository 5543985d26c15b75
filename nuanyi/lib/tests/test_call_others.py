"""One way out: what is never called, what is called, and what a caller learns of it."""

import ast
import socket
import threading
import tomllib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from django.db import transaction

import nuanyi
from nuanyi.lib import outgoing

TRICKS = [
    "https://127.0.0.1:18839\\@fcm.googleapis.com/x",
    "https://fcm.googleapis.com\\@127.0.0.1/x",
    "https://user:word@fcm.googleapis.com/x",
    "https://fcm.googleapis.com@127.0.0.1/x",
    "https://fcm.googleapis.com:22/x",
    "https://fcm.googleapis.com:0/x",
    "https://fcm.googleapis.com:99999/x",
    "https://fcm.googleapis.com:x/",
    "http://fcm.googleapis.com/x",
    "https://127.0.0.1/x",
    "https://127.1/x",
    "https://2130706433/x",
    "https://0x7f.0.0.1/x",
    "https://0177.0.0.1/x",
    "https://[::1]/x",
    "https://[::ffff:127.0.0.1]/x",
    "https://localhost/x",
    "https://fcm.googleapis.com#@127.0.0.1/",
    "https://fcm.googleapis.com%2f@127.0.0.1/",
    "https://fcm.googleapis.com%00.evil.example/",
    "https://fcm.googleapis.com\t.evil.example/",
    "https://fcm.googleapis.com/ x",
    "https://fcm.googleapis.com/\r\nHost: 127.0.0.1",
    "https://fcm。googleapis。com/x",
    "https:/fcm.googleapis.com/x",
    "//fcm.googleapis.com/x",
    "file:///etc/passwd",
    "gopher://fcm.googleapis.com/x",
    "",
    "https://",
    "https://" + "a" * 3000,
]


@pytest.mark.parametrize("url", TRICKS)
def test_an_address_that_two_readers_read_differently_is_no_address(url):
    with pytest.raises(outgoing.BadAddress):
        outgoing.parse(url)
    with pytest.raises(outgoing.BadAddress):
        outgoing.call("POST", url, b"")


def test_what_is_called_is_rebuilt_from_its_parts():
    to = outgoing.parse("HTTPS://FCM.googleapis.com:443/fcm/send/a%20b?x=1&y=[")
    assert to.url == "https://fcm.googleapis.com/fcm/send/a%20b?x=1&y=%5B"


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "169.254.169.254",
        "192.168.0.1",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "::1",
        "::",
        "fe80::1%eth0",
        "fd00::1",
        "::ffff:10.0.0.1",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "ff02::1",
        "junk",
    ],
)
def test_an_address_inside_is_not_public(address):
    assert not outgoing.is_public(address)


def test_an_address_of_the_open_internet_is():
    assert outgoing.is_public("223.5.5.5")
    assert outgoing.is_public("2400:3200::1")


class Other(BaseHTTPRequestHandler):
    came: list = []

    def do_GET(self):
        type(self).came.append((self.path, self.headers["Host"]))
        if self.path == "/away":
            self.send_response(302)
            self.send_header("Location", "/secret")
            self.send_header("Content-Length", "2")
        elif self.path == "/long":
            self.send_response(200)
            self.send_header("Content-Length", str(3 << 20))
        else:
            self.send_response(200)
            self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(bytes(3 << 20) if self.path == "/long" else b"ok")

    def log_message(self, *_args):
        pass


@pytest.fixture
def other(settings):
    Other.came = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Other)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.NUANYI_OUTGOING_HOSTS = [f"127.0.0.1:{server.server_port}"]
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def test_a_named_host_may_be_this_machine_and_nothing_is_followed(other):
    assert outgoing.call("GET", f"{other}/x") == (200, b"ok")
    assert outgoing.call("GET", f"{other}/away")[0] == 302
    assert [path for path, _host in Other.came] == ["/x", "/away"]
    with pytest.raises(ConnectionError):
        outgoing.call("GET", f"{other}/long")


def test_a_name_that_leads_inside_is_not_called_and_says_the_same_as_a_closed_port(
    other, settings, monkeypatch
):
    """DNS that answers with loopback: open and closed ports must be told by nobody."""
    port = int(other.rpartition(":")[2])
    settings.NUANYI_OUTGOING_HOSTS = [f"named.example:{port}", "127.0.0.1:9"]
    real = socket.getaddrinfo
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, *a, **k: real("127.0.0.1" if "example" in host else host, *a, **k)
    )
    words = set()
    for url in ("https://rebound.example/x", "http://127.0.0.1:9/x"):
        with pytest.raises(ConnectionError) as told:
            outgoing.call("GET", url)
        words.add(str(told.value))
    assert words == {outgoing.NO_ANSWER}
    assert Other.came == []
    # the control: a host that the settings name goes to the very address it resolves to
    assert outgoing.call("GET", f"http://named.example:{port}/x")[0] == 200
    assert Other.came == [("/x", f"named.example:{port}")]


@pytest.mark.django_db
def test_nobody_is_called_while_rows_are_locked_or_a_page_waits(other):
    outgoing.call("GET", f"{other}/x")
    with transaction.atomic(), pytest.raises(outgoing.CalledTooEarly):
        outgoing.call("GET", f"{other}/x")
    with outgoing.serving(), pytest.raises(outgoing.CalledTooEarly):
        outgoing.call("GET", f"{other}/x")
    assert len(Other.came) == 1


@pytest.mark.django_db
def test_an_exchange_that_a_page_waits_for_is_made_too_but_never_while_rows_are_locked(other):
    with outgoing.serving(), outgoing.exchange():
        assert outgoing.call("GET", f"{other}/x")[0] == 200
        with transaction.atomic(), pytest.raises(outgoing.CalledTooEarly):
            outgoing.call("GET", f"{other}/x")
    assert len(Other.came) == 1


#: Every way to a server of others; whoever uses one stands in ``pyproject.toml`` with a reason.
CLIENTS = {
    "urllib.request",
    "http.client",
    "requests",
    "urllib3",
    "httpx",
    "socket",
    "ssl",
    "smtplib",
    "ftplib",
    "django.core.mail",
}
USES_ONE = {
    "lib/outgoing.py",
    "lib/pictures.py",
    "lib/pictures_child.py",
    "lib/tls.py",
    "notices/channels/email/__init__.py",
    "program/supervisor.py",
}


def test_no_other_file_knows_a_way_out():
    root = Path(nuanyi.__file__).parent
    told = tomllib.loads((root.parent / "pyproject.toml").read_text())["tool"]["ruff"]["lint"]
    assert set(told["flake8-tidy-imports"]["banned-api"]) >= CLIENTS
    used = set()
    for file in root.rglob("*.py"):
        for node in [] if "tests" in file.parts else ast.walk(ast.parse(file.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
            if CLIENTS.intersection(names):
                used.add(file.relative_to(root).as_posix())
    assert used == USES_ONE
