"""Kinds of entry that this room makes. A case that comes without an account makes its entry like every other write:
the case itself carries its moment, since the clocks of the law run from it."""

from django.utils.translation import gettext_lazy as _

from nuanyi.journal.rules import declare, declare_fields, declare_words

CASE_SENT = declare("cases.case_sent", _("A case came"), personal="id only")
CASE_READ = declare("cases.case_read", _("A case was read"), personal="id only")
PHONE_OPENED = declare(
    "cases.phone_opened", _("The phone of a case was opened"), personal="id only", opens=True
)
CASE_TAKEN = declare("cases.case_taken", _("A unit took a case"), personal="id only")
CASE_OFFERED = declare("cases.case_offered", _("A case was offered to another unit"), personal="id only")
OFFER_REFUSED = declare("cases.offer_refused", _("A unit refused a case"), personal="id only")
CASE_ASSIGNED = declare("cases.case_assigned", _("A case was given to a clerk"), personal="id only")
CASE_ANSWERED = declare("cases.case_answered", _("A case was answered or noted on"), personal="id only")
CASE_MOVED = declare(
    "cases.case_moved", _("A case was solved, closed, reopened or taken back"), personal="id only"
)
CASE_CLASSED = declare("cases.case_classed", _("The class of a case was changed"), personal="id only")
WAGE_NOTED = declare("cases.wage_noted", _("A claim line or an instalment was noted"), personal="id only")
LIST_EXPORTED = declare("cases.list_exported", _("A worklist was exported, without names and words"))
CASE_FORGOTTEN = declare(
    "cases.case_forgotten", _("A worker had the words of a case deleted"), personal="id only"
)
ITEM_SAVED = declare("cases.item_saved", _("A line of the service list was changed"))
KIND_SAVED = declare("cases.kind_saved", _("A kind of case was changed"))
RULE_SAVED = declare("cases.rule_saved", _("A routing rule was changed"))
REGISTER_TAKEN_IN = declare("cases.register_taken_in", _("A register of services was taken in"))
REGISTER_UNDONE = declare("cases.register_undone", _("A register of services was undone"))
CLOCK_PAUSED = declare("cases.clock_paused", _("The clock of a case was paused"), personal="id only")
CLOCK_RESUMED = declare("cases.clock_resumed", _("The clock of a case runs on"), personal="id only")
CASES_JOINED = declare("cases.cases_joined", _("Two cases of one worker were joined"), personal="id only")
FILE_OPENED = declare(
    "cases.file_opened", _("A photo or voice note of a case was opened"), personal="id only"
)
NAME_AGREED = declare(
    "cases.name_agreed", _("The worker agreed that the firm may learn the name"), personal="id only"
)
LETTER_WRITTEN = declare(
    "cases.letter_written",
    _("A letter of a case was written"),
    personal="id only",
    opens=True,
    purpose=_("To write the letter"),
)
CLOCK_SAVED = declare("cases.clock_saved", _("A length of time was changed"))
ANSWER_SAVED = declare("cases.answer_saved", _("An often used answer was changed"))
ANSWER_DROPPED = declare("cases.answer_dropped", _("Words for answers were taken away"))
LETTER_SAVED = declare("cases.letter_saved", _("A template of a letter was changed"))
LISTS_CHANGED = declare("cases.lists_changed", _("The lists of needs, resources and projects were changed"))

#: What stands in the details of these entries alone, as an auditor would say it.
declare_fields("cases", {"silent": _("no word from the worker in time")})
declare_words(
    {
        "agrees": _("agrees to be named"),
        "amount": _("amount"),
        "bad": _("bad rows"),
        "clerk": _("clerk"),
        "counted": _("counted"),
        "follows": _("follows"),
        "given": _("given"),
        "hearing": _("hearing"),
        "instalment": _("instalment"),
        "kind_of_case": _("kind of case"),
        "letter": _("letter"),
        "line": _("line"),
        "lines": _("lines"),
        "need": _("need"),
        "not_paid": _("not paid"),
        "of": _("of"),
        "outcome": _("outcome"),
        "paid": _("paid"),
        "ref": _("reference"),
        "to": _("to"),
        "urgency": _("urgency"),
    }
)
