"""What the notices declare of themselves."""

from django.utils.translation import gettext_lazy as _

from nuanyi.lib.roles import ALL, Role
from nuanyi.lib.rooms import HOUSE, MenuItem, Metric, Permission, Room, Route, Shot
from nuanyi.notices import home
from nuanyi.notices.policies import POLICIES, UNBOUND

ROOM = Room(
    name="notices",
    title=_("Notices"),
    permissions=[Permission("notices.settings", _("Set how notices go out"), {Role.ADMINISTRATOR: ALL})],
    part=HOUSE,
    menu=[MenuItem(_("Notices"), "notices:notices", "bell", "front.office", order=60)],
    tasks=home.tasks_for,
    metrics=[Metric("nuanyi_notices_waiting", "Notices that wait to be sent.", home.waiting)],
    gallery=[Shot("notices", Route("notices:notices"), "liangxin")],
    policies=POLICIES,
    unbound=UNBOUND,
    lasting=frozenset({"Preference"}),
)
