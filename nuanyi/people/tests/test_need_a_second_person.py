"""Nobody beats the two-person rule with an account of their own making."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from conftest import PASSWORD
from nuanyi.census.services import exports
from nuanyi.lib import clock
from nuanyi.lib.errors import IllegalMove, NotAllowed
from nuanyi.people import services
from nuanyi.people.access import actor_for
from nuanyi.people.models import RoleGrant


def made_by(actor, unit=None, name="second"):
    return services.make_account(
        actor=actor, username=name, password=PASSWORD, unit=unit, must_change_password=False
    )


def test_a_sensitive_role_gives_nothing_until_a_second_person_confirms_it(cast, district):
    account = made_by(cast.actor("organisation"), district["zuzhi"])
    grant = services.give_role(actor=cast.actor("organisation"), account=account, role="district_office")
    assert not actor_for(account).can("census.export")
    with pytest.raises(NotAllowed):
        services.confirm_role(actor=cast.actor("organisation"), grant=grant)
    with pytest.raises(NotAllowed):
        services.confirm_role(actor=actor_for(account), grant=grant)
    services.confirm_role(actor=cast.actor("office"), grant=grant)
    assert actor_for(account).can("census.export")


def test_an_account_that_one_made_cannot_confirm_for_its_maker(cast, district, program):
    office = cast.actor("office")
    helper = made_by(office, district["zuzhi"], "helper")
    services.give_role(actor=program, account=helper, role="district_office")
    account = made_by(office, district["zuzhi"])
    grant = services.give_role(actor=office, account=account, role="district_office")
    assert not services.may_confirm(actor_for(helper), grant)
    with clock.held_at(clock.now() + timedelta(days=31)):
        assert services.may_confirm(actor_for(helper), grant)


@pytest.mark.parametrize("by", ["account", "role", "password"])
@pytest.mark.parametrize("turned", [False, True])
def test_an_export_is_not_approved_by_an_account_of_the_asker_s_making(cast, district, program, by, turned):
    office = cast.actor("office")
    account = made_by(office if by == "account" else program, district["zuzhi"])
    services.give_role(actor=program, account=account, role="district_office")
    if by == "role":
        RoleGrant.objects.filter(account=account).update(granted_by=office.account_id)
    if by == "password":
        services.set_first_password(actor=office, account=account, password="another-first-one-9")
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
    grant = services.give_role(actor=office, account=account, role="clerk")
    assert not actor_for(account).can("cases.handle")
    for part in ("office2", "organisation", "yanshan"):
        assert not services.may_confirm(cast.actor(part), grant)
    services.confirm_role(actor=cast.actor("zhemu"), grant=grant)
    assert actor_for(account).can("cases.handle")


def test_a_unit_appoints_its_own_clerks_and_nobody_else_s(cast, district):
    staff = cast.actor("zhemu")
    account = made_by(staff, district["t101"])
    services.give_role(actor=staff, account=account, role="clerk")
    assert actor_for(account).can("cases.handle")
    with pytest.raises(NotAllowed):
        made_by(staff, district["t100"], "third")
    with pytest.raises(NotAllowed):
        services.give_role(actor=staff, account=cast.accounts["clerk"], role="clerk")
    with pytest.raises(NotAllowed):
        services.give_role(actor=staff, account=account, role="district_office")


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
        services.close_account(actor=cast.actor("office"), account=cast.accounts[part])


@pytest.mark.parametrize("part", ["auditor", "administrator", "organisation"])
def test_the_last_of_a_kind_is_neither_closed_nor_loses_its_role(cast, program, part):
    account = cast.accounts[part]
    with pytest.raises(IllegalMove):
        services.close_account(actor=program, account=account)
    with pytest.raises(IllegalMove):
        services.take_role(actor=program, grant=account.grants.get())


def test_two_who_close_each_other_s_account_wait_for_one_another(cast, program):
    """Each held only the other's grant before, and both went through: nobody was left."""
    with CaptureQueriesContext(connection) as seen:
        services.close_account(actor=program, account=cast.accounts["office"])
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
    grant = services.give_role(actor=cast.actor("organisation"), account=account, role="district_office")
    address = f"/office/people/{account.pk}/"
    assert f'name="confirm" value="{grant.pk}"' not in flat(cast.client("organisation").get(address))
    browser = cast.client("office")
    assert f'name="confirm" value="{grant.pk}"' in flat(browser.get(address))
    assert browser.post(address, {"confirm": grant.pk}).status_code == 302
    assert RoleGrant.objects.filter(pk=grant.pk).exists()


def flat(answer):
    return " ".join(answer.content.decode().split())
