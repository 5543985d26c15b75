"""Who sees what riders said (``program.row_policies`` lays these down). The places themselves are public."""

from nuanyi.lib.row_security import RowPolicy, scoped

POLICIES = [
    RowPolicy(
        "friendly.Tip",
        f"key::text = (SELECT nuanyi_shown('tip')) OR {scoped('friendly.confirm', region='region_code')}",
    ),
]

#: What is tied to a unit and has no policy, with the reason.
UNBOUND = {"FriendlyPlace": "public: every rider reads all places, and the unit is the one that confirmed it"}
