"""How many has nobody seen: what the estimate promises, on simulated districts whose number is known."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from bench.rosters import Mess, district
from nuanyi.census.linkage import engine
from nuanyi.census.linkage import estimate as estimating
from nuanyi.census.linkage.entries import prepared


def simulated(seed: int, persons: int, *, uneven: float, together: float) -> Counter[tuple[int, ...]]:
    """Four rosters; ``uneven`` spreads how easily people are caught, ``together`` ties the second to the first."""
    draw = np.random.default_rng(seed)
    share = draw.uniform(0.2, 0.5, 4)
    ease = draw.normal(0, uneven, persons) if uneven else np.zeros(persons)
    caught = np.zeros((persons, 4), dtype=int)
    for at in range(4):
        odds = np.log(share[at] / (1 - share[at])) + ease
        if at == 1:
            odds = odds + together * (caught[:, 0] - 0.4)
        caught[:, at] = draw.random(persons) < 1 / (1 + np.exp(-odds))
    return Counter(tuple(map(int, row)) for row in caught if row.any())


@pytest.mark.parametrize(("uneven", "together"), [(0.0, 0.0), (0.8, 0.0), (0.0, 1.0), (0.6, 1.0)])
def test_the_interval_holds_the_true_number(uneven: float, together: float) -> None:
    held = 0
    for seed in range(25):
        persons = (900, 3000)[seed % 2]
        counts = simulated(seed, persons, uneven=uneven, together=together)
        found = estimating.estimate("abcd", counts, replicates=60)
        assert found.low is not None and found.high is not None
        held += found.low <= persons <= found.high
    assert held >= 22  # 22 of 25; `make bench` prints 100 of each kind


def test_the_fit_is_that_of_statsmodels() -> None:
    statsmodels = pytest.importorskip("statsmodels.api")
    counts = simulated(1, 2000, uneven=0.5, together=1.0)
    table = estimating._table(4, counts)
    for terms in ((), ((0, 1),), ((estimating.UNEVEN,), (0, 1), (2, 3))):
        design = estimating._design(4, terms)
        ours = estimating.fit(table, design)
        theirs = statsmodels.GLM(table, design, family=statsmodels.families.Poisson()).fit()
        assert ours is not None
        assert ours[1] == pytest.approx(float(np.exp(theirs.params[0])), rel=1e-5)


def test_one_source_says_nothing_of_the_unseen() -> None:
    found = estimating.estimate("a", {(1,): 50})
    assert (found.seen, found.estimate, found.method) == (50, None, "one-source")


def test_two_sources_are_told_with_their_assumption() -> None:
    found = estimating.estimate("ab", {(1, 0): 100, (0, 1): 100, (1, 1): 100})
    assert found.warnings == ("two-sources",)
    assert found.estimate == pytest.approx(400, abs=3)
    assert found.low is not None and found.high is not None
    assert 300 <= found.low < 400 < found.high


def test_sources_that_share_nobody_give_no_number() -> None:
    found = estimating.estimate("abc", {(1, 0, 0): 10, (0, 1, 0): 10, (0, 0, 1): 10})
    assert (found.estimate, found.method) == (None, "no-overlap")


def test_an_empty_overlap_is_named_and_never_let_run_to_infinity() -> None:
    counts: dict[tuple[int, ...], int] = {
        (1, 0, 0): 200,
        (0, 1, 0): 150,
        (0, 0, 1): 90,
        (1, 0, 1): 60,
        (0, 1, 1): 50,
    }
    found = estimating.estimate("abc", counts, replicates=50)
    assert found.empty_overlaps == (("a", "b"),)
    assert found.high is not None and found.high < 10 * found.seen


def test_each_list_says_how_many_of_its_people_are_on_another_too() -> None:
    found = estimating.estimate(
        "abc", {(1, 0, 0): 20, (1, 1, 0): 60, (1, 1, 1): 20, (0, 0, 1): 30}, replicates=20
    )
    assert [(one.name, one.persons, one.shared, one.percent) for one in found.lists] == [
        ("a", 100, 80, 80),
        ("b", 80, 80, 100),
        ("c", 50, 20, 40),
    ]
    assert found.on_lists == (50, 60, 20)


def test_many_sources_are_put_together() -> None:
    pairs = [(person, f"s{at}") for at in range(9) for person in range(at, 60, at + 1)]
    sources, counts = estimating.histories(pairs)
    assert len(sources) == estimating.MOST_SOURCES
    assert sum(counts.values()) == 60


def test_chao_stands_below() -> None:
    counts = simulated(2, 3000, uneven=0.8, together=0.0)
    assert sum(counts.values()) < estimating.chao_lower_bound(counts) < 3000


def test_the_estimate_carries_the_doubt_of_the_linkage() -> None:
    entries, truth = district(700, Mess().twice, seed=6)
    linked = engine.link(prepared(entries))
    seen = [(int(number), entry.roster) for number, entry in zip(linked.clusters, entries, strict=True)]
    names, counts = estimating.histories(seen)
    sure = estimating.estimate(names, counts, replicates=60)
    in_doubt = estimating.histories_in_doubt(seen, linked.doubts)
    found = estimating.estimate(names, counts, in_doubt=in_doubt, replicates=60)
    assert sure.low is not None and found.low is not None and found.high is not None
    assert sure.low > 700  # each pair that was not recognised counts twice and makes the rest look large
    assert found.low <= 700 <= found.high
    assert found.counted == linked.persons
    assert abs(found.seen - len(set(truth))) < found.counted - len(set(truth))


def test_two_that_stand_on_one_source_are_never_drawn_together() -> None:
    seen = [(0, "a"), (1, "a"), (2, "b")]
    for counts in estimating.histories_in_doubt(seen, [(0, 1, 1.0), (0, 2, 1.0)]):
        assert counts == Counter({(1, 1): 1, (1, 0): 1})
