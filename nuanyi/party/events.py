"""Kinds of entry that this room makes. None of them holds a name or says who is what."""

from django.utils.translation import gettext_lazy as _

from nuanyi.journal.rules import declare

ORGANISATION_FOUNDED = declare("party.organisation_founded", _("A Party organisation was set up"))
ORGANISATION_ENDED = declare("party.organisation_ended", _("A Party organisation was ended"))
REACH_CHANGED = declare("party.reach_changed", _("What a branch covers was changed"))
INSTRUCTOR_ASSIGNED = declare("party.instructor_assigned", _("An instructor was assigned"))
VISITED = declare("party.visited", _("An instructor recorded a visit"))
APPLIED = declare("party.applied", _("Somebody asked for a talk with the organisation"))
APPLICATION_MOVED = declare("party.application_moved", _("A step on the way was recorded"))
PAPER_WRITTEN = declare("party.paper_written", _("A paper of an application was written"), opens=True)
APPLICATION_SEEN = declare("party.application_seen", _("A name and a phone were opened"), opens=True)
ORGANISATION_CHANGED = declare("party.organisation_changed", _("A Party organisation was changed"))
MEMBER_MOVED = declare("party.member_moved", _("The list of a branch was changed"))
MEMBER_ENTERED = declare("party.member_entered", _("Somebody was entered into the list of a branch"))
MEMBERS_SEEN = declare("party.members_seen", _("The list of a branch was opened"), opens=True)
LINK_SHOWN = declare("party.link_shown", _("The address of a member's own page was opened"), opens=True)
SHOWN = declare("party.shown", _("Somebody says it of themselves, or takes it back"))
FLAG_CHANGED = declare("party.flag_changed", _("An establishment shows the flag, or no more"))
AFFILIATION_COUNTED = declare("party.affiliation_counted", _("Where a branch is possible was worked out"))
ALLIANCE_CHANGED = declare("party.alliance_changed", _("Members, rooms or activities of an alliance changed"))
DEFINITION_SAVED = declare("party.definition_saved", _("What counts as covered was changed"))
