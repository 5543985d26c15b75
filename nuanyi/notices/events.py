"""Kinds of entry that this room makes."""

from django.utils.translation import gettext_lazy as _

from nuanyi.journal.rules import declare, declare_words

NOTICE_GIVEN_UP = declare("notices.given_up", _("A notice could not be delivered"))
PREFERENCE_SET = declare("notices.preference_set", _("Somebody changed how they are told"))
PROGRESS_GATHERED = declare(
    "notices.progress_gathered", _("Progress was made ready for those who asked to hear of it")
)
WATCHER_GONE = declare(
    "notices.watcher_gone", _("An address for progress was deleted: nobody takes messages there")
)

#: What stands in the details of these entries alone, as an auditor would say it.
declare_words(
    {
        "wanted": _("wanted"),
        "way": _("told by way of"),
    }
)
