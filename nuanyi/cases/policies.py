"""Who sees which rows of cases: the unit that has or is offered the case, and whoever holds its key."""

from nuanyi.lib.row_security import OWN, PROGRAM, RowPolicy

OF_A_CASE = "EXISTS (SELECT FROM cases_case c WHERE c.id = case_id)"


POLICIES = [
    RowPolicy(
        "cases.Case",
        "(SELECT nuanyi_reads_all('cases.oversee'))"
        " OR unit_id = ANY ((SELECT nuanyi_units('cases.oversee'))::bigint[])"
        " OR unit_id = ANY ((SELECT nuanyi_units('cases.handle'))::bigint[])"
        " OR offered_unit_id = ANY ((SELECT nuanyi_units('cases.handle'))::bigint[])"
        " OR key::text = (SELECT nuanyi_shown('case'))"
        " OR encode(claim_digest, 'hex') = (SELECT nuanyi_shown('claim'))"
        " OR encode(phone_digest, 'hex') = (SELECT nuanyi_shown('case_phone'))",
    ),
    RowPolicy("cases.Message", OF_A_CASE),
    RowPolicy(
        "cases.PhoneCode",
        f"{PROGRAM} OR encode(phone_digest, 'hex') = (SELECT nuanyi_shown('phone_code'))",
    ),
    RowPolicy(
        "cases.AnswerTemplate",
        "(SELECT nuanyi_may('cases.settings')) OR unit_id = ANY ((SELECT nuanyi_units('cases.handle'))::bigint[])",
    ),
    # lines name nobody, and whoever is shown the figure that counts them is shown them
    RowPolicy("cases.Register", f"(SELECT nuanyi_may('cases.register', 'cases.served')) OR {OWN}"),
    RowPolicy("cases.RegisterLine", "(SELECT nuanyi_may('cases.register', 'cases.served'))"),
    RowPolicy("cases.Attachment", OF_A_CASE),
    RowPolicy("cases.Hearing", OF_A_CASE),
    RowPolicy("cases.ClaimLine", OF_A_CASE),
    RowPolicy("cases.Instalment", OF_A_CASE),
]

#: What is tied to a unit, an account or a person and has no policy, each with the reason.
UNBOUND = {
    "ServiceItem": "the list of services, public",
    "RoutingRule": "where kinds of case go: routing reads all of it for every guest",
    "LetterTemplate": "Word files of the office without a person in them",
    "Need": "the three lists say how many and where, and name nobody",
    "Pledge": "the three lists say what a unit offers; volunteers' rewards are drawn from it",
}
