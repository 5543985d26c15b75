"""Who sees requests of the desk (``program.row_policies`` lays these down)."""

from nuanyi.lib.row_security import PROGRAM, RowPolicy, same

_REGIONS = "(SELECT nuanyi_regions('rights.handle'))"
#: In a city a desk handles what persons of its own district ask, and colleagues of its units.
HANDLES = (
    "(SELECT nuanyi_reads_all('rights.handle'))"
    f" OR EXISTS (SELECT FROM people_person p WHERE p.id = rights_request.person_id AND p.region_codes::text[] && {_REGIONS})"
    " OR EXISTS (SELECT FROM people_account a JOIN units_unit u ON u.id = a.unit_id"
    f" WHERE a.id = rights_request.account_id AND nuanyi_within(u.region_code, {_REGIONS}))"
)
#: What was asked, by whom and when: it stays as it was.
_ASKED = ("person_id", "account_id", "deed", "field", "reason", "asked_by_id", "asked_at")

POLICIES = [
    RowPolicy(
        "rights.Request",
        HANDLES,
        insert=f"{PROGRAM} OR ({HANDLES}) AND asked_by_id = (SELECT nuanyi_account()) AND state = 'asked'"
        " AND decided_by_id IS NULL AND taken_at IS NULL",
        delete=PROGRAM,
        guarded=(
            *_ASKED,
            *("sealed_value", "state", "decided_by_id", "decided_at", "taken_at"),
        ),
        # another than who took it decides, once; who took it hands it over, once
        guard=f"{PROGRAM} OR {same(*_ASKED)} AND ("
        "OLD.state = 'asked' AND NEW.decided_by_id = nuanyi_account() AND NEW.sealed_value IS NULL"
        " AND NEW.taken_at IS NULL AND NEW.decided_by_id IS DISTINCT FROM OLD.asked_by_id"
        f" OR {same('state', 'decided_by_id', 'decided_at', 'sealed_value')}"
        " AND OLD.taken_at IS NULL AND OLD.asked_by_id = nuanyi_account())",
    ),
]
