import json
from itertools import pairwise

import pytest

from nuanyi.journal.models import Entry
from nuanyi.lib.errors import BadInput, Conflict, NotAllowed
from nuanyi.lib.geo import wgs84_to_gcj02
from nuanyi.places import events, queries, services
from nuanyi.places.models import Grid, Load, Region


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


def bow_tie():
    one = feature()
    one["geometry"]["coordinates"] = [
        [[110.3, 25.0], [110.4, 25.1], [110.4, 25.0], [110.3, 25.1], [110.3, 25.0]]
    ]
    return one


def test_an_outline_that_crosses_itself_is_refused_with_the_corner(district, program):
    with pytest.raises(BadInput) as refused:
        load(program, bow_tie())
    assert "110.350000, 25.050000" in str(refused.value)
    assert Grid.objects.count() == 0


def test_chinese_keys_are_understood_and_rings_are_closed_and_turned(district, program):
    one = feature()
    one["properties"] = {"网格编码": "450311100-02", "网格名称": "二网格", "所属乡镇": 450311100}
    ring = one["geometry"]["coordinates"][0]
    one["geometry"]["coordinates"] = [list(reversed(ring))[:-1]]
    load(program, one)
    made = Grid.objects.get()
    [[outer]] = made.geometry_wgs84["coordinates"]
    assert (made.name, made.region_id) == ("二网格", "450311100")
    assert outer[0] == outer[-1]
    doubled = sum((b[0] - a[0]) * (b[1] + a[1]) for a, b in pairwise(outer))
    assert doubled < 0  # counter-clockwise (RFC 7946 section 3.1.6)


def test_the_page_looks_first_and_loads_on_the_second_click(cast):
    from django.core.files.uploadedfile import SimpleUploadedFile

    browser = cast.client("office")
    file = SimpleUploadedFile("grids.geojson", json.dumps({"features": [feature()]}).encode())
    seen = browser.post("/office/places/", {"what": "grids", "crs": "wgs84", "file": file}).content.decode()
    assert Grid.objects.count() == 0
    kept = seen.split('name="kept" value="')[1].split('"')[0]
    again = {"what": "grids", "crs": "wgs84", "kept": kept, "sure": "1"}
    assert cast.client("office2").post("/office/places/", again).status_code == 422
    assert browser.post("/office/places/", again).status_code == 302
    assert Grid.objects.count() == 1


def test_a_table_of_villages_is_taken_in_and_keeps_the_shapes_that_are_there(cast):
    from django.core.files.uploadedfile import SimpleUploadedFile

    table = "代码,名称\n450311100201,某村\n450311100,雁山镇\n".encode()
    told = {"what": "table", "crs": "wgs84", "file": SimpleUploadedFile("villages.csv", table)}
    assert cast.client("office").post("/office/places/", told).status_code == 302
    assert queries.names_by_code()["450311100201"] == "某村"
    wrong = {**told, "file": SimpleUploadedFile("villages.csv", "代码,名称\n999999999,某村\n".encode())}
    assert cast.client("office").post("/office/places/", wrong).status_code == 422


def wider(code="450311100-01", **traits):
    made = feature(code, **traits)
    made["geometry"]["coordinates"][0][1][0] = made["geometry"]["coordinates"][0][2][0] = 110.5
    return made


def rows():
    return list(Grid.objects.order_by("code").values()), list(Region.objects.order_by("code").values())


def test_a_load_is_taken_back_with_one_click_and_all_is_as_it_was(cast):
    office = cast.client("office")
    load(cast.actor("office"), feature())
    before = rows()
    load(cast.actor("office"), wider(name="改了名"), feature("450311100-02"))
    assert rows() != before
    assert queries.place_at(lat_wgs84=25.05, lon_wgs84=110.45).grid.name == "改了名"
    pk = queries.last_load().pk
    assert f"/office/places/loads/{pk}/back/" in office.get("/office/places/").content.decode()
    assert office.post(f"/office/places/loads/{pk}/back/").status_code == 302
    assert rows() == before
    assert queries.place_at(lat_wgs84=25.05, lon_wgs84=110.45).grid is None, "also where reports look"
    told = Entry.objects.filter(kind=events.LOAD_TAKEN_BACK).latest("pk")
    assert (told.detail["made"], told.detail["changed"], told.actor_label) == (1, 1, "office")
    assert office.post(f"/office/places/loads/{pk}/back/").status_code == 404
    assert (
        cast.client("yanshan").post(f"/office/places/loads/{queries.last_load().pk}/back/").status_code == 403
    )


def test_outlines_and_a_table_of_names_are_taken_back_too(cast):
    actor, before = cast.actor("office"), rows()
    document = {"features": [feature("450311100", name="雁山新镇"), feature("450311100299", name="新村")]}
    services.load_geojson(actor=actor, document=json.dumps(document).encode(), crs="wgs84", what="regions")
    services.take_load_back(actor=actor, pk=queries.last_load().pk)
    assert rows() == before
    services.load_table(
        actor=actor, rows=[["代码", "名称"], ["450311100", "又一镇"], ["450311100299", "新村"]]
    )
    services.take_load_back(actor=actor, pk=queries.last_load().pk)
    assert rows() == before


def test_only_the_last_load_goes_back_and_none_whose_places_are_in_use(cast):
    actor = cast.actor("office")
    document = {"features": [feature("450311100299", name="新村")]}
    services.load_geojson(actor=actor, document=json.dumps(document).encode(), crs="wgs84", what="regions")
    outline = queries.last_load().pk
    load(actor, feature("450311100299-01"))
    with pytest.raises(Conflict, match="最近一次"):
        services.take_load_back(actor=actor, pk=outline)
    Load.objects.latest("pk").delete()
    with pytest.raises(Conflict, match="新村"):
        services.take_load_back(actor=actor, pk=outline)
    for _time in range(services.LOADS_KEPT + 2):
        load(actor, feature())
    assert Load.objects.count() == services.LOADS_KEPT
