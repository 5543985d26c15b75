"""Sealing personal values: AES-256-GCM (NIST SP 800-38D) under rotating keys, keyed digests for exact look-up.

A sealed value is ``version(1) | key number(2, big-endian) | nonce(12) | ciphertext and tag``. The
associated data binds it to its field and record, so a value copied into another row does not open.
Keys live in a file of their own, outside the database and its backups; it must not be readable by others.
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from nuanyi.lib import durable

VERSION = b"\x01"
#: Key families: ordinary fields, political affiliation, files, and who belongs to a branch (each its own keys).
FAMILIES = ("person", "political", "file", "member")


class CannotOpen(Exception):
    """The value was sealed with a key that is gone, for another record, or was tampered with."""


class UnsafeKeys(Exception):
    """The key file is missing, damaged or readable by others; the message says what to do."""


@dataclass(frozen=True)
class Ring:
    """One family of keys: the newest seals, all open."""

    newest: int
    keys: dict[int, bytes]

    def __repr__(self) -> str:
        return f"<Ring of {len(self.keys)} keys>"


@dataclass(frozen=True)
class Keys:
    """All keys of an installation."""

    rings: dict[str, Ring]
    digest_key: bytes
    _lasting: dict[str, bytes] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __repr__(self) -> str:
        return "<Keys>"

    def sealer(self, family: str) -> Callable[[str, bytes], bytes]:
        """A fast ``seal(text, bound_to)`` under the newest key of a family."""
        ring = self.rings[family]
        encrypt, head = AESGCM(ring.keys[ring.newest]).encrypt, VERSION + ring.newest.to_bytes(2, "big")
        nonces = _nonces()

        def seal(text: str, bound_to: bytes) -> bytes:
            nonce = next(nonces)
            return head + nonce + encrypt(nonce, text.encode(), bound_to)

        return seal

    def seal(self, family: str, text: str, bound_to: bytes) -> bytes:
        """Seal one value."""
        return self.sealer(family)(text, bound_to)

    def open(self, family: str, sealed: bytes, bound_to: bytes) -> str:
        """Open one value. Raises CannotOpen."""
        return self.open_bytes(family, bytes(sealed), bound_to).decode()

    def seal_bytes(self, family: str, raw: bytes, bound_to: bytes) -> bytes:
        """Seal a whole file."""
        ring, nonce = self.rings[family], os.urandom(12)
        sealed = AESGCM(ring.keys[ring.newest]).encrypt(nonce, raw, bound_to)
        return VERSION + ring.newest.to_bytes(2, "big") + nonce + sealed

    def open_bytes(self, family: str, sealed: bytes, bound_to: bytes) -> bytes:
        """Open a whole file. Raises CannotOpen."""
        key = self.rings[family].keys.get(int.from_bytes(sealed[1:3], "big"))
        if key is None or sealed[:1] != VERSION:
            raise CannotOpen("no key for this file")
        try:
            return AESGCM(key).decrypt(sealed[3:15], sealed[15:], bound_to)
        except (InvalidTag, ValueError) as exc:  # ValueError: cut off within its nonce
            raise CannotOpen("this file was not sealed for this place") from exc

    def key_number(self, sealed: bytes) -> int:
        """Which key sealed a value."""
        return int.from_bytes(bytes(sealed)[1:3], "big")

    def fingerprints(self) -> dict[str, str]:
        """``{"digest" or "family/number": 32 hexadecimal signs}``: each key known again, and nothing told of it.

        A keyed digest of fixed words under the key itself (BLAKE2b as a MAC): who does not have the key cannot
        make it, and 256 random bits are not found by trying.
        """
        known = {
            f"{family}/{number}": key
            for family, ring in self.rings.items()
            for number, key in ring.keys.items()
        }
        return {
            name: blake2b(f"fingerprint\0{name}".encode(), key=key, digest_size=16).hexdigest()
            for name, key in (known | {"digest": self.digest_key}).items()
        }

    def digest(self, field: str, text: str) -> bytes:
        """A keyed digest (16 bytes) for exact look-up of a normalised value; useless without the key.

        Keyed BLAKE2b (RFC 7693 section 2.9), a MAC in one pass, where HMAC-SHA-256 needs four: an import makes three
        for every row. 128 bits are enough to tell every person on earth apart.
        """
        return self.digest_bytes(field, text.encode())

    def seal_for_good(self, purpose: str, text: str) -> str:
        """Seal a secret of the program's own tables that no rotation walks, under a key that does not rotate, in Base64."""
        nonce = os.urandom(12)
        sealed = AESGCM(self.lasting_key(purpose)).encrypt(nonce, text.encode(), purpose.encode())
        return base64.b64encode(VERSION + nonce + sealed).decode()

    def open_for_good(self, purpose: str, sealed: str) -> str:
        """What ``seal_for_good`` sealed. Raises CannotOpen."""
        try:
            raw = base64.b64decode(sealed, validate=True)
            return AESGCM(self.lasting_key(purpose)).decrypt(raw[1:13], raw[13:], purpose.encode()).decode()
        except (InvalidTag, ValueError) as exc:
            raise CannotOpen("this secret was not sealed here") from exc

    def lasting_key(self, purpose: str) -> bytes:
        """A key of its own for one purpose (HKDF-SHA-256), which no rotation changes; worked out once."""
        found = self._lasting.get(purpose)
        if found is None:
            derivation = HKDF(hashes.SHA256(), 32, salt=None, info=f"nuanyi {purpose}".encode())
            found = self._lasting[purpose] = derivation.derive(self.digest_key)
        return found

    def digest_bytes(self, field: str, raw: bytes) -> bytes:
        """The same of bytes: a file."""
        whole = blake2b(f"{field}\0".encode(), key=self.digest_key, digest_size=16)
        whole.update(raw)
        return whole.digest()


def _nonces() -> Iterator[bytes]:
    """Random 96-bit nonces (NIST SP 800-38D section 8.2.2), drawn from the system a thousand at a time."""
    while True:
        drawn = os.urandom(12 * 1000)
        for start in range(0, len(drawn), 12):
            yield drawn[start : start + 12]


def _encode(key: bytes) -> str:
    return base64.b64encode(key).decode()


def make_keys(path: Path) -> None:
    """Write a fresh key file (mode 0600). Raises FileExistsError: keys are never overwritten."""
    document = {
        "rings": {family: {"newest": 1, "keys": {"1": _encode(os.urandom(32))}} for family in FAMILIES},
        "digest": _encode(os.urandom(32)),
    }
    _write_new(path, document)


def _write_new(path: Path, document: object) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    scratch = path.with_suffix(f".{os.getpid()}.tmp")
    handle = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w") as out:
            json.dump(document, out, indent=1)
            out.flush()
            os.fsync(out.fileno())
        os.link(scratch, path)  # refuses where the file is there already, so two starters agree on one
        durable.sync_folder(path.parent)
    finally:
        scratch.unlink()


def add_families(path: Path) -> list[str]:
    """Give a key file from before a family was there its first key; returns the families that were missing."""
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two that start at once agree on one key
        document = json.loads(path.read_text())
        missing = [family for family in FAMILIES if family not in document["rings"]]
        if missing:
            for family in missing:
                document["rings"][family] = {"newest": 1, "keys": {"1": _encode(os.urandom(32))}}
            _replace(path, document)
    return missing


def add_key(path: Path, family: str) -> int:
    """Add a key to a family and make it the newest; returns its number. Old keys stay to open old values."""
    document = json.loads(path.read_text())
    ring = document["rings"][family]
    number = max(int(known) for known in ring["keys"]) + 1
    ring["keys"][str(number)] = _encode(os.urandom(32))
    ring["newest"] = number
    _replace(path, document)
    return number


def drop_keys_before(path: Path, family: str, number: int) -> None:
    """Destroy the keys of a family older than ``number``; values that they sealed never open again."""
    document = json.loads(path.read_text())
    ring = document["rings"][family]
    ring["keys"] = {known: key for known, key in ring["keys"].items() if int(known) >= number}
    _replace(path, document)


def _replace(path: Path, document: object) -> None:
    fresh = path.with_suffix(".next")
    fresh.unlink(missing_ok=True)
    _write_new(fresh, document)
    durable.rename(fresh, path)


def load_keys(path: Path) -> Keys:
    """Read the key file. Raises UnsafeKeys."""
    try:
        mode = path.stat().st_mode
        if stat.S_IMODE(mode) & 0o077:
            raise UnsafeKeys(f"{path} can be read by others: run chmod 600 on it")
        document = json.loads(path.read_text())
        rings = {
            family: Ring(ring["newest"], {int(n): base64.b64decode(k) for n, k in ring["keys"].items()})
            for family, ring in document["rings"].items()
        }
        keys = Keys(rings, base64.b64decode(document["digest"]))
    except FileNotFoundError as exc:
        raise UnsafeKeys(
            f"{path} is missing: restore it from where you keep it, or start with an empty home"
        ) from exc
    except (ValueError, KeyError, TypeError) as exc:
        raise UnsafeKeys(f"{path} is damaged: restore it from where you keep it") from exc
    sizes_right = all(len(key) == 32 for ring in keys.rings.values() for key in ring.keys.values())
    if not sizes_right or len(keys.digest_key) != 32:
        raise UnsafeKeys(f"{path} holds a key of the wrong length")
    for family, ring in keys.rings.items():
        if ring.newest not in ring.keys:
            raise UnsafeKeys(
                f"{path} is damaged: key {ring.newest} of {family}, its newest, is not in it; restore it from where you keep it"
            )
    return keys


_loaded: dict[Path, tuple[int, Keys]] = {}


def keys_at(path: Path) -> Keys:
    """The keys in ``path``, read again when the file changes."""
    try:
        stamp = path.stat().st_mtime_ns
    except FileNotFoundError:
        return load_keys(path)
    known = _loaded.get(path)
    if known is None or known[0] != stamp:
        _loaded[path] = known = (stamp, load_keys(path))
    return known[1]
