"""What learning declares of itself."""

from django.utils.translation import gettext_lazy as _

from nuanyi.learning.policies import POLICIES, UNBOUND
from nuanyi.lib.roles import ALL, EVERY_STAFF, OFFICES, UNIT, Role
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
    ScreenFigure,
    Shot,
    StaticFile,
    Step,
    Way,
)

ROOM = Room(
    name="learning",
    title=_("Learning"),
    permissions=[
        Permission("learning.view", _("See lessons and sessions"), EVERY_STAFF),
        Permission(
            "learning.write", _("Write a lesson"), {**OFFICES, Role.INSTRUCTOR: ALL, Role.UNIT_STAFF: ALL}
        ),
        Permission("learning.publish", _("Publish lessons, set channels and the test"), OFFICES),
        Permission(
            "learning.groups", _("Keep groups and what is pushed to them"), {**OFFICES, Role.UNIT_STAFF: UNIT}
        ),
        Permission(
            "learning.sessions",
            _("Plan and hold sessions"),
            {**OFFICES, Role.INSTRUCTOR: UNIT, Role.UNIT_STAFF: UNIT, Role.BRANCH: UNIT},
        ),
    ],
    part=Part(_("Learning"), 40),
    menu=[
        MenuItem(_("Lessons"), "learning:lessons", "book", "learning.view", order=10),
        MenuItem(_("Before the shift"), "learning:plan", "round", "learning.publish", order=20),
        MenuItem(_("Sessions"), "learning:sessions", "people", "learning.view", order=30),
        MenuItem(_("Road-safety test"), "learning:bank", "check", "learning.publish", order=40),
        MenuItem(_("Groups"), "learning:groups", "bell", "learning.groups", order=50),
        MenuItem(_("Pushes"), "learning:pushes", "upload", "learning.groups", order=60),
        MenuItem(_("Channels"), "learning:channels", "ring", "learning.publish", part=SETTINGS, order=370),
        MenuItem(_("Reach"), "learning:reach", "grid", "learning.view", order=80),
    ],
    steps=[Step(_("Plan a session"), "learning:session_new", "learning.sessions", order=42)],
    home_figures={
        "learning.sessions_by_instructors": "learning.sessions",
        "learning.attendances": "learning.sessions",
    },
    bar=[BarItem(_("Learn"), "learn:home", "book", 30, frozenset({"learn"}))],
    where_thin={"learning": NextStep(_("Plan a session there"), Route("learning:sessions"))},
    ways=[
        Way("offline", Route("learn:home"), _("Lessons"), order=40),
        Way("offline", Route("learn:kept"), _("Sign in at a session"), order=70),
    ],
    screen=[ScreenFigure("learning.attendances", 60)],
    offline=[
        Route("learn:home"),
        Route("learn:kept"),
        Route("learn:verify"),
        Route("learn:paper_kept"),
        StaticFile("learning/learn.js"),
        StaticFile("learning/progress.js"),
        StaticFile("learning/in.js"),
        StaticFile("learning/verify.js"),
        StaticFile("learning/exam.js"),
    ],
    answered_online={"learn:verify": "number", "learn:home": "q"},
    # one's own calendar stands under a secret number
    for_other_pages=[r"/feeds/(?!mine/)"],
    # the code on the screen of a hall without network: the page keeps it and sends it later; and a paper that was begun
    kept={
        r"^/in/\w+/[\w-]+/$": Route("learn:kept"),
        r"^/exam/[\da-f]{8}-[\da-f-]{27}/$": Route("learn:paper_kept"),
    },
    tones={
        "review": "ask",
        "published": "good",
        "planned": "plain",
        "queued": "busy",
        "sending": "busy",
        "sent": "good",
        "doubt": "ask",
        "dead": "bad",
        "done": "good",
    },
    gallery=[
        Shot("daily", Route("learn:daily")),
        Shot("channels", Route("learning:channels"), "liangxin"),
        Shot("channel", Route("learning:channel", {"name": "wechat"}), "liangxin"),
    ],
    pages={"lesson": RecordPage("learning:lesson"), "session": RecordPage("learning:session")},
    policies=POLICIES,
    unbound=UNBOUND,
    lasting=frozenset({"BankQuestion", "Channel", "Group", "Lesson", "LessonMedia", "LessonVersion"}),
    secret_paths=["l", "in", "exam", "daily/stop", "feeds/mine", "feeds/groups", "learn/kept", "verify"],
)
