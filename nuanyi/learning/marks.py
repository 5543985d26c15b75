"""By what a phone is known again in a hall: another mark in each table, so that no two of its rows can be put together."""

from __future__ import annotations

from nuanyi.people.models import keys

#: The tables that know a phone again.
MARKED = ("attendance", "signup", "opinion")


def mark(table: str, phone: bytes) -> bytes:
    """The mark in one table of a phone in one hall (16 bytes), which without the phone's own number leads to no other."""
    return keys().digest_bytes(f"session-{table}", phone)
