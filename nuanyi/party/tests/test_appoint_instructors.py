"""Who receives those who ask to join: an instructor whom the organisation department appointed, for a place."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.apps import apps

from nuanyi.lib import clock
from nuanyi.lib.errors import NotAllowed
from nuanyi.party import instructor_queries
from nuanyi.people.access import actor_for
from nuanyi.people.models import RoleGrant
from nuanyi.people.services import accounts

pytestmark = pytest.mark.django_db


@pytest.fixture
def colleague(cast, program):
    def make(part):
        unit = cast.accounts[part].unit
        return accounts.make_account(
            actor=program, username=f"colleague-of-{part}", password="warm-2022-station", unit=unit
        )

    return make


def test_staff_of_a_unit_make_nobody_an_instructor_of_the_whole_district(cast, colleague):
    """Whoever asked to join the Party would have come to an account that one unit made for itself."""
    other = colleague("yanshan")
    with pytest.raises(NotAllowed):
        accounts.give_role(actor=cast.actor("yanshan"), account=other, role="instructor")
    with pytest.raises(NotAllowed):
        accounts.give_role(
            actor=cast.actor("yanshan"), account=other, role="instructor", region_code="450311101"
        )


def test_an_instructor_receives_nobody_before_the_organisation_department_has_confirmed_it(cast, colleague):
    other = colleague("yanshan")
    asked = accounts.give_role(
        actor=cast.actor("yanshan"), account=other, role="instructor", region_code="450311100"
    )
    assert other not in [one.account for one in instructor_queries.instructors()]
    assert not actor_for(other).can("party.follow")
    assert not accounts.may_confirm(cast.actor("office"), asked)
    accounts.confirm_role(actor=cast.actor("organisation"), grant=asked)
    assert other in [one.account for one in instructor_queries.instructors()]
    # whoever sets a new password could sign in as the instructor: it is confirmed anew
    accounts.set_first_password(actor=cast.actor("yanshan"), account=other, password="warm-2022-anew")
    assert other not in [one.account for one in instructor_queries.instructors()]
    # what the department gives itself holds at once
    third = colleague("zhemu")
    accounts.give_role(
        actor=cast.actor("organisation"), account=third, role="instructor", region_code="450311101"
    )
    assert third in [one.account for one in instructor_queries.instructors()]


def test_instructors_of_the_whole_district_whom_a_unit_made_wait_for_the_department(cast, colleague):
    one, other = colleague("yanshan"), colleague("zhemu")
    for account, giver in ((one, "yanshan"), (other, "organisation")):
        RoleGrant.asked.create(
            account=account,
            role="instructor",
            granted_by=cast.accounts[giver],
            confirmed_at=clock.now(),
        )
    import_module("nuanyi.people.migrations.0014_instructors_of_a_department").wait_again(apps, None)
    there = [one.account for one in instructor_queries.instructors()]
    assert other in there
    assert one not in there
    assert cast.accounts["instructor"] in there, "one of a place goes on"
