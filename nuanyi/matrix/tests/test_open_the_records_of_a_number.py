"""The records behind a number: everybody sees the number, its records only those who may see all of them."""

import pytest

from nuanyi.census.models import Establishment
from nuanyi.lib import figures
from nuanyi.lib.figures import Window
from nuanyi.lib.ids import new_id
from nuanyi.matrix import records

COURIERS = "establishments.courier_and_delivery"


@pytest.fixture
def shops(db):
    for region in ("450311100", "450311101"):
        Establishment.objects.create(
            id=new_id(), name=f"{region}号店", name_key=region, sector="courier", region_code=region
        )


def test_the_office_reads_every_establishment_that_a_number_counts(cast, shops):
    page = cast.client("office").get(f"/office/matrix/records/{COURIERS}/").content.decode()
    assert "450311100号店" in page and "450311101号店" in page


@pytest.mark.parametrize("part", ["keeper", "clerk", "grid", "yanshan", "auditor"])
def test_who_sees_only_some_establishments_or_none_reads_none_behind_a_number(cast, shops, part):
    page = cast.client(part).get(f"/office/matrix/records/{COURIERS}/").content.decode()
    assert ": 2 " in page and "号店" not in page
    assert str(Establishment.objects.first().pk) not in page
    own_list = "/office/census/establishments/?sector=courier,delivery"
    assert (own_list in page) == (part in ("grid", "yanshan"))


def test_no_number_that_somebody_may_see_names_an_establishment_to_them(cast, shops):
    keeper = cast.actor("keeper")
    for key in figures.offered():
        told = records.behind(keeper, key, Window()).rows or ()
        assert not [one for one in told if "号店" in str(one.words)], key
