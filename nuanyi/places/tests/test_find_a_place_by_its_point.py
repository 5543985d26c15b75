from hypothesis import given
from hypothesis import strategies as st

from conftest import square
from nuanyi.lib import geo
from nuanyi.places.finder import Finder

SHAPES = st.lists(
    st.builds(
        square, st.floats(110, 110.2), st.floats(25, 25.2), st.floats(0.001, 0.3), st.floats(0.001, 0.3)
    ),
    max_size=12,
)


@given(SHAPES, st.floats(109.9, 110.6), st.floats(24.9, 25.6))
def test_the_finder_finds_what_looking_at_every_shape_finds(shapes, lon, lat):
    named = [(str(n), shape) for n, shape in enumerate(shapes)]
    expected = {code for code, shape in named if geo.geometry_holds(shape, lat=lat, lon=lon)}
    assert set(Finder(named).found(lat=lat, lon=lon)) == expected
