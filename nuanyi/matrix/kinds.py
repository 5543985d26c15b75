"""What units are told of key tasks, and authors of their good practice."""

from django.utils.translation import gettext_lazy as _

from nuanyi.notices import rules as notices

STEP_DUE = notices.declare(
    "task-step-due", _("Key task %(number)s: “%(step)s” is due"), _("It is due by %(due)s.")
)
STEP_LATE = notices.declare(
    "task-step-late",
    _("Key task %(number)s: “%(step)s” is late"),
    _("It was due by %(due)s. Report how it stands."),
)
TASK_DUE = notices.declare(
    "task-due", _("Key task %(number)s ends soon"), _("Its last day is %(due)s. Report how it stands.")
)
SUPERVISED = notices.declare(
    "task-supervised", _("Supervision over key task %(number)s"), _("Answer by %(due)s."), urgent=True
)
ANSWER_DUE = notices.declare(
    "task-answer-due",
    _("The answer to a supervision over key task %(number)s is due"),
    _("It is due by %(due)s."),
)
ANSWERED = notices.declare(
    "task-answered",
    _("%(who)s answered the supervision over key task %(number)s"),
    _("Accept the answer, or send it back."),
)
ANSWER_LATE = notices.declare(
    "task-answer-late",
    _("The answer to a supervision over key task %(number)s is late"),
    _("It was due by %(due)s."),
    urgent=True,
)
ANSWER_RETURNED = notices.declare(
    "task-answer-returned", _("Your answer over key task %(number)s came back"), _("Answer again by %(due)s.")
)
PRACTICE_SHARED = notices.declare(
    "practice-shared", _("“%(title)s” is shared"), _("Your good practice stands on the shelf for all units.")
)
PRACTICE_RETURNED = notices.declare(
    "practice-returned",
    _("“%(title)s” came back from its review"),
    _("Read what is to be changed, and hand it in again."),
)
