"""What the tests of the whole ask of this room."""

import json

from nuanyi.lib.actor import system
from nuanyi.places import queries
from nuanyi.places import services as places
from tests.declared import THERE, TODAY, TOWNSHIP


def drawn(code, region):
    ring = [[110.3, 25.0], [110.4, 25.0], [110.4, 25.1], [110.3, 25.0]]
    shape = {"type": "Polygon", "coordinates": [ring]}
    feature = {
        "type": "Feature",
        "properties": {"code": code, "name": "一", "region": region},
        "geometry": shape,
    }
    return json.dumps({"features": [feature]}).encode()


def grid(actor, code, region):
    return places.load_geojson(actor=actor, document=drawn(code, region), crs="wgs84", what="grids")


def theirs(code):
    """A load of the neighbour's."""
    grid(system("test"), code, TOWNSHIP)
    return queries.last_load().pk


#: Routes whose objects belong to no unit: the last load is that of the whole, and a city's services refuse its neighbours.
OF_THE_DISTRICT = {"places:take_back"}

#: service -> {how: an attempt from the neighbouring district} (``program/tests/test_keep_to_ones_own_district``)
ATTEMPTS = {
    "places.services.put_region": {
        "renamed": lambda c, a: places.put_region(
            actor=a, code=TOWNSHIP, name="甲", level="township", parent=THERE
        ),
    },
    "places.services.load_tree": {"": lambda c, a: places.load_tree(actor=a, district=THERE, villages=False)},
    "places.services.change_region": {
        "renamed": lambda c, a: places.change_region(
            actor=a, old_code=TOWNSHIP, new_code=TOWNSHIP, name="甲", day=TODAY
        ),
        "taken in": lambda c, a: places.change_region(
            actor=a, old_code=TOWNSHIP, new_code="450311100", name="", day=TODAY
        ),
        "ours given away": lambda c, a: places.change_region(
            actor=a, old_code="450311100", new_code=TOWNSHIP, name="", day=TODAY
        ),
    },
    "places.services.drop_tree": {"": lambda c, a: places.drop_tree(actor=a, district=THERE)},
    "places.services.load_geojson": {
        "their grid": lambda c, a: grid(a, "450302001-01", TOWNSHIP),
        "their grid taken over": lambda c, a: grid(a, "450302001-01", "450311100"),
        "their outline": lambda c, a: places.load_geojson(
            actor=a, document=drawn(TOWNSHIP, ""), crs="wgs84", what="regions"
        ),
    },
    "places.services.look_at_geojson": {
        "": lambda c, a: places.look_at_geojson(
            actor=a, document=drawn("450302001-02", TOWNSHIP), crs="wgs84", what="grids"
        ),
    },
    "places.services.take_load_back": {
        "": lambda c, a: places.take_load_back(actor=a, pk=theirs("450302001-03")),
    },
    "places.services.load_table": {
        "": lambda c, a: places.load_table(actor=a, rows=[["代码", "名称"], [TOWNSHIP, "甲"]]),
    },
}
