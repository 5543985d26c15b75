"""Where somebody may do something: everywhere, below a region, for the records of a unit; and what the answer is where not."""

from uuid import uuid4

import pytest

from nuanyi.lib.actor import EVERYWHERE, GUEST, Actor, Scope, system
from nuanyi.lib.errors import NotAllowed, NotFound, SignInFirst
from nuanyi.lib.limits import network_of
from nuanyi.lib.small_cells import INSIDE, OUTSIDE, cell, coarse

TOWNSHIP, OTHER = "450311101", "450311100"


def account(*scopes, permission="cases.handle"):
    return Actor(kind="account", label="a", account_id=1, permissions={permission: scopes})


def test_a_scope_covers_what_lies_below_its_region_and_nothing_beside_it():
    scope = Scope(region=TOWNSHIP)
    assert scope.covers(region=TOWNSHIP)
    assert scope.covers(region=TOWNSHIP + "001")
    assert scope.covers(regions=(OTHER, TOWNSHIP + "002"))
    assert not scope.covers(region=OTHER)
    assert not scope.covers(region="450311")  # the district is above it
    assert not scope.covers(regions=(OTHER,), units=(1,))
    assert not scope.covers()


def test_a_scope_covers_the_records_of_its_unit_and_of_no_other():
    scope = Scope(unit=7)
    assert scope.covers(units=(7,))
    assert scope.covers(units=(3, 7), regions=(OTHER,))
    assert not scope.covers(units=(3,))
    assert not scope.covers(region=TOWNSHIP)
    assert not scope.covers()


def test_everywhere_is_everywhere_and_nothing_covers_nothing():
    assert EVERYWHERE.covers()
    assert EVERYWHERE.covers(region=OTHER)
    nowhere = Scope()
    assert not nowhere.covers(region=OTHER, units=(1,))
    assert not nowhere.covers(regions=("",), units=())


def test_the_program_may_everything_everywhere():
    program = system("test")
    assert (program.kind, program.label) == ("system", "test")
    assert program.scopes("anything") == (EVERYWHERE,)
    assert program.everywhere("anything")
    assert program.can("anything", regions=(OTHER,), units=(4,))
    program.require("anything")
    program.require_within("anything", units=(4,))


def test_what_an_account_may_is_what_its_roles_say_and_where():
    actor = account(Scope(region=TOWNSHIP), Scope(unit=7))
    assert actor.scopes("cases.handle") == (Scope(region=TOWNSHIP), Scope(unit=7))
    assert actor.scopes("other") == ()
    assert not actor.everywhere("cases.handle")
    assert account(Scope(unit=7), EVERYWHERE).everywhere("cases.handle")
    assert actor.units("cases.handle") == [7]
    assert actor.units("other") == []
    assert actor.regions("cases.handle") == [TOWNSHIP]
    assert actor.regions("other") == []
    assert actor.can("cases.handle")
    assert not actor.can("other")
    assert actor.can("cases.handle", units=(7,))
    assert actor.can("cases.handle", regions=(TOWNSHIP,))
    assert not actor.can("cases.handle", regions=(OTHER,), units=(8,))
    assert not actor.can("cases.handle", units=(8,))
    # a record that is tied to no place is in nobody's place
    assert not actor.can("cases.handle", regions=())


def test_a_guest_is_sent_to_sign_in_and_an_account_is_refused_by_name_of_the_permission():
    with pytest.raises(SignInFirst):
        GUEST.require("cases.handle")
    with pytest.raises(NotAllowed) as refused:
        account(Scope(unit=7)).require("other")
    assert refused.value.facts == {"permission": "other"}
    with pytest.raises(NotAllowed):
        account(Scope(unit=7)).require("cases.handle", units=(8,))
    account(Scope(unit=7)).require("cases.handle", units=(7,))
    account(Scope(region=TOWNSHIP)).require("cases.handle", regions=(TOWNSHIP,))


def test_anothers_record_is_not_found_but_who_lacks_the_permission_is_told_so():
    actor = account(Scope(unit=7))
    actor.require_within("cases.handle", units=(7,))
    account(Scope(region=TOWNSHIP)).require_within("cases.handle", regions=(TOWNSHIP,))
    with pytest.raises(NotFound):
        actor.require_within("cases.handle", units=(8,))
    with pytest.raises(NotFound):
        actor.require_within("cases.handle", regions=(TOWNSHIP,))
    with pytest.raises(NotFound):
        actor.require_within("cases.handle")
    with pytest.raises(NotAllowed):
        actor.require_within("other", units=(7,))
    with pytest.raises(SignInFirst):
        GUEST.require_within("cases.handle", units=(7,))


def test_what_holds_everywhere_is_changed_by_whoever_reaches_everywhere():
    account(Scope(unit=7), EVERYWHERE).require_everywhere("cases.handle")
    system("test").require_everywhere("cases.handle")
    for actor in (
        account(Scope(region=TOWNSHIP)),
        account(Scope(unit=7)),
        account(EVERYWHERE, permission="other"),
    ):
        with pytest.raises(NotAllowed) as refused:
            actor.require_everywhere("cases.handle")
        assert refused.value.facts == {"permission": "cases.handle"}
    with pytest.raises(SignInFirst):
        GUEST.require_everywhere("cases.handle")


def test_a_guest_has_nothing():
    assert (GUEST.kind, GUEST.account_id, GUEST.permissions) == ("guest", None, {})
    assert Actor(kind="account", label="x", person_id=uuid4()).permissions == {}


@pytest.mark.parametrize(
    ("count", "step", "shown", "in_a_cell"),
    [
        (0, OUTSIDE, 0, 0),
        (1, OUTSIDE, 0, None),
        (9, OUTSIDE, 0, None),
        (10, OUTSIDE, 10, 10),
        (19, OUTSIDE, 10, 10),
        (4, INSIDE, 0, None),
        (5, INSIDE, 5, 5),
        (23, INSIDE, 20, 20),
    ],
)
def test_a_count_is_told_in_steps_and_not_at_all_under_one(count, step, shown, in_a_cell):
    assert coarse(count, step) == shown
    assert cell(count, step) == in_a_cell


def test_a_network_is_an_address_or_the_block_that_a_household_gets():
    assert network_of("198.51.100.7") == network_of("198.51.100.7|token") == "198.51.100.7"
    assert network_of("2001:db8:1:2:3:4:5:6") == network_of("2001:db8:1:2::9") == "2001:db8:1:2::/64"
    assert network_of("2001:db8:1:3::9") != network_of("2001:db8:1:2::9")
    assert network_of("nonsense") == network_of("") == "-"
