"""What is written to the log: no secret link, no claim code, nothing that people typed.

Whoever holds a link of a case, a report or a helper is its owner: the log must not hold it. And what an exception says may be
a row of a table or a name that somebody typed: its kind and the place where it arose are enough to find a mistake.
"""

from __future__ import annotations

import copy
import logging
import re
import traceback
from collections.abc import Iterable
from types import TracebackType
from typing import Any

#: A link wherever it stands: key and proof, or a key alone; a claim code; a long token of any other kind.
SECRETS = [
    (re.compile(r"[0-9a-fA-F]{32}-[0-9a-fA-F]{16,}"), "…"),
    (re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", re.IGNORECASE), "…"),
    (re.compile(r"\b[A-Z2-7]{4}(?:-[A-Z2-7]{4}){3}\b"), "…"),
    (re.compile(r"(?<![0-9.])1[3-9][0-9]{9}(?![0-9.])"), "…"),
    (re.compile(r"(?<![0-9])[0-9]{17}[0-9Xx](?![0-9])"), "…"),
    # what is asked for may be a name
    (re.compile(r"(/[^\s?\"']*)\?[^\s\"']*"), r"\1?…"),
]


_ends: list[re.Pattern[str]] = []


def hide_after(paths: Iterable[str]) -> None:
    """After which paths of the rooms the next part is a secret: ``c`` for ``/c/…``."""
    _ends[:] = [re.compile(rf"(/(?:{'|'.join(map(re.escape, paths))})/)[^\s?\"']+")]


def masked(text: str) -> str:
    """A line without what names or opens anything."""
    for pattern in _ends:
        text = pattern.sub(r"\1…", text)
    for pattern, instead in SECRETS:
        text = pattern.sub(instead, text)
    return text


def kind_and_place(wrong: BaseException) -> str:
    """What went wrong and where in our own code, without the words of the exception: they may name somebody."""
    ours = [frame for frame in traceback.extract_tb(wrong.__traceback__) if "nuanyi" in frame.filename]
    kind = f"{type(wrong).__module__}.{type(wrong).__qualname__}".removeprefix("builtins.")
    if not ours:
        return kind
    return f"{kind}, nuanyi{ours[-1].filename.rpartition('nuanyi')[2]}:{ours[-1].lineno}"


class LogLine(logging.Formatter):
    """Formats a record; the one formatter of the program."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, masked, the moment in whole seconds.

        Where an exception arose is added unmasked: names of files are not people's words, and a folder that happens to
        be called as one of our addresses would hide them.
        """
        said = copy.copy(record)
        said.exc_info = said.exc_text = None
        line = masked(super().format(said))
        if record.exc_info and record.exc_info[0] is not None:
            line += "\n" + self.formatException(record.exc_info)
        return line

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:
        """Whole seconds: milliseconds would tell requests apart."""
        return super().formatTime(record, datefmt or "%Y-%m-%d %H:%M:%S")

    def formatException(self, ei: Any) -> str:
        """Kinds of exceptions and where they arose, without their words."""
        kind, exc, where = ei
        lines: list[str] = []
        while exc is not None:
            lines += _frames(where)
            lines.append(f"{kind.__module__}.{kind.__qualname__}")
            exc = exc.__cause__ or (None if exc.__suppress_context__ else exc.__context__)
            if exc is not None:
                kind, where = type(exc), exc.__traceback__
                lines.append("caused by")
        return "\n".join(lines)


def _frames(where: TracebackType | None) -> list[str]:
    return [f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(where)]
