"""What the roof declares of itself."""

from django.utils.translation import gettext_lazy as _

from nuanyi.front import queue
from nuanyi.lib.roles import EVERY_STAFF
from nuanyi.lib.rooms import (
    HOUSE,
    TODAY,
    BarItem,
    MenuItem,
    Metric,
    Mount,
    Permission,
    Room,
    Route,
    Shot,
    StaticFile,
    Way,
)

ROOM = Room(
    name="front",
    title=_("Office"),
    permissions=[Permission("front.office", _("Open the office"), EVERY_STAFF)],
    mounts=[
        Mount("", "open_urls"),
        Mount("accounts/", "account_urls"),
        Mount("office/"),
    ],
    menu=[
        MenuItem(_("Today"), "office", "home", "front.office", part=TODAY, order=10),
        MenuItem(_("My account"), "my_account", "me", "front.office", part=HOUSE, order=65),
    ],
    bar=[BarItem(_("Me"), "me", "me", 90, frozenset({"me", "privacy"}))],
    ways=[Way("offline", Route("me"), _("What I sent"), order=60)],
    offline=[
        Route("offline"),
        Route("me"),
        StaticFile("front/phone.css"),
        StaticFile("front/theme.js"),
        StaticFile("front/shell.js"),
        StaticFile("front/map.js"),
        StaticFile("front/drafts.js"),
        StaticFile("front/keep.js"),
        StaticFile("front/mine.js"),
        StaticFile("front/photos.js"),
        StaticFile("front/ride.js"),
        StaticFile("front/share.js"),
    ],
    tones={"ok": "good", "done": "good", "overdue": "bad"},
    metrics=[
        Metric("nuanyi_jobs", "Jobs in the queue by state.", queue.by_state, labels=("queue", "status")),
        Metric("nuanyi_jobs_oldest_seconds", "How long the oldest job that is due has waited.", queue.oldest),
    ],
    for_other_pages=[r"/api/"],
    passing=frozenset({"django_session", "front_cache"}),
    gallery=[
        Shot("no-network", Route("offline")),
        Shot("worker-who", Route("who", query={"sector": "delivery", "region": "450311101"})),
        Shot("privacy", Route("privacy")),
        Shot("sign-in", Route("account_login")),
        Shot("today", Route("office"), "liangxin"),
        Shot("search", Route("search", query={"q": "雁山"}), "liangxin"),
        Shot("two-factor", Route("mfa_index"), "liangxin"),
    ],
)
