"""Who sees what was told to a station. The stations themselves are public, and no query of theirs comes by here."""

from nuanyi.lib.row_security import OWN, RowPolicy

STAFF = "(SELECT nuanyi_may('stations.view'))"

POLICIES = [
    RowPolicy("stations.Fault", f"{STAFF} OR key::text = (SELECT nuanyi_shown('fault'))"),
    # what came of a wish is for everybody to see
    RowPolicy(
        "stations.Wish", f"answered_at IS NOT NULL OR {STAFF} OR key::text = (SELECT nuanyi_shown('wish'))"
    ),
    RowPolicy("stations.HandOver", "(SELECT nuanyi_may('stations.keep'))"),
    RowPolicy("stations.StationList", OWN),
]

#: What is tied to a unit, an account or a person and has no policy, each with the reason.
UNBOUND = {
    "Station": "public, and read a thousand times a second ahead of Django",
    "Keeper": "which account keeps a station; a keeper's own rights are worked out of it",
}
