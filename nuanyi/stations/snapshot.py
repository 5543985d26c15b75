"""All public stations in memory, and the nearest of them: arrays and a k-d tree for each set of filters. Pure.

Points lie on the unit sphere, so that the tree's straight-line order is the great-circle order everywhere, poles and
date line included. Distances are those of ``lib.geo.metres_between``: a sphere of radius 6,371,008.8 m.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from nuanyi.lib.clock import CHINA
from nuanyi.lib.geo import EARTH_RADIUS_METRES
from nuanyi.stations.hours import Schedule, Standing, standing
from nuanyi.stations.rules import Access, AmenityKind, Function, Tier

DAYS_AHEAD = 9
_DIAMETER = 2 * EARTH_RADIUS_METRES
TREES_KEPT = 48
#: A set of filters gets a tree of its own when it is asked for the third time.
TREE_AFTER = 3
#: So many changes are kept beside the arrays before both are made one again.
CHANGES_KEPT = 64
#: Where the position begins, the last part of an entry's head.
PLACE = ',"lat":'

BITS: dict[str, int] = {
    word: 1 << place
    for place, word in enumerate(
        [
            *AmenityKind.values,
            *(f"function:{f}" for f in Function.values),
            *(f"tier:{t}" for t in Tier.values),
            *(f"access:{a}" for a in Access.values),
            "step_free",
        ]
    )
}


@dataclass(frozen=True)
class Entry:
    """One station as the snapshot keeps it. ``head`` is what a page or an answer needs besides the distance, and ends with the
    position in WGS-84."""

    id: str
    lat_wgs84: float
    lon_wgs84: float
    bits: int
    schedule: Schedule
    head: Any


def place_text(lat: float, lon: float) -> bytes:
    """A position as the last part of an entry's head."""
    return f'{PLACE}{lat:.6f},"lon":{lon:.6f}'.encode()


class Near(NamedTuple):
    """One answer: the entry, how far in metres, how it stands at the moment asked for."""

    entry: Entry
    metres: float
    standing: Standing


def on_sphere(lat: Any, lon: Any) -> NDArray[np.float64]:
    """Unit vectors, shape (n, 3), of points in degrees."""
    phi, lam = np.radians(np.atleast_1d(lat)), np.radians(np.atleast_1d(lon))
    return np.column_stack((np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)))


def point_on_sphere(lat: float, lon: float) -> tuple[float, float, float]:
    """One unit vector of a point in degrees, without an array."""
    phi, lam = math.radians(lat), math.radians(lon)
    return math.cos(phi) * math.cos(lam), math.cos(phi) * math.sin(lam), math.sin(phi)


def metres_of(chord: float) -> float:
    """The great-circle distance of two unit vectors that are ``chord`` apart."""
    return _DIAMETER * math.asin(chord / 2 if chord < 2 else 1.0)


class Clockwork:
    """Which schedules are open: padded arrays of openings, looked through at once."""

    def __init__(self, schedules: Sequence[Schedule], moment: float) -> None:
        self.schedules = list(schedules)
        self.day = datetime.fromtimestamp(moment, CHINA).date()
        self.openings = [schedule.openings(self.day, DAYS_AHEAD) for schedule in self.schedules]
        width = max((len(found) for found in self.openings), default=0) or 1
        self.starts = np.full((len(self.openings), width), np.iinfo(np.int64).max, dtype=np.int64)
        self.ends = np.full((len(self.openings), width), np.iinfo(np.int64).min, dtype=np.int64)
        for row, found in enumerate(self.openings):
            for column, (first, last) in enumerate(found):
                self.starts[row, column], self.ends[row, column] = first, last
        midnight = datetime.combine(self.day, datetime.min.time(), CHINA)
        #: the moments between which the arrays hold
        self.holds = (midnight.timestamp(), (midnight + timedelta(days=1)).timestamp())
        self.changes = np.unique(np.concatenate((self.starts.ravel(), self.ends.ravel())))
        self._stands: dict[int, tuple[float, float, Standing]] = {}

    def standing_of(self, number: int, moment: float) -> Standing:
        """How one schedule stands; what was worked out holds until it opens or closes, and questions come by the thousand."""
        kept = self._stands.get(number)
        if kept is None or not kept[0] <= moment < kept[1]:
            stands = standing(self.openings[number], moment)
            until = math.inf if stands.changes_at is None else stands.changes_at
            kept = self._stands[number] = (moment, until, stands)
        return kept[2]

    def open_at(self, moment: float) -> NDArray[np.bool_]:
        """A flag for each schedule."""
        flags: NDArray[np.bool_] = np.any((self.starts <= moment) & (moment < self.ends), axis=1)
        return flags

    def span_of(self, moment: float) -> tuple[float, float]:
        """The moments around this one between which no schedule changes."""
        place = int(np.searchsorted(self.changes, moment, side="right"))
        before = float(self.changes[place - 1]) if place else -math.inf
        after = float(self.changes[place]) if place < len(self.changes) else math.inf
        return max(before, self.holds[0]), min(after, self.holds[1])


class Table:
    """Entries as arrays. Never changed; a new one is made instead."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.entries = list(entries)
        self.place = {entry.id: row for row, entry in enumerate(self.entries)}
        self.points = on_sphere([e.lat_wgs84 for e in self.entries], [e.lon_wgs84 for e in self.entries])
        self.bits = np.array([entry.bits for entry in self.entries], dtype=np.uint64)
        numbers: dict[Schedule, int] = {}
        self.schedule_of = np.array(
            [numbers.setdefault(e.schedule, len(numbers)) for e in self.entries], dtype=np.int64
        )
        self.schedules = list(numbers)
        #: the same as a list: one number of it is taken much faster
        self.schedule_numbers: list[int] = self.schedule_of.tolist()

    def __len__(self) -> int:
        return len(self.entries)


#: Bits, and since when the opening hours stand as they do (None: open or not).
TreeKey = tuple[int, float | None]
Tree = tuple[cKDTree, NDArray[np.int64]]


@dataclass
class _Trees:
    """Trees with the rows that each holds. Shared by all snapshots of one table and all threads of a process."""

    kept: OrderedDict[TreeKey, Tree] = field(default_factory=OrderedDict)
    asked: dict[tuple[int, bool], int] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def times(self, bits: int, open_only: bool) -> int:
        """Count a question; returns how often it was asked."""
        if len(self.asked) > 20_000:
            self.asked.clear()
        count = self.asked[bits, open_only] = self.asked.get((bits, open_only), 0) + 1
        return count

    def keep(self, key: TreeKey, tree: Tree) -> None:
        """Keep a tree; those of hours that are over go, and the oldest beyond what is kept."""
        with self.lock:
            if key[1] is not None:
                for old in [kept for kept in self.kept if kept[1] is not None and kept[1] < key[1]]:
                    del self.kept[old]
            self.kept[key] = tree
            while len(self.kept) > TREES_KEPT:
                self.kept.popitem(last=False)


class Snapshot:
    """The public stations at some moment, with the changes since the arrays were made."""

    def __init__(self, entries: Sequence[Entry], moment: float) -> None:
        self.table = Table(entries)
        self.clockwork = Clockwork(self.table.schedules, moment)
        self.changed: dict[str, Entry | None] = {}
        self._fresh: list[tuple[Entry, Clockwork]] = []
        self._trees = _Trees()
        self._open: tuple[float, float, NDArray[np.bool_]] | None = None

    def __len__(self) -> int:
        gone = sum(1 for key in self.changed if key in self.table.place)
        return len(self.table) - gone + len(self._fresh)

    def entries(self) -> list[Entry]:
        """All entries as they are now."""
        kept = [entry for entry in self.table.entries if entry.id not in self.changed]
        return kept + [entry for entry in self.changed.values() if entry is not None]

    def standings(self, moment: float) -> Iterator[tuple[Entry, Standing]]:
        """Every entry and how it stands at a moment within a week, from the openings that are worked out already."""
        for entry, number in zip(self.table.entries, self.table.schedule_numbers, strict=True):
            if entry.id not in self.changed:
                yield entry, standing(self.clockwork.openings[number], moment)
        for entry, clockwork in self._fresh:
            yield entry, standing(clockwork.openings[0], moment)

    def openings(self) -> Iterator[tuple[Entry, Sequence[tuple[int, int]]]]:
        """Every entry and its openings (seconds since 1970) in the days that are worked out."""
        for entry, number in zip(self.table.entries, self.table.schedule_numbers, strict=True):
            if entry.id not in self.changed:
                yield entry, self.clockwork.openings[number]
        for entry, clockwork in self._fresh:
            yield entry, clockwork.openings[0]

    def with_changes(self, changes: dict[str, Entry | None], moment: float) -> Snapshot:
        """A snapshot with some entries put in, replaced or (None) taken out. The arrays and trees are shared."""
        together = {**self.changed, **changes}
        if len(together) > CHANGES_KEPT or len(self.table) <= 2000:
            kept = [entry for entry in self.table.entries if entry.id not in together]
            return Snapshot(kept + [entry for entry in together.values() if entry is not None], moment)
        made = Snapshot.__new__(Snapshot)
        made.table, made.clockwork, made._trees, made._open = (
            self.table,
            self.clockwork,
            self._trees,
            self._open,
        )
        made.changed = together
        made._fresh = [(e, Clockwork([e.schedule], moment)) for e in together.values() if e is not None]
        return made

    def current(self, moment: float) -> Snapshot:
        """This snapshot, or one whose opening hours hold at ``moment`` where the day has changed."""
        first, last = self.clockwork.holds
        return self if first <= moment < last else Snapshot(self.entries(), moment)

    # the question -----------------------------------------------------------------------------

    def nearest(
        self,
        lat_wgs84: float,
        lon_wgs84: float,
        *,
        bits: int = 0,
        open_only: bool = False,
        limit: int = 10,
        now: float,
        at: float | None = None,
    ) -> list[Near]:
        """The nearest entries that have all ``bits`` (and are open at ``at``, by default now), nearest first.

        ``now`` must lie in the day that ``current`` was asked for; ``at`` may be any moment within a week.
        """
        return [
            Near(*row)
            for row in self.rows(
                lat_wgs84, lon_wgs84, bits=bits, open_only=open_only, limit=limit, now=now, at=at
            )
        ]

    def rows(
        self,
        lat_wgs84: float,
        lon_wgs84: float,
        *,
        bits: int,
        open_only: bool,
        limit: int,
        now: float,
        at: float | None,
    ) -> list[tuple[Entry, float, Standing]]:
        """What ``nearest`` answers, as bare tuples: thousands a second are written down at once and looked at no more."""
        moment = now if at is None else at
        point = point_on_sphere(lat_wgs84, lon_wgs84)
        table, openings = self.table, self.clockwork.openings
        if not self.changed:
            entries, numbers, stands = table.entries, table.schedule_numbers, self.clockwork.standing_of
            return [
                (entries[row], metres_of(chord), stands(numbers[row], moment))
                for chord, row in self._in_table(point, bits, open_only, limit, now, at)
            ]
        dead = sum(1 for key in self.changed if key in table.place)
        near = [
            (chord, table.entries[row], openings[table.schedule_numbers[row]])
            for chord, row in self._in_table(point, bits, open_only, limit + dead, now, at)
            if table.entries[row].id not in self.changed
        ]
        for entry, clockwork in self._fresh:
            if entry.bits & bits == bits and (not open_only or clockwork.open_at(moment)[0]):
                chord = math.dist(point, point_on_sphere(entry.lat_wgs84, entry.lon_wgs84))
                near.append((chord, entry, clockwork.openings[0]))
        near.sort(key=lambda part: (part[0], part[1].id))
        return [(e, metres_of(chord), standing(hours, moment)) for chord, e, hours in near[:limit]]

    def _in_table(
        self,
        point: tuple[float, float, float],
        bits: int,
        open_only: bool,
        limit: int,
        now: float,
        at: float | None,
    ) -> list[tuple[float, int]]:
        if not len(self.table):
            return []
        if at is not None and open_only:
            return self._by_looking(point, self._rows(bits, self.clockwork.open_at(at)), limit)
        tree = self._tree(bits, open_only, now)
        if tree is None:
            flags = self._open_now(now)[1] if open_only else None
            return self._by_looking(point, self._rows(bits, flags), limit)
        kd, rows = tree
        if not len(rows):
            return []
        chords, places = kd.query(point, k=min(limit, len(rows)))
        if limit == 1 or len(rows) == 1:
            return [(float(np.atleast_1d(chords)[0]), int(rows[np.atleast_1d(places)[0]]))]
        return list(zip(chords.tolist(), rows[places].tolist(), strict=True))

    def _open_now(self, now: float) -> tuple[float, NDArray[np.bool_]]:
        """Since when the hours stand as they do, and a flag for each schedule."""
        kept = self._open
        if kept is None or not kept[0] <= now < kept[1]:
            first, last = self.clockwork.span_of(now)
            kept = self._open = (first, last, self.clockwork.open_at(now))
        return kept[0], kept[2]

    def _rows(self, bits: int, flags: NDArray[np.bool_] | None) -> NDArray[np.int64]:
        wanted = np.uint64(bits)
        chosen = (self.table.bits & wanted) == wanted
        if flags is not None:
            chosen &= flags[self.table.schedule_of]
        return np.flatnonzero(chosen)

    def _tree(self, bits: int, open_only: bool, now: float) -> Tree | None:
        since, flags = self._open_now(now) if open_only else (None, None)
        found = self._trees.kept.get((bits, since))
        if found is not None:
            return found
        if self._trees.times(bits, open_only) < TREE_AFTER and len(self.table) > 2000:
            return None
        rows = self._rows(bits, flags)
        points = self.table.points[rows] if len(rows) else np.zeros((1, 3))
        made = (cKDTree(points, compact_nodes=False, balanced_tree=False), rows)
        self._trees.keep((bits, since), made)
        return made

    def _by_looking(
        self, point: tuple[float, float, float], rows: NDArray[np.int64], limit: int
    ) -> list[tuple[float, int]]:
        if not len(rows):
            return []
        chords = np.sqrt(((self.table.points[rows] - np.array(point)) ** 2).sum(axis=1))
        if len(rows) > limit:
            nearest = np.argpartition(chords, limit - 1)[:limit]
            # ties at the edge: take every row that is as near as the last one
            edge = chords[nearest].max()
            nearest = np.flatnonzero(chords <= edge)
        else:
            nearest = np.arange(len(rows))
        order = nearest[np.argsort(chords[nearest], kind="stable")]
        return [(float(chords[i]), int(rows[i])) for i in order]
