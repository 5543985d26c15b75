"""The ledger: 100,000 entries with the roll-up trigger against without; the sums of the matrix against GROUP BY.

``BENCH_ENTRIES`` says over how many entries: 5 million where nothing is said.
"""

from __future__ import annotations

import os
import time

from django.db import connection, transaction

from bench.report import Report

ENTRIES = 100_000
MANY = int(os.environ.get("BENCH_ENTRIES", "5000000"))
_FILL = """
INSERT INTO ledger_ledgerentry (kind, day, region_code, sector, unit_id, count, source_type, source_id, written_at)
SELECT 'census.workers_recorded', date '2020-01-01' + (n %% 1095), '4503111' || lpad((n %% 5)::text, 2, '0'),
       (ARRAY['courier','delivery','livestream','logistics'])[1 + n %% 4], n %% 20, 1, '', '', now()
FROM generate_series(1, %s) n
"""


def timed(statement: str, *arguments: object) -> float:
    """Seconds that a statement takes, its rows fetched."""
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

    timed(_FILL, 1000)
    with transaction.atomic():
        _trigger("DISABLE")
        without = timed(_FILL, ENTRIES)
        # entries that no sum knows of would make every recount wrong
        transaction.set_rollback(True)
    with_it = timed(_FILL, ENTRIES)
    report.ratio("100,000 ledger entries with the roll-up trigger", with_it / without, "without it")
    for _part in range(max(1, MANY // 500_000)):
        timed(_FILL, min(MANY, 500_000))
    timed("ANALYZE ledger_ledgerentry")
    plain = timed(
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
