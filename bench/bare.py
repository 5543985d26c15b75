"""The least that can be served: a WSGI callable (PEP 3333) that answers some JSON, behind the same Granian."""

from __future__ import annotations

from collections.abc import Callable, Iterable

ANSWER = b'{"stations": []}'


def application(environ: dict[str, object], start: Callable[..., object]) -> Iterable[bytes]:
    """Nothing asked, nothing looked up."""
    start("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(ANSWER)))])
    return [ANSWER]
