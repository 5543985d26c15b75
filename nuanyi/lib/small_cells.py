"""Small cells: a count of few people tells of each of them.

What is shown is the largest multiple of a step that is not above the count, and nothing where the count is under the
step. Sums are sums of what is shown, never of what is counted: so whatever is subtracted from whatever (a region from the
district, a month from a year, a sector from all), the difference is a multiple of the step, and no count under it follows.
"""

from __future__ import annotations

#: The step outside the district and inside it.
OUTSIDE, INSIDE = 10, 5


def coarse(count: int, step: int) -> int:
    """The count as it may be shown; 0 where it is under the step."""
    return count - count % step


def cell(count: int, step: int) -> int | None:
    """The count of one cell: None where it is hidden, 0 where there is nobody."""
    return coarse(count, step) or (None if count else 0)
