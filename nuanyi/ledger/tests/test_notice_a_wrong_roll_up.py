"""The trigger that keeps the sums is SQL, which no test of Python looks into: small changes are made to it here, and what
compares the sums with the entries must notice each (``scripts/mutants.py`` does the same to Python)."""

from datetime import date

import pytest
from django.db import connection

from nuanyi.census.kinds import WORKERS_RECORDED
from nuanyi.learning.kinds import LESSONS_PUSHED
from nuanyi.ledger import services
from nuanyi.ledger.models import LedgerEntry
from nuanyi.ledger.services import Delivered
from nuanyi.units.models import Unit

pytestmark = [pytest.mark.django_db, pytest.mark.as_owner]

#: Each table of sums and what its rows are summed by.
SUMS = {
    "ledger_rollup": ("kind", "month", "region_code", "sector", "unit_id"),
    "ledger_cuberow": ("kind", "month", "region_code", "sector"),
}
DIFFERENT = """
SELECT count(*) FROM (
  SELECT {by}, sum(count) AS count, count(*) AS entries
  FROM (SELECT *, date_trunc('month', day)::date AS month FROM ledger_ledgerentry) e GROUP BY {by}
) e FULL JOIN {table} s USING ({by})
WHERE e.count IS DISTINCT FROM s.count OR e.entries IS DISTINCT FROM s.entries
"""
#: (what stands in the trigger, what stands there instead, which time it stands there)
MUTANTS = [
    ("sum(count)", "count(*)", 0),
    ("sum(count)", "max(count)", 0),
    ("sum(count)", "sum(abs(count))", 0),
    ("sum(count)", "count(*)", 1),
    ("sum(count)", "sum(abs(count))", 1),
    ("count(*)\n", "1\n", 0),
    ("count(*)\n", "1\n", 1),
    ("'month'", "'year'", 0),
    ("'month'", "'year'", 1),
    ("'month'", "'day'", 0),
    ("r.count + EXCLUDED.count", "r.count - EXCLUDED.count", 0),
    ("r.count + EXCLUDED.count", "EXCLUDED.count", 0),
    ("c.count + EXCLUDED.count", "c.count - EXCLUDED.count", 0),
    ("c.count + EXCLUDED.count", "c.count", 0),
    ("r.entries + EXCLUDED.entries", "EXCLUDED.entries", 0),
    ("c.entries + EXCLUDED.entries", "c.entries", 0),
    ("region_code, sector, unit_id, sum(count)", "region_code, sector, 0, sum(count)", 0),
    ("region_code, sector, unit_id, sum(count)", "region_code, '', unit_id, sum(count)", 0),
    ("region_code, sector, sum(count)", "'', sector, sum(count)", 0),
    ("region_code, sector, sum(count)", "region_code, '', sum(count)", 0),
    ("FROM fresh GROUP BY 1, 2, 3, 4, 5", "FROM fresh WHERE count > 0 GROUP BY 1, 2, 3, 4, 5", 0),
    ("FROM fresh GROUP BY 1, 2, 3, 4\n", "FROM fresh WHERE count > 0 GROUP BY 1, 2, 3, 4\n", 0),
]


def _differences():
    """How many sums are not those of the entries, in either table."""
    found = {}
    with connection.cursor() as cursor:
        for table, by in SUMS.items():
            cursor.execute(DIFFERENT.format(table=table, by=", ".join(by)))
            found[table] = cursor.fetchone()[0]
    return sum(found.values())


def _deliver():
    """Entries that meet and that do not: two of a month, another month, place, sector, unit and kind, one taken back."""
    unit = Unit.objects.create(code="u", name="u", short_name="u", kind="union")
    june = date(2022, 6, 3)
    for _turn in range(2):
        lines = [
            Delivered(june, 5, "450311100", "courier", 1),
            Delivered(june.replace(day=9), 2, "450311100", "courier", 1),
            Delivered(date(2022, 7, 1), 3, "450311100", "courier", 1),
            Delivered(june, 4, "450311001", "courier", 1),
            Delivered(june, 6, "450311100", "delivery", 1),
            Delivered(june, 7, "450311100", "courier", 2),
        ]
        services.record(WORKERS_RECORDED, lines, source=unit)
        services.record(LESSONS_PUSHED, lines[:1], source=unit)
    services.reverse(LedgerEntry.objects.order_by("pk")[1])


def _trigger():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef('ledger_roll_up'::regproc)")
        return cursor.fetchone()[0]


def test_the_sums_are_those_of_the_entries():
    _deliver()
    assert _differences() == 0


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda one: f"{one[1]} {one[2]}".replace("\n", ""))
def test_a_change_of_the_trigger_is_noticed(mutant):
    old, new, which = mutant
    parts = _trigger().split(old)
    assert len(parts) > which + 1, f"{old!r} does not stand in the trigger any more"
    changed = old.join(parts[: which + 1]) + new + old.join(parts[which + 1 :])
    with connection.cursor() as cursor:
        cursor.execute(changed)
    _deliver()
    assert _differences() > 0
