"""Digests: keyed ones of whatever people wrote, unkeyed ones of what is public or asked for by a published protocol.

An unkeyed digest of a name, a phone or a sentence is that name, phone or sentence to whoever has the database and an
afternoon: there are few enough of them to try all. ``ruff`` therefore bans ``hashlib`` outside ``lib``.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import IO, Any

from django.conf import settings

from nuanyi.lib.seal import keys_at


def body_digest(purpose: str, raw: bytes) -> bytes:
    """A keyed digest (16 bytes) of a request's body, to know the same body again."""
    return rekeyed(purpose, hashlib.sha256(raw).digest())


def file_digest(purpose: str, raw: bytes) -> str:
    """A keyed digest of a file, 32 hexadecimal signs, to know the very same file again."""
    return body_digest(purpose, raw).hex()


def rekeyed(purpose: str, sha256: bytes) -> bytes:
    """``body_digest`` of whatever has this SHA-256: for what older versions stored without a key."""
    return keys_at(Path(settings.NUANYI_KEYS_FILE)).digest_bytes(purpose, sha256)


def salted_mark(salt: bytes, text: str) -> bytes:
    """A keyed digest (16 bytes) under a salt that is thrown away soon."""
    return hashlib.blake2b(text.encode(), key=salt, digest_size=16).digest()


def entity_tag(raw: bytes) -> str:
    """A short digest of a public answer or file, for caches: SHA-256, which processors work out by themselves, cut short."""
    return hashlib.sha256(raw).hexdigest()[:24]


def sha256_hex(raw: bytes) -> str:
    """SHA-256 as published protocols and manifests ask for it, hexadecimal. Never of what people wrote."""
    return hashlib.sha256(raw).hexdigest()


def file_sha256_hex(file: IO[bytes]) -> str:
    """SHA-256 of all that a file gives from here on, hexadecimal, a piece at a time; closes it."""
    found = hashlib.sha256()
    with file:
        while piece := file.read(1 << 20):
            found.update(piece)
    return found.hexdigest()


def sha1_hex(raw: bytes) -> str:
    """SHA-1 where a published protocol knows nothing better, hexadecimal. Never of what people wrote."""
    return hashlib.sha1(raw).hexdigest()  # noqa: S324 - the protocol's own


def rekey_rows(model: Any, column: str, purpose: str) -> None:
    """Put stored SHA-256 digests of a column (bytes or hexadecimal) under the key; for migrations, can be run again."""
    changed = []
    for row in model._base_manager.only("pk", column).iterator(2000):
        old = getattr(row, column)
        raw = bytes.fromhex(old) if isinstance(old, str) else bytes(old)
        if len(raw) != hashlib.sha256().digest_size:
            continue
        new = rekeyed(purpose, raw)
        setattr(row, column, new.hex() if isinstance(old, str) else new)
        changed.append(row)
        if len(changed) == 1000:
            model._base_manager.bulk_update(changed, [column])
            changed = []
    if changed:
        model._base_manager.bulk_update(changed, [column])
