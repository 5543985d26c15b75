"""Where to open: the p-median and the maximal covering location problem, each with a bound that proves how good it is.

Both go the same way. A greedy choice is improved by interchange (Teitz and Bart 1968); a Lagrangian relaxation
(Cornuéjols, Fisher, Nemhauser 1977) bounds what any choice could reach and fixes columns that no better choice can open
or leave shut; what is undecided then is a small integer programme for HiGHS. When time ends first, value and bound
are both still true and the gap says how far they are apart. No chance is in it: the same input opens the same columns.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import coo_matrix, csr_matrix, issparse

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
TIME_LIMIT = 60.0
#: What floating sums of the same numbers may differ by.
_SAME = 1e-9
#: A programme with more pairs than this is not handed to the solver: reading it in would outlast the time limit.
MOST_PAIRS = 1_500_000
_STEPS, _PATIENCE = 800, 20


@dataclass(frozen=True)
class Plan:
    """The columns to open, sorted; what they reach; what no choice can better; their distance.

    ``gap`` is ``|value - bound| / max(|value|, tiny)``, 0 when the plan is proven best; ``seconds`` is the time it took.
    """

    open: list[int]
    value: float
    bound: float
    gap: float
    seconds: float


class _Clock:
    def __init__(self, limit: float) -> None:
        if not (isinstance(limit, int | float) and math.isfinite(limit) and limit > 0):
            raise ValueError("the time limit is a number of seconds above 0")
        self.began = time.monotonic()
        self.limit = float(limit)

    def spent(self) -> float:
        return time.monotonic() - self.began

    def left(self, share: float = 1.0) -> float:
        return self.limit * share - self.spent()


def p_median(
    distance: ArrayLike, p: int, weight: ArrayLike | None = None, time_limit: float = TIME_LIMIT
) -> Plan:
    """Open ``p`` columns so that the weighted distance of every row to its nearest open column is least.

    ``distance``: n rows x m columns, none negative, ``inf`` where a row cannot be served; ``weight``: one a row
    (default 1). With ``p`` of m or more all columns open. Raises ValueError for NaN, wrong shapes and negative
    numbers, and where no ``p`` columns were found that serve every row with a weight.
    """
    clock = _Clock(time_limit)
    matrix = np.asarray(distance, dtype=np.float64)
    if matrix.ndim != 2:
        raise ValueError("the distances are a matrix: a row for each demand, a column for each venue")
    if np.isnan(matrix).any() or (matrix < 0).any():
        raise ValueError("a distance is not a number of 0 or more")
    weights = _weights(weight, matrix.shape[0])
    p = _count(p, matrix.shape[1])
    asked = weights > 0
    if not asked.any():
        return _plan(list(range(p)), 0.0, 0.0, clock)
    if p == 0:
        raise ValueError("there is demand and no column may open: nothing serves it")
    true = matrix[asked] * weights[asked, None]
    reachable = np.isfinite(true)
    if not reachable.any(axis=1).all():
        raise ValueError("a row with a weight is reached by no column")
    # dearer than everything else together: a choice that serves every row beats any that does not
    never = 1.0 + float(np.where(reachable, true, 0.0).max(axis=1).sum())
    cost = np.where(reachable, true, never)
    chosen = _interchanged(cost, _greedy(cost, p), clock)
    if p == matrix.shape[1]:
        return _median_plan(cost, never, chosen, None, clock)
    chosen, bound, kept, fixed = _relaxed_median(cost, true, chosen, clock)
    value = _served(cost, chosen)
    if _apart(value, bound):
        found, bound = _exact_median(cost, reachable, chosen, kept, fixed, bound, clock)
        chosen = found if _served(cost, found) < value else chosen
    return _median_plan(cost, never, chosen, bound, clock)


def max_cover(covers: Any, p: int, weight: ArrayLike | None = None, time_limit: float = TIME_LIMIT) -> Plan:
    """Open ``p`` columns so that the weight of the rows which at least one of them covers is greatest.

    ``covers``: n rows x m columns of truth values, sparse or dense; ``weight``: one a row (default 1). With ``p``
    of m or more all columns open. Raises ValueError for NaN, wrong shapes and negative numbers.
    """
    matrix, weights = _covering(covers, weight)
    return _cover(matrix, _count(p, matrix.shape[1]), weights, None, (), _Clock(time_limit))


def max_cover_within(
    covers: Any,
    p: int,
    capacity: ArrayLike | None = None,
    weight: ArrayLike | None = None,
    already_open: Sequence[int] = (),
    time_limit: float = TIME_LIMIT,
) -> Plan:
    """The same beside columns that are open already, each column serving at most its capacity.

    ``capacity``: one a column, ``inf`` for no limit, None for none at all; the weight of a row may be shared among
    several columns that cover it. ``Plan.open`` names the new columns, ``p`` of them; value and bound count what the
    columns that are open already serve too. Raises ValueError as ``max_cover`` does.
    """
    matrix, weights = _covering(covers, weight)
    free = tuple(sorted({int(j) for j in already_open}))
    if free and not 0 <= free[0] <= free[-1] < matrix.shape[1]:
        raise ValueError("a column that is open already is not among the columns")
    limits = None
    if capacity is not None:
        limits = np.asarray(capacity, dtype=np.float64)
        if limits.shape != (matrix.shape[1],) or np.isnan(limits).any() or (limits < 0).any():
            raise ValueError("the capacities are one number of 0 or more for each column")
    return _cover(matrix, _count(p, matrix.shape[1] - len(free)), weights, limits, free, _Clock(time_limit))


# --- what both check -------------------------------------------------------------------------------------------------


def _count(p: int, most: int) -> int:
    if isinstance(p, bool) or not isinstance(p, int | np.integer) or p < 0:
        raise ValueError("how many columns open is a whole number of 0 or more")
    return min(int(p), most)


def _weights(weight: ArrayLike | None, n: int) -> Floats:
    if weight is None:
        return np.ones(n)
    weights = np.asarray(weight, dtype=np.float64)
    if weights.shape != (n,):
        raise ValueError(f"the weights are one number for each of the {n} rows")
    if not np.isfinite(weights).all() or (weights < 0).any():
        raise ValueError("a weight is not a finite number of 0 or more")
    return weights


def _covering(covers: Any, weight: ArrayLike | None) -> tuple[csr_matrix, Floats]:
    if not issparse(covers):
        covers = np.asarray(covers)
        if covers.ndim != 2:
            raise ValueError("what covers what is a matrix: a row for each demand, a column for each venue")
    numbers = covers.data if issparse(covers) else covers
    if numbers.dtype.kind == "f" and np.isnan(numbers).any():
        raise ValueError("whether a column covers a row is true or false, not NaN")
    matrix = csr_matrix(covers, dtype=bool)
    matrix.sum_duplicates()
    matrix.eliminate_zeros()
    return matrix, _weights(weight, matrix.shape[0])


def _for_solver(clock: _Clock, pairs: int) -> float:
    """Seconds that HiGHS may take. It reads a programme in and simplifies it without looking at the clock (measured)."""
    return 0.9 * clock.left() - 1e-5 * pairs


def _apart(value: float, bound: float) -> bool:
    return abs(value - bound) > _SAME * max(1e-12, abs(value))


def _plan(chosen: Sequence[int], value: float, bound: float, clock: _Clock) -> Plan:
    if not _apart(value, bound):
        bound = value
    gap = abs(value - bound) / max(abs(value), 1e-12)
    return Plan(sorted(int(j) for j in chosen), float(value), float(bound), float(gap), clock.spent())


# --- the p-median ----------------------------------------------------------------------------------------------------


def _served(cost: Floats, chosen: Ints) -> float:
    return float(cost[:, chosen].min(axis=1).sum())


def _median_plan(cost: Floats, never: float, chosen: Ints, bound: float | None, clock: _Clock) -> Plan:
    if cost[:, chosen].min(axis=1).max() >= never:
        raise ValueError("no choice of that many columns was found that serves every row: open more")
    value = _served(cost, chosen)
    return _plan(list(chosen), value, value if bound is None else min(bound, value), clock)


def _greedy(cost: Floats, p: int) -> Ints:
    """One column after the other, each the one that helps most."""
    nearest = np.full(cost.shape[0], np.inf)
    chosen: list[int] = []
    for _step in range(p):
        sums = np.minimum(cost, nearest[:, None]).sum(axis=0)
        sums[chosen] = np.inf
        chosen.append(int(sums.argmin()))
        nearest = np.minimum(nearest, cost[:, chosen[-1]])
    return np.array(sorted(chosen), dtype=np.int64)


def _interchanged(cost: Floats, chosen: Ints, clock: _Clock) -> Ints:
    """Swap one column for another as long as that helps, the best swap first."""
    n, p = cost.shape[0], len(chosen)
    chosen = chosen.copy()
    while clock.left(0.4) > 0:
        own = cost[:, chosen]
        near = own.argmin(axis=1)
        first = own[np.arange(n), near]
        own = own.copy()
        own[np.arange(n), near] = np.inf
        second = own.min(axis=1) if p > 1 else np.full(n, np.inf)
        with_first = np.minimum(cost, first[:, None])
        lost = np.minimum(cost, second[:, None]) - with_first
        groups = csr_matrix((np.ones(n), (near, np.arange(n))), shape=(p, n))
        change = (with_first - first[:, None]).sum(axis=0)[None, :] + groups @ lost
        out, into = divmod(int(change.argmin()), cost.shape[1])
        if change[out, into] >= -_SAME * max(1.0, float(first.sum())) or into in chosen:
            break
        chosen[out] = into
    return np.array(sorted(chosen), dtype=np.int64)


def _relaxed_median(
    cost: Floats, true: Floats, chosen: Ints, clock: _Clock
) -> tuple[Ints, float, NDArray[np.bool_], NDArray[np.bool_]]:
    """The best choice and bound of a subgradient search; which columns may open, which must in any better choice."""
    p, m = len(chosen), cost.shape[1]
    value = _served(cost, chosen)
    kept, fixed = np.ones(m, dtype=bool), np.zeros(m, dtype=bool)
    ranked = np.partition(cost[:, chosen], min(1, p - 1), axis=1)
    price = ranked[:, : min(2, p)].mean(axis=1)
    best, bound, pace, idle = price, float(true.min(axis=1).sum()), 1.5, 0
    for _step in range(_STEPS):
        less = np.minimum(true - price[:, None], 0.0)
        reduced = less.sum(axis=0)
        order = np.argsort(reduced, kind="stable")
        taken = np.sort(order[:p])
        low = float(price.sum() + reduced[taken].sum())
        tried = _served(cost, taken)
        if tried < value * (1 - _SAME):
            chosen = _interchanged(cost, taken, clock)
            value = _served(cost, chosen)
        # a choice with (without) this column costs at least so much
        inside = np.zeros(m, dtype=bool)
        inside[taken] = True
        enough = value - _SAME * max(1.0, value)
        kept &= inside | (low + reduced - reduced[order[p - 1]] < enough)
        fixed |= inside & (low - reduced + reduced[order[p]] >= enough)
        if low > bound + 1e-7 * max(1.0, value):
            idle = 0
        else:
            idle += 1
        if low > bound:
            bound, best = low, price
        if not _apart(value, min(bound, value)) or clock.left(0.5) <= 0:
            break
        if idle >= _PATIENCE:
            pace, idle, price = pace / 2, 0, best
            if pace < 1e-3:
                break
            continue
        slope = 1.0 - (less[:, taken] < 0).sum(axis=1)
        steep = float((slope**2).sum())
        if steep == 0:
            break
        price = np.maximum(0.0, price + pace * (value * 1.01 - low) / steep * slope)
    return chosen, min(bound, value), kept, fixed


def _exact_median(
    cost: Floats,
    reachable: NDArray[np.bool_],
    chosen: Ints,
    kept: NDArray[np.bool_],
    fixed: NDArray[np.bool_],
    bound: float,
    clock: _Clock,
) -> tuple[Ints, float]:
    """What the relaxation left undecided, by HiGHS: assignment of each row to one open column."""
    p, value = len(chosen), _served(cost, chosen)
    columns = np.flatnonzero(kept | fixed)
    if len(columns) < p or fixed.sum() > p:
        return chosen, value  # no choice is better than the one we have
    part, served = cost[:, columns], reachable[:, columns]
    # of the columns left all but p stay shut: no row goes farther than that many ones, nor past one that surely opens
    far = np.partition(part, len(columns) - p, axis=1)[:, len(columns) - p]
    if fixed.any():
        far = np.minimum(far, cost[:, fixed].min(axis=1))
    rows, at = np.nonzero(served & (part <= far[:, None]))
    pairs, k, n = len(rows), len(columns), cost.shape[0]
    if pairs > MOST_PAIRS or _for_solver(clock, 4 * pairs) <= 0:
        return chosen, bound
    scale = 1000.0 / max(value, 1e-300)
    goal = np.concatenate([np.zeros(k), part[rows, at] * scale])
    each = np.arange(pairs)
    ones = np.ones(pairs)
    once = csr_matrix((ones, (rows, k + each)), shape=(n, k + pairs))
    many = csr_matrix((np.ones(k), (np.zeros(k, dtype=int), np.arange(k))), shape=(1, k + pairs))
    only = csr_matrix(
        (np.concatenate([ones, -ones]), (np.concatenate([each, each]), np.concatenate([k + each, at]))),
        shape=(pairs, k + pairs),
    )
    low = np.concatenate([fixed[columns].astype(float), np.zeros(pairs)])
    found = milp(
        goal,
        integrality=np.concatenate([np.ones(k), np.zeros(pairs)]),
        bounds=Bounds(low, np.ones(k + pairs)),
        constraints=[
            LinearConstraint(once, 1, 1),
            LinearConstraint(many, p, p),
            LinearConstraint(only, -np.inf, 0),
        ],
        options={"time_limit": _for_solver(clock, 4 * pairs), "mip_rel_gap": 0.0},
    )
    if found.status == 2:
        return chosen, value
    if found.x is not None:
        mine = columns[np.sort(np.argsort(-found.x[:k], kind="stable")[:p])]
        if _served(cost, mine) < value:
            chosen, value = mine, _served(cost, mine)
    if found.status == 0:
        return chosen, value
    if found.mip_dual_bound is not None and math.isfinite(found.mip_dual_bound):
        bound = max(bound, min(value, float(found.mip_dual_bound) / scale))
    return chosen, bound


# --- covering --------------------------------------------------------------------------------------------------------


@dataclass
class _Covering:
    """Rows that something covers, alike ones put together; ``rows`` and ``cols`` are the pairs, by column."""

    matrix: csr_matrix
    weights: Floats
    rows: Ints
    cols: Ints
    limits: Floats | None
    free: tuple[int, ...]
    p: int
    whole: bool

    def value(self, chosen: Sequence[int]) -> float:
        """What these and the columns that are open already serve."""
        used = [*self.free, *chosen]
        if not used or not len(self.weights):
            return 0.0
        part = self.matrix[:, used]
        if self.limits is None:
            return float(self.weights[np.asarray(part.sum(axis=1)).ravel() > 0].sum())
        pairs = part.tocoo()
        count = len(pairs.row)
        if not count:
            return 0.0
        each = np.arange(count)
        sides = np.concatenate([pairs.row, len(self.weights) + pairs.col])
        flow = csr_matrix(
            (np.ones(2 * count), (sides, np.concatenate([each, each]))),
            shape=(len(self.weights) + len(used), count),
        )
        most = np.concatenate([self.weights, np.minimum(self.limits[used], self.weights.sum())])
        found = linprog(-np.ones(count), A_ub=flow, b_ub=most, bounds=(0, None), method="highs")
        value = -float(found.fun)
        return float(round(value)) if self.whole else value

    def floor(self, bound: float) -> float:
        """Whole persons only: a bound of 17.9 is one of 17."""
        return float(math.floor(bound + 1e-6)) if self.whole else bound


def _cover(
    matrix: csr_matrix,
    p: int,
    weights: Floats,
    limits: Floats | None,
    free: tuple[int, ...],
    clock: _Clock,
) -> Plan:
    it = _alike(matrix, p, weights, limits, free)
    if it.p + len(free) >= matrix.shape[1]:
        chosen = sorted(set(range(matrix.shape[1])) - set(free))
        value = it.value(chosen)
        return _plan(chosen, value, value, clock)
    chosen = _greedy_cover(it)
    if limits is None:
        chosen = _interchanged_cover(it, chosen, clock)
    value = it.value(chosen)
    if p == 0:
        return _plan([], value, value, clock)
    most = it.floor(float(it.weights.sum()))
    if not _apart(value, most):
        return _plan(chosen, value, value, clock)
    chosen, value, bound, kept, fixed = _relaxed_cover(it, chosen, value, clock)
    bound = min(bound, most)
    if _apart(value, max(value, bound)):
        chosen, value, bound = _exact_cover(it, chosen, value, bound, kept, fixed, clock)
    return _plan(chosen, value, max(value, bound), clock)


def _alike(
    matrix: csr_matrix, p: int, weights: Floats, limits: Floats | None, free: tuple[int, ...]
) -> _Covering:
    """Put rows together that the same columns cover; leave out those that none covers or that weigh nothing."""
    matrix.sort_indices()
    groups: dict[bytes, int] = {}
    first: list[int] = []
    sums: list[float] = []
    for row in np.flatnonzero((np.diff(matrix.indptr) > 0) & (weights > 0)):
        key = matrix.indices[matrix.indptr[row] : matrix.indptr[row + 1]].tobytes()
        at = groups.setdefault(key, len(first))
        if at == len(first):
            first.append(int(row))
            sums.append(0.0)
        sums[at] += float(weights[row])
    small = csr_matrix(matrix[np.array(first, dtype=np.int64)], dtype=np.float64)
    summed = np.array(sums, dtype=np.float64)
    pairs = small.tocsc().tocoo()
    numbers = summed if limits is None else np.concatenate([summed, limits[np.isfinite(limits)]])
    whole = bool((numbers == np.floor(numbers)).all() and numbers.sum() < 2**50)
    return _Covering(
        small, summed, pairs.row.astype(np.int64), pairs.col.astype(np.int64), limits, free, p, whole
    )


def _greedy_cover(it: _Covering) -> list[int]:
    """One column after the other, each the one that serves most of what is left."""
    left = it.weights.copy()
    columns = it.matrix.tocsc()
    chosen: list[int] = []

    def serve(j: int) -> None:
        rows = columns.indices[columns.indptr[j] : columns.indptr[j + 1]]
        if it.limits is None:
            left[rows] = 0.0
            return
        room = np.maximum(0.0, it.limits[j] - (np.cumsum(left[rows]) - left[rows]))
        left[rows] -= np.minimum(left[rows], room)

    for j in it.free:
        serve(j)
    for _step in range(it.p):
        gains = np.asarray(it.matrix.T @ left).ravel()
        if it.limits is not None:
            gains = np.minimum(gains, it.limits)
        gains[[*it.free, *chosen]] = -1.0
        chosen.append(int(gains.argmax()))
        serve(chosen[-1])
    return sorted(chosen)


def _interchanged_cover(it: _Covering, chosen: list[int], clock: _Clock) -> list[int]:
    """Swap one column for another as long as that helps, the best swap first."""
    base = np.asarray(it.matrix[:, list(it.free)].sum(axis=1)).ravel() if it.free else 0.0
    while chosen and clock.left(0.3) > 0:
        own = it.matrix[:, chosen]
        times = np.asarray(own.sum(axis=1)).ravel() + base
        gains = np.asarray(it.matrix.T @ (it.weights * (times == 0))).ravel()
        once = own.multiply(((times == 1) * it.weights)[:, None]).T.tocsr()
        lost = np.asarray(once.sum(axis=1)).ravel()
        change = gains[None, :] - lost[:, None] + (once @ it.matrix).toarray()
        change[:, [*it.free, *chosen]] = -np.inf
        out, into = divmod(int(change.argmax()), change.shape[1])
        if change[out, into] <= _SAME * max(1.0, float(it.weights.sum())):
            break
        chosen = sorted([*chosen[:out], *chosen[out + 1 :], into])
    return chosen


def _relaxed_cover(
    it: _Covering, chosen: list[int], value: float, clock: _Clock
) -> tuple[list[int], float, float, NDArray[np.bool_], NDArray[np.bool_]]:
    """As for the median: each row has a price between 0 and 1 a head, and each column serves whom it gains most by."""
    m, p = it.matrix.shape[1], it.p
    kept, fixed = np.ones(m, dtype=bool), np.zeros(m, dtype=bool)
    free = np.zeros(m, dtype=bool)
    free[list(it.free)] = True
    times = np.asarray(it.matrix[:, [*it.free, *chosen]].sum(axis=1)).ravel()
    price = np.where(times == 0, 0.0, np.where(times == 1, 0.3, 0.9))
    best, bound, pace, idle, tries = price, math.inf, 1.5, 0, 0
    weighed = it.weights[it.rows]
    starts = np.searchsorted(it.cols, np.arange(m))
    # one step of a case of 10,000 x 1,000 takes some milliseconds, with capacities (a sort) some ten
    for _step in range(_STEPS):
        if it.limits is None:
            rows, served = it.rows, weighed
        else:
            order = np.lexsort((price[it.rows], it.cols))
            rows, sizes = it.rows[order], weighed[order]
            before = np.cumsum(sizes) - sizes
            offset = before[np.minimum(starts, len(before) - 1)][it.cols]
            served = np.clip(it.limits[it.cols] - (before - offset), 0.0, sizes)
        gains = np.bincount(it.cols, weights=served * (1.0 - price[rows]), minlength=m)
        ranked = np.argsort(-np.where(free, -1.0, gains), kind="stable")
        taken = ranked[:p]
        high = float((price * it.weights).sum() + gains[taken].sum() + gains[free].sum())
        if it.limits is None or (tries % 40 == 0 and clock.left(0.4) > 0):
            mine = sorted(int(j) for j in taken)
            tried = it.value(mine) if mine != chosen else value
            if tried > value * (1 + _SAME):
                if it.limits is None:
                    mine = _interchanged_cover(it, mine, clock)
                chosen, value = mine, it.value(mine)
        tries += 1
        inside = np.zeros(m, dtype=bool)
        inside[taken] = True
        # what any choice better than ours reaches at least
        enough = value + (1 - 1e-6 if it.whole else _SAME * max(1.0, value))
        kept &= inside | (high - gains[ranked[p - 1]] + gains >= enough)
        fixed |= inside & (high - gains + gains[ranked[p]] < enough) if p < m - len(it.free) else False
        if high < bound - 1e-7 * max(1.0, value):
            idle = 0
        else:
            idle += 1
        if high < bound:
            bound, best = high, price
        if not _apart(value, max(value, it.floor(bound))) or clock.left(0.5) <= 0:
            break
        if idle >= _PATIENCE:
            pace, idle, price = pace / 2, 0, best
            if pace < 1e-3:
                break
            continue
        counted = (inside | free)[it.cols]
        slope = it.weights - np.bincount(rows[counted], weights=served[counted], minlength=len(it.weights))
        steep = float((slope**2).sum())
        if steep == 0:
            break
        price = np.clip(price - pace * (high - value * 0.99) / steep * slope, 0.0, 1.0)
    return chosen, value, it.floor(bound), kept & ~free, fixed & ~free


def _exact_cover(
    it: _Covering,
    chosen: list[int],
    value: float,
    bound: float,
    kept: NDArray[np.bool_],
    fixed: NDArray[np.bool_],
    clock: _Clock,
) -> tuple[list[int], float, float]:
    """What the relaxation left undecided, by HiGHS."""
    columns = np.flatnonzero(kept | fixed)
    if len(columns) < it.p or fixed.sum() > it.p:
        return chosen, value, value  # no choice is better than the one we have
    everything = np.concatenate([columns, np.array(it.free, dtype=np.int64)])
    part = it.matrix[:, everything].tocoo()
    k, pairs, n = len(everything), len(part.row), len(it.weights)
    if pairs > MOST_PAIRS or _for_solver(clock, pairs) <= 0:
        return chosen, value, bound
    surely = np.concatenate([fixed[columns], np.ones(len(it.free), dtype=bool)])
    scale = 1000.0 / max(float(it.weights.sum()), 1e-300)
    if it.limits is None:
        # z of a row, the share of it that is served, is at most the number of open columns that cover it
        goal = np.concatenate([np.zeros(k), -it.weights * scale])
        size = k + n
        each = np.arange(n)
        linked = coo_matrix(
            (
                np.concatenate([np.ones(n), -np.ones(pairs)]),
                (np.concatenate([each, part.row]), np.concatenate([k + each, part.col])),
            ),
            shape=(n, size),
        ).tocsr()
        limits = [LinearConstraint(linked, -np.inf, 0)]
        top = np.ones(size)
    else:
        size, each, ones = k + pairs, np.arange(pairs), np.ones(pairs)
        goal = np.concatenate([np.zeros(k), -ones * scale])
        reach = np.asarray(it.matrix[:, everything].T @ it.weights).ravel()
        most = np.minimum(it.limits[everything], reach)
        of_row = csr_matrix((ones, (part.row, k + each)), shape=(n, size))
        of_column = csr_matrix(
            (
                np.concatenate([ones, -most]),
                (np.concatenate([part.col, np.arange(k)]), np.concatenate([k + each, np.arange(k)])),
            ),
            shape=(k, size),
        )
        limits = [LinearConstraint(of_row, -np.inf, it.weights), LinearConstraint(of_column, -np.inf, 0)]
        if pairs <= 50_000:  # tighter, and still solved in time
            tight = np.minimum(it.weights[part.row], most[part.col])
            only = csr_matrix(
                (
                    np.concatenate([ones, -tight]),
                    (np.concatenate([each, each]), np.concatenate([k + each, part.col])),
                ),
                shape=(pairs, size),
            )
            limits.append(LinearConstraint(only, -np.inf, 0))
        top = np.concatenate([np.ones(k), it.weights[part.row]])
    many = csr_matrix(
        (np.ones(len(columns)), (np.zeros(len(columns), dtype=int), np.arange(len(columns)))), shape=(1, size)
    )
    found = milp(
        goal,
        integrality=np.concatenate([np.ones(k), np.zeros(size - k)]),
        bounds=Bounds(np.concatenate([surely.astype(float), np.zeros(size - k)]), top),
        constraints=[*limits, LinearConstraint(many, it.p, it.p)],
        options={"time_limit": _for_solver(clock, pairs), "mip_rel_gap": 0.0},
    )
    if found.status == 2:
        return chosen, value, value
    if found.x is not None:
        order = np.argsort(-found.x[: len(columns)], kind="stable")[: it.p]
        mine = sorted(int(j) for j in columns[order])
        tried = it.value(mine)
        if tried > value:
            chosen, value = mine, tried
    if found.status == 0:
        return chosen, value, value
    if found.mip_dual_bound is not None and math.isfinite(found.mip_dual_bound):
        bound = min(bound, it.floor(-float(found.mip_dual_bound) / scale))
    return chosen, value, bound
