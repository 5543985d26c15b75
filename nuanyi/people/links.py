"""Secret links: the only way back to what belongs to nobody. Worked out from a key that a phone made, kept nowhere."""

from __future__ import annotations

import hmac
from typing import TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet

from nuanyi.lib import row_security
from nuanyi.lib.errors import NotFound
from nuanyi.people.models import keys

M = TypeVar("M", bound=Model)


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


def row_of(kind: str, link: str, rows: QuerySet[M], *, shown: str = "") -> M:
    """The one of ``rows`` that a secret link leads to, which the database shows this reader from now on.

    ``shown`` is the name under which policies ask for the key; the kind where it is left out. Raises NotFound, whatever is wrong.
    """
    key = key_of(kind, link)
    row_security.show(**{shown or kind: str(key)})
    found = rows.filter(key=key).first()
    if found is None:
        raise NotFound()
    return found
