"""PostgreSQL's binary COPY format, as far as a bulk load of workers needs it. Closed to other rooms.

Layout (PostgreSQL manual, COPY, "Binary Format"): a signature; for each row the number of its fields (two bytes)
and for each field its size (four bytes, -1 for NULL) and its bytes; a trailer. All numbers are big-endian.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import TypeVar

SIGNATURE = b"PGCOPY\n\xff\r\n\0" + struct.pack(">ii", 0, 0)
TRAILER = struct.pack(">h", -1)
NULL = struct.pack(">i", -1)
#: The size prefix of a field of so many bytes.
SIZES = tuple(struct.pack(">i", size) for size in range(2048))
INTEGER = SIZES[4]
_VARCHAR_OID = 1043

Found = TypeVar("Found")


class Remembered(dict[str, Found]):
    """Answers by key, each worked out once: a roster names few places again and again."""

    def __init__(self, make: Callable[[str], Found]) -> None:
        super().__init__()
        self.make = make

    def __missing__(self, key: str) -> Found:
        self[key] = found = self.make(key)
        return found


def row_of(count: int) -> bytes:
    """How a row of ``count`` fields begins."""
    return struct.pack(">h", count)


def bytes_field(raw: bytes) -> bytes:
    """A field with its size before it."""
    return struct.pack(">i", len(raw)) + raw


def text_field(text: str) -> bytes:
    """A text field in UTF-8; PostgreSQL takes no zero character, so it is left out."""
    return bytes_field(text.replace("\0", "").encode())


def array_field(texts: list[str]) -> bytes:
    """A ``varchar[]`` field: dimensions, whether it holds NULLs, type, length, lower bound, elements."""
    head = (
        struct.pack(">iiIii", 1, 0, _VARCHAR_OID, len(texts), 1)
        if texts
        else struct.pack(">iiI", 0, 0, _VARCHAR_OID)
    )
    return bytes_field(head + b"".join(text_field(text) for text in texts))
