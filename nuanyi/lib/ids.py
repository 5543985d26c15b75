"""Identifiers that sort by time of making (UUID version 7, RFC 9562 section 5.7), and numbers for people."""

from __future__ import annotations

import os
import secrets
import struct
import time
from collections.abc import Iterator
from uuid import UUID

from nuanyi.lib import clock

#: Letters and digits that nobody takes for one another on paper or on the phone.
PLAIN_SIGNS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"

_PAIR = struct.Struct(">QQ")
_VARIANT, _NOISE = 0b10 << 62, (1 << 62) - 1


def new_ref() -> str:
    """``260603-7KQ2M``: a number to name something by; it says the day and nothing of how many there are."""
    return f"{clock.today():%y%m%d}-" + "".join(secrets.choice(PLAIN_SIGNS) for _n in range(5))


def new_id() -> UUID:
    """A fresh UUIDv7: 48 bits of Unix milliseconds, then 74 random bits."""
    return new_ids(1)[0]


def new_id_bytes(count: int) -> list[bytes]:
    """Like ``new_ids``, as 16 bytes each: what a bulk write needs, without an object for each."""
    return [_PAIR.pack(high, low) for high, low in _halves(count)]


def new_ids(count: int) -> list[UUID]:
    """``count`` fresh UUIDv7s in ascending order, made in one go."""
    return [UUID(int=high << 64 | low) for high, low in _halves(count)]


def _halves(count: int) -> Iterator[tuple[int, int]]:
    """The first and the last 64 bits of each: milliseconds, version and order, then variant and noise."""
    first = (time.time_ns() // 1_000_000) << 16 | 0x7 << 12
    noise = struct.unpack(f">{count}Q", os.urandom(8 * count))
    step = max(1, (1 << 12) // (count + 1)) if count < 4096 else 0
    for i, low in enumerate(noise):
        # as many as there are, spread over the 12 bits behind the version; more than fit go on a millisecond later
        in_order = (i * step) & 0xFFF if step else ((i >> 12) << 16) + (i & 0xFFF)
        yield first + in_order, low & _NOISE | _VARIANT
