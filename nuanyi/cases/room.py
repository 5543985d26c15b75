"""What the service desk declares of itself."""

from django.utils.translation import gettext_lazy as _

from nuanyi.cases import home, queries
from nuanyi.cases.policies import POLICIES, UNBOUND
from nuanyi.lib.roles import ALL, FIGURES, OFFICES, UNIT, Role
from nuanyi.lib.rooms import (
    SETTINGS,
    BarItem,
    MenuItem,
    NextStep,
    Part,
    Permission,
    RecordPage,
    Room,
    Route,
    Shot,
    StaticFile,
    Step,
    Way,
)

ROOM = Room(
    name="cases",
    title=_("Service desk"),
    permissions=[
        # the district office handles what came to it for want of a route, and nothing of other units
        Permission(
            "cases.handle",
            _("Handle requests"),
            {Role.CLERK: UNIT, Role.UNIT_STAFF: UNIT, Role.DISTRICT_OFFICE: UNIT},
            for_members=False,
        ),
        Permission(
            "cases.oversee",
            _("See who waits where, without words"),
            OFFICES,
        ),
        Permission("cases.settings", _("Set kinds, terms, letters and routes"), {Role.DISTRICT_OFFICE: ALL}),
        Permission(
            "cases.lists",
            _("Keep the three lists"),
            {Role.DISTRICT_OFFICE: ALL, Role.ORGANISATION: ALL, Role.CLERK: UNIT, Role.UNIT_STAFF: UNIT},
        ),
        Permission(
            "cases.register",
            _("Take registers of services in"),
            {Role.DISTRICT_OFFICE: ALL, Role.CLERK: UNIT, Role.UNIT_STAFF: UNIT},
            for_members=False,
        ),
        # they name nobody and stand behind figures that all these are shown
        Permission("cases.served", _("See which services were counted"), FIGURES),
    ],
    part=Part(_("Service desk"), 30),
    menu=[
        MenuItem(_("Cases"), "cases:worklist", "hand", "cases.handle", order=10),
        MenuItem(_("Note a call down"), "cases:call", "call", "cases.handle", order=20),
        MenuItem(_("Cases by unit"), "cases:overview", "bell", "cases.oversee", order=30),
        MenuItem(_("Service list"), "cases:items", "check", "front.office", order=40),
        MenuItem(
            _("What requests are about"), "cases:kinds", "hand", "cases.settings", part=SETTINGS, order=145
        ),
        MenuItem(_("Where cases go"), "cases:rules", "compass", "cases.settings", part=SETTINGS, order=150),
        MenuItem(_("The three lists"), "cases:lists", "half", "cases.lists", order=60),
        MenuItem(_("Time limits"), "cases:clocks", "bell", "cases.settings", part=SETTINGS, order=170),
        MenuItem(_("Letters"), "cases:letters", "download", "cases.settings", part=SETTINGS, order=180),
        MenuItem(_("Registers of services"), "cases:registers", "upload", "cases.register", order=90),
    ],
    steps=[Step(_("See what must be done next"), "cases:worklist", "cases.handle", order=10)],
    bar=[BarItem(_("Help"), "help:home", "hand", 20, frozenset({"help", "who"}))],
    where_thin={
        "service": NextStep(
            _("Send the service clerks there for a day, and tell the groups"), Route("cases:worklist")
        )
    },
    ways=[
        Way("offline", Route("help:ask"), _("Ask for help"), order=20),
        Way("station:check_in", Route("help:ask", query={"at": "station"}), _("Ask for help"), "hand"),
        Way("volunteers:rewards", Route("cases:pledge"), _("Enter a pledge")),
    ],
    home_figures=dict.fromkeys(
        (
            "service.policy_consultations",
            "service.legal_aid",
            "service.employment_guidance",
            "service.wage_disputes_resolved",
        ),
        "cases.handle",
    ),
    tasks=home.tasks_for,
    search=home.search_for,
    read_anew=queries.forget_books,
    offline=[
        Route("help:home"),
        Route("help:ask"),
        StaticFile("cases/ask.js"),
        StaticFile("cases/voice.js"),
    ],
    tones={"new": "ask", "open": "good", "closed": "good", "overdue": "bad"},
    gallery=[
        Shot("help", Route("help:home")),
        Shot("service-list", Route("help:list")),
        Shot("ask", Route("help:ask", query={"kind": "wage"})),
        Shot("my-case", Route("help:mine")),
        Shot("worklist", Route("cases:worklist"), "dianxiaoer"),
        Shot("case", Route("cases:case", {"pk": 2}), "dianxiaoer"),
        Shot("by-telephone", Route("cases:call"), "dianxiaoer"),
        Shot("overview", Route("cases:overview"), "liangxin"),
        Shot("items", Route("cases:items"), "liangxin"),
        Shot("kinds", Route("cases:kinds"), "liangxin"),
        Shot("routing", Route("cases:rules"), "liangxin"),
        Shot("three-lists", Route("cases:lists"), "liangxin"),
        Shot("how-long", Route("cases:clocks"), "liangxin"),
        Shot("letters", Route("cases:letters"), "liangxin"),
        Shot("registers", Route("cases:registers"), "liangxin"),
        Shot("served", Route("cases:served"), "liangxin"),
    ],
    pages={"case": RecordPage("cases:case"), "register": RecordPage("cases:registers", parameter="")},
    policies=POLICIES,
    unbound=UNBOUND,
    lasting=frozenset(
        {"AnswerTemplate", "CaseKind", "ClockRule", "LetterTemplate", "RoutingRule", "ServiceItem"}
    ),
    secret_paths=["c"],
)
