"""What learning puts into the ledger, and what staff are told."""

from django.utils.translation import gettext_lazy as _

from nuanyi.ledger import rules as ledger
from nuanyi.notices import rules as notices

LESSONS_PUSHED = ledger.declare("learning.lessons_pushed", _("Lessons pushed"), _("lessons"), of_people=False)
SESSIONS = ledger.declare(
    "learning.sessions_by_instructors", _("Sessions by instructors"), _("sessions"), of_people=False
)
OTHER_SESSIONS = ledger.declare(
    "learning.other_sessions", _("Other sessions"), _("sessions"), of_people=False
)
ATTENDANCES = ledger.declare("learning.attendances", _("Attendances"), _("attendances"))
CERTIFICATES = ledger.declare("learning.certificates", _("Passed the road-safety test"), _("certificates"))

PUSH_DEAD = notices.declare(
    "push-dead",
    _("A lesson did not reach %(group)s"),
    _("The robot answered: %(why)s. Look at the group's settings."),
)
REVIEW_ASKED = notices.declare(
    "review-asked", _("A lesson waits for review: %(title)s"), _("Read it and publish it, or send it back.")
)
