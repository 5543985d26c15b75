"""Debian's own nginx and Caddy in front of a port, as the manual sets them up, with a certificate of a test."""

import http.client
import re
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

from tests.ports import free_port

DEPLOY = Path(__file__).parents[3] / "docs" / "deploy"
NAME = "district.example"


def certificate(folder):
    """``cert.pem`` and ``key.pem`` for the name of the manual."""
    command = (
        f"openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN={NAME}"
        f" -addext subjectAltName=DNS:{NAME} -keyout key.pem -out cert.pem"
    )
    subprocess.run(command.split(), cwd=folder, check=True, capture_output=True)


class Named(http.client.HTTPSConnection):
    """A connection to an address that asks for the name, as a browser does: Caddy shows no certificate without it."""

    def connect(self):
        """Connect, and say the name in the greeting of TLS (SNI)."""
        http.client.HTTPConnection.connect(self)
        self.sock = self._context.wrap_socket(self.sock, server_hostname=NAME)


class Secure(urllib.request.HTTPSHandler):
    """Opens https addresses by ``Named``."""

    def https_open(self, request):
        """One request."""
        return self.do_open(Named, request, context=self._context)


class Front:
    """A proxy that runs: its ports, and an opener for its https side that trusts its certificate."""

    def __init__(self, folder, plain, secure):
        self.folder, self.plain, self.secure = folder, plain, secure
        # the name leads nowhere: it is asked for by its address and told to the server as a browser tells it
        self.context = ssl.create_default_context(cafile=str(folder / "cert.pem"))

    def ask(self, path, **more):
        """One request over https; a client that claims to be somebody else."""
        asked = urllib.request.Request(f"https://127.0.0.1:{self.secure}{path}", **more)
        asked.add_header("Host", NAME)
        asked.add_header("X-Forwarded-For", "6.6.6.6")
        return urllib.request.build_opener(Secure(context=self.context)).open(asked, timeout=60)

    def wait(self):
        """Until it answers."""
        deadline = time.monotonic() + 60
        while True:
            try:
                return self.ask("/")
            except urllib.error.HTTPError as answered:
                return answered
            except (urllib.error.URLError, ConnectionError):
                assert time.monotonic() < deadline
                time.sleep(0.1)


@contextmanager
def nginx(folder, upstream):
    """Debian's nginx with the example of the manual."""
    plain, secure = free_port(), free_port()
    certificate(folder)
    text = (DEPLOY / "nginx.conf").read_text()
    text = re.sub(r"\n    listen \[::\].*", "", text)
    text = text.replace("listen 80;", f"listen 127.0.0.1:{plain};")
    text = text.replace("listen 443 ssl;", f"listen 127.0.0.1:{secure} ssl;")
    text = text.replace("/etc/ssl/nuanyi/fullchain.pem", str(folder / "cert.pem"))
    text = text.replace("/etc/ssl/nuanyi/privkey.pem", str(folder / "key.pem"))
    text = text.replace("127.0.0.1:8000", f"127.0.0.1:{upstream}")
    whole = f"""user root; pid {folder}/nginx.pid; error_log {folder}/error.log; daemon off;
events {{}}
http {{ access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
{text} }}"""
    (folder / "nginx.conf").write_text(whole)
    process = subprocess.Popen(["nginx", "-c", str(folder / "nginx.conf"), "-p", str(folder)])
    try:
        yield Front(folder, plain, secure)
    finally:
        process.terminate()
        process.wait(20)


@contextmanager
def caddy(folder, upstream):
    """Debian's Caddy with the example of the manual; only where the certificate comes from is another."""
    plain, secure = free_port(), free_port()
    certificate(folder)
    text = (DEPLOY / "Caddyfile").read_text().replace("127.0.0.1:8000", f"127.0.0.1:{upstream}")
    text = text.replace(
        f"{NAME} {{", f"{NAME}:{secure} {{\n\ttls {folder}/cert.pem {folder}/key.pem\n\tbind 127.0.0.1", 1
    )
    whole = f"{{\n\tadmin off\n\thttp_port {plain}\n\thttps_port {secure}\n\tauto_https disable_redirects\n}}\n{text}"
    (folder / "Caddyfile").write_text(whole)
    process = subprocess.Popen(
        ["caddy", "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"],
        env={"HOME": str(folder), "PATH": "/usr/bin:/bin"},
        stderr=subprocess.DEVNULL,
    )
    try:
        yield Front(folder, plain, secure)
    finally:
        process.terminate()
        process.wait(20)
