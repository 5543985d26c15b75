"""How far something is, in words. The phone says the same without network (``front/ride.js``); a test holds the two together.

Whole metres first and whole numbers from there on: two languages round halves of fractions each in its own way.
"""

from __future__ import annotations

from math import floor

#: From here on kilometres are told.
FAR = 995


def number_of(metres: float) -> tuple[str, bool]:
    """``("690", False)`` and ``("6.8", True)``: as exactly as one goes there, and whether it is in kilometres."""
    whole = floor(metres + 0.5)
    if whole < FAR:
        return str((whole + 5) // 10 * 10), False
    tenths = (whole + 50) // 100
    return f"{tenths // 10}.{tenths % 10}", True


def minutes(metres: float, metres_a_minute: int) -> int:
    """How long somebody takes who goes so many metres a minute; at least one minute."""
    return max(1, floor(metres / metres_a_minute + 0.5))
