"""A member of an alliance may be the firm that somebody complains of: its staff open nothing that workers wrote."""

import pytest

from nuanyi.lib import rooms
from nuanyi.people.access import actor_for
from nuanyi.units.models import Unit

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("part", ["clerk", "yanshan"])
def test_the_staff_of_a_member_handle_no_request_and_no_report(cast, part):
    account = cast.accounts[part]
    closed = [one.name for one in rooms.permissions().values() if not one.for_members]
    assert sorted(closed) == [
        "cases.handle",
        "cases.register",
        "matrix.forms",
        "matrix.records",
        "reports.handle",
    ]
    assert any(actor_for(account).can(name) for name in closed)
    Unit.objects.filter(pk=account.unit_id).update(kind="member")
    account.refresh_from_db()
    actor = actor_for(account)
    assert not any(actor.can(name) for name in closed)
    assert actor.permissions, "the rest of the role stays"
