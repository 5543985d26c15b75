"""What lies in a place is asked by a range of codes, and is what begins with the place's code, to PostgreSQL too."""

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from nuanyi.lib.region_codes import within

CODES = st.builds(
    "{:02d}{}".format,
    st.integers(min_value=11, max_value=82),
    st.sampled_from(["", "03", "0300", "0311", "0311107", "0311107201", "9999", "9999999", "9999999999"])
    | st.text("0123456789", max_size=10),
)


def bounds(code):
    found = dict(within(code).children)
    return found["region_code__gte"], found["region_code__lt"]


@given(CODES, CODES, st.text("0123456789", max_size=6))
def test_a_code_lies_in_the_range_of_a_place_exactly_where_it_begins_with_it(place, other, more):
    lower, upper = bounds(place)
    assert lower <= place + more < upper
    assert (lower <= other < upper) == other.startswith(place)


@pytest.mark.django_db
def test_postgresql_orders_codes_as_the_range_needs_and_lets_the_range_go_before_a_policy():
    lower, upper = bounds("450311107")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT array_agg(code) FROM unnest(%s::varchar[]) code WHERE code >= %s AND code < %s",
            [["450311107", "450311107201", "450311106999", "450311108", "4503", ""], lower, upper],
        )
        assert cursor.fetchone()[0] == ["450311107", "450311107201"]
        cursor.execute("SELECT bool_and(proleakproof) FROM pg_proc WHERE proname IN ('text_ge', 'text_lt')")
        assert cursor.fetchone()[0]
