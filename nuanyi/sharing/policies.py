"""Which rows the database shows to whom."""

from nuanyi.lib.row_security import PROGRAM, RowPolicy

POLICIES = [
    # it holds the sealed half of a key: nobody reads it who does not see what is handed up
    RowPolicy(
        "sharing.SigningKey",
        f"{PROGRAM} OR (SELECT nuanyi_may('sharing.view', 'sharing.publish'))",
    ),
]
