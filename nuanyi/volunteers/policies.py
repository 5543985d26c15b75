"""Who sees which rows of volunteers: the unit of their team, and whoever holds the key of their own page."""

from nuanyi.lib.row_security import RowPolicy

OF_THE_UNIT = (
    "(SELECT nuanyi_reads_all('volunteers.manage')) OR EXISTS (SELECT FROM volunteers_team t WHERE t.id = {team}"
    " AND t.unit_id = ANY ((SELECT nuanyi_units('volunteers.manage'))::bigint[]))"
)

POLICIES = [
    RowPolicy(
        "volunteers.Volunteer",
        OF_THE_UNIT.format(team="team_id") + " OR key::text = (SELECT nuanyi_shown('volunteer'))",
    ),
    RowPolicy(
        "volunteers.Evidence",
        OF_THE_UNIT.format(team="(SELECT s.team_id FROM volunteers_shift s WHERE s.id = shift_id)"),
    ),
    RowPolicy(
        "volunteers.Voucher",
        "(SELECT nuanyi_may('volunteers.redeem', 'volunteers.manage'))"
        " OR EXISTS (SELECT FROM volunteers_volunteer v WHERE v.id = volunteer_id)",
    ),
]

#: What is tied to a unit, an account or a person and has no policy, each with the reason.
UNBOUND = {
    "Team": "teams are offered to everybody who wants to join",
    "Signup": "places of a shift are counted for everybody; without the volunteer's row it names nobody",
    "Reward": "rewards are shown to every volunteer",
    "Campaign": "campaigns are announced to everybody",
    "Draw": "numbers of leaflets by team and place",
}
