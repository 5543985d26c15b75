"""What the rights of the person declare of themselves."""

from django.utils.translation import gettext_lazy as _

from nuanyi.lib.roles import OFFICES
from nuanyi.lib.rooms import HOUSE, MenuItem, Permission, Room
from nuanyi.rights import home
from nuanyi.rights.policies import POLICIES

ROOM = Room(
    name="rights",
    title=_("Rights of the person"),
    permissions=[
        Permission(
            "rights.handle",
            _("Take and decide what persons ask about their data"),
            OFFICES,
        ),
    ],
    part=HOUSE,
    menu=[MenuItem(_("Rights of the person"), "rights:desk", "shield", "rights.handle", order=55)],
    tasks=home.tasks_for,
    policies=POLICIES,
)
