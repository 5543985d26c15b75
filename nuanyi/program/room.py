"""What the program as a whole declares: how it is, and what is set up."""

from django.utils.translation import gettext_lazy as _

from nuanyi.lib.roles import ALL, Role
from nuanyi.lib.rooms import HOUSE, MenuItem, Mount, Permission, Room, Step
from nuanyi.program import home

ROOM = Room(
    name="program",
    title=_("House"),
    permissions=[
        Permission("program.health", _("See how the program is"), {Role.ADMINISTRATOR: ALL}),
        Permission(
            "setup.view",
            _("See what is set up and what is missing"),
            {Role.ADMINISTRATOR: ALL, Role.DISTRICT_OFFICE: ALL, Role.ORGANISATION: ALL},
        ),
        Permission("setup.empty", _("Take away what was only tried out"), {Role.ADMINISTRATOR: ALL}),
    ],
    mounts=[Mount("", "own_urls")],
    part=HOUSE,
    menu=[
        MenuItem(_("How the program is"), "health", "pulse", "program.health", order=10),
        MenuItem(_("What is set up"), "setup-state", "check", "setup.view", order=20),
    ],
    steps=[
        Step(_("See how the program is"), "health", "program.health", order=7),
        Step(_("See what is set up and what is missing"), "setup-state", "setup.view", order=45),
    ],
    tasks=home.tasks_for,
    lasting=frozenset({"Installation", "Outcome"}),
    of_runs=frozenset({"JobError"}),
)
