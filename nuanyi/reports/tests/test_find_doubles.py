import pytest
from hypothesis import given
from hypothesis import strategies as st

from nuanyi.reports import doubles
from nuanyi.reports.models import Report

SEEN = st.builds(
    doubles.Seen,
    lat_wgs84=st.floats(25.04, 25.06),
    lon_wgs84=st.floats(110.30, 110.32),
    hours=st.floats(0, 800),
    kind=st.sampled_from(["1", "2"]),
    grams=st.text("路灯不亮井盖坑", max_size=8).map(doubles.grams),
)


@given(SEEN, SEEN)
def test_likeness_is_the_same_both_ways_between_nothing_and_one(a, b):
    assert 0 <= doubles.likeness(a, b) <= 1
    assert doubles.likeness(a, b) == pytest.approx(doubles.likeness(b, a), abs=1e-4)


@given(SEEN)
def test_a_report_is_most_like_itself(a):
    assert doubles.likeness(a, a) > doubles.ENOUGH


@given(st.floats(-89, 89), st.floats(-179, 179), st.floats(0, doubles.REACH), st.floats(0, 360))
def test_what_lies_within_reach_is_in_a_cell_around(lat, lon, metres, bearing):
    import math

    if abs(lat) > 60:
        return  # cells grow narrow towards the poles; the law of this land ends at 54 degrees north
    north = metres * math.cos(math.radians(bearing)) / 111_195
    east = metres * math.sin(math.radians(bearing)) / (111_195 * math.cos(math.radians(lat)))
    assert doubles.cell_of(lat + north, lon + east) in [
        *doubles.cells_around(lat, lon),
        *(cell + side for cell in doubles.cells_around(lat, lon) for side in (-1, 1)),
    ]


@pytest.mark.django_db
def test_ten_phones_that_tell_of_one_lamp_are_found_and_two_lamps_are_two(sent):
    first = sent(words="村口路灯不亮").report
    for n in range(9):
        found = sent(
            words=["路灯坏了", "灯不亮，太黑", "村口的路灯没亮"][n % 3], lat_wgs84=25.06 + 0.00005 * n
        ).report
        assert found.double_of_id is not None
    other = sent(words="路灯不亮", lat_wgs84=25.0612).report
    assert other.double_of_id is None
    hole = sent(words="井盖没了", lat_wgs84=25.06).report
    assert hole.double_of_id is None
    assert Report.objects.get(pk=first.pk).double_of_id is None
