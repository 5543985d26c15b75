"""What needs a second person needs one in the database too: whoever runs statements as the role of pages, in the name of
somebody who may do one half, does not do both."""

import pytest
from django.db import DatabaseError, connection, transaction

from nuanyi.census.services import exports
from nuanyi.lib import row_security
from nuanyi.people.services import accounts
from nuanyi.rights.models import Request

#: By whom each would be tried, and what it says; ``%s`` is that account.
ALONE = {
    "give and confirm a role": (
        "office",
        "INSERT INTO people_rolegrant (account_id, role, region_code, granted_at, confirmed_at, granted_by_id, held_before)"
        " SELECT max(id), 'district_office', 'forged', now(), now(), %s, false FROM people_account",
    ),
    "confirm what one gave": (
        "office",
        "UPDATE people_rolegrant SET confirmed_at = now(), confirmed_by_id = %s WHERE role = 'district_office'"
        " AND confirmed_at IS NULL",
    ),
    "say that another gave it": (
        "office",
        "UPDATE people_rolegrant SET granted_by_id = account_id, confirmed_at = now(), confirmed_by_id = %s"
        " WHERE confirmed_at IS NULL",
    ),
    "make a role a wider one": (
        "administrator",
        "UPDATE people_rolegrant SET role = 'auditor' WHERE account_id <> %s",
    ),
    "approve one's own export": (
        "office",
        "UPDATE census_export SET state = 'approved', decided_by_id = %s, decided_at = now()",
    ),
    "ask for an export as somebody else": ("office2", "UPDATE census_export SET asked_by_id = %s"),
    "widen what was asked for": ("office", "UPDATE census_export SET filters = '{}', asked_by_id = %s"),
    "decide one's own request": (
        "office",
        "UPDATE rights_request SET state = 'done', decided_by_id = %s, decided_at = now()",
    ),
    "keep a first password": (
        "clerk",
        "UPDATE people_account SET must_change_password = false WHERE id = %s",
    ),
}


@pytest.mark.parametrize("what", ALONE)
def test_what_needs_two_persons_is_done_by_no_statement_of_one(cast, program, what):
    part, statement = ALONE[what]
    office = cast.actor("office")
    account = cast.accounts["clerk"]
    accounts.set_first_password(actor=program, account=account, password="another-lantern-in-the-rain-8")
    with row_security.reading_as(office):
        accounts.give_role(
            actor=office, account=cast.accounts["office2"], role="district_office", region_code="450311"
        )
        exports.ask_for_clear(actor=office, purpose="for a check", filters={"q": "x"})
    Request.objects.create(deed="copy", reason="asked at the desk", asked_by_id=office.account_id)
    actor = cast.actor(part)
    with (
        row_security.reading_as(actor),
        connection.cursor() as cursor,
        pytest.raises(DatabaseError, match=r"row-level security|may not change"),
        transaction.atomic(),
    ):
        cursor.execute(statement, [actor.account_id])
