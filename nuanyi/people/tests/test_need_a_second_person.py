"""Nobody beats the two-person rule with an account of their own making."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from conftest import PASSWORD
from nuanyi.cases.services import intake, settings
from nuanyi.census.services import exports
from nuanyi.lib import clock, row_security
from nuanyi.lib.actor import GUEST
from nuanyi.lib.errors import IllegalMove, NotAllowed
from nuanyi.people.access import actor_for
from nuanyi.people.models import RoleGrant
from nuanyi.people.services import accounts
from nuanyi.units import services as units


def made_by(actor, unit=None, name="second"):
    return accounts.make_account(
        actor=actor, username=name, password=PASSWORD, unit=unit, must_change_password=False
    )


def test_a_sensitive_role_gives_nothing_until_a_second_person_confirms_it(cast, district):
    account = made_by(cast.actor("organisation"), district["zuzhi"])
    grant = accounts.give_role(actor=cast.actor("organisation"), account=account, role="district_office")
    assert not actor_for(account).can("census.export")
    with pytest.raises(NotAllowed):
        accounts.confirm_role(actor=cast.actor("organisation"), grant=grant)
    with pytest.raises(NotAllowed):
        accounts.confirm_role(actor=actor_for(account), grant=grant)
    accounts.confirm_role(actor=cast.actor("office"), grant=grant)
    assert actor_for(account).can("census.export")


def test_an_account_that_one_made_cannot_confirm_for_its_maker(cast, district, program):
    office = cast.actor("office")
    helper = made_by(office, district["zuzhi"], "helper")
    accounts.give_role(actor=program, account=helper, role="district_office")
    account = made_by(office, district["zuzhi"])
    grant = accounts.give_role(actor=office, account=account, role="district_office")
    assert not accounts.may_confirm(actor_for(helper), grant)
    with clock.held_at(clock.now() + timedelta(days=31)):
        assert accounts.may_confirm(actor_for(helper), grant)


@pytest.mark.parametrize("by", ["account", "role", "password"])
@pytest.mark.parametrize("turned", [False, True])
def test_an_export_is_not_approved_by_an_account_of_the_asker_s_making(cast, district, program, by, turned):
    office = cast.actor("office")
    account = made_by(office if by == "account" else program, district["zuzhi"])
    accounts.give_role(actor=program, account=account, role="district_office")
    if by == "role":
        RoleGrant.objects.filter(account=account).update(granted_by=office.account_id)
    if by == "password":
        accounts.set_first_password(actor=office, account=account, password="another-first-one-9")
        accounts.confirm_role(actor=cast.actor("office2"), grant=RoleGrant.asked.get(account=account))
    asker, approver = (actor_for(account), office) if turned else (office, actor_for(account))
    export = exports.ask_for_clear(actor=asker, purpose="发放雨衣", filters={})
    with pytest.raises(NotAllowed):
        exports.decide_export(
            actor=approver,
            export=export,
            approve=True,
            seen=exports.rows_asked(actor_for(export.asked_by), {}).count,
        )
    exports.decide_export(
        actor=cast.actor("office2"),
        export=export,
        approve=True,
        seen=exports.rows_asked(actor_for(export.asked_by), {}).count,
    )


def test_the_office_makes_no_clerk_of_a_unit_that_has_staff_without_that_unit(cast, district):
    office = cast.actor("office")
    account = made_by(office, district["t101"])
    grant = accounts.give_role(actor=office, account=account, role="clerk")
    assert not actor_for(account).can("cases.handle")
    for part in ("office2", "organisation", "yanshan"):
        assert not accounts.may_confirm(cast.actor(part), grant)
    accounts.confirm_role(actor=cast.actor("zhemu"), grant=grant)
    assert actor_for(account).can("cases.handle")


def test_a_unit_appoints_its_own_clerks_and_nobody_else_s(cast, district):
    staff = cast.actor("zhemu")
    account = made_by(staff, district["t101"])
    accounts.give_role(actor=staff, account=account, role="clerk")
    assert actor_for(account).can("cases.handle")
    with pytest.raises(NotAllowed):
        made_by(staff, district["t100"], "third")
    with pytest.raises(NotAllowed):
        accounts.give_role(actor=staff, account=cast.accounts["clerk"], role="clerk")
    with pytest.raises(NotAllowed):
        accounts.give_role(actor=staff, account=account, role="district_office")


def test_a_unit_sees_its_own_accounts_only(cast):
    browser = cast.client("zhemu")
    page = browser.get("/office/people/").content.decode()
    assert "zhemu" in page
    assert "shichang" not in page
    assert browser.get(f"/office/people/{cast.accounts['grid'].pk}/").status_code == 200
    assert browser.get(f"/office/people/{cast.accounts['clerk'].pk}/").status_code == 404
    assert browser.get("/office/people/999999/").status_code == 404


@pytest.mark.parametrize("part", ["auditor", "administrator", "organisation"])
def test_the_office_closes_no_account_whose_roles_it_cannot_give(cast, part):
    with pytest.raises(NotAllowed):
        accounts.close_account(actor=cast.actor("office"), account=cast.accounts[part])


@pytest.mark.parametrize("part", ["auditor", "administrator", "organisation"])
def test_the_last_of_a_kind_is_neither_closed_nor_loses_its_role(cast, program, part):
    account = cast.accounts[part]
    with pytest.raises(IllegalMove):
        accounts.close_account(actor=program, account=account)
    with pytest.raises(IllegalMove):
        accounts.take_role(actor=program, grant=account.grants.get())


def test_two_who_close_each_other_s_account_wait_for_one_another(cast, program):
    """Each held only the other's grant before, and both went through: nobody was left."""
    with CaptureQueriesContext(connection) as seen:
        accounts.close_account(actor=program, account=cast.accounts["office"])
    words = [query["sql"] for query in seen]
    grants = [n for n, sql in enumerate(words) if "people_rolegrant" in sql and "FOR UPDATE" in sql]
    left = [n for n, sql in enumerate(words) if "people_rolegrant" in sql and "is_active" in sql]
    assert len(grants) == 1
    assert "<>" not in words[grants[0]], "the account's own grant is held too"
    assert "ORDER BY" in words[grants[0]]
    assert left
    assert grants[0] < left[0]


def test_the_page_shows_who_waits_and_lets_only_a_second_person_confirm(cast, district):
    account = made_by(cast.actor("organisation"), district["zuzhi"])
    grant = accounts.give_role(actor=cast.actor("organisation"), account=account, role="district_office")
    address = f"/office/people/{account.pk}/"
    assert f'name="confirm" value="{grant.pk}"' not in flat(cast.client("organisation").get(address))
    browser = cast.client("office")
    assert f'name="confirm" value="{grant.pk}"' in flat(browser.get(address))
    assert browser.post(address, {"confirm": grant.pk}).status_code == 302
    assert RoleGrant.objects.filter(pk=grant.pk).exists()


def flat(answer):
    return " ".join(answer.content.decode().split())


def test_a_new_password_for_another_unit_s_clerk_opens_nothing_until_that_unit_confirms(cast):
    """Whoever sets a password can sign in with it: the office read a unit's requests by resetting its clerk."""
    clerk, staff = cast.accounts["clerk"], cast.actor("department")
    assert actor_for(clerk).can("cases.handle")
    accounts.set_first_password(actor=cast.actor("office"), account=clerk, password="another-first-one-9")
    assert not actor_for(clerk).can("cases.handle")
    [grant] = RoleGrant.asked.filter(account=clerk)
    for part in ("office", "office2", "organisation", "yanshan"):
        assert not accounts.may_confirm(cast.actor(part), grant)
    accounts.confirm_role(actor=staff, grant=grant)
    assert actor_for(clerk).can("cases.handle")


def test_a_unit_sets_its_own_clerk_s_password_alone(cast):
    clerk = cast.accounts["clerk"]
    accounts.set_first_password(actor=cast.actor("department"), account=clerk, password="another-first-one-9")
    assert actor_for(clerk).can("cases.handle")


def test_the_only_staff_of_a_unit_comes_back_by_two_persons(cast):
    staff = cast.accounts["department"]
    accounts.set_first_password(actor=cast.actor("office"), account=staff, password="another-first-one-9")
    [grant] = RoleGrant.asked.filter(account=staff)
    assert not accounts.may_confirm(cast.actor("office"), grant)
    assert not accounts.may_confirm(cast.actor("clerk"), grant)
    accounts.confirm_role(actor=cast.actor("administrator"), grant=grant)
    assert actor_for(staff).can("people.manage_accounts")


def test_a_new_password_of_the_office_waits_for_somebody_who_runs_the_system(cast):
    accounts.set_first_password(
        actor=cast.actor("organisation"), account=cast.accounts["office"], password="another-first-one-9"
    )
    assert not cast.actor("office").roles
    [grant] = RoleGrant.asked.filter(account=cast.accounts["office"])
    accounts.confirm_role(actor=cast.actor("administrator"), grant=grant)
    assert cast.actor("office").roles == ("district_office",)


def test_where_nobody_could_confirm_it_the_old_password_stays(cast, program):
    for part in ("office", "office2", "administrator"):
        RoleGrant.objects.filter(account=cast.accounts[part]).update(role="worker")
    staff = cast.accounts["department"]
    with pytest.raises(IllegalMove):
        accounts.set_first_password(
            actor=cast.actor("organisation"), account=staff, password="another-first-one-9"
        )
    staff.refresh_from_db()
    assert staff.check_password(PASSWORD)


def test_the_first_clerk_of_a_unit_to_which_requests_came_waits_for_a_second_person(cast, program):
    office = cast.actor("office")
    new = units.put_unit(actor=program, code="xin", name="新单位", short_name="", kind="department")
    settings.save_rule(actor=program, kind="wage", sector="", region_code="", unit=new)
    intake.send_case(
        actor=GUEST,
        key=uuid4(),
        told=intake.Request(kind="wage", words="站长扣了我三天的钱", region_code="450311100"),
        network="203.0.113.9",
    )
    account = made_by(office, new)
    with row_security.reading_as(office):
        grant = accounts.give_role(actor=office, account=account, role="clerk")
    assert not actor_for(account).can("cases.handle")
    accounts.confirm_role(actor=cast.actor("office2"), grant=grant)
    assert actor_for(account).can("cases.handle")


def test_closing_a_unit_s_only_staff_makes_nobody_the_first_one_there(cast, district):
    office = cast.actor("office")
    for part in ("grid", "zhemu"):
        accounts.close_account(actor=office, account=cast.accounts[part])
    account = made_by(office, district["t101"])
    grant = accounts.give_role(actor=office, account=account, role="clerk")
    assert not actor_for(account).can("cases.handle")
    assert not accounts.may_confirm(office, grant)
    accounts.confirm_role(actor=cast.actor("organisation"), grant=grant)
    assert actor_for(account).can("cases.handle")


def test_two_whose_accounts_one_person_opened_are_no_two_persons(cast, program):
    """One reset both, or one who was reset himself: the hand that opens each of them is the same."""
    office, other, third = (cast.accounts[part] for part in ("office", "office2", "organisation"))
    assert accounts.independent(office.pk, other.pk)
    for account in (office, other):
        type(account).objects.filter(pk=account.pk).update(password_set_by=third, password_set_at=clock.now())
    assert not accounts.independent(office.pk, other.pk)
    type(office).objects.filter(pk=office.pk).update(password_set_by=other)
    assert not accounts.independent(office.pk, third.pk)
    with clock.held_at(clock.now() + timedelta(days=31)):
        assert accounts.independent(office.pk, other.pk)


def test_nobody_merges_a_unit_to_where_he_or_whom_he_made_reads_its_requests(cast, district, program):
    office = cast.actor("office")
    for pair in ((district["shichang"], district["zuzhi"]), (district["zuzhi"], district["shichang"])):
        with pytest.raises(NotAllowed):
            units.merge_units(actor=office, unit=pair[0], into=pair[1])
    new = units.put_unit(actor=office, code="xin", name="新单位", short_name="", kind="department")
    helper = made_by(office, new, "helper")
    accounts.give_role(actor=office, account=helper, role="clerk")
    assert actor_for(helper).can("cases.handle"), "the first of a unit that nothing came to"
    units.merge_units(actor=office, unit=district["shichang"], into=new)
    helper.refresh_from_db()
    assert not actor_for(helper).can("cases.handle")
    assert actor_for(cast.accounts["clerk"]).can("cases.handle"), "whose requests they are keeps them"
    [grant] = RoleGrant.asked.filter(account=helper)
    cast.accounts["department"].refresh_from_db()
    accounts.confirm_role(actor=cast.actor("department"), grant=grant)
