"""Kinds of entry that this room makes."""

from django.utils.translation import gettext_lazy as _

from nuanyi.journal.rules import declare, declare_words

BRIEF_SAVED = declare("matrix.brief_saved", _("A brief was drafted or edited"))
BRIEF_SIGNED = declare("matrix.brief_signed", _("A brief was signed"))
TASK_SAVED = declare("matrix.task_saved", _("A key task was entered or changed"))
TASK_REPORTED = declare("matrix.task_reported", _("A unit reported of a key task"))
SUPERVISED = declare("matrix.supervised", _("A supervision was asked for, answered or accepted"))
FORM_FILLED = declare("matrix.form_filled", _("Another office's form was filled"))
FORM_ANSWERED = declare("matrix.form_answered", _("An answer to lines of forms was kept"))
PRACTICE_SAVED = declare("matrix.practice_saved", _("A good practice was written, reviewed or shared"))
REGULATION_SAVED = declare("matrix.regulation_saved", _("A regulation was entered or got a new version"))
THIN_COUNTED = declare("matrix.thin_counted", _("Thin places were counted"))
SCREEN_LINK = declare("matrix.screen_link", _("A link for a big screen was made or revoked"))

#: What stands in the details of these entries alone, as an auditor would say it.
declare_words(
    {
        "accepted": _("accepted"),
        "answered": _("answered"),
        "asked_again": _("asked again"),
        "thin": _("thin places"),
        "digest": _("mark"),
        "done": _("done"),
        "entered": _("entered"),
        "filled": _("filled in"),
        "judged": _("judged"),
        "missing": _("what was missing"),
        "period": _("period"),
        "placed": _("placed"),
        "reminded": _("reminded"),
        "replaced": _("replaced"),
        "revoked": _("revoked"),
        "screen": _("screen"),
        "step": _("step"),
        "supervision": _("supervision"),
        "target": _("target"),
        "value": _("value"),
        "year": _("year"),
    }
)
