"""What Party work declares of itself."""

from django.utils.translation import gettext_lazy as _

from nuanyi.lib.roles import ALL, OFFICES, Role
from nuanyi.lib.rooms import MenuItem, Part, Permission, Room, Route, Shot
from nuanyi.party import home, rules
from nuanyi.party.policies import POLICIES

ROOM = Room(
    name="party",
    title=_("Party work"),
    permissions=[
        Permission(
            rules.ORGANISE, _("Keep Party organisations and assign instructors"), {Role.ORGANISATION: ALL}
        ),
        # which rows an instructor sees is decided by the assignment, not by place or unit
        Permission(
            rules.APPLICATIONS,
            _("Bring applications to join on their way"),
            {Role.ORGANISATION: ALL, Role.INSTRUCTOR: ALL},
        ),
        # which branch is decided by who is its secretary
        Permission(
            rules.MEMBERS,
            _("Keep the members of one's own branch and receive those who report to it"),
            {Role.ORGANISATION: ALL, Role.BRANCH: ALL},
        ),
        Permission(rules.FOLLOW, _("Follow the groups one is assigned to"), {Role.INSTRUCTOR: ALL}),
        Permission(
            rules.COVERAGE,
            _("See the two coverages"),
            OFFICES,
        ),
    ],
    part=Part(_("Party work"), 15),
    menu=[
        MenuItem(_("My groups"), "party:mine", "people", rules.FOLLOW, order=5),
        MenuItem(_("Applications"), "party:applications", "hand", rules.APPLICATIONS, order=10),
        MenuItem(_("Members of branches"), "party:members", "people", rules.MEMBERS, order=15),
        MenuItem(_("Two coverages"), "party:coverage", "round", rules.COVERAGE, order=20),
        MenuItem(_("Party alliances"), "party:alliances", "round", rules.COVERAGE, order=25),
        MenuItem(_("Organisations"), "party:organisations", "people", rules.ORGANISE, order=30),
        MenuItem(_("Where a branch is possible"), "party:possible", "map", rules.ORGANISE, order=35),
        MenuItem(_("Instructors"), "party:instructors", "people", rules.ORGANISE, order=40),
    ],
    tasks=home.tasks_for,
    tones={"paused": "ask", "unclear": "ask", "member": "good", "ended": "plain"},
    offline=[Route("party_worker:ask")],
    policies=POLICIES,
    gallery=[
        Shot("party-ask", Route("party_worker:ask")),
        Shot("party-shown", Route("party_worker:shown")),
        Shot("party-coverage", Route("party:coverage"), "liangxin"),
    ],
    lasting=frozenset({"CoverageDefinition"}),
    unbound={
        "Organisation": "which organisations there are, and who is secretary, is no secret of a person",
        "SharedRoom": "a room that a member of an alliance opens to everybody",
    },
    secret_paths=["party/mine", "party/member"],
)
