"""Who sees which notices: each account its own."""

from nuanyi.lib.row_security import RowPolicy

OWN = "(SELECT nuanyi_kind()) = 'system' OR account_id = (SELECT nuanyi_account())"

POLICIES = [
    RowPolicy("notices.Notice", f"{OWN} OR (SELECT nuanyi_may('notices.settings', 'program.health'))"),
    RowPolicy("notices.Preference", OWN),
]
