"""A city as root: its districts share one installation, and each sees its own."""

import pytest

from nuanyi.cases import queries as cases
from nuanyi.cases.models import Case
from nuanyi.census.models import Worker
from nuanyi.lib import row_security
from nuanyi.lib.actor import GUEST, system
from nuanyi.people.access import actor_for
from nuanyi.people.models import Account
from nuanyi.places import queries as places
from nuanyi.places.models import Region
from nuanyi.program.setup import queries, services
from nuanyi.units.models import ResponsibilityRule, Unit
from nuanyi.units.queries import who_answers

SETUP = system("setup")
#: 秀峰区 and 雁山区 of 桂林市.
HERE, THERE = "450302", "450311"
pytestmark = pytest.mark.django_db


@pytest.fixture
def city():
    with row_security.reading_as(SETUP):
        region, _slips = services.set_up(actor=SETUP, district="450300")
    return region


def office_of(code):
    return actor_for(Account.objects.get(username=f"liangxin-{code}"))


@pytest.mark.parametrize("text", ["桂林市", "桂林", "4503", "450300"])
def test_a_city_is_found_by_name_and_code(text):
    assert services.districts_named(text)[0].name == "桂林市"


def test_a_city_gets_its_districts_their_units_rules_and_accounts(city):
    assert (city.code, city.level) == ("4503", "city")
    assert places.district() == city
    assert {HERE, THERE} <= {one.code for one in places.districts()}
    assert Region.objects.get(pk=THERE).parent_id == "4503"
    assert Unit.objects.get(code="sifa").name == "桂林市司法局"
    assert Unit.objects.get(code=f"sifa-{THERE}").name == "雁山区司法局"
    assert Unit.objects.get(code=f"sifa-{THERE}").region_code == THERE
    assert ResponsibilityRule.objects.filter(region_code=THERE).exists()
    assert queries.is_set_up()
    names = Unit.objects.values_list("name", flat=True)
    assert len(names) == len(set(names))


def test_what_is_asked_in_a_district_goes_to_that_district_and_else_to_its_own_office(city):
    cases.forget_books()
    unit, _why = cases.route("wage", "", "450311100")
    assert unit.region_code.startswith(THERE)
    guides = {a.role: a.unit.code for a in who_answers(sector="courier", region_code="450311100")}
    assert guides["guide"].endswith(THERE)
    there = {a.role: a.unit.code for a in who_answers(sector="courier", region_code="450302001")}
    assert there["guide"].endswith(HERE)


def test_each_district_sees_its_own_and_the_city_sees_all(city):
    from nuanyi.census.tests.test_take_a_roster_in import HEAD, row, take

    with row_security.reading_as(SETUP):
        take(SETUP, [HEAD, row(1, phone="19900000001"), row(2)])
        Worker.objects.update(region_code="450311100")
        from nuanyi.people.models import Person

        Person.objects.update(region_codes=["450311", "450311100"], unit_ids=[])
    for code, seen in ((THERE, 2), (HERE, 0)):
        actor = office_of(code)
        with row_security.reading_as(actor):
            assert Worker.objects.visible_to(actor).count() == seen, code
            assert Person.objects.count() == seen, code
    whole = actor_for(Account.objects.get(username="liangxin"))
    with row_security.reading_as(whole):
        assert Person.objects.count() == 2


def test_another_districts_requests_are_as_good_as_none(city):
    from uuid import uuid4

    from nuanyi.cases.services import intake

    cases.forget_books()
    with row_security.reading_as(GUEST):
        told = intake.Request(kind="wage", words="欠薪", phone="19900007777", region_code="450311100")
        intake.send_case(actor=GUEST, key=uuid4(), told=told, network="203.0.113.9")
    for code, seen in ((THERE, 1), (HERE, 0)):
        with row_security.reading_as(office_of(code)):
            assert Case.objects.count() == seen, code
    assert office_of(HERE).can("people.manage_accounts", units=(Unit.objects.get(code=f"sifa-{HERE}").pk,))
    assert not office_of(HERE).can(
        "people.manage_accounts", units=(Unit.objects.get(code=f"sifa-{THERE}").pk,)
    )


def test_the_pages_of_setting_up_lead_through_a_city(settings):
    from django.test import Client

    settings.NUANYI_AWAITS_SETUP = True
    with row_security.reading_as(SETUP):
        key = services.make_key(actor=SETUP)
    browser = Client()
    browser.post("/setup/", {"key": key})
    page = browser.get("/setup/district/?q=桂林市").content.decode()
    assert 'value="4503"' in page
    assert browser.post("/setup/district/", {"district": "4503"}).status_code == 302
    page = browser.get("/setup/units/").content.decode()
    assert "雁山区司法局" in page
    with row_security.reading_as(SETUP):
        ticked = [line.code for line in services.proposed_units()]
    assert browser.post("/setup/units/", {"unit": ticked}).status_code == 302
    page = browser.get("/setup/responsibility/").content.decode()
    assert len(page) < 300_000
    page = browser.get("/setup/accounts/").content.decode()
    assert f"liangxin-{THERE}" in page
    assert len(page) < 2_000_000


def test_slips_come_back_to_nobody_without_the_session_of_setting_up(settings):
    """Whoever sent the same form from elsewhere was given the answer that was kept for a repeat."""
    from django.test import Client

    settings.NUANYI_AWAITS_SETUP = True
    with row_security.reading_as(SETUP):
        key = services.make_key(actor=SETUP)
    browser = Client()
    browser.post("/setup/", {"key": key})
    told = {"district": THERE, "once": "11111111-1111-4111-8111-111111111111"}
    assert browser.post("/setup/district/", told).status_code == 302
    assert browser.post("/setup/district/", told).status_code == 302
    assert Client().post("/setup/district/", told).status_code == 404
