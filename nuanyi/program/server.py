"""What Granian serves (RSGI): a request is taken in whole before a thread is, then Django answers it in a thread.

The interface of Granian's own event loop lets the body come in without holding any thread: slow senders hold a
connection and what they sent so far, nothing else. Before anything of ours runs, the body is known to be whole, or
the request is refused: one that ends early, comes too slowly, announces no length or is too large. Headers and idle
connections have Granian's own deadline (``--http1-header-read-timeout``); slow readers are Granian's business too,
because answers are handed over whole.

``GET /api/v1/stations/nearby`` is answered on the event loop itself, from memory, where a fresh snapshot is there.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any

from nuanyi.front import bodies
from nuanyi.lib.env import envint
from nuanyi.lib.processes import die_with_web_server

# before anything else is read, which takes seconds: a worker whose parent was killed meanwhile would stay, with the port
die_with_web_server()

Headers = list[tuple[str, str]]
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

THREADS = 4
#: Requests that wait for a thread in one process; beyond, they are told to come back.
MOST_WAITING = 512
#: Seconds without a byte of a body, and the least rate over its whole length after the first seconds.
STALL_SECONDS, GRACE_SECONDS, LEAST_BYTES_A_SECOND = 20.0, 10.0, 4096.0
#: Bytes of unfinished bodies in one process.
MOST_BUFFERED = 512 << 20


class Interrupted(Exception):
    """The body cannot be taken in; ``problem`` says why (a word of ``front.bodies``)."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


class Given:
    """``start_response``: keeps the status and the headers."""

    def __init__(self) -> None:
        self.status = 500
        self.headers: Headers = []

    def __call__(self, status: str, headers: Headers, _exc: Any = None) -> None:
        """Keep what the application says."""
        self.status = int(status[:3])
        self.headers = [(name.lower(), value) for name, value in headers]


class FileOnDisk:
    """``wsgi.file_wrapper``: a file that Granian may send by itself, without a thread of ours (PEP 3333)."""

    def __init__(self, stream: Any, block_size: int = 8192) -> None:
        self.stream, self.block_size = stream, block_size

    def __iter__(self) -> Any:
        while block := self.stream.read(self.block_size):
            yield block

    @property
    def path(self) -> str | None:
        """Where the file is, if all of it is to be sent."""
        name = getattr(self.stream, "name", None)
        return name if isinstance(name, str) and os.path.isabs(name) and self.stream.tell() == 0 else None

    def close(self) -> None:
        """Close the file."""
        close = getattr(self.stream, "close", None)
        if close:
            close()


class Server:
    """The RSGI callable. ``wsgi`` answers in a thread; ``ahead``, a callable like it, answers at once or gives None."""

    def __init__(
        self,
        wsgi: Application,
        ahead: Callable[[dict[str, Any], Callable[..., Any]], list[bytes] | None] | None = None,
        threads: int = THREADS,
    ) -> None:
        self.wsgi, self.ahead = wsgi, ahead
        self.threads = ThreadPoolExecutor(threads, thread_name_prefix="request")
        self.waiting = 0
        self.buffered = 0

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:
        """Answer one request."""
        environ = environ_of(scope)
        if self.ahead is not None:
            given = Given()
            quick = self.ahead(environ, given)
            if quick is not None:
                protocol.response_bytes(given.status, given.headers, b"".join(quick))
                return
        try:
            body = await self._body(scope, protocol, environ)
        except Interrupted as interrupted:
            if interrupted.problem not in bodies.ANSWERED_IN_FULL:
                protocol.response_bytes(*bodies.short_answer(interrupted.problem, environ))
                return
            environ[bodies.PROBLEM] = interrupted.problem  # the gate answers in the client's own form
            environ["CONTENT_LENGTH"] = "0"
            body = b""
        if self.waiting >= MOST_WAITING:
            protocol.response_bytes(*bodies.short_answer(bodies.BUSY, environ))
            return
        environ["wsgi.input"] = BytesIO(body)
        self.waiting += 1
        try:
            loop = asyncio.get_running_loop()
            status, headers, answer = await loop.run_in_executor(self.threads, self._run, environ)
        finally:
            self.waiting -= 1
        if isinstance(answer, str):
            protocol.response_file(status, headers, answer)
        else:
            protocol.response_bytes(status, headers, answer)

    async def _body(self, scope: Any, protocol: Any, environ: dict[str, Any]) -> bytes:
        """The whole body. Raises Interrupted."""
        problem, length = bodies.announced(environ)
        if problem:
            raise Interrupted(problem)
        if length == 0:
            return b""
        loop = asyncio.get_running_loop()
        started, pieces, received = loop.time(), [], 0
        try:
            async with asyncio.timeout(min(STALL_SECONDS, GRACE_SECONDS)) as deadline:
                async for piece in protocol:
                    pieces.append(bytes(piece))
                    received += len(piece)
                    self.buffered += len(piece)
                    if self.buffered > MOST_BUFFERED:
                        raise Interrupted(bodies.BUSY)
                    earned = started + GRACE_SECONDS + received / LEAST_BYTES_A_SECOND
                    deadline.reschedule(min(loop.time() + STALL_SECONDS, earned))
        except TimeoutError as exc:
            raise Interrupted(bodies.SLOW) from exc
        finally:
            self.buffered -= received
        body = b"".join(pieces)
        if len(body) != length or not bodies.has_an_end(environ, body):
            raise Interrupted(bodies.CUT)
        return body

    def _run(self, environ: dict[str, Any]) -> tuple[int, Headers, bytes | str]:
        """Let the WSGI callable answer, in this thread."""
        given = Given()
        result = self.wsgi(environ, given)
        try:
            path = result.path if isinstance(result, FileOnDisk) else None
            whole = path if path and given.status == 200 and environ["REQUEST_METHOD"] == "GET" else None
            answer = whole or b"".join(result)
        finally:
            close = getattr(result, "close", None)
            if close:
                close()
        return given.status, given.headers, answer


def environ_of(scope: Any) -> dict[str, Any]:
    """A request as PEP 3333 wants it. Text is Latin-1 of the UTF-8 bytes; repeated headers are joined."""
    host, _, port = scope.server.rpartition(":")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": scope.path.encode().decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "SERVER_NAME": host or "localhost",
        "SERVER_PORT": port or "80",
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "wsgi.file_wrapper": FileOnDisk,
    }
    for name, value in scope.headers.items():
        if "_" in name:  # would pass for another header's name with a dash
            continue
        key = name.upper().replace("-", "_")
        if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            key = f"HTTP_{key}"
        if key in environ:
            value = f"{environ[key]}{'; ' if key == 'HTTP_COOKIE' else ','}{value}"
        environ[key] = value
    if "HTTP_HOST" not in environ and scope.authority:
        environ["HTTP_HOST"] = scope.authority
    return environ


def build() -> Server:
    """Django, with the live snapshot of the stations ahead of it where a database was told."""
    from nuanyi.program.wsgi import application

    ahead = getattr(application, "answer", None)
    return Server(application, ahead, envint("NUANYI_THREADS", THREADS))


application = build()
