"""The child that opens strangers' pictures. Run as ``python -I pictures_child.py SIDE MEGABYTES SECONDS LISTENER``.

It loads the library once and then only forks: for each picture a child of its own, which has little memory, little time and
no files, and ends with its picture. A picture comes over a connection to the listening socket whose number is the last
argument: eight bytes of length, then the picture. The answer is ``width height``, a line's end and a JPEG made of the pixels
alone; ``!`` for too many pixels; nothing at all for anything else. When standard input ends, so does this.
"""

from __future__ import annotations

import io
import os
import re
import select
import signal
import socket
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))  # an isolated interpreter does not look beside its script
from bounds import bound  # type: ignore[import-not-found]

sys.path.pop(0)

#: A JPEG is made small while it is read; what is not must be held whole.
MOST_PIXELS = 50_000_000
MOST_PIXELS_WHOLE = 13_000_000
#: Modes without anything to see through; what phones send is one of them.
OPAQUE = ("RGB", "L", "CMYK", "YCbCr")
#: A JPEG tells so much beside its pixels, and its pixels in so many passes. No camera comes near either: a progressive picture
#: has about ten passes, and what a phone hangs behind its picture, a short film say, is not counted.
MOST_SEGMENTS, MOST_SCANS = 2000, 100
#: The next mark, found as libjpeg finds it: an 0xFF before a zero is a byte of the pixels, one before another fills up.
MARK = re.compile(rb"\xff[^\x00\xff]")
#: The same within the pixels, where marks to begin anew at (RST) come as often as they like.
MARK_BEHIND_PIXELS = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")


def is_endless(raw: bytes) -> bool:
    """Whether a JPEG has so many parts, or so many passes over its pixels, that reading them is the harm."""
    at, scans = 2, 0
    for _segment in range(MOST_SEGMENTS):
        found = (MARK_BEHIND_PIXELS if scans else MARK).search(raw, at)
        if not found or (mark := raw[found.start() + 1]) == 0xD9:
            return False
        at = found.end()
        if mark == 0xDA:
            scans += 1
            if scans > MOST_SCANS:
                return True
        # those below 0xC0 are unknown, RST and SOI stand alone: nothing is skipped behind them, by the library neither
        if mark >= 0xC0 and not 0xD0 <= mark <= 0xD8:
            at += max(2, int.from_bytes(raw[at : at + 2], "big"))
    return True


def rebuilt(raw: bytes, side: int) -> bytes:
    """The answer for one picture. Raises whatever the library raises for what is no picture."""
    from PIL import Image, ImageOps

    if raw.startswith(b"\xff\xd8") and is_endless(raw):
        return b"!"
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    try:
        with Image.open(io.BytesIO(raw), formats=("JPEG", "PNG", "WEBP", "GIF")) as picture:
            whole = picture.format != "JPEG" or picture.info.get("progressive")
            if picture.width * picture.height > (MOST_PIXELS_WHOLE if whole else MOST_PIXELS):
                return b"!"
            picture.draft("RGB", (side * 2, side * 2))
            picture.thumbnail((side, side))
            ImageOps.exif_transpose(picture, in_place=True)
            clean = Image.new("RGB", picture.size, "white")
            if picture.mode in OPAQUE:
                clean.paste(picture)
            else:
                shown = picture.convert("RGBA")
                clean.paste(shown, mask=shown.getchannel("A"))
    except (Image.DecompressionBombError, MemoryError):
        return b"!"
    out = io.BytesIO()
    clean.save(
        out, "JPEG", quality=82
    )  # its own Huffman tables would cost as much as the rest, for six in a hundred
    return f"{clean.width} {clean.height}\n".encode() + out.getvalue()


def _read(line: socket.socket, count: int) -> bytes:
    parts = []
    while count > 0 and (part := line.recv(min(count, 1 << 20))):
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


def _one(line: socket.socket, side: int, megabytes: int, seconds: int) -> None:
    """Serve one picture; this process ends afterwards, whatever happens."""
    bound(megabytes, seconds)
    raw = _read(line, int.from_bytes(_read(line, 8), "big"))
    try:
        said = rebuilt(raw, side)
    except MemoryError:
        said = b"!"
    line.sendall(said)


def main(side: int, megabytes: int, seconds: int, listener: int) -> None:
    """Fork for each connection until standard input ends."""
    from PIL import GifImagePlugin, Image, ImageOps, JpegImagePlugin, PngImagePlugin, WebPImagePlugin  # noqa: F401 - loaded once

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    door = socket.socket(fileno=listener)
    watched: list[Any] = [sys.stdin, door]
    while True:
        ready, _w, _x = select.select(watched, [], [])
        if sys.stdin in ready:
            return
        line, _address = door.accept()
        if os.fork() == 0:
            door.close()
            try:
                _one(line, side, megabytes, seconds)
            finally:
                os._exit(0)
        line.close()


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:5]))
