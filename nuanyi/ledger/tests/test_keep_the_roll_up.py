from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from nuanyi.census.kinds import WORKERS_RECORDED
from nuanyi.ledger import queries, services
from nuanyi.ledger.models import LedgerEntry, RollUp
from nuanyi.ledger.services import Delivered
from nuanyi.lib.errors import IllegalMove
from nuanyi.lib.figures import Window, window
from nuanyi.units.models import Unit

lines = st.builds(
    Delivered,
    day=st.dates(date(2022, 1, 1), date(2022, 12, 31)),
    count=st.integers(1, 9),
    region_code=st.sampled_from(["450311100", "450311001"]),
    sector=st.sampled_from(["courier", "delivery"]),
    unit_id=st.integers(0, 2),
)


def _unit():
    return Unit.objects.create(code="u", name="u", short_name="u", kind="union")


class TheRollUp(TestCase):
    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(batches=st.lists(st.lists(lines, max_size=8), max_size=4), turns=st.integers(0, 5))
    def test_is_always_equal_to_the_sum_of_the_entries(self, batches, turns):
        source = _unit()
        for batch in batches:
            services.record(WORKERS_RECORDED, batch, source=source)
        for entry in LedgerEntry.objects.filter(reverses=None)[:turns]:
            services.reverse(entry)
        assert (RollUp.objects.aggregate(n=Sum("count"))["n"] or 0) == (
            LedgerEntry.objects.aggregate(n=Sum("count"))["n"] or 0
        )
        for row in RollUp.objects.all():
            same = LedgerEntry.objects.filter(
                kind=row.kind,
                region_code=row.region_code,
                sector=row.sector,
                unit_id=row.unit_id,
                day__year=row.month.year,
                day__month=row.month.month,
            )
            assert row.count == same.aggregate(n=Sum("count"))["n"]
            assert row.entries == same.count()


@pytest.mark.django_db
def test_a_mistake_is_taken_back_once_and_stays_readable():
    [entry] = services.record(WORKERS_RECORDED, [Delivered(date(2022, 6, 3), 5)], source=_unit())
    services.reverse(entry)
    assert queries.sums((WORKERS_RECORDED,), window("2022"))[()] == 0
    with pytest.raises(IllegalMove):
        services.reverse(entry)


@pytest.mark.django_db
def test_what_a_record_put_in_is_taken_back_once_and_then_everything_that_stands():
    mine, other = _unit(), Unit.objects.create(code="v", name="v", short_name="v", kind="union")
    for source in (mine, other):
        services.record(
            WORKERS_RECORDED, [Delivered(date(2022, 6, 3), 5), Delivered(date(2022, 6, 4), 2)], source=source
        )
    assert services.reverse_all_from(mine) == 2
    assert services.reverse_all_from(mine) == 0
    assert queries.sums((WORKERS_RECORDED,), window("2022"))[()] == 7
    assert services.reverse_everything() == 2
    assert services.reverse_everything() == 0
    assert queries.sums((WORKERS_RECORDED,), window("2022"))[()] == 0


@pytest.mark.django_db
@pytest.mark.as_owner
@pytest.mark.parametrize(
    "statement", ["UPDATE ledger_ledgerentry SET count = 0", "DELETE FROM ledger_ledgerentry"]
)
def test_nobody_changes_an_entry(statement):
    services.record(WORKERS_RECORDED, [Delivered(date(2022, 6, 3))], source=_unit())
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("first", "last", "months"),
    [
        (None, None, {1: 1, 2: 2, 10: 12, 11: 16}),
        (date(2022, 1, 1), date(2022, 12, 31), {1: 1, 2: 2, 10: 12, 11: 16}),
        (date(2022, 1, 1), date(2022, 10, 10), {1: 1, 2: 2, 10: 4}),
        (date(2022, 1, 21), date(2022, 10, 10), {2: 2, 10: 4}),
        (date(2022, 10, 11), date(2022, 11, 30), {10: 8, 11: 16}),
        (date(2022, 10, 11), date(2022, 11, 1), {10: 8}),
        (date(2022, 10, 10), date(2022, 10, 10), {10: 4}),
        (date(2022, 10, 1), date(2022, 10, 9), {}),
        (None, date(2022, 10, 10), {1: 1, 2: 2, 10: 4}),
        (date(2022, 10, 11), None, {10: 8, 11: 16}),
    ],
)
def test_a_window_that_cuts_a_month_counts_its_days_and_no_others(first, last, months):
    days = {date(2022, 1, 20): 1, date(2022, 2, 2): 2, date(2022, 10, 10): 4, date(2022, 10, 20): 8}
    days[date(2022, 11, 5)] = 16
    services.record(
        WORKERS_RECORDED, [Delivered(day, count, "450311100") for day, count in days.items()], source=_unit()
    )
    asked = Window(first, last, "450311")
    assert queries.sums((WORKERS_RECORDED,), asked) == {(): sum(months.values())}
    by_month = queries.sums((WORKERS_RECORDED,), asked, ("month",))
    assert by_month == {(date(2022, month, 1).isoformat(),): count for month, count in months.items()}
    assert queries.listed(WORKERS_RECORDED, asked).total() == sum(months.values())
