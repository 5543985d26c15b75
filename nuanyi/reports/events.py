"""Kinds of entry that this room makes. What phones do makes none: it would carry the moment."""

from django.utils.translation import gettext_lazy as _

from nuanyi.journal.rules import declare, declare_words

REPORT_MOVED = declare("reports.moved", _("A report was taken, mended, refused or handed over"))
REPORT_CHANGED = declare("reports.changed", _("Kind or place of a report was corrected"))
REPORTS_JOINED = declare("reports.joined", _("Reports were joined or parted"))
WORDS_SEEN = declare("reports.words_seen", _("Words or photos of a report were looked at"))
PHONES_SEEN = declare("reports.phones_seen", _("Phones of a report were opened"), opens=True)
SETTINGS_CHANGED = declare(
    "reports.settings_changed", _("Kinds, rules, grid roles or keys of reports were changed")
)
LIST_EXPORTED = declare("reports.list_exported", _("A list of reports was exported"))
HANDED_OUT = declare("reports.handed_out", _("A report was handed to another platform"))

#: What stands in the details of these entries alone, as an auditor would say it.
declare_words(
    {
        "about": _("about"),
        "apart": _("taken apart"),
        "grid": _("grid"),
        "server": _("server"),
        "voices": _("reporters"),
    }
)
