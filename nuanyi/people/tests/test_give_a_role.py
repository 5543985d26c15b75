import pytest

from nuanyi.lib.errors import Conflict, NotAllowed
from nuanyi.people import queries
from nuanyi.people.access import actor_for, explain
from nuanyi.people.services import accounts


def test_nobody_gives_a_role_that_they_do_not_hold(cast):
    with pytest.raises(NotAllowed):
        accounts.give_role(actor=cast.actor("office"), account=cast.accounts["clerk"], role="organisation")
    with pytest.raises(NotAllowed):
        accounts.give_role(
            actor=cast.actor("administrator"), account=cast.accounts["clerk"], role="district_office"
        )


def test_nobody_changes_their_own_roles(cast):
    with pytest.raises(NotAllowed):
        accounts.give_role(actor=cast.actor("office"), account=cast.accounts["office"], role="clerk")


def test_running_auditing_and_using_are_kept_apart(cast, program):
    with pytest.raises(Conflict):
        accounts.give_role(actor=program, account=cast.accounts["auditor"], role="administrator")


def test_a_duty_taken_away_is_gone_with_the_next_request(cast, program):
    browser = cast.client("yanshan")
    assert browser.get("/office/census/workers/").status_code == 200
    accounts.take_role(actor=program, grant=cast.accounts["yanshan"].grants.get())
    assert browser.get("/office/census/workers/").status_code == 403


def test_a_closed_account_is_out_with_the_next_request(cast, program):
    browser = cast.client("office")
    accounts.close_account(actor=program, account=cast.accounts["office"])
    assert browser.get("/office/").status_code == 302


def test_who_can_sign_in_at_a_unit_is_asked_once_for_many_and_anew_where_an_account_was_closed(
    cast, program, django_assert_num_queries
):
    unit = cast.accounts["clerk"].unit_id
    assert queries.has_hands(unit)
    with django_assert_num_queries(0):
        assert queries.has_hands(unit)
    for account in list(queries.Account.objects.filter(unit=unit, is_active=True)):
        accounts.close_account(actor=program, account=account)
    assert not queries.has_hands(unit)
    accounts.open_account(actor=program, account=cast.accounts["clerk"])
    assert queries.has_hands(unit), "a no is not believed a second time"


def test_a_first_password_must_be_changed_before_anything_else(cast, program):
    accounts.set_first_password(actor=program, account=cast.accounts["clerk"], password="another-first-one-9")
    cast.accounts["clerk"].refresh_from_db()
    answer = cast.client("clerk").get("/office/")
    assert answer.url == "/accounts/password/change/"


def test_a_first_password_opens_nothing_outside_the_office_either(cast, program):
    for part in ("grid", "keeper"):
        accounts.set_first_password(
            actor=program, account=cast.accounts[part], password="another-first-one-9"
        )
        cast.accounts[part].refresh_from_db()
    grid, keeper = cast.client("grid"), cast.client("keeper")
    for browser, address in (
        (grid, "/grid/"),
        (grid, "/office/"),
        (keeper, "/keeper/"),
    ):
        answer = browser.get(address)
        assert (answer.status_code, answer.get("Location")) == (302, "/accounts/password/change/"), address
    assert grid.get("/reports/").status_code == 200  # what is open to everybody stays open
    assert grid.get("/door/token/").json()["signed_in"] is False
    # a phone that sends what it kept learns that somebody must sign in, and keeps it
    kept = grid.post(
        "/door/send/", "{}", content_type="application/json", headers={"Accept": "application/json"}
    )
    assert (kept.status_code, kept.json()["code"]) == (401, "first-password")


def test_a_refusal_can_explain_itself(cast):
    why = explain(actor_for(cast.accounts["clerk"]), "journal.read")
    assert why["allowed"] is False
    assert len(why["allowed_by"]) == 1
