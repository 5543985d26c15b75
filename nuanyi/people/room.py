"""What the people declare of themselves."""

from django.utils.translation import gettext_lazy as _

from nuanyi.lib.roles import ALL, PLACE, PLACE_OR_UNIT, UNIT, Role
from nuanyi.lib.rooms import HOUSE, MenuItem, Permission, Room, Route, Shot, Step
from nuanyi.people import home, queries
from nuanyi.people.policies import POLICIES, UNBOUND

ROOM = Room(
    name="people",
    title=_("Accounts and roles"),
    permissions=[
        Permission(
            "people.see_masked",
            _("See masked names and phones"),
            {
                Role.DISTRICT_OFFICE: ALL,
                Role.ORGANISATION: ALL,
                Role.UNIT_STAFF: PLACE_OR_UNIT,
                Role.INSTRUCTOR: PLACE,
                Role.GRID_WORKER: PLACE,
            },
        ),
        Permission(
            "people.reveal",
            _("Open one name or phone for a purpose"),
            {
                Role.DISTRICT_OFFICE: ALL,
                Role.ORGANISATION: ALL,
                Role.UNIT_STAFF: PLACE_OR_UNIT,
                Role.INSTRUCTOR: PLACE,
            },
        ),
        Permission(
            "people.reveal_political",
            _("Open political affiliation for a purpose"),
            {Role.ORGANISATION: ALL},
        ),
        Permission(
            "people.manage_accounts",
            _("Open and close accounts"),
            {
                Role.ADMINISTRATOR: ALL,
                Role.DISTRICT_OFFICE: ALL,
                Role.ORGANISATION: ALL,
                Role.UNIT_STAFF: UNIT,
            },
        ),
        Permission(
            "people.erase",
            _("Erase a person on request"),
            {Role.ORGANISATION: ALL, Role.DISTRICT_OFFICE: ALL},
        ),
        Permission(
            "people.correct",
            _("Put a personal value right on request"),
            {Role.ORGANISATION: ALL, Role.DISTRICT_OFFICE: ALL},
        ),
        Permission(
            "people.rotate_keys",
            _("Seal everything under new keys"),
            {Role.ADMINISTRATOR: ALL},
        ),
    ],
    part=HOUSE,
    menu=[MenuItem(_("Accounts and roles"), "people:accounts", "people", "people.manage_accounts", order=50)],
    steps=[Step(_("Make an account"), "people:new", "people.manage_accounts", order=41)],
    tasks=home.tasks_for,
    search=home.search_for,
    read_anew=queries.forget_hands,
    passing=frozenset({"people_attempt"}),
    gallery=[
        Shot("accounts", Route("people:accounts"), "liangxin"),
        Shot("roles", Route("people:roles"), "liangxin"),
    ],
    policies=POLICIES,
    unbound=UNBOUND,
    lasting=frozenset({"Account", "ClientKey", "KeptView", "RoleGrant", "WecomLink"}),
    of_runs=frozenset({"RetentionRun"}),
)
