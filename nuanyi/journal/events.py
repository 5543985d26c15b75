"""Kinds of entry that the journal itself makes."""

from django.utils.translation import gettext_lazy as _

from nuanyi.journal.rules import declare, declare_words

JOURNAL_READ = declare("journal.read", _("The audit was read"))
JOURNAL_VERIFIED = declare("journal.verified", _("The chain was verified"))

#: What stands in the details of several rooms' entries, as an auditor would say it.
declare_words(
    {
        "account": _("account"),
        "active": _("in use"),
        "after": _("after"),
        "because": _("because"),
        "before": _("before"),
        "breaks": _("breaks of the chain"),
        "changed": _("changed"),
        "channel": _("channel"),
        "code": _("code"),
        "count": _("number"),
        "day": _("day"),
        "days": _("number of days"),
        "district": _("district"),
        "doubles": _("doubles"),
        "dropped": _("taken away"),
        "due": _("due"),
        "ended": _("ended on"),
        "entries": _("entries"),
        "file": _("file's mark"),
        "filters": _("filters"),
        "first": _("first"),
        "granted": _("granted"),
        "hours": _("hours"),
        "into": _("into"),
        "kept": _("kept"),
        "kind": _("kind"),
        "known": _("known already"),
        "made": _("made"),
        "media": _("media"),
        "notes": _("notes"),
        "number": _("No."),
        "own": _("of one’s own"),
        "photo": _("photo"),
        "pledge": _("resource"),
        "purpose": _("purpose"),
        "reason": _("reason"),
        "region": _("place"),
        "restored": _("restored"),
        "revision": _("revision"),
        "rows": _("number of rows"),
        "sector": _("sector"),
        "state": _("state"),
        "subject": _("record"),
        "table": _("table"),
        "unchanged": _("unchanged"),
        "unit": _("unit"),
        "version": _("version"),
        "what": _("what"),
        "who": _("who"),
        "why": _("why"),
        "withdrawn": _("withdrawn"),
        "written": _("written"),
    }
)
