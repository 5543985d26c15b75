"""Who sees requests of the desk (``program.row_policies`` lays these down)."""

from nuanyi.lib.row_security import RowPolicy

HANDLES = "(SELECT nuanyi_reads_all('rights.handle'))"
PROGRAM = "(SELECT nuanyi_kind()) = 'system'"

POLICIES = [
    RowPolicy(
        "rights.Request",
        HANDLES,
        insert=f"{PROGRAM} OR {HANDLES} AND asked_by_id = (SELECT nuanyi_account()) AND state = 'asked'"
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
