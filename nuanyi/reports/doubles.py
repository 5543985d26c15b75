"""Whether two reports tell of the same thing: by place, time, kind and text. No database.

A phone's position errs by some tens of metres between houses, two riders choose different kinds for one hole, and a lamp
stays dark for weeks. Place comes first: what is a street away is another thing, whatever was written; kind and text decide
among what is near.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from math import floor

#: Cells of 0.002 degrees (some 200 m): whatever lies within REACH metres of a point is in its cell or one beside it.
CELL = 0.002
REACH = 150.0
#: Older than this nothing is the same any more.
DAYS = 21.0
#: From here on two reports are taken as doubles. Tuned, with the weights below, on a stream of 20,000 made-up reports of
#: another seed than the one that ``make bench`` measures.
ENOUGH = 0.23


@dataclass(frozen=True)
class Seen:
    """What is compared of a report: WGS-84, hours since whenever, pairs of signs of its text."""

    lat_wgs84: float
    lon_wgs84: float
    hours: float
    kind: str
    grams: frozenset[str]


def grams(text: str) -> frozenset[str]:
    """The pairs of neighbouring letters, digits and Chinese signs of a text."""
    signs = [sign for sign in text.lower() if sign.isalnum()]
    return frozenset(a + b for a, b in pairwise(signs))


def cell_of(lat_wgs84: float, lon_wgs84: float) -> int:
    """The number of a point's cell."""
    return floor((lat_wgs84 + 90) / CELL) * 1_000_000 + floor((lon_wgs84 + 180) / CELL)


def cells_around(lat_wgs84: float, lon_wgs84: float) -> list[int]:
    """A point's cell and the eight around it."""
    own = cell_of(lat_wgs84, lon_wgs84)
    return [own + up * 1_000_000 + side for up in (-1, 0, 1) for side in (-1, 0, 1)]


def metres(a: Seen, b: Seen) -> float:
    """The distance on the plane that touches the earth here; exact to a centimetre at this range."""
    north = (a.lat_wgs84 - b.lat_wgs84) * 111_195
    east = (a.lon_wgs84 - b.lon_wgs84) * 111_195 * math.cos(math.radians(a.lat_wgs84))
    return math.hypot(north, east)


def likeness(a: Seen, b: Seen) -> float:
    """How much two reports tell of the same, from 0 to 1."""
    apart, days = metres(a, b), abs(a.hours - b.hours) / 24
    if apart > REACH or days > DAYS:
        return 0.0
    place = math.exp(-((apart / 60) ** 2))
    common = len(a.grams & b.grams)
    text = min(1.0, 2 * common / min(len(a.grams), len(b.grams))) if common else 0.0
    return place * (0.2 + 0.5 * (a.kind == b.kind) + 0.3 * text) * (1 - 0.05 * days / DAYS)
