"""Who sees which rows of persons, and who may make somebody of an account."""

from nuanyi.lib.row_security import RowPolicy, follows

MANAGES = "(SELECT nuanyi_may('people.manage_accounts'))"

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
        guarded=("username", "password", "is_active", "unit_id", "person_id"),
        guard=f"{MANAGES} OR OLD.id = nuanyi_account() AND (NEW.username, NEW.is_active, NEW.unit_id, NEW.person_id)"
        " IS NOT DISTINCT FROM (OLD.username, OLD.is_active, OLD.unit_id, OLD.person_id)",
    ),
    # whoever signs in must learn what he may; he gives himself nothing
    RowPolicy("people.RoleGrant", "true", insert=MANAGES, update=MANAGES, delete=MANAGES),
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
