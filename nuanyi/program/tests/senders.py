"""Clients that browsers are not: bodies cut on the way, and senders and readers that take their time."""

import contextlib
import http.client
import json
import socket
import time
from io import BytesIO
from uuid import uuid4

from PIL import Image


def photo(size=(320, 240)):
    out = BytesIO()
    picture = Image.effect_noise(size, 60).convert("RGB")
    picture.save(out, "JPEG")
    return out.getvalue()


def multipart(fields, files):
    """``(content type, body)``."""
    mark = uuid4().hex
    out = BytesIO()
    for name, value in fields.items():
        out.write(f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode())
    for name, data in files:
        head = f'--{mark}\r\nContent-Disposition: form-data; name="{name}"; filename="p.jpg"\r\n'
        out.write(f"{head}Content-Type: image/jpeg\r\n\r\n".encode() + data + b"\r\n")
    out.write(f"--{mark}--\r\n".encode())
    return f"multipart/form-data; boundary={mark}", out.getvalue()


def token(port):
    """``(headers with cookie and token)`` as the phone's script gets them."""
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    link.request("GET", "/door/token/")
    answer = link.getresponse()
    told = json.loads(answer.read())
    cookie = answer.getheader("Set-Cookie").split(";")[0]
    return {"Cookie": cookie, "X-CSRFToken": told["token"], "Accept": "application/json"}


def report(key, words="窨井盖松了", **more):
    fields = {"key": key, "lat": "25.05", "lon": "110.32", "words": words, "kind": "", "where": "桥头"}
    return fields | more


def post(port, path, headers, kind, body, cut=None, length=None, chunked=False):
    """Status and body of a POST; ``cut`` bytes only are sent, then the line is closed on our side."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
        told = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {length or len(body)}"
        head = [
            f"POST {path} HTTP/1.1",
            "Host: localhost",
            "Connection: close",
            f"Content-Type: {kind}",
            told,
        ]
        head += [f"{name}: {value}" for name, value in headers.items()]
        line.sendall("\r\n".join([*head, "", ""]).encode())
        if chunked:
            half = body[: cut or len(body)]
            line.sendall(f"{len(body):x}\r\n".encode() + half)
        else:
            line.sendall(body[:cut] if cut else body)
        if cut:
            with contextlib.suppress(OSError):  # refused and closed by the server already
                line.shutdown(socket.SHUT_WR)
        raw = b""
        while piece := line.recv(65536):
            raw += piece
    status = int(raw.split(b" ", 2)[1]) if raw else 0
    return status, raw.partition(b"\r\n\r\n")


def slow_senders(port, many, cookie="csrftoken=" + "x" * 32):
    """Open ``many`` lines that hold the server up, a fourth of each kind; gives the sockets."""
    lines = []
    for number in range(many):
        line = socket.create_connection(("127.0.0.1", port), timeout=20)
        kind = number % 4
        if kind == 0:  # headers that never end
            line.sendall(b"GET / HTTP/1.1\r\nHost: local")
        elif kind == 1:  # a body that was announced, and nothing of it
            line.sendall(
                f"POST /report/ HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\nContent-Length: 900\r\n"
                "Content-Type: application/x-www-form-urlencoded\r\n\r\n".encode()
            )
        elif kind == 2:  # a body byte by byte
            line.sendall(
                f"POST /report/ HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\nContent-Length: 900000\r\n"
                "Content-Type: application/x-www-form-urlencoded\r\n\r\nkey=".encode()
            )
        else:  # a question whose answer is never read
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            line.sendall(b"GET /help/ HTTP/1.1\r\nHost: localhost\r\n\r\n" * 3)
        lines.append(line)
    return lines


def drip(lines):
    """One more byte from each that sends slowly."""
    for number, line in enumerate(lines):
        if number % 4 in (0, 2):
            try:
                line.sendall(b"x")
            except OSError:
                pass


#: So many seconds a reader waits before they give up.
GAVE_UP = 10.0


def times_of_others(port, seconds, path="/help/"):
    """How long an ordinary reader waits, in seconds, sorted; who gives up counts as ``GAVE_UP``."""
    took = []
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        begun = time.monotonic()
        link = http.client.HTTPConnection("127.0.0.1", port, timeout=GAVE_UP)
        try:
            link.request("GET", path)
            link.getresponse().read()
            took.append(time.monotonic() - begun)
        except OSError:
            took.append(GAVE_UP)
        finally:
            link.close()
        time.sleep(0.02)
    return sorted(took)


def p95(took):
    return took[min(len(took) - 1, int(len(took) * 0.95))]
