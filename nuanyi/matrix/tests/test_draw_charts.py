"""Charts stand beside their numbers: whoever cannot see or cannot use a chart reads the same in a table."""

import re
from datetime import date

import pytest

from nuanyi.ledger import services as ledger
from nuanyi.ledger.services import Delivered
from nuanyi.places.models import Level, Region
from nuanyi.units.models import Unit


@pytest.mark.django_db
def test_places_side_by_side_have_a_table_with_a_column_a_place_and_a_row_a_month(cast):
    told = [
        Delivered(day=date(2022, 3, 4), count=7, region_code="450311100"),
        Delivered(day=date(2022, 5, 4), count=9, region_code="450311101"),
        Delivered(day=date(2022, 5, 9), count=2, region_code="450311101"),
    ]
    ledger.record("service.policy_consultations", told, source=Unit.objects.first())
    page = cast.client("office").get("/office/matrix/charts/?year=2022").content.decode()
    part = page[page.index("multiples") :]
    table = part[part.index("<table") : part.index("</table>")]
    head = re.findall(r'<th class="num">\s*(\S+?)\s*</th>', table)
    assert head[:3] == ["良丰街道", "雁山镇", "柘木镇"]
    rows = {
        row[0]: row[1:]
        for row in (
            re.findall(r">\s*([^<>\s]+)\s*</t[hd]>", line)
            for line in re.findall(r"<tr>.*?</tr>", table, re.S)[1:]
        )
    }
    assert rows["3月"][:3] == ["0", "7", "0"]
    assert rows["5月"][:3] == ["0", "0", "11"]
    assert len(rows) == 12


@pytest.mark.django_db
def test_a_map_shows_the_shapes_of_its_own_places_and_tiles_where_one_has_none(cast):
    ledger.record(
        "service.policy_consultations",
        [Delivered(day=date(2022, 3, 4), count=7, region_code="450311100200")],
        source=Unit.objects.first(),
    )
    townships = list(Region.objects.filter(level=Level.TOWNSHIP))
    for region in townships:
        region.geometry_wgs84 = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}
        region.save(update_fields=["geometry_wgs84"])
    office = cast.client("office")
    whole = office.get("/office/matrix/charts/?year=2022")
    shown = {shape["properties"]["code"] for shape in whole.context["outlines"]["features"]}
    assert shown == {region.code for region in townships}
    screen = office.get("/office/matrix/screen/").content.decode()
    assert 'id="map-outlines"' in screen and "data-tile" not in screen
    inside = office.get("/office/matrix/charts/?year=2022&region=450311100")
    assert "450311100200" in inside.context["map"].codes
    assert inside.context["outlines"] is None


@pytest.mark.django_db
def test_the_screen_hears_of_tiles_titles_and_the_year_and_all_its_parts_are_of_one_year(cast):
    office = cast.client("office")
    page = office.get("/office/matrix/screen/")
    told = office.get("/office/matrix/screen/numbers.json").json()
    assert told["year"] == page.context["year"]
    tiles = re.findall(r'data-tile="(\d+)"', page.content.decode())
    assert set(tiles) == set(told["tiles"]) == set(told["map"]["spec"]["codes"]) and tiles
    assert set(told["titles"]) == set(told["numbers"])


@pytest.mark.django_db
def test_charts_are_asked_for_one_sector(cast):
    ledger.record(
        "service.policy_consultations",
        [Delivered(day=date(2022, 3, 4), count=7, region_code="450311100", sector="courier")],
        source=Unit.objects.first(),
    )
    page = cast.client("office").get("/office/matrix/charts/?year=2022&sector=livestream")
    assert page.status_code == 200 and page.context["trend"].empty
    assert '<option value="livestream" selected>' in page.content.decode().replace("\n", "")
