"""How cells are shown. No database."""

from __future__ import annotations

from collections.abc import Mapping

#: Public figures below this are not shown (inside the district: ``INSIDE``); see trust promise 23.
OUTSIDE, INSIDE = 10, 5

Cell = tuple[str, str]


def suppressed(cells: Mapping[Cell, int], least: int) -> dict[Cell, int | None]:
    """A table whose small cells are hidden (None), and enough others that no margin gives them away.

    In every row and column that hides exactly one cell, the next smallest is hidden too (complementary
    suppression), until nothing changes. Zeros are shown: they tell of nobody.
    """
    shown: dict[Cell, int | None] = {cell: (None if 0 < n < least else n) for cell, n in cells.items()}
    changed = True
    while changed:
        changed = False
        for axis in (0, 1):
            for key in {cell[axis] for cell in cells}:
                line = [cell for cell in cells if cell[axis] == key]
                hidden = [cell for cell in line if shown[cell] is None]
                rest = [cell for cell in line if shown[cell]]
                if len(hidden) == 1 and rest:
                    shown[min(rest, key=lambda cell: (cells[cell], cell))] = None
                    changed = True
    return shown


def heat(value: int, largest: int) -> int:
    """A shade from 0 (nothing) to 5 (the largest cell); any record at all is at least 1."""
    if value <= 0 or largest <= 0:
        return 0
    return max(1, -(-value * 5 // largest))
