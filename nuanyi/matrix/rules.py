"""How cells are shown. No database."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


def heat(value: int, largest: int) -> int:
    """A shade from 0 (nothing) to 5 (the largest cell); any record at all is at least 1."""
    if value <= 0 or largest <= 0:
        return 0
    return max(1, -(-value * 5 // largest))


class Axis(StrEnum):
    """What can stand on an axis of the cube."""

    KIND = "kind"
    SECTOR = "sector"
    PLACE = "place"
    MONTH = "month"


class Measure(StrEnum):
    """What a cell of the cube says."""

    COUNT = "count"
    PER_100 = "per100"
    CHANGE = "change"
    YEAR = "year"
    TARGET = "target"


class Thinness(StrEnum):
    """Why a cell stands out as thin."""

    NONE = "none"
    SHARE = "share"
    FELL = "fell"


#: A cell is thin where its workers got less than half of what as many get on average.
THIN_SHARE = 0.5
#: Cells with fewer workers than this are not called thin: a single request would turn the tables.
THIN_WORKERS = 10


@dataclass(frozen=True)
class Thin:
    """Why a cell is thin, in numbers: its own per 100 workers and the average, or its count and that of the time before."""

    why: Thinness
    own: float
    usual: float


def thin(count: int, workers: int, all_count: int, all_workers: int) -> Thin | None:
    """Whether a place or sector with ``workers`` got too little of what all got; None where it did not."""
    if workers < THIN_WORKERS or all_workers <= 0 or all_count <= 0:
        return None
    own, usual = 100 * count / workers, 100 * all_count / all_workers
    if count <= 0:
        return Thin(Thinness.NONE, 0.0, usual)
    return Thin(Thinness.SHARE, own, usual) if own < usual * THIN_SHARE else None


def fell(count: int, others: list[int]) -> Thin | None:
    """Whether a month has nothing although the others have; None where it does not stand out."""
    if not others or count > 0:
        return None
    usual = sum(others) / len(others)
    return Thin(Thinness.FELL, 0.0, usual) if usual >= 1 else None


def per_100(count: int, workers: int) -> float | None:
    """How many for each 100 workers; None where there are no workers."""
    return round(100 * count / workers, 1) if workers > 0 else None
