"""Calls to servers of others, through one pool of connections (urllib3): no redirects, answers of bounded size, no waiting for ever."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import urllib3
from urllib3.exceptions import HTTPError

SECONDS = 10
MAX_ANSWER = 1 << 20

_POOL = urllib3.PoolManager(
    num_pools=32, maxsize=16, block=True, timeout=urllib3.Timeout(SECONDS), retries=False
)


class Gone(ValueError):
    """Whoever was written to is not there any more; nothing should be sent there again."""


def call(
    method: str, url: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
) -> tuple[int, bytes]:
    """Status and answer. Raises ConnectionError where there was none."""
    try:
        answer = _POOL.request(
            method, url, body=body, headers=dict(headers or {}), redirect=False, preload_content=False
        )
        told = answer.read(MAX_ANSWER + 1)
        if len(told) > MAX_ANSWER:
            answer.close()  # what is left of a long answer is not waited for
        answer.release_conn()
    except (HTTPError, OSError, ValueError) as exc:
        raise ConnectionError(str(exc)[:120] or type(exc).__name__) from exc
    if len(told) > MAX_ANSWER:
        raise ConnectionError("the answer is too long")
    return answer.status, told


def tell(
    method: str, url: str, body: object = None, headers: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Send JSON, read a JSON object. Raises ConnectionError (later again: no answer, 429, 5xx), ValueError (pointless)."""
    told = None if body is None else json.dumps(body, ensure_ascii=False).encode()
    head = (
        {"Content-Type": "application/json; charset=utf-8", **(headers or {})}
        if told is not None
        else headers
    )
    status, answer = call(method, url, told, head)
    if status == 429 or status >= 500:
        raise ConnectionError(f"HTTP {status}")
    if status >= 300:
        raise ValueError(f"HTTP {status}")
    try:
        found = json.loads(answer)
    except ValueError as exc:
        raise ConnectionError("the answer is not JSON") from exc
    return found if isinstance(found, dict) else {}
