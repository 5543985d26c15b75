"""Identifiers that sort by time of making (UUID version 7, RFC 9562 section 5.7), and numbers for people."""

from __future__ import annotations

import os
import secrets
import time
from uuid import UUID

from nuanyi.lib import clock

#: Letters and digits that nobody takes for one another on paper or on the phone.
PLAIN_SIGNS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"


def new_ref() -> str:
    """``260603-7KQ2M``: a number to name something by; it says the day and nothing of how many there are."""
    return f"{clock.today():%y%m%d}-" + "".join(secrets.choice(PLAIN_SIGNS) for _n in range(5))


def new_id() -> UUID:
    """A fresh UUIDv7: 48 bits of Unix milliseconds, then 74 random bits."""
    return new_ids(1)[0]


def new_id_bytes(count: int) -> list[bytes]:
    """Like ``new_ids``, as 16 bytes each: what a bulk write needs, without an object for each."""
    return [value.to_bytes(16, "big") for value in _values(count)]


def new_ids(count: int) -> list[UUID]:
    """``count`` fresh UUIDv7s in ascending order, made in one go."""
    return [UUID(int=value) for value in _values(count)]


def _values(count: int) -> list[int]:
    base = time.time_ns() // 1_000_000 << 80 | 0x7 << 76 | 0b10 << 62
    noise = os.urandom(8 * count)
    step = max(1, (1 << 12) // (count + 1)) if count < 4096 else 0
    made: list[int] = []
    for i in range(count):
        low = int.from_bytes(noise[8 * i : 8 * i + 8], "big") & ((1 << 62) - 1)
        high = (i * step) & 0xFFF if step else i & 0xFFF
        milliseconds_on = 0 if step else (i >> 12) << 80
        made.append(base + milliseconds_on | high << 64 | low)
    return made
