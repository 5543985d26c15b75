import pytest
from hypothesis import given
from hypothesis import strategies as st

from nuanyi.lib import geo
from nuanyi.lib.errors import BadInput

LAT, LON = st.floats(18, 50), st.floats(80, 130)


@given(LAT, LON)
def test_gcj02_and_bd09_come_back_to_wgs84_within_a_centimetre(lat, lon):
    gcj = geo.wgs84_to_gcj02(lat, lon)
    assert geo.metres_between(lat, lon, *geo.to_wgs84(*gcj, "gcj02")) < 0.01
    assert geo.metres_between(lat, lon, *geo.to_wgs84(*geo.gcj02_to_bd09(*gcj), "bd09")) < 0.01


def test_the_offset_in_guilin_is_some_hundreds_of_metres():
    assert 100 < geo.metres_between(25.08, 110.3, *geo.wgs84_to_gcj02(25.08, 110.3)) < 1000


def test_a_point_that_is_nowhere_is_refused():
    for lat, lon, crs in ((91, 0, "wgs84"), (0, 181, "wgs84"), (float("nan"), 0, "wgs84"), (25, 110, "mars")):
        with pytest.raises(BadInput):
            geo.to_wgs84(lat, lon, crs)


def test_a_hole_is_not_inside():
    shape = {
        "type": "Polygon",
        "coordinates": [[[0, 0], [4, 0], [4, 4], [0, 4], [0, 0]], [[1, 1], [2, 1], [2, 2], [1, 2], [1, 1]]],
    }
    assert geo.geometry_holds(shape, lat=3, lon=3)
    assert not geo.geometry_holds(shape, lat=1.5, lon=1.5)
