"""What sharing declares of itself."""

from django.utils.translation import gettext_lazy as _

from nuanyi.lib.roles import ALL, OFFICES, Role
from nuanyi.lib.rooms import HOUSE, MenuItem, Mount, Permission, Room, Route, Shot, Way
from nuanyi.sharing.policies import POLICIES

ROOM = Room(
    name="sharing",
    title=_("Sharing"),
    permissions=[
        Permission("sharing.view", _("See what was published and handed up"), {**OFFICES, Role.AUDITOR: ALL}),
        Permission("sharing.publish", _("Publish open data, sign monthly summaries"), OFFICES),
        Permission("sharing.receive", _("Take in summaries of districts"), OFFICES),
    ],
    mounts=[Mount("office/sharing/"), Mount("open/", "open_urls")],
    for_other_pages=[r"/open/"],
    part=HOUSE,
    menu=[
        MenuItem(_("Upward and downward"), "sharing:upward", "share", "sharing.view", order=60),
        MenuItem(_("Open data"), "sharing:releases", "layers", "sharing.view", order=62),
    ],
    ways=[Way("me", Route("open_data:page"), _("Open data"))],
    lasting=frozenset({"SigningKey", "SenderKey"}),
    policies=POLICIES,
    gallery=[
        Shot("upward", Route("sharing:upward"), "liangxin"),
        Shot("releases", Route("sharing:releases"), "liangxin"),
        Shot("open-data", Route("open_data:page")),
    ],
)
