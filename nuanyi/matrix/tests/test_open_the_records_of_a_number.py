"""The records behind a number: everybody sees the number, its records only those who may see all of them."""

from datetime import date

import pytest
from django.db.models import Case, Value, When

from nuanyi.census.models import Establishment
from nuanyi.ledger import services as ledger
from nuanyi.ledger.services import Delivered
from nuanyi.lib import figures
from nuanyi.lib.figures import Window, window
from nuanyi.lib.ids import new_id
from nuanyi.matrix import queries, records
from nuanyi.units.models import Unit

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
    assert "：2 " in page and "号店" not in page
    assert str(Establishment.objects.first().pk) not in page
    own_list = "/office/census/establishments/?sector=courier,delivery"
    assert (own_list in page) == (part in ("grid", "yanshan"))


def test_no_number_that_somebody_may_see_names_an_establishment_to_them(cast, shops):
    keeper = cast.actor("keeper")
    for key in figures.offered():
        told = records.behind(keeper, key, Window()).rows or ()
        assert not [one for one in told if "号店" in str(one.words)], key


@pytest.mark.parametrize(("part", "number"), [("office", 16), ("zhemu", 10)])
def test_a_number_on_the_page_of_all_figures_is_the_one_over_its_records(cast, part, number):
    for month in (5, 6):
        delivered = [Delivered(day=date(2022, month, 9), count=8, region_code="450311100")]
        ledger.record("service.policy_consultations", delivered, source=Unit.objects.first())
    actor, year = cast.actor(part), window("2022")
    shown = {one.key: one.value for one in queries.all_figures(year, actor)}
    assert shown["service.policy_consultations"] == number
    assert {key: records.behind(actor, key, year).value for key in shown} == shown


@pytest.mark.django_db
def test_of_very_many_entries_only_those_that_are_shown_are_read(
    cast, monkeypatch, django_assert_max_num_queries
):
    source = Unit.objects.first()
    days = [date(2022, 1 + n // 28 % 12, 1 + n % 28) for n in range(1200)]
    sectors = ("delivery", "courier", "courier")
    told = [Delivered(day=day, count=1 + n % 3, sector=sectors[n % 3]) for n, day in enumerate(days)]
    ledger.record("service.legal_aid", told, source=source)
    read = []
    monkeypatch.setattr("nuanyi.lib.rooms.page_of", lambda _label, number: read.append(number) or "")
    office = cast.actor("office")
    with django_assert_max_num_queries(10):
        behind = records.behind(office, "service.legal_aid", window("2022"))
    assert (behind.all, behind.total, behind.value) == (1200, 2400, 2400)
    assert len(behind.rows) == len(read) == records.MOST
    of_one = records.behind(office, "service.legal_aid", window("2022"), sector="courier")
    assert (of_one.all, of_one.total) == (800, 2000)
    assert of_one.value == 2000
    assert behind.rows[0].day == max(days)


def test_numbers_of_the_matrix_lead_to_records_of_their_period_and_place(cast, shops):
    Establishment.objects.update(first_seen_date=date(2022, 5, 3))
    client = cast.client("office")
    page = client.get("/office/matrix/?period=2022-05&region=450311100").content.decode()
    for key in ("census.establishments", "census.workers", "service.legal_aid"):
        assert f"/office/matrix/records/{key}/?period=2022-05&amp;region=450311100" in page
    behind = client.get("/office/matrix/records/census.establishments/?period=2022-05&region=450311100")
    text = behind.content.decode()
    assert "450311100号店" in text and "450311101号店" not in text
    assert (
        "号店"
        not in client.get("/office/matrix/records/census.establishments/?period=2022-04").content.decode()
    )
    people = client.get(
        "/office/matrix/records/census.workers/?period=2022-05&region=450311100"
    ).content.decode()
    assert "/office/census/workers/?heads=once&amp;region=450311100&amp;on=2022-05-31" in people


def test_an_establishment_that_a_branch_reaches_is_listed_behind_the_coverage(cast, shops, monkeypatch):
    reached = Establishment.objects.filter(region_code="450311101")
    covered = Establishment.objects.annotate(
        organised=Case(When(pk__in=reached.values("pk"), then=True), default=False),
        worked=Value(value=False),
    )
    monkeypatch.setattr("nuanyi.party.coverage.covered", lambda on=None: covered)
    figure = figures.offered()["party.organised"]
    assert figure.total(Window()) == 1
    page = cast.client("office").get("/office/matrix/records/party.organised/").content.decode()
    assert "450311101号店" in page and "450311100号店" not in page
    assert "号店" not in cast.client("keeper").get("/office/matrix/records/party.organised/").content.decode()


def test_an_establishment_with_a_guide_is_listed_behind_the_reach_of_responsibility(cast, shops):
    figure = figures.offered()["responsibility.guided_establishments"]
    assert sum(one.count for one in figure.listed(Window())) == figure.total(Window())


@pytest.mark.parametrize(
    ("origin", "back"),
    [
        ("brief:7", "/office/matrix/briefs/7/"),
        ("year:2022", "/office/matrix/years/2022/"),
        ("practice:3", "/office/matrix/practice/3/"),
        ("", "/office/matrix/?period=2022"),
        ("https://elsewhere.example", "/office/matrix/?period=2022"),
        ("brief:../../", "/office/matrix/?period=2022"),
        ("brief:٣", "/office/matrix/?period=2022"),
        ("brief:", "/office/matrix/?period=2022"),
    ],
)
def test_records_lead_back_to_where_they_were_opened_from_and_nowhere_else(cast, origin, back):
    query = {"period": "2022", "from": origin}
    page = cast.client("office").get("/office/matrix/records/service.legal_aid/", query).content.decode()
    assert f'<p><a href="{back}">' in page
    assert 'href="https://elsewhere' not in page
