"""``GET /api/v1/stations/nearby`` answered ahead of Django, from this process's snapshot.

A WSGI callable in front of another. It keeps the same limits and headers as everything else; where it has no
snapshot that is surely fresh, it lets Django answer the same address from the database.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qsl

from django.utils import translation

from nuanyi.lib import clock
from nuanyi.lib.digests import entity_tag
from nuanyi.lib.errors import Refusal, TooMuch
from nuanyi.lib.limits import network_of
from nuanyi.lib.proxies import client_address
from nuanyi.stations import nearby
from nuanyi.stations.live import LiveSnapshot

PATH = "/api/v1/stations/nearby"
MAX_AGE = 15
REASONS = {
    200: "200 OK",
    304: "304 Not Modified",
    422: "422 Unprocessable Content",
    429: "429 Too Many Requests",
}

Start = Callable[[str, list[tuple[str, str]]], Any]
Application = Callable[[dict[str, Any], Start], Iterable[bytes]]


def _given(query: str) -> dict[str, str]:
    """The parameters of an address; nearly always there is nothing in them to be unquoted."""
    if "%" in query or "+" in query:
        return dict(parse_qsl(query))
    pairs = [pair.partition("=") for pair in query.split("&")]
    return {name: value for name, _equals, value in pairs if value}


class Buckets:
    """A token bucket for each network: so many a second, twice as many at once. Holds no network for long."""

    def __init__(self, per_second: float) -> None:
        self.per_second = per_second
        self.lock = threading.Lock()
        self.filled: dict[str, tuple[float, float]] = {}

    def take(self, network: str, now: float) -> bool:
        """Whether one more may pass."""
        if self.per_second <= 0:
            return True
        most = self.per_second * 2
        with self.lock:
            if len(self.filled) > 50_000:
                self.filled = {k: kept for k, kept in self.filled.items() if now - kept[1] < 2}
            tokens, at = self.filled.get(network, (most, now))
            tokens = min(most, tokens + (now - at) * self.per_second)
            if tokens < 1:
                self.filled[network] = (tokens, now)
                return False
            self.filled[network] = (tokens - 1, now)
            return True


class StationsAhead:
    """The callable. ``headers`` are those that protect every answer of the program."""

    def __init__(
        self, behind: Application, live: LiveSnapshot, headers: list[tuple[str, str]], per_second: float
    ) -> None:
        self.behind, self.live = behind, live
        self.headers = [("Access-Control-Allow-Origin", "*"), *headers]  # pages of other sites may read it
        self.buckets = Buckets(per_second)

    def __call__(self, environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
        """Answer, or let Django answer."""
        answered = self.answer(environ, start_response)
        return self.behind(environ, start_response) if answered is None else answered

    def answer(self, environ: dict[str, Any], start_response: Start) -> list[bytes] | None:
        """Answer from memory, at once; None where Django has to."""
        if environ["PATH_INFO"] != PATH or environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return None
        if not self.buckets.take(network_of(client_address(environ)), time.monotonic()):
            return self._refuse(TooMuch(code="too-often"), environ, start_response)
        snapshot = self.live.current()
        if snapshot is None:
            return None
        try:
            asked = nearby.asked_of(_given(environ.get("QUERY_STRING", "")))
            body = nearby.answer(asked, snapshot, clock.now().timestamp())
        except Refusal as refusal:
            return self._refuse(refusal, environ, start_response)
        return self._send(200, body, environ, start_response)

    def _send(self, status: int, body: bytes, environ: dict[str, Any], start_response: Start) -> list[bytes]:
        tag = f'"{entity_tag(body)}"'
        headers = [
            ("Content-Type", "application/json; charset=utf-8"),
            ("Cache-Control", f"public, max-age={MAX_AGE}"),
            ("ETag", tag),
            *self.headers,
        ]
        if tag in environ.get("HTTP_IF_NONE_MATCH", ""):
            start_response(REASONS[304], headers)
            return [b""]
        start_response(REASONS[status], [*headers, ("Content-Length", str(len(body)))])
        return [b""] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    def _refuse(self, refusal: Refusal, environ: dict[str, Any], start_response: Start) -> list[bytes]:
        language = "en" if environ.get("HTTP_ACCEPT_LANGUAGE", "").lower().startswith("en") else "zh-hans"
        with translation.override(language):
            body = json.dumps(refusal.problem(), ensure_ascii=False).encode()
        headers = [
            ("Content-Type", "application/problem+json"),
            ("Content-Length", str(len(body))),
            ("Cache-Control", "no-store"),
            *self.headers,
        ]
        if refusal.status == 429:
            headers.append(("Retry-After", "2"))
        start_response(REASONS.get(refusal.status, "422 Unprocessable Content"), headers)
        return [body]
