"""What the places declare of themselves."""

from django.utils.translation import gettext_lazy as _

from nuanyi.journal.rules import declare_names
from nuanyi.lib.roles import ALL, EVERY_STAFF, Role
from nuanyi.lib.rooms import HOUSE, MenuItem, Permission, Room, Route, Shot
from nuanyi.places import home, queries

declare_names("region", "regions", known=queries.names_by_code)

ROOM = Room(
    name="places",
    title=_("Places"),
    permissions=[
        Permission("places.view", _("See places and grids"), EVERY_STAFF),
        Permission("places.load", _("Load townships and grids"), {Role.DISTRICT_OFFICE: ALL}),
    ],
    part=HOUSE,
    menu=[MenuItem(_("Places and grids"), "places:places", "map", "places.view", order=40)],
    search=home.search_for,
    read_anew=queries.forget_shapes,
    gallery=[Shot("places", Route("places:places"), "liangxin")],
    lasting=frozenset({"Grid", "Region", "RegionChange"}),
)
