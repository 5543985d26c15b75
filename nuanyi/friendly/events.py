"""Kinds of entry that this room makes. A rider's tip makes none: an entry would carry the moment."""

from django.utils.translation import gettext_lazy as _

from nuanyi.journal.rules import declare, declare_words

PLACE_SAVED = declare("friendly.place_saved", _("A rider-friendly place was entered or changed"))
PLACE_GONE = declare("friendly.place_gone", _("A rider-friendly place was taken off the map"))
TIP_TAKEN = declare("friendly.tip_taken", _("What a rider said of a place was confirmed"))
TIP_DECLINED = declare("friendly.tip_declined", _("What a rider said of a place was not taken over"))
TIPS_FORGOTTEN = declare(
    "friendly.tips_forgotten", _("Answered tips of riders were deleted after their time")
)

#: What stands in the details of these entries alone, as an auditor would say it.
declare_words(
    {
        "place": _("which place"),
    }
)
