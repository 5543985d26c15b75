"""States and which may follow which. Each room has its own table; the question is asked here."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from nuanyi.lib.errors import IllegalMove

Moves = Mapping[str, Collection[str]]


def check(moves: Moves, before: str, after: str) -> None:
    """Return if ``after`` may follow ``before``. Raises IllegalMove."""
    if after not in moves[before]:
        raise IllegalMove(move=f"{before}>{after}")


def checker(moves: Moves) -> Callable[[str, str], None]:
    """``check_move(before, after)`` of one table."""

    def check_move(before: str, after: str) -> None:
        check(moves, before, after)

    return check_move
