import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import http_ece
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from nuanyi.lib.base64url import b64, from_b64
from nuanyi.lib.outgoing import Gone
from nuanyi.notices.channels import webpush


def private(text):
    return ec.derive_private_key(int.from_bytes(from_b64(text), "big"), ec.SECP256R1())


def test_the_library_that_seals_gives_the_example_of_rfc_8291():
    sealed = http_ece.encrypt(
        b"When I grow up, I want to be a watermelon",
        salt=from_b64("DGv6ra1nlYgDCS1FRnbzlw"),
        private_key=private("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"),
        dh=from_b64(
            "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
        ),
        auth_secret=from_b64("BTBZMqHH6r4Tts7J_aSIgg"),
        version="aes128gcm",
    )
    assert b64(sealed) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPT"
        "pK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


class Service(BaseHTTPRequestHandler):
    """A browser's push service that checks what RFC 8030 and 8292 ask for, and keeps what came."""

    came: list = []
    status = 201

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        scheme, _space, rest = self.headers["Authorization"].partition(" ")
        told = dict(part.strip().split("=", 1) for part in rest.split(","))
        head, claims, mark = told["t"].split(".")
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), from_b64(told["k"]))
        pair = from_b64(mark)
        signature = utils.encode_dss_signature(
            int.from_bytes(pair[:32], "big"), int.from_bytes(pair[32:], "big")
        )
        key.verify(signature, f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))
        claims = json.loads(from_b64(claims))
        good = scheme == "vapid" and claims["aud"] == f"http://{self.headers['Host']}" and claims["sub"]
        good = good and self.headers["TTL"].isdigit() and self.headers["Content-Encoding"] == "aes128gcm"
        type(self).came.append(body)
        self.send_response(type(self).status if good else 403)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_args):
        pass


@pytest.fixture
def browser(settings):
    """A service and a subscription to it, with the browser's private half."""
    Service.came, Service.status = [], 201
    running = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    host = f"127.0.0.1:{running.server_port}"
    settings.NUANYI_OUTGOING_HOSTS = [host]
    mine, auth = ec.generate_private_key(ec.SECP256R1()), b"0123456789abcdef"
    point = mine.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    told = json.dumps(
        {"endpoint": f"http://{host}/send/abc", "keys": {"p256dh": b64(point), "auth": b64(auth)}}
    )
    yield told, mine, auth
    running.shutdown()


def test_a_lesson_arrives_signed_and_only_this_browser_opens_it(browser):
    told, mine, auth = browser
    webpush.send(webpush.read(told), "头盔怎么戴", "扣好再走", "https://x.invalid/l/1/")
    [body] = Service.came
    opened = json.loads(http_ece.decrypt(body, private_key=mine, auth_secret=auth, version="aes128gcm"))
    assert opened == {"title": "头盔怎么戴", "text": "扣好再走", "link": "https://x.invalid/l/1/"}
    assert "头盔" not in body.decode(errors="replace")


@pytest.mark.parametrize(
    ("status", "what"),
    [(410, Gone), (404, Gone), (429, ConnectionError), (503, ConnectionError), (400, ValueError)],
)
def test_what_the_service_answers_is_understood(browser, status, what):
    Service.status = status
    with pytest.raises(what):
        webpush.send(webpush.read(browser[0]), "a", "b", "c")


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://127.0.0.1/x",
        "http://fcm.googleapis.com/x",
        "https://fcm.googleapis.com.evil.example/x",
        "https://evil.example/?fcm.googleapis.com",
        "file:///etc/passwd",
    ],
)
def test_an_address_that_no_browser_gives_is_refused(browser, endpoint):
    told = json.loads(browser[0]) | {"endpoint": endpoint}
    with pytest.raises(ValueError, match="push service"):
        webpush.read(json.dumps(told))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[]",
        "null",
        '{"endpoint": "https://fcm.googleapis.com/x", "keys": {"p256dh": "AAAA", "auth": "AAAA"}}',
    ],
)
def test_what_is_not_a_subscription_is_refused(text):
    with pytest.raises(ValueError):
        webpush.read(text)


def test_the_servers_key_stays_the_same():
    assert webpush.public_key() == webpush.public_key()
    assert len(from_b64(webpush.public_key())) == 65
