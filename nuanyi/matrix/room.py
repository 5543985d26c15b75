"""What the matrix declares of itself."""

from django.utils.translation import gettext_lazy as _

from nuanyi.lib.roles import ALL, Role
from nuanyi.lib.rooms import GOVERNANCE, TODAY, MenuItem, Mount, Permission, Room, Route, Shot, Step

ROOM = Room(
    name="matrix",
    title=_("Matrix"),
    permissions=[
        Permission(
            "matrix.view",
            _("See the matrix"),
            {
                Role.DISTRICT_OFFICE: ALL,
                Role.ORGANISATION: ALL,
                Role.UNIT_STAFF: ALL,
                Role.INSTRUCTOR: ALL,
                Role.GRID_WORKER: ALL,
                Role.CLERK: ALL,
                Role.KEEPER: ALL,
                Role.AUDITOR: ALL,
            },
        )
    ],
    mounts=[Mount("office/matrix/"), Mount("hsds/", "hsds_urls")],
    menu=[
        MenuItem(_("Matrix"), "matrix:matrix", "grid", "matrix.view", part=TODAY, order=20),
        MenuItem(_("A grid's week"), "matrix:grids", "grid", "reports.handle", part=GOVERNANCE, order=80),
    ],
    steps=[Step(_("See the matrix"), "matrix:matrix", "matrix.view", order=40)],
    home_figures=["responsibility.guided_establishments"],
    gallery=[
        Shot("grid-week", Route("matrix:grids"), "liangxin"),
        Shot("matrix", Route("matrix:matrix"), "liangxin"),
    ],
)
