"""What the volunteers declare of themselves."""

from django.utils.translation import gettext_lazy as _

from nuanyi.lib.roles import ALL, OFFICES, UNIT, Role
from nuanyi.lib.rooms import GOVERNANCE, MenuItem, NextStep, Permission, Room, Route, ScreenFigure, Shot, Way
from nuanyi.volunteers import home
from nuanyi.volunteers.policies import POLICIES, UNBOUND

ROOM = Room(
    name="volunteers",
    title=_("Volunteers"),
    permissions=[
        Permission(
            "volunteers.manage",
            _("Keep teams, shifts and campaigns"),
            {
                Role.DISTRICT_OFFICE: ALL,
                Role.ORGANISATION: ALL,
                Role.UNIT_STAFF: UNIT,
                Role.INSTRUCTOR: UNIT,
            },
        ),
        Permission(
            "volunteers.settings",
            _("Set the steps of stars"),
            OFFICES,
        ),
        Permission(
            "volunteers.redeem",
            _("Hand out a reward"),
            {Role.DISTRICT_OFFICE: ALL, Role.KEEPER: ALL, Role.UNIT_STAFF: UNIT},
        ),
    ],
    part=GOVERNANCE,
    menu=[
        MenuItem(_("Volunteers"), "volunteers:people", "people", "volunteers.manage", order=30),
        MenuItem(_("Shifts"), "volunteers:shifts", "round", "volunteers.manage", order=40),
        MenuItem(_("Campaigns"), "volunteers:campaigns", "book", "volunteers.manage", order=50),
        MenuItem(_("Recognition"), "volunteers:rewards", "cup", "volunteers.manage", order=60),
        MenuItem(_("Hand out a reward"), "volunteers:redeem", "hand", "volunteers.redeem", order=70),
    ],
    where_thin={"governance": NextStep(_("Send a team there"), Route("volunteers:people"))},
    ways=[
        Way("report:send", Route("volunteer:home"), _("Volunteer")),
        Way("keeper:today", Route("volunteers:redeem"), _("Hand out a reward"), "hand"),
    ],
    home_figures={
        "governance.volunteers": "volunteers.manage",
        "governance.volunteer_hours": "volunteers.manage",
    },
    screen=[ScreenFigure("governance.volunteer_hours", 80)],
    tasks=home.tasks_for,
    tones={"asked": "ask", "open": "good", "closed": "good"},
    gallery=[
        Shot("volunteer", Route("volunteer:home")),
        Shot("volunteers", Route("volunteers:people"), "liangxin"),
        Shot("campaign", Route("volunteers:campaign", {"pk": 1}), "liangxin"),
    ],
    policies=POLICIES,
    unbound=UNBOUND,
    lasting=frozenset({"Reward", "StarStep", "Team"}),
    secret_paths=["v", "check"],
)
