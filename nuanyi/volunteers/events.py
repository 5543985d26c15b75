"""Kinds of entry that this room makes."""

from django.utils.translation import gettext_lazy as _

from nuanyi.journal.rules import declare, declare_words

TEAM_SAVED = declare("volunteers.team_saved", _("A team was entered or changed"))
VOLUNTEER_MOVED = declare("volunteers.moved", _("A volunteer was taken, placed or let go"))
NAME_SEEN = declare("volunteers.name_seen", _("Names and phones of a duty list were opened"), opens=True)
LIST_EXPORTED = declare("volunteers.list_exported", _("A masked list of volunteers was exported"))
SHIFT_SAVED = declare("volunteers.shift_saved", _("A shift was planned or closed"))
EVIDENCE_SEEN = declare("volunteers.evidence_seen", _("A photo of a shift was looked at"))
HOURS_CONFIRMED = declare("volunteers.hours_confirmed", _("Hours were confirmed or taken away"))
APPEAL_DECIDED = declare("volunteers.appeal_decided", _("An appeal about hours was decided"))
REWARD_SAVED = declare("volunteers.reward_saved", _("Rewards or stars were changed"))
VOUCHER_USED = declare("volunteers.voucher_used", _("A reward was handed out"))
CAMPAIGN_SAVED = declare(
    "volunteers.campaign_saved", _("A campaign was entered, leaflets drawn or counted back")
)

#: What stands in the details of these entries alone, as an auditor would say it.
declare_words(
    {
        "back": _("came back"),
        "captain": _("made captain"),
        "closed": _("closed"),
        "drawn": _("drawn"),
        "handed_out": _("handed out"),
        "minutes": _("number of minutes"),
        "needs": _("needed"),
        "reward": _("reward"),
        "standing": _("standing"),
        "stars": _("number of stars"),
        "stock": _("stock"),
    }
)
