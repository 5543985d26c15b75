"""Nobody grows by giving: not in place, not by a new password, not by a slip that was seen."""

import pytest
from allauth.mfa.models import Authenticator

from nuanyi.lib import row_security
from nuanyi.lib.errors import NotAllowed
from nuanyi.people import home
from nuanyi.people.access import actor_for
from nuanyi.people.models import Account, RoleGrant, WecomLink
from nuanyi.people.services import accounts, wecom_links


@pytest.fixture
def colleague(cast, program):
    def make(part):
        unit = cast.accounts[part].unit
        return accounts.make_account(
            actor=program, username=f"colleague-of-{part}", password="warm-2022-station", unit=unit
        )

    return make


@pytest.mark.parametrize("part", ["yanshan", "department"])
def test_staff_of_a_unit_give_nobody_the_whole_district(cast, colleague, part):
    other = colleague(part)
    with pytest.raises(NotAllowed):
        accounts.give_role(actor=cast.actor(part), account=other, role="unit_staff", region_code="450311")
    accounts.give_role(actor=cast.actor(part), account=other, role="unit_staff")


def test_staff_of_a_township_give_its_own_place_and_no_neighbours(cast, colleague):
    other = colleague("yanshan")
    accounts.give_role(
        actor=cast.actor("yanshan"), account=other, role="grid_worker", region_code="450311100"
    )
    with pytest.raises(NotAllowed):
        accounts.give_role(
            actor=cast.actor("yanshan"), account=other, role="grid_worker", region_code="450311101"
        )


def test_the_office_of_one_district_neither_gives_nor_confirms_the_whole_city(cast, program, colleague):
    RoleGrant.objects.filter(account=cast.accounts["office"]).update(region_code="450311")
    RoleGrant.objects.filter(account=cast.accounts["office2"]).update(region_code="450311")
    other = colleague("zhemu")
    for region in ("", "450305"):
        with pytest.raises(NotAllowed):
            accounts.give_role(
                actor=cast.actor("office"), account=other, role="district_office", region_code=region
            )
    asked = accounts.give_role(
        actor=cast.actor("office"), account=other, role="district_office", region_code="450311"
    )
    assert accounts.may_confirm(cast.actor("office2"), asked)
    RoleGrant.asked.filter(pk=asked.pk).update(region_code="")
    asked.refresh_from_db()
    assert not accounts.may_confirm(cast.actor("office2"), asked)


def test_nobody_gives_themselves_a_new_slip_that_would_hide_who_made_the_last(cast):
    with pytest.raises(NotAllowed):
        accounts.set_first_password(
            actor=cast.actor("office"), account=cast.accounts["office"], password="warm-2022-again"
        )


def test_a_slip_that_was_seen_links_no_wecom_and_a_new_password_takes_the_link_away(cast, program, colleague):
    other = colleague("zhemu")
    itself = actor_for(other)
    with pytest.raises(NotAllowed):
        wecom_links.link_wecom(actor=itself, account=other, member="zhang")
    Account.objects.filter(pk=other.pk).update(must_change_password=False)
    other.refresh_from_db()
    wecom_links.link_wecom(actor=itself, account=other, member="zhang")
    accounts.set_first_password(actor=program, account=other, password="warm-2022-anew")
    assert not WecomLink.objects.filter(account=other).exists()


def test_a_new_password_takes_passkeys_and_second_factors_away(cast, program):
    """They opened the account beside it: whoever it was taken from stayed in."""
    clerk, other = cast.accounts["clerk"], cast.accounts["keeper"]
    with row_security.reading_as(program):
        for account in (clerk, other):
            for kind in (Authenticator.Type.WEBAUTHN, Authenticator.Type.TOTP):
                Authenticator.objects.create(user=account, type=kind, data={})
    accounts.set_first_password(actor=cast.actor("department"), account=clerk, password="warm-2022-anew")
    assert not Authenticator.objects.filter(user=clerk).exists()
    assert Authenticator.objects.filter(user=other).count() == 2


def test_search_names_accounts_of_ones_own_unit_alone_to_its_staff(cast, colleague):
    colleague("zhemu")
    [own] = home.search_for(cast.actor("yanshan"), "colleague")
    assert not own.rows
    [all_of_them] = home.search_for(cast.actor("office"), "colleague")
    assert len(all_of_them.rows) == 1
