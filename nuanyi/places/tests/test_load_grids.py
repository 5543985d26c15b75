import json

import pytest

from nuanyi.lib.errors import BadInput, NotAllowed
from nuanyi.lib.geo import wgs84_to_gcj02
from nuanyi.places import queries, services
from nuanyi.places.models import Grid


def feature(code="450311100-01", crs="wgs84", **traits):
    corners = [(25.0, 110.3), (25.0, 110.4), (25.1, 110.4), (25.1, 110.3), (25.0, 110.3)]
    if crs == "gcj02":
        corners = [wgs84_to_gcj02(*corner) for corner in corners]
    ring = [[lon, lat] for lat, lon in corners]
    return {
        "type": "Feature",
        "properties": {"code": code, "name": "一网格", **traits},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


def load(actor, *features, crs="wgs84"):
    return services.load_geojson(
        actor=actor, document=json.dumps({"features": list(features)}).encode(), crs=crs, what="grids"
    )


def test_a_grid_drawn_on_amap_lies_where_it_is(district, program):
    load(program, feature(crs="gcj02"), crs="gcj02")
    west, south = Grid.objects.values_list("west_wgs84", "south_wgs84").get()
    assert abs(west - 110.3) < 1e-5
    assert abs(south - 25.0) < 1e-5
    assert queries.place_at(lat_wgs84=25.05, lon_wgs84=110.35).grid.name == "一网格"
    assert queries.place_at(lat_wgs84=26, lon_wgs84=110.35).grid is None


def test_one_bad_feature_loads_nothing(district, program):
    with pytest.raises(BadInput):
        load(program, feature(), feature(code="999999-1"))
    assert Grid.objects.count() == 0


@pytest.mark.parametrize(
    "document", [b"", b"[]", b'{"features": 3}', b"\xff", b'{"features": [{"properties": {}}]}']
)
def test_what_is_no_geojson_is_refused(district, program, document):
    with pytest.raises(BadInput):
        services.load_geojson(actor=program, document=document, crs="wgs84", what="grids")


def test_a_township_may_not_redraw_the_map(cast):
    with pytest.raises(NotAllowed):
        load(cast.actor("yanshan"), feature())


def test_a_place_is_known_by_the_names_that_offices_use(district):
    for word, code in (
        ("雁山镇", "450311100"),
        ("雁 山 镇", "450311100"),
        ("柘木", "450311101"),
        ("草坪乡", "450311201"),
        ("草坪", "450311201"),
        ("桂林", None),
    ):
        assert queries.region_named(word) == code
