"""What the census declares of itself."""

from django.utils.translation import gettext_lazy as _

from nuanyi.census import home, queries
from nuanyi.census.policies import POLICIES, UNBOUND
from nuanyi.journal.rules import declare_names
from nuanyi.lib.roles import ALL, OFFICES, PLACE, PLACE_OR_UNIT, Role
from nuanyi.lib.rooms import (
    CENSUS,
    MenuItem,
    Mount,
    NextStep,
    Permission,
    RecordPage,
    Room,
    Route,
    ScreenFigure,
    Shot,
    StaticFile,
    Step,
    Way,
)

declare_names("photo", known=queries.PhotosForTheJournal)

_READERS = {
    Role.DISTRICT_OFFICE: ALL,
    Role.ORGANISATION: ALL,
    Role.UNIT_STAFF: PLACE_OR_UNIT,
    Role.INSTRUCTOR: PLACE,
    Role.GRID_WORKER: PLACE,
}
_OFFICE_AND_UNITS = {**OFFICES, Role.UNIT_STAFF: PLACE_OR_UNIT}

ROOM = Room(
    name="census",
    title=_("Census"),
    permissions=[
        Permission("census.view", _("See establishments and workers"), _READERS),
        Permission("census.follow_up", _("Write down a contact"), _READERS),
        Permission("census.enter", _("Record somebody at the door"), _READERS),
        Permission("census.edit", _("Change records and add them by hand"), _OFFICE_AND_UNITS),
        Permission("census.import", _("Take a roster in"), _OFFICE_AND_UNITS),
        Permission("census.link", _("Decide which entries are one person"), OFFICES),
        Permission("census.rounds", _("Plan a census round"), OFFICES),
        Permission("census.export", _("Ask for an export in clear"), _OFFICE_AND_UNITS),
        Permission("census.approve_export", _("Approve an export in clear"), OFFICES),
    ],
    mounts=[Mount("office/census/"), Mount("door/", "doorstep_urls")],
    part=CENSUS,
    menu=[
        MenuItem(_("Register of establishments"), "census:establishments", "shop", "census.view", order=10),
        MenuItem(_("Register of workers"), "census:workers", "rider", "census.view", order=20),
        MenuItem(_("One person or two?"), "census:pairs", "people", "census.link", order=30),
        MenuItem(_("Rosters in"), "census:imports", "upload", "census.import", order=40),
        MenuItem(_("At the door"), "doorstep:page", "door", "census.enter", order=50),
        MenuItem(_("Census rounds"), "census:rounds", "round", "census.view", order=60),
        MenuItem(_("Exports in clear"), "census:exports", "key", "census.export", order=70),
    ],
    steps=[
        Step(_("Send a roster"), "census:import_new", "census.import", order=20),
        Step(_("Record somebody at the door"), "doorstep:page", "census.enter", order=30),
    ],
    home_figures={
        "census.establishments": "matrix.view",
        "census.workers": "census.view",
        "census.key_sectors_surveyed": "census.rounds",
    },
    screen=[
        ScreenFigure("census.establishments", 10, _("Establishments on record")),
        ScreenFigure("census.workers", 20, _("Workers")),
    ],
    tasks=home.tasks_for,
    search=home.search_for,
    where_thin={"census": NextStep(_("Ask for the roster of this place"), Route("census:imports"))},
    ways=[Way("offline", Route("doorstep:page"), _("Record somebody at the door"), order=40, for_staff=True)],
    offline=[Route("doorstep:page"), StaticFile("front/doorstep.js")],
    tones={
        "visited": "good",
        "contacted": "good",
        "unreachable": "bad",
        "review": "ask",
        "columns": "ask",
        "reading": "busy",
        "writing": "busy",
        "running": "busy",
        "planned": "plain",
        "undone": "plain",
        "discarded": "plain",
        "approved": "good",
        "refused": "bad",
        "asked": "ask",
    },
    gallery=[
        Shot("door", Route("doorstep:page")),
        Shot("establishments", Route("census:establishments"), "liangxin"),
        Shot("workers", Route("census:workers"), "liangxin"),
        Shot("imports", Route("census:imports"), "liangxin"),
        Shot("send-a-roster", Route("census:import_new"), "liangxin"),
        Shot("rounds", Route("census:rounds"), "liangxin"),
        Shot("plan-a-round", Route("census:round_new"), "liangxin"),
        Shot("exports", Route("census:exports"), "liangxin"),
    ],
    pages={
        "import": RecordPage("census:import"),
        "worker": RecordPage("census:worker"),
        "establishment": RecordPage("census:establishment"),
    },
    policies=POLICIES,
    unbound=UNBOUND,
    of_runs=frozenset({"LinkageRun"}),
)
