"""What the stations declare of themselves."""

from django.utils.translation import gettext_lazy as _

from nuanyi.lib.roles import ALL, EVERY_STAFF, PLACE_OR_UNIT, Role
from nuanyi.lib.rooms import (
    BarItem,
    MenuItem,
    Mount,
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
from nuanyi.stations import home
from nuanyi.stations.policies import POLICIES, UNBOUND

_LIANGFENG = {"code": "LF01"}

ROOM = Room(
    name="stations",
    title=_("Stations"),
    permissions=[
        Permission("stations.view", _("See stations and what is wrong there"), EVERY_STAFF),
        Permission(
            "stations.edit",
            _("Enter and change stations"),
            {Role.DISTRICT_OFFICE: ALL, Role.ORGANISATION: ALL, Role.UNIT_STAFF: PLACE_OR_UNIT},
        ),
        Permission(
            "stations.keep",
            _("Keep a station: open, shut, mend"),
            {
                Role.KEEPER: ALL,
                Role.DISTRICT_OFFICE: ALL,
                Role.ORGANISATION: ALL,
                Role.UNIT_STAFF: PLACE_OR_UNIT,
            },
        ),
    ],
    mounts=[Mount("", "worker_urls"), Mount("keeper/", "keeper_urls"), Mount("office/stations/")],
    part=Part(_("Stations"), 20),
    menu=[
        MenuItem(_("All stations"), "stations:list", "cup", "stations.view", order=10),
        MenuItem(_("My station today"), "keeper:mine", "home", "stations.keep", order=20),
        MenuItem(_("What workers told"), "stations:faults", "report", "stations.view", order=30),
        MenuItem(_("Likely doubles"), "stations:doubles", "layers", "stations.edit", order=35),
        MenuItem(_("Visits"), "stations:visits", "round", "stations.view", order=40),
    ],
    steps=[Step(_("Open my station's page"), "keeper:mine", "stations.keep", order=50)],
    bar=[BarItem(_("Stations"), "station:nearest", "cup", 10, frozenset({"station"}))],
    home_figures={"stations.open": "stations.view", "stations.visits": "stations.keep"},
    screen=[
        ScreenFigure("stations.open", 30, _("Stations")),
        ScreenFigure("stations.visits", 40),
    ],
    tasks=home.tasks_for,
    search=home.search_for,
    offline=[
        Route("station:nearest"),
        Route("station:kept"),
        Route("station:all"),
        Route("keeper:kept"),
        StaticFile("stations/keeper.js"),
        StaticFile("stations/first.css"),
        StaticFile("stations/first.js"),
        StaticFile("stations/kept.js"),
        StaticFile("stations/station.js"),
    ],
    staff_phone=[Route("keeper:mine")],
    # an empty page: which stations he keeps is sealed and read by the phone of the one who signed in
    kept={r"^/keeper/([\w-]+/)?$": Route("keeper:kept")},
    where_thin={"stations": NextStep(_("See whether a station can open there"), Route("stations:list"))},
    ways=[
        Way("volunteers:redeem", Route("keeper:mine"), _("My station today"), "home"),
        Way("offline", Route("station:nearest"), _("Stations"), order=10),
        Way("offline", Route("keeper:kept"), _("My station today"), order=20, for_staff=True),
    ],
    tones={"open": "good", "planned": "plain", "closed": "good", "broken": "bad", "low": "ask"},
    passing=frozenset({"stations_hoursalt"}),
    gallery=[
        Shot("worker-home", Route("station:nearest")),
        Shot(
            "station-near",
            Route("station:nearest", query={"lat": "25.05", "lon": "110.32", "amenity": "charging"}),
        ),
        Shot("station", Route("station:station", _LIANGFENG)),
        Shot("check-in", Route("station:check_in", _LIANGFENG)),
        Shot("tell-the-keeper", Route("station:tell", _LIANGFENG)),
        Shot("keeper", Route("keeper:today", _LIANGFENG), "yizhan"),
        Shot("keeper-screen", Route("keeper:screen", _LIANGFENG), "yizhan"),
        Shot("stations", Route("stations:list"), "liangxin"),
        Shot("enter-a-station", Route("stations:new"), "liangxin"),
        Shot("visits", Route("stations:visits"), "liangxin"),
        Shot("station-doubles", Route("stations:doubles"), "liangxin"),
        Shot("faults", Route("stations:faults"), "liangxin"),
        Shot("send-stations", Route("stations:send"), "liangxin"),
    ],
    pages={"station": RecordPage("stations:one")},
    policies=POLICIES,
    unbound=UNBOUND,
    of_runs=frozenset({"HourMark", "HourSalt"}),
    secret_paths=["s", "told"],
)
