"""The one gate for pictures: whatever comes is rebuilt from its pixels in a process of its own, or refused.

What stays is a JPEG of bounded size without EXIF, comments or place. The original is never kept.
"""

from __future__ import annotations

import atexit
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from nuanyi.lib import children
from nuanyi.lib.errors import Refusal, Words

MAX_BYTES = 20 << 20
MAX_SIDE = 1280
#: Seconds of computing, and how much a child may grow.
SECONDS = 2
WAIT_SECONDS = 10
MEGABYTES = 96

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
    answer = _answer(data)
    if answer == b"!":
        raise BadPicture("too-many-pixels")
    head, _line, jpeg = answer.partition(b"\n")
    if not jpeg:
        raise BadPicture("not-a-picture")
    size = re.fullmatch(rb"([1-9][0-9]{0,4}) ([1-9][0-9]{0,4})", head)
    if size is None or not jpeg.startswith(b"\xff\xd8\xff"):
        raise BadPicture("not-a-picture")  # not what our child says
    return Picture(jpeg, int(size[1]), int(size[2]))


class _Gate:
    """The process that forks a child for each picture; one for each process of ours, begun when it is first needed.

    A fresh interpreter for each picture cost four times what the picture did.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._owner = 0
        self._path = ""

    def path(self) -> str:
        """Where it listens."""
        with self._lock:
            if self._child is None or self._owner != os.getpid() or self._child.poll() is not None:
                self._begin()
            return self._path

    def _begin(self) -> None:
        folder = tempfile.mkdtemp(prefix="nuanyi-pictures-")  # readable by us alone
        self._path = str(Path(folder) / "gate")
        door = socket.socket(socket.AF_UNIX)
        door.bind(self._path)
        door.listen(64)
        script = str(Path(__file__).with_name("pictures_child.py"))
        words = [str(MAX_SIDE), str(MEGABYTES), str(SECONDS), str(door.fileno())]
        self._child = subprocess.Popen(
            [sys.executable, "-I", script, *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={},
            pass_fds=(door.fileno(),),
        )
        door.close()
        self._owner = os.getpid()
        atexit.register(shutil.rmtree, folder, ignore_errors=True)


_gate = _Gate()


def _answer(data: bytes) -> bytes:
    """What the gate says of a picture; "" where its child died of it. Raises BadPicture where it takes too long."""
    try:
        with children.turn(), socket.socket(socket.AF_UNIX) as line:
            line.settimeout(WAIT_SECONDS)
            line.connect(_gate.path())
            line.sendall(len(data).to_bytes(8, "big") + data)
            said = b""
            while len(said) <= MAX_BYTES and (part := line.recv(1 << 20)):
                said += part
            return said
    except TimeoutError as exc:
        raise BadPicture("too-many-pixels") from exc
    except OSError:
        return b""
