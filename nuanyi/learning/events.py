"""Kinds of entry that this room makes. What riders read or attend makes no entry: it would carry the moment."""

from django.utils.translation import gettext_lazy as _

from nuanyi.journal.rules import declare, declare_fields, declare_words

LESSON_SAVED = declare("learning.lesson_saved", _("A lesson was written or changed"))
LESSON_MOVED = declare("learning.lesson_moved", _("A lesson was reviewed, published or withdrawn"))
GROUP_SAVED = declare("learning.group_saved", _("A group for pushes was changed"))
GROUP_TESTED = declare("learning.group_tested", _("A trial message went to a group"))
PLAN_SAVED = declare("learning.plan_saved", _("The plan before the shift was changed"))
PUSH_ENDED = declare("learning.push_ended", _("Pushes were delivered or given up"))
SESSION_SAVED = declare("learning.session_saved", _("A session was planned or changed"))
SESSION_HELD = declare("learning.session_held", _("A session was held or cancelled"))
PICTURE_SEEN = declare("learning.picture_seen", _("A picture of a session was looked at"))
SESSION_TEAM_SEEN = declare(
    "learning.team_seen",
    _("The names of a session's lecture team were opened"),
    opens=True,
    purpose=_("To know who speaks at a session"),
)
CHANNEL_SET = declare("learning.channel_set", _("A channel for pushes was set or tried"))
BANK_CHANGED = declare("learning.bank_changed", _("The questions of the test were changed"))
FIRM_CODE_MADE = declare("learning.firm_code_made", _("A firm got its address for the test"))
CERTIFICATE_REVOKED = declare("learning.certificate_revoked", _("A certificate was revoked"))

#: What stands in the details of these entries alone, as an auditor would say it.
declare_fields("learning", {"wecom": _("WeCom"), "one": _("one of the team"), "whole": _("the whole team")})
declare_words(
    {
        "a_minute": _("at most a minute"),
        "added": _("added"),
        "arrived": _("arrived"),
        "cancelled": _("called off"),
        "failed": _("failures"),
        "heads": _("heads"),
        "invited": _("invited"),
        "picture": _("picture"),
        "retired": _("retired"),
        "robot": _("robot"),
        "sequence": _("change no."),
        "settled": _("settled"),
        "signed": _("signed in"),
        "team": _("in the team"),
        "tried": _("a trial"),
    }
)
