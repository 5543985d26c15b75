"""How many people are there in all, those on no roster included: multiple systems estimation.

From the overlaps of three or more sources. Log-linear models of the overlaps (Fienberg 1972; Bishop, Fienberg
and Holland 1975): which sources go together and how unevenly people are caught is chosen forward by BIC
(Chan, Silverman and Vincent, *Multiple Systems Estimation for Sparse Capture Data*, JASA 2021, with their check
that an estimate exists where overlaps are empty). Uneven catchability is Darroch's term (Rivest and Baillargeon,
*Loglinear Models for Capture-Recapture in R*, JSS 2007). The interval is a bootstrap that chooses the model
anew each time (Buckland and Garthwaite 1991; Norris and Pollock 1996), by the weight that BIC gives it, and
draws anew which possible pairs are one person. Beside it stands Chao's lower bound (Chao 1987). Pure: numbers
in, numbers out.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import combinations
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

REPLICATES = 400
#: So many draws of which possible pairs are one person.
DRAWS = 20
#: More sources than this make more overlaps than people fill: the smallest ones are put together.
MOST_SOURCES = 6
#: Models this close in BIC to the best are told beside it.
NEAR = 6.0
#: Models this close to the best fit as well as it does: the interval holds what they say, whatever was drawn.
AS_GOOD = 2.0
UNEVEN = -1
_FAR = 12.0

Term = tuple[int, ...]


@dataclass(frozen=True)
class Model:
    """A model of the overlaps: which sources go together, whether catchability is uneven, what it says."""

    together: tuple[tuple[str, str], ...]
    uneven: bool
    estimate: float
    bic: float


@dataclass(frozen=True)
class OneList:
    """A source: how many persons stand on it, and how many of them on another one too."""

    name: str
    persons: int
    shared: int

    @property
    def percent(self) -> int:
        """Shared of a hundred."""
        return round(100 * self.shared / self.persons) if self.persons else 0


@dataclass(frozen=True)
class Estimate:
    """``estimate`` people in all with a 95 % interval; None where it cannot be said.

    ``seen`` are on a roster, possible pairs weighed by how likely they are; the certain links alone count
    ``counted``.
    """

    seen: int
    sources: tuple[str, ...]
    method: str
    estimate: int | None = None
    low: int | None = None
    high: int | None = None
    chao: int | None = None
    models: tuple[Model, ...] = ()
    empty_overlaps: tuple[tuple[str, str], ...] = ()
    warnings: tuple[str, ...] = field(default=())
    counted: int = 0
    lists: tuple[OneList, ...] = ()
    #: how many persons stand on one list only, on two, and so on
    on_lists: tuple[int, ...] = ()

    @property
    def unseen_range(self) -> tuple[int, int] | None:
        """Between how many and how many are on no list, as sure as ``low`` and ``high`` are."""
        if self.low is None or self.high is None:
            return None
        return max(0, self.low - self.seen), max(0, self.high - self.seen)

    @property
    def unseen(self) -> int | None:
        """How many are on no roster."""
        return None if self.estimate is None else self.estimate - self.seen


def histories(appearances: Iterable[tuple[int, str]]) -> tuple[tuple[str, ...], Counter[tuple[int, ...]]]:
    """From (person, source) to the sources and how many persons each set of them holds.

    A set of sources is a row of 0 and 1, in the sources' order.
    """
    of: dict[int, set[str]] = {}
    for person, source in appearances:
        of.setdefault(person, set()).add(source)
    sizes = Counter(source for held in of.values() for source in held)
    sources = tuple(sorted(sizes, key=lambda source: (-sizes[source], source)))
    if len(sources) > MOST_SOURCES:
        rest = set(sources[MOST_SOURCES - 1 :])
        joined = " + ".join(sorted(rest))
        of = {person: {joined if s in rest else s for s in held} for person, held in of.items()}
        sources = (*sources[: MOST_SOURCES - 1], joined)
    counted = Counter(tuple(int(source in held) for source in sources) for held in of.values())
    return sources, counted


def histories_in_doubt(
    appearances: Sequence[tuple[int, str]],
    doubts: Iterable[tuple[int, int, float]],
    *,
    draws: int = DRAWS,
    seed: int = 17,
) -> list[Counter[tuple[int, ...]]]:
    """The overlaps as they may be: each draw joins the pairs in doubt, each as likely as the linkage holds it.

    ``doubts`` are (person, person, probability). Two that would stand twice on one source stay two: hardly
    anybody does, and namesakes would otherwise grow into one person.
    """
    doubts = list(doubts)
    if not doubts:
        return []
    sources_of: dict[int, set[str]] = {}
    for person, source in appearances:
        sources_of.setdefault(person, set()).add(source)
    draw = np.random.default_rng(seed)
    found = []
    for _turn in range(draws):
        of = dict.fromkeys(sources_of, -1)
        holds = {person: set(held) for person, held in sources_of.items()}

        def head(person: int, of: dict[int, int] = of) -> int:
            while of[person] >= 0:
                person = of[person]
            return person

        for at in draw.permutation(len(doubts)):
            left, right, likely = doubts[at]
            if left not in of or right not in of or draw.random() >= likely:
                continue
            one = head(left)
            other = head(right)
            if one != other and not holds[one] & holds[other]:
                of[other] = one
                holds[one] |= holds[other]
        found.append(histories((head(person), source) for person, source in appearances)[1])
    return found


def chao_lower_bound(counts: Mapping[tuple[int, ...], float]) -> float:
    """At least so many: those seen, and the square of those seen once over twice those seen twice.

    Bias-corrected (Chao 1987) with the share for a fixed number of sources; holds where catchability is uneven.
    """
    sources = len(next(iter(counts), ()))
    seen = sum(counts.values())
    once = sum(n for history, n in counts.items() if sum(history) == 1)
    twice = sum(n for history, n in counts.items() if sum(history) == 2)
    share = (sources - 1) / sources if sources else 0.0
    return seen + share * once * (once - 1) / (2 * (twice + 1))


def estimate(
    sources: Sequence[str],
    counts: Mapping[tuple[int, ...], int],
    *,
    in_doubt: Sequence[Mapping[tuple[int, ...], int]] = (),
    replicates: int = REPLICATES,
    seed: int = 17,
) -> Estimate:
    """How many in all. One source says nothing of it, two only if they are independent: then it is said so.

    ``in_doubt``: the overlaps as they may be (``histories_in_doubt``); the estimate stands on their mean, the
    interval on each of them.
    """
    found = _estimated(tuple(sources), [counts, *in_doubt][bool(in_doubt) :], replicates, seed)
    lists = tuple(
        OneList(
            name,
            sum(n for history, n in counts.items() if history[at]),
            sum(n for history, n in counts.items() if history[at] and sum(history) > 1),
        )
        for at, name in enumerate(sources)
    )
    times: Counter[int] = Counter()
    for history, n in counts.items():
        times[sum(history)] += n
    on_lists = tuple(times[number] for number in range(1, len(sources) + 1))
    return replace(found, counted=sum(counts.values()), lists=lists, on_lists=on_lists)


def _estimated(
    names: tuple[str, ...], overlaps: Sequence[Mapping[tuple[int, ...], int]], replicates: int, seed: int
) -> Estimate:
    tables = [_table(len(names), one) for one in overlaps]
    table = np.mean(tables, axis=0)
    counts = {tuple(map(int, cell)): float(n) for cell, n in zip(_cells(len(names)), table, strict=True)}
    seen = round(float(table.sum()))
    if len(names) < 2 or not seen:
        return Estimate(seen, names, "one-source")
    if len(names) == 2:
        return _of_two(names, counts, seen)
    overlap = sum(n for history, n in counts.items() if sum(history) > 1)
    if not overlap:
        return Estimate(seen, names, "no-overlap", warnings=("no-overlap",))
    chosen, value, tried = _choose(table, len(names))
    draw = np.random.default_rng(seed)
    values = np.sort(_replicates(tables, value, len(names), replicates, draw))
    least = int(min(one.sum() for one in tables))
    as_good = [number for bic, number in tried.values() if bic <= tried[chosen][0] + AS_GOOD]
    low = max(least, math.floor(min(*as_good, float(np.quantile(values, 0.025)))))
    high = math.ceil(max(*as_good, float(np.quantile(values, 0.975))))
    models = tuple(
        Model(
            tuple((names[t[0]], names[t[1]]) for t in terms if t[0] != UNEVEN),
            any(t[0] == UNEVEN for t in terms),
            round(number, 1),
            round(bic, 2),
        )
        for terms, (bic, number) in sorted(tried.items(), key=lambda item: item[1][0])
        if bic <= tried[chosen][0] + NEAR
    )
    empty = tuple((names[a], names[b]) for a, b in _empty(table, len(names)))
    warnings = ("few-overlaps",) if overlap < 30 else ()
    return Estimate(
        seen,
        names,
        "log-linear, BIC, bootstrap",
        max(seen, round(value)),
        min(low, round(value)),
        max(high, round(value)),
        round(chao_lower_bound(counts)),
        models,
        empty,
        warnings,
    )


def _of_two(names: tuple[str, ...], counts: Mapping[tuple[int, ...], float], seen: int) -> Estimate:
    """Chapman's estimate with its usual interval on the logarithm of the unseen (Chao 1989)."""
    first = sum(n for history, n in counts.items() if history[0])
    second = sum(n for history, n in counts.items() if history[1])
    both = sum(n for history, n in counts.items() if history[0] and history[1])
    if not both:
        return Estimate(seen, names, "no-overlap", warnings=("no-overlap",))
    value = (first + 1) * (second + 1) / (both + 1) - 1
    spread = (first + 1) * (second + 1) * (first - both) * (second - both) / ((both + 1) ** 2 * (both + 2))
    unseen = max(value - seen, 0.5)
    factor = math.exp(1.96 * math.sqrt(math.log(1 + spread / unseen**2)))
    return Estimate(
        seen,
        names,
        "two sources, if independent (Chapman)",
        round(seen + unseen),
        math.floor(seen + unseen / factor),
        math.ceil(seen + unseen * factor),
        warnings=("two-sources",),
    )


# log-linear models ---------------------------------------------------------------------------


def _table(sources: int, counts: Mapping[tuple[int, ...], int]) -> Array:
    """Persons by overlap, in the order of ``_cells``."""
    return np.array([counts.get(tuple(int(x) for x in cell), 0) for cell in _cells(sources)], dtype=float)


@lru_cache(maxsize=8)
def _cells(sources: int) -> Array:
    """All sets of sources but the empty one, as rows of 0 and 1."""
    numbers = np.arange(1, 2**sources)
    return (numbers[:, None] >> np.arange(sources)) & 1


@lru_cache(maxsize=4096)
def _design(sources: int, terms: tuple[Term, ...]) -> Array:
    """One column a parameter: all, each source, each pair that goes together, uneven catchability."""
    cells = _cells(sources)
    columns = [np.ones(len(cells)), *(cells[:, at].astype(float) for at in range(sources))]
    size = cells.sum(axis=1)
    for term in terms:
        columns.append(size * (size - 1) / 2.0 if term[0] == UNEVEN else cells[:, term].prod(axis=1) * 1.0)
    return np.stack(columns, axis=1)


def fit(table: Array, design: Array) -> tuple[float, float] | None:
    """Poisson regression by iterated weighted least squares: (log-likelihood, unseen); None where none exists."""
    mean = table + 0.5
    eta = np.log(mean)
    beta = np.zeros(design.shape[1])
    before = -math.inf
    for _step in range(60):
        weighted = design * mean[:, None]
        try:
            beta = np.linalg.solve(design.T @ weighted, weighted.T @ (eta + (table - mean) / mean))
        except np.linalg.LinAlgError:
            return None
        eta = np.clip(design @ beta, -40.0, 40.0)
        mean = np.exp(eta)
        now = float(table @ eta - mean.sum())
        if abs(now - before) < 1e-9 * (1 + abs(now)):
            break
        before = now
    else:
        return None
    if np.abs(beta[1:]).max(initial=0.0) > _FAR:
        return None  # runs off to infinity: no estimate exists for this model
    return now, math.exp(min(beta[0], 40.0))


def _empty(table: Array, sources: int) -> list[tuple[int, int]]:
    """Pairs of sources that share nobody: no model may let them go together freely."""
    cells = _cells(sources)
    return [
        (a, b) for a, b in combinations(range(sources), 2) if not table[(cells[:, a] * cells[:, b]) > 0].any()
    ]


Tried = dict[tuple[Term, ...], tuple[float, float]]


def _choose(table: Array, sources: int) -> tuple[tuple[Term, ...], float, Tried]:
    """The model by forward selection: the chosen terms, people in all, and every model tried with its BIC."""
    seen = float(table.sum())
    price = math.log(max(seen, 2.0))
    empty = set(_empty(table, sources))
    candidates: list[Term] = [(UNEVEN,), *(p for p in combinations(range(sources), 2) if p not in empty)]
    most = 2**sources - 1 - sources - 1
    tried: Tried = {}

    def weigh(terms: tuple[Term, ...]) -> float:
        if terms not in tried:
            fitted = fit(table, _design(sources, terms))
            if fitted is None or fitted[1] > 50 * seen:
                tried[terms] = (math.inf, math.nan)
            else:
                tried[terms] = (-2 * fitted[0] + price * (1 + sources + len(terms)), seen + fitted[1])
        return tried[terms][0]

    chosen: tuple[Term, ...] = ()
    best = weigh(chosen)
    while len(chosen) < most:
        steps = [tuple(sorted((*chosen, term))) for term in candidates if term not in chosen]
        steps += [tuple(t for t in chosen if t != term) for term in chosen]
        found = min(steps, key=weigh, default=chosen)
        if weigh(found) >= best - 1e-9:
            break
        chosen = found
        best = weigh(found)
    return chosen, tried[chosen][1], {k: v for k, v in tried.items() if math.isfinite(v[0])}


def _replicates(
    tables: Sequence[Array], value: float, sources: int, number: int, draw: np.random.Generator
) -> Array:
    """The estimate again and again from overlaps drawn anew, the model drawn each time by its weight in BIC."""
    found = []
    for turn in range(number):
        table = tables[turn % len(tables)]
        seen = table.sum()
        share = min(1.0, seen / value)
        again = draw.multinomial(draw.binomial(max(round(value), 1), share), table / seen).astype(float)
        tried = [one for one in _choose(again, sources)[2].values() if math.isfinite(one[1])]
        if tried:
            best = min(bic for bic, _number in tried)
            weights = np.array([math.exp((best - bic) / 2) for bic, _number in tried])
            found.append(tried[int(draw.choice(len(tried), p=weights / weights.sum()))][1])
    return np.array(found or [value])
