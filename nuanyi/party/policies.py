"""Which rows the database shows to whom."""

from nuanyi.lib.row_security import RowPolicy

_SEEN = (
    "(SELECT nuanyi_reads_all('party.organise'))"
    " OR ((SELECT nuanyi_may('party.follow')) AND instructor_id = (SELECT nuanyi_account()))"
    " OR key::text = (SELECT nuanyi_shown('application'))"
)

_PROGRAM = "(SELECT nuanyi_kind()) = 'system'"
_COUNTED = f"{_PROGRAM} OR (SELECT nuanyi_may('party.organise', 'party.coverage'))"
_FOLLOWED = (
    "(SELECT nuanyi_may('party.follow')) AND establishment_id IN (SELECT a.establishment_id FROM party_assignment a"
    " WHERE a.account_id = (SELECT nuanyi_account()) AND a.until_date IS NULL)"
)

_OWN_BRANCH = (
    "(SELECT nuanyi_may('party.members')) AND EXISTS (SELECT FROM party_organisation o"
    " WHERE o.id IN (branch_id, receiving_id) AND o.secretary_id = (SELECT nuanyi_account()))"
)
_MEMBER = (
    f"(SELECT nuanyi_reads_all('party.organise')) OR ({_OWN_BRANCH})"
    " OR key::text = (SELECT nuanyi_shown('member'))"
)

POLICIES = [
    RowPolicy("party.Assignment", f"{_COUNTED} OR account_id = (SELECT nuanyi_account())"),
    # a new instructor reads what the former one wrote
    RowPolicy("party.Visit", f"{_COUNTED} OR account_id = (SELECT nuanyi_account()) OR ({_FOLLOWED})"),
    RowPolicy("party.Application", _SEEN),
    RowPolicy("party.Member", _MEMBER),
    # what somebody says of themselves is said to everybody; whoever may change it sees the member
    RowPolicy(
        "party.Showing",
        "true",
        # the program too, when a try-out is emptied: its members go first
        update=f"{_PROGRAM} OR member_id IN (SELECT id FROM party_member WHERE {_MEMBER})",
        delete=f"{_PROGRAM} OR member_id IN (SELECT id FROM party_member WHERE {_MEMBER})",
    ),
    RowPolicy(
        "party.Review",
        f"{_PROGRAM} OR application_id IN (SELECT id FROM party_application WHERE {_SEEN})",
    ),
    RowPolicy(
        "party.StepDone",
        f"{_PROGRAM} OR application_id IN (SELECT id FROM party_application WHERE {_SEEN})",
    ),
]
