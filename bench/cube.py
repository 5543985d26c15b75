"""Any view of the cube against the plain GROUP BY that it stands for, in the same run; its queries; sums against recount.

``BENCH_ENTRIES`` says over how many entries: 5 million where nothing is said. The target itself is over ten million, on a
machine that does nothing else: ``BENCH_ENTRIES=10000000 python -m bench cube`` (some ten minutes, 6 GiB of disk, 1 GiB of
memory; the entries are written by the database itself, two million a statement).
"""

from __future__ import annotations

import statistics
import time
from datetime import date
from typing import Any

from django.db import connection

from bench.report import Report
from bench.sums import MANY, timed

#: Entries that one statement writes: each touches nearly every sum once, however many it writes.
PART = 2_000_000
#: A district as it is: each kind nearly everywhere, each unit in one place, a twentieth of all not known.
_FILL_CUBE = """
INSERT INTO ledger_ledgerentry (kind, day, region_code, sector, unit_id, count, source_type, source_id, written_at)
SELECT (%s::text[])[1 + n %% %s], date '2020-01-01' + (n * 7 %% 1095),
       CASE WHEN n %% 20 = 0 THEN '' ELSE '450311' || lpad((n %% 5)::text, 3, '1') || lpad((n / 5 %% 12)::text, 3, '2') END,
       (ARRAY['courier','delivery','livestream','logistics','road_transport',''])[1 + n / 7 %% 6], n %% 5, 1, '', '', now()
FROM generate_series(1, %s) n
"""

#: What a plain GROUP BY calls an axis.
COLUMNS = {
    "kind": "kind",
    "sector": "sector",
    "place": "left(region_code, 9)",
    "month": "date_trunc('month', day)",
}
PERIOD = "2020..2022"
SLICES = 200
#: A view is opened so often, and the median counts: the first opening of all also loads what the program needs once.
TURNS = 3


def _tree() -> None:
    """The places that the entries name."""
    from nuanyi.places.models import Level, Region

    Region.objects.get_or_create(code="450311", defaults={"name": "区", "level": Level.DISTRICT})
    for town in range(110, 115):
        Region.objects.get_or_create(
            code=f"450311{town}",
            defaults={"name": f"镇{town}", "level": Level.TOWNSHIP, "parent_id": "450311"},
        )
        for village in (*range(220, 230), 210, 211):
            code = f"450311{town}{village}"
            place = {"name": f"村{village}", "level": Level.COMMUNITY, "parent_id": code[:9]}
            Region.objects.get_or_create(code=code, defaults=place)


def _opened(view: Any, actor: Any) -> float:
    """Seconds in which a view is worked out for one who asks."""
    from nuanyi.matrix import cube as cubes

    start = time.perf_counter()
    cubes.cube(view, actor)
    return time.perf_counter() - start


def run(report: Report) -> None:
    """Every pair of axes as the page of the cube works it out (places, workers, thin cells, totals) over a realistic spread,
    in the same run as the plain GROUP BY that it stands for: for who sees all people, and for who sees fives.
    """
    from itertools import permutations

    from django.test.utils import CaptureQueriesContext

    from nuanyi.ledger import rules
    from nuanyi.lib.actor import GUEST
    from nuanyi.matrix import cube as cubes
    from nuanyi.matrix.rules import Measure

    _tree()
    names = list(rules.kinds())
    start = time.perf_counter()
    for written in range(0, MANY, PART):
        timed(_FILL_CUBE, names, len(names), min(PART, MANY - written))
    report.note(f"{MANY:,} entries written with their sums in {time.perf_counter() - start:,.0f} s")
    timed("ANALYZE ledger_ledgerentry")
    timed("ANALYZE ledger_cuberow")
    worst = {"who sees all people": float("inf"), "who sees fives": float("inf")}
    most = 0
    for rows, columns in permutations(COLUMNS, 2):
        view = cubes.view_of({"rows": rows, "columns": columns, "period": PERIOD})
        wanted = [kind.name for kind in cubes.kinds_of(view)]
        plain = timed(
            f"SELECT {COLUMNS[rows]}, {COLUMNS[columns]}, sum(count) FROM ledger_ledgerentry"
            " WHERE kind = ANY(%s) AND day BETWEEN '2020-01-01' AND '2022-12-31' GROUP BY 1, 2",
            wanted,
        )
        took = {}
        for who, actor in zip(worst, (None, GUEST), strict=True):
            took[who] = statistics.median(_opened(view, actor) for _turn in range(TURNS))
            worst[who] = min(worst[who], plain / took[who])
        told = ", ".join(f"{who} {seconds * 1000:,.0f} ms" for who, seconds in took.items())
        report.note(f"cube {rows} x {columns}: plain {plain * 1000:,.0f} ms, {told}")
        for measure in Measure:
            asked = cubes.view_of(
                {"rows": rows, "columns": columns, "period": PERIOD, "measure": measure.value}
            )
            with CaptureQueriesContext(connection) as seen:
                cubes.cube(asked, None)
            most = max(most, sum(one["sql"].lstrip("(").startswith("SELECT") for one in seen))
    report.ratio("queries of any view of the cube", most, "the target", at_most=14)
    for who, times in worst.items():
        # a cube over few entries has as many cells as entries: the ratio holds where there are many
        report.ratio(
            f"any view of the cube over {MANY:,} entries for {who}, times faster",
            times,
            "the plain GROUP BY",
            at_least=20 if MANY >= 1_000_000 and who == "who sees all people" else None,
        )
    _recount(report, names)


def _recount(report: Report, names: list[str]) -> None:
    """Slices drawn at random, from the roll-up and from the entries themselves."""
    from random import Random

    from django.db.models import Sum

    from nuanyi.ledger import queries
    from nuanyi.lib.periods import month_end, shifted

    luck = Random(20220601)
    first = date(2020, 1, 1)
    wrong = 0
    for _number in range(SLICES):
        begin = shifted(first, luck.randrange(36))
        digits = luck.choice((6, 9, 12))
        place = luck.choice((None, "", f"450311{luck.randrange(110, 115)}222"[:digits]))
        asked = queries.Slice(
            tuple(luck.sample(names, luck.randrange(1, 4))),
            begin,
            month_end(shifted(begin, luck.randrange(3))),
            region=luck.choice(("", "450311", f"450311{luck.randrange(110, 115)}")),
            sector=luck.choice((None, "", "courier", "livestream")),
            place=place,
            digits=digits,
        )
        rolled = queries.cube(asked, ())[()]
        counted = queries.entries(asked).order_by().aggregate(n=Sum("count"))["n"] or 0
        wrong += rolled != counted
    report.ratio(
        f"of {SLICES} random slices, those whose roll-up is not their recount", wrong, "none", at_most=0
    )
