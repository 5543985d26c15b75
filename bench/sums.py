"""The ledger: 100,000 entries with the roll-up trigger against without; the matrix and any view of the cube against GROUP BY.

``BENCH_ENTRIES`` says over how many entries: 5 million where nothing is said, 10 million for the cube's own target.
"""

from __future__ import annotations

import os
import time

from django.db import connection

from bench.report import Report

ENTRIES = 100_000
MANY = int(os.environ.get("BENCH_ENTRIES", "5000000"))
_FILL = """
INSERT INTO ledger_ledgerentry (kind, day, region_code, sector, unit_id, count, source_type, source_id, written_at)
SELECT 'census.workers_recorded', date '2020-01-01' + (n %% 1095), '4503111' || lpad((n %% 5)::text, 2, '0'),
       (ARRAY['courier','delivery','livestream','logistics'])[1 + n %% 4], n %% 20, 1, '', '', now()
FROM generate_series(1, %s) n
"""

#: A district as it is: each kind nearly everywhere, each unit in one place, a twentieth of all not known.
_FILL_CUBE = """
INSERT INTO ledger_ledgerentry (kind, day, region_code, sector, unit_id, count, source_type, source_id, written_at)
SELECT (%s::text[])[1 + n %% %s], date '2020-01-01' + (n * 7 %% 1095),
       CASE WHEN n %% 20 = 0 THEN '' ELSE '450311' || lpad((n %% 5)::text, 3, '1') || lpad((n / 5 %% 12)::text, 3, '2') END,
       (ARRAY['courier','delivery','livestream','logistics','road_transport',''])[1 + n / 7 %% 6], n %% 5, 1, '', '', now()
FROM generate_series(1, %s) n
"""


def _timed(statement: str, *arguments: object) -> float:
    start = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute(statement, arguments or None)
        if cursor.description:
            cursor.fetchall()
    return time.perf_counter() - start


def _trigger(word: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE ledger_ledgerentry {word} TRIGGER ledger_roll_up")


def run(report: Report) -> None:
    """Write, then read."""
    from nuanyi.ledger import queries
    from nuanyi.lib.figures import window

    _timed(_FILL, 1000)
    _trigger("DISABLE")
    without = _timed(_FILL, ENTRIES)
    _trigger("ENABLE")
    with_it = _timed(_FILL, ENTRIES)
    report.ratio("100,000 ledger entries with the roll-up trigger", with_it / without, "without it")
    for _part in range(max(1, MANY // 500_000)):
        _timed(_FILL, min(MANY, 500_000))
    _timed("ANALYZE ledger_ledgerentry")
    plain = _timed(
        "SELECT sector, region_code, sum(count) FROM ledger_ledgerentry"
        " WHERE day BETWEEN '2020-01-01' AND '2022-12-31' GROUP BY 1, 2"
    )
    start = time.perf_counter()
    queries.sums(("census.workers_recorded",), window(), ("sector", "region_code"))
    rolled = time.perf_counter() - start
    report.note(f"{MANY:,} entries: plain GROUP BY {plain * 1000:,.0f} ms, roll-up {rolled * 1000:,.1f} ms")
    report.ratio(
        "matrix sums over 5 million entries, times faster", plain / rolled, "the plain GROUP BY", at_least=10
    )
    _cube(report)


def _cube(report: Report) -> None:
    """Every pair of axes over a realistic spread, in the same run as the plain GROUP BY that it stands for."""
    from itertools import combinations

    from nuanyi.ledger import queries, rules

    names = list(rules.kinds())
    for _part in range(max(1, MANY // 500_000)):
        _timed(_FILL_CUBE, names, len(names), min(MANY, 500_000))
    _timed("ANALYZE ledger_ledgerentry")
    _timed("ANALYZE ledger_cuberow")
    columns = {
        "kind": "kind",
        "sector": "sector",
        "place": "left(region_code, 9)",
        "month": "date_trunc('month', day)",
    }
    worst = float("inf")
    for pair in combinations(columns, 2):
        by = ", ".join(columns[axis] for axis in pair)
        plain = _timed(f"SELECT {by}, sum(count) FROM ledger_ledgerentry GROUP BY 1, 2")
        start = time.perf_counter()
        queries.cube(queries.Slice(tuple(names)), pair)
        rolled = time.perf_counter() - start
        worst = min(worst, plain / rolled)
        report.note(f"cube {' x '.join(pair)}: plain {plain * 1000:,.0f} ms, cube {rolled * 1000:,.1f} ms")
    # a cube over few entries has as many cells as entries: the ratio holds where there are many
    wanted = 20 if MANY >= 1_000_000 else None
    report.ratio(
        f"any view of the cube over {MANY:,} entries, times faster",
        worst,
        "the plain GROUP BY",
        at_least=wanted,
    )
