from nuanyi.lib.roles import ALL, Role
from nuanyi.lib.rooms import (
    BarItem,
    MenuItem,
    Metric,
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
from nuanyi.lib.row_security import RowPolicy
from tests.toy import home

ROOM = Room(
    name="toy",
    title="Errands",
    permissions=[Permission("toy.run", "Run errands", {Role.DISTRICT_OFFICE: ALL})],
    menu=[MenuItem("All errands", "toy:list", "hand", "toy.run")],
    steps=[Step("Run an errand", "toy:list", "toy.run", order=1)],
    bar=[BarItem("Errand", "errand:ask", "hand", 50, frozenset({"errand"}))],
    ways=[
        Way("station:nearest", Route("errand:ask"), "Have an errand run", "hand"),
        Way("offline", Route("errand:ask"), "Errands on the road"),
    ],
    screen=[ScreenFigure("toy.errands", 90, "Run")],
    where_thin={"toy": NextStep("Run more errands", Route("toy:list"))},
    passing=frozenset({"toy_minute"}),
    home_figures={"toy.errands": "toy.run"},
    tasks=home.tasks_for,
    search=home.search_for,
    read_anew=home.remembered.clear,
    pages={"errand": RecordPage("toy:list", parameter="")},
    policies=[RowPolicy("toy.Errand", "(SELECT nuanyi_may('toy.run'))")],
    offline=[Route("errand:ask"), StaticFile("toy/errand.js")],
    kept={"^/errand/[a-z]+/$": Route("errand:ask")},
    tones={"errand-late": "bad"},
    metrics=[Metric("nuanyi_toy_errands", "Errands.", home.count)],
    gallery=[Shot("errands", Route("toy:list"), "liangxin")],
)
