"""What Party work puts into the ledger, and what people are told about it."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from nuanyi.ledger import rules as ledger
from nuanyi.notices import rules as notices

VISITS = ledger.declare(
    "party.visits", _("Visits and talks of instructors"), pgettext_lazy("times", "visits")
)
#: How many branches met, never who came.
MEETINGS = ledger.declare(
    "party.meetings", _("Meetings, lessons and themed days of branches"), _("meetings"), of_people=False
)
BROUGHT = ledger.declare(
    "party.brought", _("Brought to establishments and places"), _("times"), of_people=False
)
MATTERS = ledger.declare(
    "party.matters", _("Matters of joint committees that were done"), _("matters"), of_people=False
)
JOINT_ACTIVITIES = ledger.declare(
    "party.joint_activities", _("Joint activities of alliances"), _("activities"), of_people=False
)

MANY_ENTERED = notices.declare(
    "members-entered",
    _("Many were entered into a list"),
    _("%(who)s entered %(count)s people into lists of branches today. Please look at the audit."),
    urgent=True,
)
GROUPS_ASSIGNED = notices.declare(
    "groups-assigned",
    _("Establishments were assigned to you"),
    _("You follow %(count)s more from today on. They stand in your list."),
)
INSTRUCTOR_GONE = notices.declare(
    "instructor-gone",
    _("An instructor is one no more"),
    _("%(count)s establishments that %(who)s followed have nobody now. Please assign them."),
)
LIST_CHANGED = notices.declare(
    "list-changed", _("Something in your list has changed"), _("Open your list and look at it.")
)
MATTER_TAKEN = notices.declare(
    "matter-taken",
    _("A matter of a joint committee for your unit"),
    _("%(title)s, by %(due)s: it stands in the joint committee's page."),
)
#: Says nothing of what it is about: a notice is read over somebody's shoulder.
DAY_NEAR = notices.declare(
    "day-near",
    _("A day in your list is a week away"),
    _("Open your list: something there is due within seven days."),
)
TALK_OWED = notices.declare(
    "talk-owed",
    _("Somebody waits for a talk with you"),
    _("Open your list; the month has begun."),
    urgent=True,
)
