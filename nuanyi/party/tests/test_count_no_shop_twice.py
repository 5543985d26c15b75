"""A shop that two rosters name is one in the coverages, as in the census; a roster that is taken back takes no work along."""

import pytest

from nuanyi.census.linkage.models import ShopCountedWith
from nuanyi.census.models import Establishment
from nuanyi.census.services import imports
from nuanyi.census.tests.test_take_a_roster_in import take
from nuanyi.lib import clock
from nuanyi.party import alliance_queries, coverage
from nuanyi.party.models.instructors import Visit
from nuanyi.party.services import alliances, instructors
from nuanyi.party.tests.test_reach_everybody import visit
from nuanyi.units import services as units

pytestmark = pytest.mark.django_db


@pytest.fixture
def twins(shop):
    """Two records of one shop: the first is the head."""
    head, other = shop("雁山快递站", "450311100"), shop("雁山快递（站）", "450311100")
    assert coverage.by_one("sector", {})[-1].total == 2
    ShopCountedWith.objects.create(establishment=other, head=head)
    return head, other


def now():
    cell = coverage.by_one("sector", {})[-1]
    return cell.total, cell.organised, cell.worked


def test_two_records_of_one_shop_are_one_and_a_reach_of_either_counts(cast, found, twins):
    head, other = twins
    assert now() == (1, 0, 0), "what was kept before they were joined is not used any more"
    found("甲支部", "formal", establishments=[other.pk])
    instructors.assign(
        actor=cast.actor("organisation"), establishment=other.pk, account=cast.accounts["instructor"].pk
    )
    visit(cast, other)
    assert now() == (1, 1, 1)
    assert list(coverage.covered().values_list("pk", flat=True)) == [head.pk]
    assert not coverage.uncovered().exists()


def test_a_shop_that_joined_an_alliance_under_its_other_name_counts_there(
    cast, program, district, found, twins
):
    _head, other = twins
    belt = units.put_alliance(actor=program, name="示范带", members=[district["t100"]])
    alliances.take_firm(
        actor=cast.actor("organisation"), alliance=belt.pk, establishment=other.pk, paper="意向书"
    )
    found("甲支部", "formal", establishments=[other.pk])
    titles = {"sector": {}, "township": {}, "alliance": {str(belt.pk): belt.name}}
    [(_title, [cell])] = coverage.crossed("alliance", "sector", titles).lines
    assert (cell.total, cell.organised) == (1, 1)
    assert alliance_queries.belt(cast.actor("organisation"), belt.pk).organised == 1


def test_a_roster_that_is_taken_back_leaves_the_shops_that_were_worked_with(cast, program, district):
    rows = [
        ["商户名称", "行业领域", "所属乡镇"],
        ["甲快递站", "快递", "雁山镇"],
        ["乙快递站", "快递", "雁山镇"],
    ]
    of = take(program, rows)
    one = Establishment.objects.get(name="甲快递站")
    instructors.assign(
        actor=cast.actor("organisation"), establishment=one.pk, account=cast.accounts["instructor"].pk
    )
    visit(cast, one, on=clock.today())
    done = imports.undo(actor=program, of=of)
    assert Visit.objects.count() == 1
    assert list(Establishment.objects.values_list("name", flat=True)) == ["甲快递站"]
    assert (done["kept"], done["removed"]) == (1, 1)
