"""What Party work puts into the ledger, and what people are told about it."""

from django.utils.translation import gettext_lazy as _

from nuanyi.ledger import rules as ledger
from nuanyi.notices import rules as notices

VISITS = ledger.declare("party.visits", _("Visits and talks of instructors"), _("visits"))
JOINT_ACTIVITIES = ledger.declare(
    "party.joint_activities", _("Joint activities of alliances"), _("activities"), of_people=False
)

MANY_ENTERED = notices.declare(
    "members-entered",
    _("Many were entered into a list"),
    _("%(who)s entered %(count)s people into lists of branches today. Please look at the audit."),
    urgent=True,
)
#: Says nothing of what it is about: a notice is read over somebody's shoulder.
TALK_OWED = notices.declare(
    "talk-owed",
    _("Somebody waits for a talk with you"),
    _("Open your list; the month has begun."),
    urgent=True,
)
