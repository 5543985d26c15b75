"""The pool of children that open what strangers sent: pictures, spreadsheets, Word templates.

A child gets the bytes through a pipe, knows nothing of the program, has little memory and time (``bounds``, which it sets
itself before it looks at a byte) and answers in a plain form that its parent believes in nothing. How many run at once in
one process is bounded: whoever comes when all are busy waits a little and is then asked to come again.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from nuanyi.lib.errors import TooMuch

#: Children of one process at once, and how many seconds one waits for a turn.
AT_ONCE = 4
WAIT_SECONDS = 8

_turns = threading.BoundedSemaphore(AT_ONCE)


@contextlib.contextmanager
def turn() -> Iterator[None]:
    """One place in the pool. Raises TooMuch where none comes free in time."""
    if not _turns.acquire(timeout=WAIT_SECONDS):
        raise TooMuch(
            _("Many files are being looked at just now. Send it again in a minute."), code="busy", status=503
        )
    try:
        yield
    finally:
        _turns.release()


def start(script: str, *arguments: object) -> subprocess.Popen[bytes]:
    """A child of ``lib/SCRIPT``: isolated, without an environment, its errors unheard."""
    path = str(Path(__file__).with_name(script))
    return subprocess.Popen(
        [sys.executable, "-I", path, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={},
        bufsize=1 << 16,
    )


class Unanswered(ValueError):
    """A child that said nothing one could read."""


def ask_about(
    script: str, *arguments: object, question: dict[str, Any], file: bytes, at_most: int, seconds: float
) -> tuple[dict[str, Any], bytes]:
    """What a child answers to one line of JSON and a file behind it: the same. Raises Unanswered, TooMuch."""
    sent = json.dumps(question).encode() + b"\n" + file
    line, _end, made = ask(script, *arguments, sent=sent, at_most=at_most, seconds=seconds).partition(b"\n")
    try:
        told = json.loads(line)
    except (ValueError, RecursionError) as exc:
        raise Unanswered from exc
    if not isinstance(told, dict):
        raise Unanswered
    return told, made


def ask(script: str, *arguments: object, sent: bytes, at_most: int, seconds: float) -> bytes:
    """What a child answers to ``sent``: at most so many bytes, in so many seconds; ``b""`` where it died of it.

    Raises TooMuch.
    """
    with turn():
        child = start(script, *arguments)
        assert child.stdin is not None and child.stdout is not None
        alarm = threading.Timer(seconds, child.kill)
        alarm.start()
        try:
            with contextlib.suppress(BrokenPipeError):
                child.stdin.write(sent)
                child.stdin.close()
            said = child.stdout.read(at_most + 1)
        finally:
            alarm.cancel()
            child.kill()
            ended = child.wait()
            child.stdout.close()
    # a child that wrote all it had to say ends by itself or is ended by us a moment too early: both are well
    return said if len(said) <= at_most and ended in (0, -9) else b""
