"""Who sees which notices: each account its own."""

from nuanyi.lib.row_security import OWN, PROGRAM, RowPolicy

POLICIES = [
    RowPolicy("notices.Notice", f"{OWN} OR (SELECT nuanyi_may('notices.settings', 'program.health'))"),
    RowPolicy("notices.Preference", OWN),
    # whoever has the secret link of what is watched; and the job
    RowPolicy(
        "notices.Watcher",
        f"{PROGRAM} OR encode(mark, 'hex') = (SELECT nuanyi_shown('watched'))"
        " OR encode(code_digest, 'hex') = (SELECT nuanyi_shown('watch_code'))",
    ),
    # whoever moves something leaves word; only the job reads it
    RowPolicy("notices.Happening", PROGRAM, insert="true"),
]

#: What is tied to a unit, an account or a person and has no policy, each with the reason.
UNBOUND = {
    "Call": "what a job spreads a minute later; it names a unit and a record by number, nobody by name",
}
