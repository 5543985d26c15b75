"""Kinds of entry that this room makes."""

from django.utils.translation import gettext_lazy as _

from nuanyi.journal.rules import declare, declare_words

SHOWN = declare("rights.shown", _("Somebody saw what is kept of them"), personal="id only")
ASKED = declare("rights.asked", _("A person's request was taken at the desk"), personal="id only")
LOOKED_FOR = declare("rights.looked_for", _("A colleague was looked for at the desk"))
DECIDED = declare("rights.decided", _("A person's request was decided"), personal="id only")
FORGOTTEN = declare("rights.forgotten", _("Somebody was forgotten on request"), personal="id only")

#: What stands in the details of these entries alone, as an auditor would say it.
declare_words(
    {
        "by": _("by whom"),
        "deed": _("what was done"),
        "good": _("good rows"),
        "lapsed": _("lapsed"),
        "request": _("request"),
    }
)
