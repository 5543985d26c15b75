"""Small pictures for lists: a shelf must not cost a rider megabytes."""

from __future__ import annotations

import io

from PIL import Image

#: Pixels of the longer side: twice what a list shows, for screens of double density.
SIDE = 144


def thumbnail(jpeg: bytes) -> bytes:
    """A picture as a small JPEG. Only for pictures of our own making (``lib.pictures`` rebuilt them when they came)."""
    found = Image.open(io.BytesIO(jpeg), formats=["JPEG"])
    found.draft("RGB", (SIDE, SIDE))  # reads an eighth of the data where that is enough
    found.thumbnail((SIDE, SIDE))
    out = io.BytesIO()
    found.convert("RGB").save(out, "JPEG", quality=80)
    return out.getvalue()
