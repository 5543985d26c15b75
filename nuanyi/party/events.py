"""Kinds of entry that this room makes. None of them holds a name or says who is what."""

from django.utils.translation import gettext_lazy as _

from nuanyi.journal.rules import declare, declare_words

ORGANISATION_FOUNDED = declare("party.organisation_founded", _("A Party organisation was set up"))
ORGANISATION_ENDED = declare("party.organisation_ended", _("A Party organisation was ended"))
REACH_CHANGED = declare("party.reach_changed", _("What a branch covers was changed"))
INSTRUCTOR_ASSIGNED = declare("party.instructor_assigned", _("An instructor was assigned"))
TERMS_SAVED = declare("party.terms_saved", _("What an instructor can take on was noted"))
LANGUAGE_NOTED = declare("party.language_noted", _("The language that an establishment wishes was noted"))
INSTRUCTOR_GONE = declare(
    "party.instructor_gone", _("An instructor is one no more: nobody follows the groups")
)
VISITED = declare("party.visited", _("An instructor recorded a visit"))
APPLIED = declare("party.applied", _("Somebody asked for a talk with the organisation"))
APPLICATION_MOVED = declare("party.application_moved", _("A step on the way was recorded"))
PAPER_WRITTEN = declare(
    "party.paper_written",
    _("A paper of an application was written"),
    opens=True,
    purpose=_("To write the paper of an application"),
)
APPLICATION_SEEN = declare(
    "party.application_seen",
    _("A name and a phone were opened"),
    opens=True,
)
ORGANISATION_CHANGED = declare("party.organisation_changed", _("A Party organisation was changed"))
MEMBER_MOVED = declare("party.member_moved", _("The list of a branch was changed"))
MEMBER_ENTERED = declare("party.member_entered", _("Somebody was entered into the list of a branch"))
MEMBERS_SEEN = declare(
    "party.members_seen",
    _("The list of a branch was opened"),
    opens=True,
)
LINK_SHOWN = declare(
    "party.link_shown",
    _("The address of a member's own page was opened"),
    opens=True,
    purpose=_("To hand a member the own page"),
)
SHOWN = declare("party.shown", _("Somebody says it of themselves, or takes it back"))
FLAG_CHANGED = declare("party.flag_changed", _("An establishment shows the flag, or no more"))
AFFILIATION_COUNTED = declare("party.affiliation_counted", _("Where a branch is possible was worked out"))
ALLIANCE_CHANGED = declare("party.alliance_changed", _("Members, rooms or activities of an alliance changed"))
MEETING_CHANGED = declare("party.meeting_changed", _("A branch planned, held or called off a meeting"))
MINUTES_SEEN = declare(
    "party.minutes_seen",
    _("Minutes of a branch were opened"),
    opens=True,
    purpose=_("To read the minutes of a branch"),
)
BROUGHT = declare("party.brought", _("What was brought to an establishment or a place was noted"))
TEAM_CHANGED = declare("party.team_changed", _("A standing lecture team was changed"))
TEAM_SEEN = declare(
    "party.team_seen",
    _("The names of a lecture team were opened"),
    opens=True,
    purpose=_("To keep a lecture team"),
)
SPEAKER_CHANGED = declare("party.speaker_changed", _("The speakers of the weeks were changed"))
SPEAKERS_SEEN = declare(
    "party.speakers_seen",
    _("The names of weekly speakers were opened"),
    opens=True,
    purpose=_("To keep the speakers of the weeks"),
)
COMMITTEE_CHANGED = declare("party.committee_changed", _("A joint committee was changed"))
PAPER_TEMPLATE_SAVED = declare("party.paper_template_saved", _("The Word file of a paper was changed"))
LIFE_RULE_SAVED = declare("party.life_rule_saved", _("What is due of a branch was changed"))
DEFINITION_SAVED = declare("party.definition_saved", _("What counts as covered was changed"))

#: What stands in the details of these entries alone, as an auditor would say it.
declare_words(
    {
        "called_off": _("meeting called off"),
        "form": _("form"),
        "handed_on": _("handed on"),
        "held": _("meeting held"),
        "more": _("further"),
        "named": _("named in public"),
        "paper": _("which paper"),
        "session": _("which session"),
        "station": _("which station"),
        "strand": _("which strand"),
        "week": _("in the week of"),
    }
)
