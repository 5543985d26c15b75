"""What a summary is, how it is signed and checked; what open data consist of. No database.

A summary is JSON (RFC 8259, UTF-8). What is signed is the document without its ``signature``, with sorted keys, no
spaces and no escapes: anybody can check it with Ed25519 (RFC 8032) and nothing of ours.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

FORMAT = "nuanyi-summary/1"
MONTH = re.compile(r"20\d\d-(0[1-9]|1[0-2])", re.ASCII)
#: The first month that can be handed up.
FIRST_MONTH = date(2000, 1, 1)
HEX_KEY = re.compile(r"[0-9a-f]{64}")
MOST_BYTES = 1 << 20
MOST_COUNT = 10**9
#: How far ahead of the last one that was taken in a revision may be: one with a huge number would shut out all that follow.
MOST_AHEAD = 20

LICENCE = "CC-BY-4.0"
LICENCE_ADDRESS = "https://creativecommons.org/licenses/by/4.0/"
#: What is released: kinds by month, by township and year, by sector and year.
DATASETS = ("months", "townships", "sectors")


class BadSummary(Exception):
    """A document that is no summary; ``why`` says what is wrong with it, for a log."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def signed_bytes(document: dict[str, Any]) -> bytes:
    """What a signature is made over."""
    bare = {name: value for name, value in document.items() if name != "signature"}
    return json.dumps(bare, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def sign(document: dict[str, Any], private: bytes) -> dict[str, Any]:
    """The document with its key and signature."""
    key = Ed25519PrivateKey.from_private_bytes(private)
    whole = {**document, "key": key.public_key().public_bytes_raw().hex()}
    return {**whole, "signature": key.sign(signed_bytes(whole)).hex()}


def public_key(private: bytes) -> str:
    """The public half in hexadecimal."""
    return Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw().hex()


def signature_holds(document: dict[str, Any]) -> bool:
    """Whether the signature is that of the key which the document names."""
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(str(document["key"])))
        key.verify(bytes.fromhex(str(document["signature"])), signed_bytes(document))
    except (InvalidSignature, ValueError, KeyError):
        return False
    return True


@dataclass(frozen=True)
class Read:
    """A summary that has the right shape; nothing is said of its signature yet."""

    code: str
    name: str
    month: str
    revision: int
    made_date: date
    workers: int
    counts: dict[str, int]
    key: str
    document: dict[str, Any]


def read(raw: bytes) -> Read:
    """A document as a summary. Raises BadSummary."""
    if len(raw) > MOST_BYTES:
        raise BadSummary("too large")
    try:
        document = json.loads(raw)
    except (ValueError, RecursionError) as exc:
        raise BadSummary("no JSON") from exc
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise BadSummary("format")
    district, month, revision = (document.get(name) for name in ("district", "month", "revision"))
    code = str(district.get("code", "")) if isinstance(district, dict) else ""
    if not isinstance(district, dict) or not (code.isascii() and code.isdecimal() and len(code) == 6):
        raise BadSummary("district")
    if not isinstance(month, str) or not MONTH.fullmatch(month):
        raise BadSummary("month")
    if type(revision) is not int or not 1 <= revision <= 10_000:
        raise BadSummary("revision")
    try:
        made = date.fromisoformat(str(document.get("made_at"))[:10])
    except ValueError as exc:
        raise BadSummary("made_at") from exc
    counts = document.get("counts")
    if not isinstance(counts, dict) or not all(
        isinstance(kind, str) and len(kind) <= 60 and type(number) is int and abs(number) <= MOST_COUNT
        for kind, number in counts.items()
    ):
        raise BadSummary("counts")
    workers = document.get("workers")
    if type(workers) is not int or not 0 <= workers <= MOST_COUNT:
        raise BadSummary("workers")
    if not HEX_KEY.fullmatch(str(document.get("key", ""))):
        raise BadSummary("key")
    return Read(
        code,
        str(district.get("name", ""))[:60],
        month,
        revision,
        made,
        workers,
        counts,
        str(document["key"]),
        document,
    )


def changes(
    before: list[dict[str, Any]],
    after: list[dict[str, Any]],
    *,
    until: date,
    now_until: date,
    of_people: Collection[str],
) -> list[dict[str, Any]]:
    """What differs between two releases in what the first told already: corrections, and not a month that is new.

    ``until`` and ``now_until`` are their last months: what a year that went on between them differs by is also what is
    new, so that its corrections are told by their months. A cell that only one of them has held nothing in the other: None
    (few or nobody) for the kinds ``of_people``, else 0.
    """

    def key(row: dict[str, Any]) -> tuple[str, ...]:
        return tuple(str(row[name]) for name in ("dataset", "kind", "period", "township", "sector"))

    def nothing(row: dict[str, Any]) -> int | None:
        return None if row["kind"] in of_people else 0

    was, now = {key(row): row for row in before}, {key(row): row for row in after}
    months = f"{until:%Y-%m}"
    years = f"{until.year - (until.month < 12 and until != now_until)}"
    found = []
    for place in sorted(was.keys() | now.keys()):
        row = now.get(place) or {**was[place], "value": nothing(was[place])}
        earlier = was[place]["value"] if place in was else nothing(row)
        if earlier != row["value"] and row["period"] <= (months if "-" in row["period"] else years):
            found.append({**row, "before": earlier})
    return found
