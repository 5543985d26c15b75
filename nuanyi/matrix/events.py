"""Kinds of entry that this room makes."""

from django.utils.translation import gettext_lazy as _

from nuanyi.journal.rules import declare

BRIEF_SAVED = declare("matrix.brief_saved", _("A brief was drafted or edited"))
BRIEF_SIGNED = declare("matrix.brief_signed", _("A brief was signed"))
TASK_SAVED = declare("matrix.task_saved", _("A key task was entered or changed"))
TASK_REPORTED = declare("matrix.task_reported", _("A unit reported of a key task"))
SUPERVISED = declare("matrix.supervised", _("A supervision was asked for, answered or accepted"))
FORM_FILLED = declare("matrix.form_filled", _("Another office's form was filled"))
FORM_ANSWERED = declare("matrix.form_answered", _("An answer to lines of forms was kept"))
PRACTICE_SAVED = declare("matrix.practice_saved", _("A good practice was written, reviewed or shared"))
REGULATION_SAVED = declare("matrix.regulation_saved", _("A regulation was entered or got a new version"))
