"""Who sees requests of the desk (``program.row_policies`` lays these down)."""

from nuanyi.lib.row_security import RowPolicy

_REGIONS = "(SELECT nuanyi_regions('rights.handle'))"
#: In a city a desk handles what persons of its own district ask, and colleagues of its units.
HANDLES = (
    "(SELECT nuanyi_reads_all('rights.handle'))"
    f" OR EXISTS (SELECT FROM people_person p WHERE p.id = rights_request.person_id AND p.region_codes::text[] && {_REGIONS})"
    " OR EXISTS (SELECT FROM people_account a JOIN units_unit u ON u.id = a.unit_id"
    f" WHERE a.id = rights_request.account_id AND nuanyi_within(u.region_code, {_REGIONS}))"
)
PROGRAM = "(SELECT nuanyi_kind()) = 'system'"

POLICIES = [
    RowPolicy(
        "rights.Request",
        HANDLES,
        insert=f"{PROGRAM} OR ({HANDLES}) AND asked_by_id = (SELECT nuanyi_account()) AND state = 'asked'"
        " AND decided_by_id IS NULL AND taken_at IS NULL",
        delete=PROGRAM,
        guarded=(
            *("person_id", "account_id", "deed", "field", "reason", "asked_by_id", "asked_at"),
            *("sealed_value", "state", "decided_by_id", "decided_at", "taken_at"),
        ),
        # another than who took it decides, once; who took it hands it over, once
        guard=f"{PROGRAM} OR (NEW.person_id, NEW.account_id, NEW.deed, NEW.field, NEW.reason, NEW.asked_by_id, NEW.asked_at)"
        " IS NOT DISTINCT FROM (OLD.person_id, OLD.account_id, OLD.deed, OLD.field, OLD.reason, OLD.asked_by_id, OLD.asked_at) AND ("
        "OLD.state = 'asked' AND NEW.decided_by_id = nuanyi_account() AND NEW.sealed_value IS NULL"
        " AND NEW.taken_at IS NULL AND NEW.decided_by_id IS DISTINCT FROM OLD.asked_by_id"
        " OR (NEW.state, NEW.decided_by_id, NEW.decided_at, NEW.sealed_value) IS NOT DISTINCT FROM"
        " (OLD.state, OLD.decided_by_id, OLD.decided_at, OLD.sealed_value)"
        " AND OLD.taken_at IS NULL AND OLD.asked_by_id = nuanyi_account())",
    ),
]
