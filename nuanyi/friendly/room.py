"""What the rider-friendly places declare of themselves."""

from django.utils.translation import gettext_lazy as _

from nuanyi.friendly import home
from nuanyi.friendly.policies import POLICIES, UNBOUND
from nuanyi.lib.roles import ALL, EVERY_STAFF, PLACE, PLACE_OR_UNIT, Role
from nuanyi.lib.rooms import MenuItem, Mount, Part, Permission, Room, Route, Shot, StaticFile, Way

ROOM = Room(
    name="friendly",
    title=_("Rider-friendly places"),
    permissions=[
        Permission("friendly.view", _("See rider-friendly places"), EVERY_STAFF),
        Permission(
            "friendly.confirm",
            _("Enter places and confirm what riders say of them"),
            {
                Role.DISTRICT_OFFICE: ALL,
                Role.ORGANISATION: ALL,
                Role.UNIT_STAFF: PLACE_OR_UNIT,
                Role.GRID_WORKER: PLACE,
            },
        ),
    ],
    mounts=[Mount("", "worker_urls"), Mount("office/friendly/")],
    part=Part(_("Stations"), 20),
    menu=[MenuItem(_("Rider-friendly places"), "friendly_office:list", "compass", "friendly.view", order=60)],
    ways=[
        Way("offline", Route("friendly:home"), _("How to get in, where to park"), order=50),
        Way(
            "station:nearest",
            Route("friendly:home"),
            _("Compounds, malls, battery swap, cheap meals"),
            "door",
        ),
    ],
    tasks=home.tasks_for,
    search=home.search_for,
    offline=[
        Route("friendly:home"),
        Route("friendly:all"),
        Route("friendly:tell"),
        StaticFile("friendly/friendly.js"),
    ],
    # how a place really is: the form, filled by the phone from its file of all places
    kept={r"^/friendly/\w+/tell/$": Route("friendly:tell")},
    gallery=[
        Shot("friendly", Route("friendly:home")),
        Shot("friendly-tell", Route("friendly:tell")),
        Shot("friendly-places", Route("friendly_office:list"), "liangxin"),
        Shot("friendly-tips", Route("friendly_office:tips"), "liangxin"),
    ],
    policies=POLICIES,
    unbound=UNBOUND,
    secret_paths=["tip"],
)
