"""Kinds of entry that this room makes. What workers do here anonymously makes none: an entry would carry the moment."""

from django.utils.translation import gettext_lazy as _

from nuanyi.journal.rules import declare, declare_words

STATION_SAVED = declare("stations.station_saved", _("A station was entered or changed"))
STATION_MOVED = declare("stations.station_moved", _("A station was opened, paused or given up"))
DOOR_TAPPED = declare("stations.door_tapped", _("A keeper opened or shut a station for today"))
AMENITY_SET = declare("stations.amenity_set", _("An amenity was looked at or restocked"))
HOURS_CHANGED = declare("stations.hours_changed", _("A station's exceptional hours were changed"))
PHOTO_CHANGED = declare("stations.photo_changed", _("A station's picture was changed"))
KEEPERS_SET = declare("stations.keepers_set", _("A station's keepers were named"))
FAULT_MOVED = declare("stations.fault_moved", _("What workers told was answered"))
WISH_ANSWERED = declare("stations.wish_answered", _("A wish was answered"))
VISITS_NOTED = declare("stations.visits_noted", _("A paper tally of visits was entered"))
HANDED_OVER = declare("stations.handed_over", _("A keeper left a note for the next"))
LIST_SENT = declare("stations.list_sent", _("A list of stations was sent"))
LIST_TAKEN_IN = declare("stations.list_taken_in", _("A list of stations was taken in"))
LIST_UNDONE = declare("stations.list_undone", _("A list of stations was undone"))
POSTER_PRINTED = declare("stations.poster_printed", _("Posters or codes of stations were printed"))
LIST_EXPORTED = declare("stations.list_exported", _("The list of stations was exported"))
STATIONS_MERGED = declare("stations.merged", _("Two records of one station were joined"))
STATIONS_TOLD_APART = declare("stations.told_apart", _("Two stations that look alike were told apart"))
STATIONS_GRADED = declare("stations.graded", _("The grades of stations were worked out"))
ROW_DECIDED = declare("stations.row_decided", _("A likely double in a list of stations was decided"))

#: What stands in the details of these entries alone, as an auditor would say it.
declare_words(
    {
        "accounts": _("accounts"),
        "amenity": _("amenity"),
        "codes": _("codes"),
        "expires": _("expires"),
        "last": _("last"),
        "left": _("left over"),
        "new": _("new"),
        "open": _("open"),
        "other": _("the other one"),
        "shows": _("shows"),
        "size": _("size"),
        "visits": _("visits"),
    }
)
