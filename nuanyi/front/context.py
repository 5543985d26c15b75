"""What every page's shell needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from nuanyi.lib.access import actor_of
from nuanyi.lib.errors import Words
from nuanyi.notices.models import Notice
from nuanyi.people.access import owner_mark


@dataclass(frozen=True)
class Link:
    """A line of the left rail; shown to those whose roles include ``permission``."""

    title: Words
    href: str
    icon: str
    permission: str


#: The rail by the four parts of the work plus the matrix. A part without pages yet is not shown.
RAIL: tuple[tuple[Words, tuple[Link, ...]], ...] = (
    (
        "",
        (
            Link(_("Today"), "/office/", "home", "front.office"),
            Link(_("Matrix"), "/office/matrix/", "grid", "matrix.view"),
        ),
    ),
    (
        _("Census and responsibility"),
        (
            Link(_("Establishments"), "/office/census/establishments/", "shop", "census.view"),
            Link(_("Workers"), "/office/census/workers/", "rider", "census.view"),
            Link(_("One person or two?"), "/office/census/pairs/", "people", "census.link"),
            Link(_("Rosters in"), "/office/census/imports/", "upload", "census.import"),
            Link(_("At the door"), "/door/", "door", "census.enter"),
            Link(_("Census rounds"), "/office/census/rounds/", "round", "census.view"),
            Link(_("Exports in clear"), "/office/census/exports/", "key", "census.export"),
            Link(_("Who answers?"), "/office/responsibility/", "compass", "units.view"),
        ),
    ),
    (
        _("Stations"),
        (
            Link(_("All stations"), "/office/stations/", "cup", "stations.view"),
            Link(_("My station today"), "/keeper/", "home", "stations.keep"),
            Link(_("What workers told"), "/office/stations/faults/", "report", "stations.view"),
            Link(_("Visits"), "/office/stations/visits/", "round", "stations.view"),
        ),
    ),
    (
        _("Service desk"),
        (
            Link(_("What must be done next"), "/office/cases/", "hand", "cases.handle"),
            Link(_("By telephone"), "/office/cases/call/", "call", "cases.handle"),
            Link(_("Who waits where"), "/office/cases/overview/", "bell", "cases.oversee"),
            Link(_("Service list"), "/office/cases/items/", "check", "front.office"),
            Link(_("Where cases go"), "/office/cases/rules/", "compass", "cases.settings"),
            Link(_("The three lists"), "/office/cases/lists/", "half", "cases.lists"),
            Link(_("How long"), "/office/cases/clocks/", "bell", "cases.settings"),
            Link(_("Letters"), "/office/cases/letters/", "download", "cases.settings"),
            Link(_("Registers"), "/office/cases/registers/", "upload", "cases.register"),
        ),
    ),
    (
        _("Learning"),
        (
            Link(_("Lessons"), "/office/learning/", "book", "learning.view"),
            Link(_("Before the shift"), "/office/learning/plan/", "round", "learning.publish"),
            Link(_("Sessions"), "/office/learning/sessions/", "people", "learning.view"),
            Link(_("Road-safety test"), "/office/learning/bank/", "check", "learning.publish"),
            Link(_("Groups"), "/office/learning/groups/", "bell", "learning.groups"),
            Link(_("Pushes"), "/office/learning/pushes/", "upload", "learning.groups"),
            Link(_("Channels"), "/office/learning/channels/", "ring", "learning.publish"),
            Link(_("Reach"), "/office/learning/reach/", "grid", "learning.view"),
        ),
    ),
    (
        _("Governance"),
        (
            Link(_("Reports"), "/office/reports/", "report", "reports.handle"),
            Link(_("My grid today"), "/grid/", "map", "reports.handle"),
            Link(_("Volunteers"), "/office/volunteers/", "people", "volunteers.manage"),
            Link(_("Shifts"), "/office/volunteers/shifts/", "round", "volunteers.manage"),
            Link(_("Campaigns"), "/office/volunteers/campaigns/", "book", "volunteers.manage"),
            Link(_("Recognition"), "/office/volunteers/rewards/", "cup", "volunteers.manage"),
            Link(_("Hand out a reward"), "/office/volunteers/redeem/", "hand", "volunteers.redeem"),
            Link(_("A grid's week"), "/office/matrix/grids/", "grid", "reports.handle"),
            Link(_("Where reports go"), "/office/reports/rules/", "compass", "reports.settings"),
            Link(_("Kinds of report"), "/office/reports/kinds/", "check", "reports.settings"),
            Link(_("Grid workers"), "/office/reports/grids/", "people", "reports.settings"),
            Link(_("Other platforms"), "/office/reports/keys/", "key", "reports.settings"),
        ),
    ),
    (
        _("House"),
        (
            Link(_("How the program is"), "/office/health/", "check", "program.health"),
            Link(_("What is set up"), "/office/setup/", "check", "setup.view"),
            Link(_("Units and alliances"), "/office/responsibility/units/", "people", "units.view"),
            Link(_("Places and grids"), "/office/places/", "map", "places.view"),
            Link(_("Accounts and roles"), "/office/people/", "people", "people.manage_accounts"),
            Link(_("Notices"), "/office/notices/", "bell", "front.office"),
            Link(_("Audit"), "/office/audit/", "chain", "journal.read"),
        ),
    ),
)

#: As many lines of the rail stand on a laptop's screen without scrolling.
FITS = 16


def shell(request: HttpRequest) -> dict[str, Any]:
    """The rail (lazily: only the staff shell asks for it), the actor and the demo's sign."""
    actor = actor_of(request)

    def rail() -> list[dict[str, Any]]:
        """Its parts; those with many lines show only the part they are in, so that nobody scrolls to find where he is."""
        known = [link.href for _title, links in RAIL for link in links if request.path.startswith(link.href)]
        here = max(known, key=len, default="")
        here = "" if here == "/office/" and request.path != here else here
        parts: list[dict[str, Any]] = []
        lines = 0
        for title, links in RAIL:
            shown = [
                {
                    "link": link,
                    "here": link.href == here,
                }
                for link in links
                if actor.can(link.permission)
            ]
            if shown:
                parts.append({"title": title, "links": shown, "open": any(line["here"] for line in shown)})
                lines += len(shown)
        return [part | {"open": True} for part in parts] if lines <= FITS else parts

    def unseen() -> int:
        return Notice.objects.visible_to(actor).filter(seen_at=None).count()

    return {
        "actor": actor,
        "rail": rail,
        "unseen_notices": unseen,
        "demo": settings.NUANYI_DEMO,
        "tiles_url": settings.NUANYI_TILES_URL,
        "whose": lambda: owner_mark(actor),
    }
