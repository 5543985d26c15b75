"""The line on which somebody declared something, so that a complaint about it can say what to mend."""

from __future__ import annotations

import sys
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]


def source_line() -> str:
    """``nuanyi/cases/room.py:31``: where the caller of a data class's ``__init__`` stands.

    For ``field(default_factory=source_line)``: frames of the library and those that ``dataclasses`` generates are left out.
    """
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename in (__file__, "<string>"):
        frame = frame.f_back
    file = Path(frame.f_code.co_filename)
    where = file.relative_to(_ROOT) if file.is_relative_to(_ROOT) else file
    return f"{where}:{frame.f_lineno}"
