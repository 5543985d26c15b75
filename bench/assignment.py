"""Who follows what: 40 instructors and 2,000 establishments of five townships, shared out to the proven optimum, beside whoever
takes the nearest with room in turn under the same bounds. Some follow many already, some can take on few, a tenth of the
establishments wishes a language. The target of 10 s holds for the whole of it: the bounds and HiGHS."""

from __future__ import annotations

import statistics
import time
from random import Random

from bench.report import Report

ROWS, PEOPLE, TURNS, TARGET_S = 2_000, 40, 3, 10.0


def _case() -> tuple[list[list[float]], list[int], list[int | None]]:
    """What each would cost each, what each follows already, what each can take on (synthetic, the same every time)."""
    from nuanyi.party.services.instructors import LANGUAGE_KM

    chance = Random(2022)
    middles = [(chance.uniform(0, 40), chance.uniform(0, 40)) for _n in range(5)]
    homes = [
        [middles[n] for n in chance.sample(range(5), 1 + (chance.random() < 0.3))] for _j in range(PEOPLE)
    ]
    speaks = [chance.random() < 0.25 for _j in range(PEOPLE)]
    costs = []
    for _i in range(ROWS):
        x, y = chance.choice(middles)
        x, y = x + chance.gauss(0, 4), y + chance.gauss(0, 4)
        wishes = chance.random() < 0.1
        costs.append(
            [
                min(((x - a) ** 2 + (y - b) ** 2) ** 0.5 for a, b in homes[j])
                + (LANGUAGE_KM if wishes and not speaks[j] else 0.0)
                for j in range(PEOPLE)
            ]
        )
    loads = [chance.choice((0, 0, 10, 30)) for _j in range(PEOPLE)]
    capacities = [chance.choice((None, None, 40, 80)) for _j in range(PEOPLE)]
    return costs, loads, capacities


def _cost(costs: list[list[float]], chosen: list[int]) -> float:
    return sum(costs[i][j] for i, j in enumerate(chosen) if j >= 0)


def run(report: Report) -> None:
    """Both, in turn."""
    from nuanyi.party import rules

    costs, loads, capacities = _case()
    seconds: dict[str, list[float]] = {"optimal": [], "greedy": []}
    total: dict[str, float] = {}
    for _turn in range(TURNS):
        for name, assign in (("optimal", rules.assign), ("greedy", rules.assign_greedily)):
            start = time.perf_counter()
            chosen = assign(costs, rules.shares(ROWS, loads, capacities))
            seconds[name].append(time.perf_counter() - start)
            total[name] = _cost(costs, chosen)
    optimal, greedy = (statistics.median(seconds[name]) for name in ("optimal", "greedy"))
    report.note(
        f"optimal {total['optimal']:,.0f} km in {optimal:.2f} s; greedy {total['greedy']:,.0f} km in {greedy:.3f} s"
    )
    report.ratio(
        f"way of {PEOPLE} instructors to {ROWS:,} establishments",
        total["optimal"] / total["greedy"],
        "the nearest with room in turn",
        at_most=1.0,
    )
    report.ratio("its time", optimal / greedy, "the nearest with room in turn")
    report.ratio("its time, of 10 s", optimal / TARGET_S, "the target", at_most=1.0)
