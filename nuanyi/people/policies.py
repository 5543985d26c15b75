"""Who sees which rows of persons, and who may make somebody of an account."""

from nuanyi.lib.row_security import PROGRAM, RowPolicy, follows, same
from nuanyi.people.rules import SENSITIVE

MANAGES = "(SELECT nuanyi_may('people.manage_accounts'))"
#: What an account's owner may not change of it: where it belongs, who made it, who set its password last.
_FIXED = (
    "username",
    "is_active",
    "unit_id",
    "person_id",
    "made_by_id",
    "password_set_by_id",
    "password_set_at",
)
_REACH_EVERYTHING = ", ".join(f"'{role}'" for role in sorted(SENSITIVE))


POLICIES = [
    RowPolicy(
        "people.Person",
        "(SELECT nuanyi_reads_all('people.see_masked'))"
        " OR region_codes::text[] && (SELECT nuanyi_regions('people.see_masked'))"
        " OR unit_ids && (SELECT nuanyi_units('people.see_masked'))"
        " OR id::text = (SELECT nuanyi_person())",
    ),
    RowPolicy("people.Consent", follows("people_person", "person_id")),
    # sign-in looks a name up before anybody is known; what is made of an account is guarded
    RowPolicy(
        "people.Account",
        "true",
        insert=MANAGES,
        update="true",
        delete=MANAGES,
        guarded=(*_FIXED, "password", "must_change_password"),
        # a first password stays one until another takes its place
        guard=f"{MANAGES} OR OLD.id = nuanyi_account() AND {same(*_FIXED)}"
        " AND (NEW.must_change_password OR NOT OLD.must_change_password OR NEW.password <> OLD.password)",
    ),
    # whoever signs in must learn what he may; he gives himself nothing, and two persons are two in the database too
    RowPolicy(
        "people.RoleGrant",
        "true",
        insert=f"{PROGRAM} OR {MANAGES} AND granted_by_id = (SELECT nuanyi_account())"
        " AND account_id <> (SELECT nuanyi_account()) AND confirmed_by_id IS NULL"
        f" AND (confirmed_at IS NULL OR role NOT IN ({_REACH_EVERYTHING}))",
        update=MANAGES,
        delete=MANAGES,
        guarded=("account_id", "role", "region_code", "granted_by_id", "confirmed_by_id", "confirmed_at"),
        guard=f"{PROGRAM} OR {same('account_id', 'role', 'region_code')} AND ("
        "NEW.confirmed_at IS NULL AND NEW.confirmed_by_id IS NULL AND NEW.granted_by_id = nuanyi_account()"
        " OR OLD.confirmed_at IS NULL AND NEW.confirmed_by_id = nuanyi_account()"
        f" AND {same('granted_by_id')} AND NEW.confirmed_by_id IS DISTINCT FROM OLD.granted_by_id"
        " AND NEW.confirmed_by_id <> OLD.account_id)",
    ),
    RowPolicy(
        "mfa.Authenticator",
        "true",
        insert=f"{MANAGES} OR user_id = (SELECT nuanyi_account())",
        update="true",
        delete=f"{MANAGES} OR user_id = (SELECT nuanyi_account())",
        guarded=("user_id",),
        guard="false",
    ),
]

#: What is tied to a unit, an account or a person and has no policy, each with the reason.
UNBOUND = {
    "ClientKey": "marks and sealed answers without a person, looked up by the mark before anybody is known",
    "KeptView": "names of filters, kept by one account or shared with its unit; no record is in them",
    "WecomLink": "sign-in asks whose WeCom number it is before anybody is known; the number is a keyed mark",
}
