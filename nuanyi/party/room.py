"""What Party work declares of itself."""

from django.utils.translation import gettext_lazy as _

from nuanyi.lib.roles import ALL, OFFICES, PLACE_OR_UNIT, Role
from nuanyi.lib.rooms import MenuItem, NextStep, Part, Permission, Room, Route, Shot, StaticFile, Step, Way
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
        # which teams and entries an instructor sees is decided by whose they are
        Permission(
            rules.ENTRIES,
            _("Note what is brought to establishments, and see one's own lecture teams"),
            {Role.ORGANISATION: ALL, Role.INSTRUCTOR: ALL},
        ),
        Permission(
            rules.COMMITTEES,
            _("Keep the joint committees of townships and communities"),
            {Role.ORGANISATION: ALL, Role.DISTRICT_OFFICE: ALL, Role.UNIT_STAFF: PLACE_OR_UNIT},
        ),
        # which alliances a unit's staff see is decided by whose unit is a member
        Permission(
            rules.ALLIANCES,
            _("See Party alliances: an office all of them, staff those of their own unit"),
            OFFICES | {Role.UNIT_STAFF: ALL},
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
        MenuItem(_("My groups"), "party:mine", "shop", rules.FOLLOW, order=5),
        MenuItem(_("My visits (phone)"), "party_worker:visits", "phone", rules.FOLLOW, order=6),
        MenuItem(_("Applications"), "party:applications", "pen", rules.APPLICATIONS, order=10),
        MenuItem(_("Members of branches"), "party:members", "people", rules.MEMBERS, order=15),
        MenuItem(_("Organisation life"), "party:life", "calendar", rules.MEMBERS, order=17),
        MenuItem(_("Three entries"), "party:brought", "layers", rules.ENTRIES, order=18),
        MenuItem(_("Lecture teams"), "party:teams", "megaphone", rules.ENTRIES, order=19),
        MenuItem(_("Speakers of the weeks"), "party:speakers", "star", rules.ORGANISE, order=45),
        MenuItem(_("Joint committees"), "party:committees", "together", rules.COMMITTEES, order=27),
        MenuItem(_("Two coverages"), "party:coverage", "half", rules.COVERAGE, order=20),
        MenuItem(_("Party alliances"), "party:alliances", "chain", rules.ALLIANCES, order=25),
        MenuItem(_("Organisations"), "party:organisations", "tree", rules.ORGANISE, order=30),
        MenuItem(_("Where a branch is possible"), "party:possible", "map", rules.ORGANISE, order=35),
        MenuItem(_("Papers of the path"), "party:papers", "paper", rules.ORGANISE, order=50),
        MenuItem(_("Instructors"), "party:instructors", "badge", rules.ORGANISE, order=40),
    ],
    where_thin={"party": NextStep(_("Assign an instructor"), Route("party:organisations"))},
    ways=[
        Way("offline", Route("party_worker:visits_kept"), _("My visits"), order=30, for_staff=True),
        Way("me", Route("party_worker:ask"), _("I would like to join the Party")),
        Way(
            "me",
            Route("party_worker:shown"),
            _("Members who show themselves, flags, the speaker of the week"),
        ),
        Way("help:home", Route("party_worker:ask"), _("I would like to join the Party"), "hand"),
        Way(
            "help:home",
            Route("party_worker:shown"),
            _("Members who show themselves, flags, the speaker of the week"),
            "people",
        ),
    ],
    tasks=home.tasks_for,
    tones={"unclear": "ask", "paused": "ask", "member": "good", "ended": "plain"},
    steps=[Step(_("My groups"), "party:mine", rules.FOLLOW, order=15)],
    # two shares of establishments, and how often somebody came: nothing of who belongs
    home_figures={
        "party.organised": rules.COVERAGE,
        "party.worked": rules.COVERAGE,
        "party.visits": rules.FOLLOW,
    },
    offline=[
        Route("party_worker:ask"),
        Route("party_worker:visits_kept"),
        StaticFile("party/visits.js"),
    ],
    staff_phone=[Route("party_worker:visits")],
    # an empty page: the list itself is sealed and read by the phone of the one who signed in
    kept={r"^/visits/$": Route("party_worker:visits_kept")},
    policies=POLICIES,
    gallery=[
        Shot("party-ask", Route("party_worker:ask")),
        Shot("party-visits", Route("party_worker:visits"), "zhidao"),
        Shot("party-life", Route("party:life"), "shuji"),
        Shot("party-committees", Route("party:committees"), "zuzhi"),
        Shot("party-shown", Route("party_worker:shown")),
        Shot("party-coverage", Route("party:coverage"), "liangxin"),
    ],
    lasting=frozenset({"CoverageDefinition", "CoverageMark", "LifeRule", "PaperTemplate"}),
    unbound={
        "Organisation": "which organisations there are, and who is secretary, is no secret of a person",
        "CommitteeSeat": "which units and branches sit in a joint committee is public; it names nobody",
        "PaperTemplate": "forms of the district without anybody's data; who put them up is in the journal too",
        "SharedRoom": "a room that a member of an alliance opens to everybody",
    },
    secret_paths=["party/mine", "party/member"],
)
