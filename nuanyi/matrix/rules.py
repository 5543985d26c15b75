"""How cells are shown. No database."""

from __future__ import annotations


def heat(value: int, largest: int) -> int:
    """A shade from 0 (nothing) to 5 (the largest cell); any record at all is at least 1."""
    if value <= 0 or largest <= 0:
        return 0
    return max(1, -(-value * 5 // largest))
