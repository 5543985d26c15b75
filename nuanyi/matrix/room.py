"""What the matrix declares of itself."""

from django.utils.translation import gettext_lazy as _

from nuanyi.lib.roles import ALL, FIGURES, OFFICES, PLACE_OR_UNIT, UNIT, Role
from nuanyi.lib.rooms import (
    GOVERNANCE,
    TODAY,
    MenuItem,
    Mount,
    Part,
    Permission,
    Room,
    Route,
    ScreenFigure,
    Shot,
    Step,
)
from nuanyi.matrix import home
from nuanyi.matrix.policies import POLICIES, UNBOUND

#: The part of the menu in which the numbers of all rooms are read.
NUMBERS = Part(_("Figures"), 5)

ROOM = Room(
    name="matrix",
    title=_("Matrix"),
    permissions=[
        Permission("matrix.view", _("See the matrix"), FIGURES),
        Permission(
            "matrix.briefs", _("Draft, edit and sign briefs"), {**OFFICES, Role.UNIT_STAFF: PLACE_OR_UNIT}
        ),
        Permission(
            "matrix.tasks_see",
            _("See key tasks"),
            {**OFFICES, Role.AUDITOR: ALL, Role.UNIT_STAFF: UNIT, Role.INSTRUCTOR: UNIT, Role.CLERK: UNIT},
        ),
        Permission(
            "matrix.tasks_report",
            _("Report of key tasks, answer supervision"),
            {**OFFICES, Role.UNIT_STAFF: UNIT},
        ),
        Permission("matrix.tasks", _("Keep the list of key tasks, supervise"), OFFICES),
        Permission(
            "matrix.forms",
            _("Have another office's form filled"),
            {**OFFICES, Role.UNIT_STAFF: UNIT},
            for_members=False,
        ),
        Permission("matrix.practice", _("Write up good practice"), {**OFFICES, Role.UNIT_STAFF: UNIT}),
        Permission("matrix.practice_review", _("Review and share good practice"), OFFICES),
        Permission("matrix.regulations", _("Keep the shelf of regulations"), OFFICES),
        Permission("matrix.screens", _("Give out and revoke links for big screens"), OFFICES),
        Permission(
            "matrix.records",
            _("See the ledger's entries behind a number"),
            {**OFFICES, Role.UNIT_STAFF: PLACE_OR_UNIT},
            for_members=False,
        ),
    ],
    mounts=[Mount("office/matrix/"), Mount("hsds/", "hsds_urls"), Mount("wall/", "wall_urls")],
    secret_paths=["wall"],
    for_other_pages=[r"/hsds/"],
    menu=[
        MenuItem(_("Matrix"), "matrix:matrix", "grid", "matrix.view", part=TODAY, order=20),
        MenuItem(_("Key tasks"), "matrix:tasks", "check", "matrix.tasks_see", part=TODAY, order=25),
        MenuItem(
            _("One form for everything"), "matrix:forms", "upload", "matrix.forms", part=TODAY, order=35
        ),
        MenuItem(_("Good practice"), "matrix:practices", "star", "matrix.view", part=GOVERNANCE, order=85),
        MenuItem(_("Regulations"), "matrix:regulations", "scale", "matrix.view", part=GOVERNANCE, order=86),
        MenuItem(_("Work briefs"), "matrix:briefs", "book", "matrix.view", part=TODAY, order=30),
        MenuItem(_("Charts"), "matrix:charts", "chart", "matrix.view", part=NUMBERS, order=20),
        MenuItem(_("Big screen"), "matrix:screen", "screen", "matrix.view", part=NUMBERS, order=60),
        MenuItem(
            _("Links for big screens"),
            "matrix:screen_links",
            "chain",
            "matrix.screens",
            part=NUMBERS,
            order=65,
        ),
        MenuItem(_("Cube"), "matrix:cube", "cube", "matrix.view", part=NUMBERS, order=10),
        MenuItem(_("A grid's week"), "matrix:grids", "grid", "reports.handle", part=GOVERNANCE, order=80),
    ],
    # what the desk ended, of all its kinds together: worked out by the cube
    screen=[ScreenFigure("service", 50, _("Ended in %(year)s"))],
    tasks=home.tasks_for,
    steps=[Step(_("See the matrix"), "matrix:matrix", "matrix.view", order=40)],
    home_figures={"responsibility.guided_establishments": "matrix.tasks_report"},
    tones={
        "red": "bad",
        "amber": "ask",
        "green": "good",
        "grey": "plain",
        "reached": "good",
        "signed": "good",
    },
    policies=POLICIES,
    unbound=UNBOUND,
    lasting=frozenset({"Regulation", "RegulationVersion"}),
    of_runs=frozenset({"ThinCount"}),
    gallery=[
        Shot("charts", Route("matrix:charts", query={"year": "2022"}), "liangxin"),
        Shot("cube", Route("matrix:cube", query={"period": "2022"}), "liangxin"),
        Shot("grid-week", Route("matrix:grids"), "liangxin"),
        Shot("matrix", Route("matrix:matrix"), "liangxin"),
        Shot("screen", Route("matrix:screen"), "liangxin"),
        Shot("screen-links", Route("matrix:screen_links"), "liangxin"),
        Shot("briefs", Route("matrix:briefs"), "liangxin"),
        Shot("brief", Route("matrix:brief", {"pk": 4}), "liangxin"),
        Shot("key-tasks", Route("matrix:tasks", query={"year": "2022"}), "liangxin"),
        Shot("key-task", Route("matrix:task", {"pk": 4}), "liangxin"),
        Shot("one-form", Route("matrix:forms"), "liangxin"),
        Shot("practices", Route("matrix:practices"), "liangxin"),
        Shot("regulations", Route("matrix:regulations"), "liangxin"),
        Shot("year-2022", Route("matrix:year", {"year": 2022}), "liangxin"),
        Shot(
            "records",
            Route("matrix:records", {"key": "service.wage_disputes_resolved"}, query={"period": "2022"}),
            "liangxin",
        ),
    ],
)
