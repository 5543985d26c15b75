"""The one gate for pictures: whatever comes is rebuilt from its pixels in a process of its own, or refused.

What stays is a JPEG of bounded size without EXIF, comments or place. The original is never kept.
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from nuanyi.lib.errors import Refusal, Words

MAX_BYTES = 20 << 20
MAX_SIDE = 1280
SECONDS = 10
MEGABYTES = 900

REASONS: dict[str, Words] = {
    "too-large": _("The picture is larger than 20 MB. Take a smaller one."),
    "not-a-picture": _("This is not a picture that can be shown. Send a JPEG, PNG or WebP."),
    "too-many-pixels": _("The picture has too many pixels. Take a smaller one."),
}


class BadPicture(Refusal):
    """A picture that will not be kept; ``code`` is ``picture-`` and one of ``REASONS``."""

    status = 422

    def __init__(self, code: str) -> None:
        super().__init__(REASONS[code], code=f"picture-{code}", fields={"photo": REASONS[code]})


@dataclass(frozen=True)
class Picture:
    """A rebuilt picture: JPEG bytes, width and height in pixels."""

    jpeg: bytes
    width: int
    height: int


def rebuild(data: bytes) -> Picture:
    """A clean JPEG of at most 1280 pixels a side. Raises BadPicture."""
    if len(data) > MAX_BYTES:
        raise BadPicture("too-large")
    if not data.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF", b"GIF8")):
        raise BadPicture("not-a-picture")
    script = str(Path(__file__).with_name("pictures_child.py"))
    arguments = [sys.executable, "-I", script, str(MAX_SIDE), str(MEGABYTES), str(SECONDS)]
    try:
        done = subprocess.run(arguments, input=data, capture_output=True, timeout=SECONDS + 2, check=False, env={})
    except subprocess.TimeoutExpired as exc:
        raise BadPicture("too-many-pixels") from exc
    if done.returncode == 3:
        raise BadPicture("too-many-pixels")
    head, _line, jpeg = done.stdout.partition(b"\n")
    if done.returncode or not jpeg:
        raise BadPicture("not-a-picture")
    width, height = (int(part) for part in head.split())
    return Picture(jpeg, width, height)
