"""From an empty home to the first request answered, by the services and by the pages."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client

from nuanyi.lib import clock, row_security
from nuanyi.lib.actor import system
from nuanyi.lib.errors import BadInput, Conflict, NotFound
from nuanyi.people.models import Account
from nuanyi.places.models import Region
from nuanyi.program.models import Installation
from nuanyi.program.setup import queries, services
from nuanyi.units import reading
from nuanyi.units.models import ResponsibilityRule, Unit

SETUP = system("setup")
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _empty():
    with row_security.reading_as(SETUP):
        yield


@pytest.fixture
def waiting(settings):
    settings.NUANYI_AWAITS_SETUP = True
    return services.make_key(actor=SETUP)


def set_up(code="450311"):
    return services.set_up(actor=SETUP, district=code)


# by the services ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("code", "name", "townships"), [("450311", "雁山区", 5), ("330106", "西湖区", 12)])
def test_an_empty_home_becomes_a_district_that_can_serve(code, name, townships):
    region, slips = set_up(code)
    assert region.name == name
    assert Region.objects.filter(level="township").count() == townships
    assert Unit.objects.filter(kind="township").count() == townships
    assert Unit.objects.filter(name=f"{name}司法局").exists()
    assert {slip.username for slip in slips} >= {"guanli", "liangxin", "liangxin2", "shenji"}
    assert all(step.done for step in queries.steps() if step.needed)
    assert queries.is_set_up()


def test_a_second_setup_is_refused_and_changes_nothing():
    set_up()
    before = Region.objects.count(), Unit.objects.count()
    with pytest.raises(Conflict) as refused:
        set_up("330106")
    assert "雁山区" in str(refused.value)
    assert (Region.objects.count(), Unit.objects.count()) == before


def test_a_mistyped_code_is_refused_with_its_neighbours_and_leaves_the_home_empty():
    with pytest.raises(BadInput) as refused:
        set_up("450399")
    assert "桂林市" in str(refused.value)
    assert not Region.objects.exists()
    assert not queries.is_set_up()


def test_a_wrong_district_is_changed_before_the_first_record_and_takes_its_units_along():
    services.choose_district(actor=SETUP, code="450311")
    services.save_units(actor=SETUP, ticked=[line.code for line in services.proposed_units()])
    services.choose_district(actor=SETUP, code="330106")
    assert not Region.objects.filter(code__startswith="4503").exists()
    assert Unit.objects.get(code="sifa").name == "西湖区司法局"
    assert not Unit.objects.filter(region_code__startswith="4503").exists()


def test_after_the_first_roster_the_district_stays_and_the_refusal_says_why():
    from conftest import id_number  # noqa: F401
    from nuanyi.census.tests.test_take_a_roster_in import HEAD, row, take

    services.choose_district(actor=SETUP, code="450311")
    services.save_units(actor=SETUP, ticked=[])
    take(SETUP, [HEAD, row(1)])
    with pytest.raises(Conflict) as refused:
        services.choose_district(actor=SETUP, code="330106")
    assert "雁山区" in str(refused.value)
    assert Region.objects.filter(code="450311").exists()


def test_a_record_of_any_room_keeps_the_district():
    from nuanyi.party.models.organisations import Organisation

    services.choose_district(actor=SETUP, code="450311")
    Organisation.objects.create(
        name="示例支部", form="branch", region_code="450311", founded_date=clock.today()
    )
    with pytest.raises(Conflict):
        services.choose_district(actor=SETUP, code="330106")


def test_a_list_that_names_a_unit_twice_is_refused_with_both_rows():
    with pytest.raises(BadInput) as refused:
        reading.pasted("单位名称\t电话\n雁山区教育局\t0773-1\n雁山区卫健局\t\n雁山区教育局\t0773-2")
    words = str(refused.value.fields["units"])
    assert "雁山区教育局" in words
    assert "2" in words
    assert "4" in words


def test_a_pasted_list_makes_units_with_phone_and_address_and_fills_those_that_are_there():
    services.choose_district(actor=SETUP, code="450311")
    more = reading.pasted(
        "雁山区教育局，教育局，0773-3550001，良丰路1号\n雁山区司法局，司法局，0773-3550002，良丰路2号"
    )
    services.save_units(actor=SETUP, ticked=["sifa"], more=more)
    assert Unit.objects.get(name="雁山区教育局").public_address == "良丰路1号"
    assert Unit.objects.get(code="sifa").public_phone == "0773-3550002"
    assert Unit.objects.filter(name="雁山区司法局").count() == 1


def test_the_proposal_of_who_answers_holds_from_its_day_and_not_before():
    from nuanyi.units.queries import who_answers

    services.choose_district(actor=SETUP, code="450311")
    services.save_units(actor=SETUP, ticked=[line.code for line in services.proposed_units()])
    tomorrow = clock.today() + timedelta(days=1)
    rules = [
        services.RuleInput(rule.role, rule.sector, rule.unit, rule.because, tomorrow)
        for rule in services.proposed_rules()
    ]
    services.save_rules(actor=SETUP, rules=rules)
    assert ResponsibilityRule.objects.count() == len(rules)
    guides = [a for a in who_answers(sector="courier", region_code="450311100") if a.role == "guide"]
    assert guides == []
    services.save_rules(actor=SETUP, rules=services.proposed_rules())
    assert ResponsibilityRule.objects.count() == len(rules)
    guides = [a for a in who_answers(sector="courier", region_code="450311100") if a.role == "guide"]
    assert [a.unit.code for a in guides] == ["shichang"]


def test_the_department_of_social_work_is_proposed_to_lead_and_the_organisation_department_beside_it():
    from nuanyi.units.queries import who_answers

    services.choose_district(actor=SETUP, code="450311")
    services.save_units(actor=SETUP, ticked=[line.code for line in services.proposed_units()])
    services.save_rules(actor=SETUP, rules=services.proposed_rules())
    found = {(one.role, one.unit.short_name) for one in who_answers(sector="courier")}
    assert {("lead", "社会工作部"), ("cooperate", "组织部")} <= found
    # a district that has none is led by the organisation department as before
    before = {(one.role, one.unit.short_name) for one in who_answers(on=clock.today() - timedelta(days=1))}
    assert ("lead", "组织部") in before


def test_a_district_is_not_opened_while_nobody_could_answer():
    services.choose_district(actor=SETUP, code="450311")
    services.save_units(actor=SETUP, ticked=[])
    with pytest.raises(Conflict):
        services.open_district(actor=SETUP)
    assert not queries.is_set_up()


def test_an_accounts_name_that_is_taken_is_named_and_no_account_of_the_page_is_made():
    from nuanyi.people.models import Account

    services.choose_district(actor=SETUP, code="450311")
    services.save_units(actor=SETUP, ticked=[])
    one = services.AccountInput("anna", "Anna", "liangxin", "district_office")
    services.make_accounts(actor=SETUP, accounts=[one])
    other = services.AccountInput("berta", "Berta", "liangxin", "district_office")
    with pytest.raises(BadInput) as refused:
        services.make_accounts(actor=SETUP, accounts=[other, one])
    assert "username-1" in refused.value.fields
    assert not Account.objects.filter(username="berta").exists()


# the one-time key --------------------------------------------------------------------------------


def test_the_key_works_once_and_a_stranger_with_another_or_the_same_is_refused(waiting):
    token = services.use_key(actor=SETUP, key=waiting)
    assert services.holds_session(token)
    assert not services.holds_session("")
    for key in (waiting, "something-else", ""):
        with pytest.raises(NotFound):
            services.use_key(actor=SETUP, key=key)
    assert services.holds_session(token)


def test_the_key_ends_after_a_day_and_a_new_one_ends_the_old(waiting):
    newer = services.make_key(actor=SETUP)
    with pytest.raises(NotFound):
        services.use_key(actor=SETUP, key=waiting)
    with clock.held_at(clock.now() + timedelta(hours=25)), pytest.raises(NotFound):
        services.use_key(actor=SETUP, key=newer)


def test_the_key_stands_in_the_database_as_a_digest_only(waiting):
    row = Installation.objects.get()
    assert waiting.encode() not in bytes(row.key_digest)
    assert len(bytes(row.key_digest)) == 16


# by the pages ------------------------------------------------------------------------------------


def test_every_other_address_of_an_unset_home_says_that_it_is_not_set_up(waiting):
    browser = Client()
    for address in ("/", "/help/", "/office/", "/accounts/login/", "/nowhere/", "/who/"):
        answer = browser.get(address)
        assert answer.status_code == 503, address
        assert "还没有设置好" in answer.content.decode(), address
    told = browser.get("/api/v1/stations", HTTP_ACCEPT="application/json")
    assert (told.status_code, told.json()["code"]) == (503, "not-set-up")
    assert browser.get("/healthz").status_code == 200


def test_the_steps_are_there_for_the_browser_that_began_and_for_nobody_else(waiting):
    first, second = Client(), Client()
    assert first.get(f"/setup/?key={waiting}").status_code == 200
    assert first.post("/setup/", {"key": waiting}).status_code == 302
    assert first.get("/setup/units/").status_code == 200
    assert second.get("/setup/units/").status_code == 404
    assert second.post("/setup/", {"key": waiting}).status_code == 404
    assert second.get("/setup/units/").status_code == 404


def walk(waiting, code="450311"):
    browser = Client()
    browser.post("/setup/", {"key": waiting})
    browser.post("/setup/district/", {"district": code, "villages": "on"})
    units = re.findall(r'name="unit"\s+value="([\w-]+)"', browser.get("/setup/units/").content.decode())
    assert browser.post("/setup/units/", {"unit": units}).status_code == 302
    return browser


def test_by_the_pages_alone_a_district_is_set_up_and_the_first_sign_in_must_choose_a_password(waiting):
    browser = walk(waiting)
    page = browser.get("/setup/responsibility/").content.decode()
    picked = dict(re.findall(r'name="(unit-\d+)">.*?value="(\w+)"\s+selected', page, flags=re.S))
    assert len(picked) == 11
    assert browser.post("/setup/responsibility/", picked | {"day": "2026-01-01"}).status_code == 302
    lines = {f"line-{n}": "on" for n in range(14)}
    assert browser.post("/setup/services/", lines | {"route-wage": "renshe"}).status_code == 302
    form = {
        "count": "2",
        "tick-0": "on",
        "username-0": "guanli",
        "role-0": "administrator",
        "tick-1": "on",
        "username-1": "liangxin",
        "unit-1": "liangxin",
        "role-1": "district_office",
    }
    slips = browser.post("/setup/accounts/", form).content.decode()
    passwords = re.findall(r"<dd>(\w{4}-\w{4}-\w{4})</dd>", slips)
    assert len(passwords) == 2
    overview = browser.get("/setup/overview/").content.decode()
    assert "可以开通了" in overview
    opened = browser.post("/setup/overview/")
    assert opened.status_code == 302
    page = browser.get(opened["Location"]).content.decode()
    assert "已经开通" in page
    assert "登录名" in page
    assert "用户名" not in page
    assert Client().get("/").status_code == 200
    assert browser.get("/setup/units/").status_code == 404
    staff = Client()
    answer = staff.post("/accounts/login/", {"login": "liangxin", "password": passwords[1]})
    assert answer.status_code == 302
    assert staff.get("/office/").headers["Location"] == "/accounts/password/change/"
    own = {
        "oldpassword": passwords[1],
        "password1": "lantern-in-the-rain",
        "password2": "lantern-in-the-rain",
    }
    changed = staff.post("/accounts/password/change/", own)
    assert changed.headers["Location"] == "/office/"
    again = own | {"oldpassword": own["password1"], "password1": "rain-on-a-lantern"}
    changed = staff.post("/accounts/password/change/", again | {"password2": "rain-on-a-lantern"})
    assert "密码已改好" in staff.get(changed.headers["Location"]).content.decode()


def test_slips_that_were_never_printed_are_made_anew_and_the_old_ones_open_nothing(waiting):
    browser = walk(waiting)
    form = {
        "count": "1",
        "tick-0": "on",
        "username-0": "guanli",
        "name-0": "管理员",
        "role-0": "administrator",
    }

    def password(answer):
        [found] = re.findall(r"<dd>(\w{4}-\w{4}-\w{4})</dd>", answer.content.decode())
        return found

    lost = password(browser.post("/setup/accounts/", form))
    page = browser.get("/setup/accounts/").content.decode()
    assert "还没有用过" in page
    found = password(browser.post("/setup/accounts/", {"again": "1"}))
    account = Account.objects.get(username="guanli")
    assert account.check_password(found)
    assert not account.check_password(lost)
    stranger = Client()
    assert stranger.post("/setup/accounts/", {"again": "1"}).status_code == 404


def test_a_step_that_is_refused_keeps_what_was_typed(waiting):
    browser = walk(waiting)
    answer = browser.post("/setup/units/", {"unit": ["sifa"], "units": "雁山区教育局\n雁山区教育局"})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "雁山区教育局\n雁山区教育局" in text.replace("\r", "")


# a rider is never refused ------------------------------------------------------------------------


@pytest.fixture
def bare():
    """A district with its units, the two accounts it needs, and nothing else."""
    services.choose_district(actor=SETUP, code="450311")
    services.save_units(actor=SETUP, ticked=[line.code for line in services.proposed_units()])
    rows = [("guanli", "", "administrator"), ("liangxin", "liangxin", "district_office")]
    services.make_accounts(
        actor=SETUP, accounts=[services.AccountInput(name, name, unit, role) for name, unit, role in rows]
    )
    services.open_district(actor=SETUP)


def office():
    from nuanyi.people.models import Account

    account = Account.objects.get(username="liangxin")
    account.must_change_password = False
    account.save()
    browser = Client()
    browser.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    return browser


def test_a_request_in_a_district_without_routes_ends_at_the_district_office_and_is_answered_and_closed(bare):
    from nuanyi.cases.models import Case
    from nuanyi.cases.services import intake

    rider = Client()
    for address in ("/", "/help/", "/help/list/", "/who/", "/report/", "/learn/"):
        assert rider.get(address).status_code == 200, address
    form = {"key": str(uuid4()), "kind": "wage", "words": "站点两个月没发工钱", "region": "450311100"}
    answer = rider.post("/help/ask/", form)
    assert answer.status_code in (200, 302), answer.content.decode()[:500]
    with row_security.reading_as(SETUP):
        case = Case.objects.get()
        assert case.unit.code == "liangxin"
        assert "雁山镇" in case.route_reason
    staff = office()
    assert case.ref in staff.get("/office/cases/").content.decode()
    assert staff.post(f"/office/cases/{case.pk}/take/").status_code == 302
    assert (
        staff.post(
            f"/office/cases/{case.pk}/solve/", {"key": str(uuid4()), "words": "已经补发到账"}
        ).status_code
        == 302
    )
    with row_security.reading_as(SETUP):
        case.refresh_from_db()
        assert case.state == "solved"
        intake.judge(actor=SETUP, case=case, agrees=True)
        case.refresh_from_db()
        assert case.state == "closed"


def test_whom_to_ask_names_the_district_that_is_served():
    set_up("330106")
    page = Client().get("/who/").content.decode()
    assert "西湖区" in page
    assert "雁山" not in page


def test_a_report_in_a_district_without_grids_goes_to_the_district_office(bare):
    from nuanyi.reports.models import Kind
    from nuanyi.reports.queries import dispatch

    unit, _why = dispatch(Kind.objects.first().pk, "")
    assert unit.code == "liangxin"


def test_the_offices_home_says_what_comes_to_it_for_want_of_a_route(bare):
    page = office().get("/office/").content.decode()
    assert "/office/setup/" in page
    assert "没有人能登录" in office().get("/office/setup/").content.decode()
