"""What the reports declare of themselves."""

from django.utils.translation import gettext_lazy as _

from nuanyi.lib.roles import OFFICES, PLACE, UNIT, Role
from nuanyi.lib.rooms import (
    GOVERNANCE,
    SETTINGS,
    BarItem,
    MenuItem,
    Mount,
    Permission,
    RecordPage,
    Room,
    Route,
    ScreenFigure,
    Shot,
    StaticFile,
    Way,
)
from nuanyi.reports import home, queries
from nuanyi.reports.policies import POLICIES, UNBOUND

ROOM = Room(
    name="reports",
    title=_("Reports"),
    permissions=[
        Permission(
            "reports.handle",
            _("Handle reports"),
            {**OFFICES, Role.UNIT_STAFF: UNIT, Role.CLERK: UNIT, Role.GRID_WORKER: PLACE},
            for_members=False,
        ),
        Permission("reports.settings", _("Set kinds, routes and platforms of reports"), OFFICES),
    ],
    mounts=[
        Mount("", "worker_urls"),
        Mount("grid/", "grid_urls"),
        Mount("open311/v2/", "open311_urls"),
        Mount("office/reports/"),
    ],
    part=GOVERNANCE,
    menu=[
        MenuItem(_("Reports"), "reports:list", "report", "reports.handle", order=10),
        MenuItem(_("My grid today"), "grid:today", "map", "reports.handle", order=20),
        MenuItem(_("Where reports go"), "reports:rules", "map", "reports.settings", part=SETTINGS, order=290),
        MenuItem(
            _("Kinds of report"), "reports:kinds", "check", "reports.settings", part=SETTINGS, order=291
        ),
        MenuItem(_("Grid workers"), "reports:grids", "people", "reports.settings", part=SETTINGS, order=292),
        MenuItem(_("Other platforms"), "reports:keys", "key", "reports.settings", part=SETTINGS, order=293),
    ],
    home_figures={"governance.community_problems_reported": "reports.handle"},
    bar=[BarItem(_("Report"), "report:send", "report", 40, frozenset({"report", "grid", "volunteer"}))],
    screen=[ScreenFigure("governance.community_problems_reported", 70)],
    tasks=home.tasks_for,
    search=home.search_for,
    read_anew=queries.forget_books,
    offline=[
        Route("report:send"),
        Route("grid:kept"),
        StaticFile("front/stroke.js"),
        StaticFile("reports/report.js"),
        StaticFile("reports/grid.js"),
    ],
    ways=[
        Way("doorstep:page", Route("grid:today"), _("My grid"), "map"),
        Way("offline", Route("report:send"), _("Report something"), order=30),
        Way("offline", Route("grid:kept"), _("My grid today"), order=10, for_staff=True),
    ],
    for_other_pages=[r"/open311/"],
    staff_phone=[Route("grid:today")],
    # an empty page: the list itself is sealed and read by the phone of the one who signed in
    kept={r"^/grid/(\d+/)?$": Route("grid:kept")},
    tones={"new": "ask", "open": "good", "closed": "good"},
    passing=frozenset({"reports_passersalt"}),
    gallery=[
        Shot("report", Route("report:send")),
        Shot("mended", Route("report:mended")),
        Shot("month", Route("report:month", {"year": 2022, "number": 5})),
        Shot("reports", Route("reports:list"), "liangxin"),
        Shot("my-grid", Route("grid:today"), "wangge"),
    ],
    pages={"report": RecordPage("reports:report")},
    policies=POLICIES,
    unbound=UNBOUND,
    lasting=frozenset({"ApiKey", "DispatchRule", "GridDuty", "Kind"}),
    secret_paths=["r"],
)
