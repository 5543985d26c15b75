"""Secret links: the only way back to what belongs to nobody. Worked out from a key that a phone made, kept nowhere."""

from __future__ import annotations

import hmac
from uuid import UUID

from nuanyi.lib.errors import NotFound
from nuanyi.people.models import keys


def _proof(kind: str, key: str) -> str:
    return keys().digest(kind, key).hex()[:20]


def link_of(kind: str, key: UUID) -> str:
    """The secret end of an address: the key and a keyed proof of it (80 bits), so that nobody makes one up."""
    return f"{key.hex}-{_proof(kind, key.hex)}"


def key_of(kind: str, link: str) -> UUID:
    """The key of a secret link. Raises NotFound, in the same time whatever is wrong."""
    key, _dash, proof = link.partition("-")
    right = hmac.compare_digest(proof.encode(), _proof(kind, key).encode())
    if not right or len(key) != 32:
        raise NotFound()
    return UUID(hex=key)
