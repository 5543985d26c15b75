"""Which rows the database shows to whom."""

from nuanyi.lib.row_security import RowPolicy

_SEEN = (
    "(SELECT nuanyi_reads_all('party.organise'))"
    " OR ((SELECT nuanyi_may('party.follow')) AND instructor_id = (SELECT nuanyi_account()))"
    " OR key::text = (SELECT nuanyi_shown('application'))"
    " OR encode(phone_digest, 'hex') = (SELECT nuanyi_shown('application_phone'))"
)

POLICIES = [
    RowPolicy("party.Application", _SEEN),
    RowPolicy(
        "party.StepDone",
        f"(SELECT nuanyi_kind()) = 'system' OR application_id IN (SELECT id FROM party_application WHERE {_SEEN})",
    ),
]
