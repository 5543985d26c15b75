"""Kinds of entry that this room makes."""

from django.dispatch import Signal
from django.utils.translation import gettext_lazy as _

from nuanyi.census.columns import FIELDS
from nuanyi.journal.rules import declare, declare_fields, declare_words

FILE_SENT = declare("census.file_sent", _("A roster was sent"))
FILE_DELETED = declare("census.file_deleted", _("A roster's file was deleted"))
IMPORTED = declare("census.imported", _("A roster was taken in"))
IMPORT_UNDONE = declare("census.import_undone", _("An import was undone"))
IMPORT_FAILED = declare("census.import_failed", _("The program failed on an import"))
IMPORT_TRIED_AGAIN = declare("census.import_tried_again", _("A failed import was tried again"))
IMPORT_MENDED = declare("census.import_mended", _("Cells of a roster were mended in the page"))
IMPORT_ROUND_CHOSEN = declare("census.import_round_chosen", _("A roster was given to a census round"))
IMPORT_DISCARDED = declare("census.import_discarded", _("An import was discarded"))
COPY_TAKEN = declare("census.copy_taken", _("An annotated copy or the rejected rows were downloaded"))
RECORDED_AT_DOOR = declare(
    "census.recorded_at_door", _("Somebody was recorded at the door"), personal="id only"
)
RECORD_CHANGED = declare("census.record_changed", _("A record was changed by hand"), personal="id only")
NOTE_WRITTEN = declare("census.note_written", _("A note was written on a record"), personal="id only")
NOTE_CORRECTED = declare("census.note_corrected", _("A note on a record was corrected"), personal="id only")
NOTE_TAKEN_AWAY = declare(
    "census.note_taken_away", _("A note on a record was taken away"), personal="id only"
)
NOTE_PUT_BACK = declare("census.note_put_back", _("A note on a record was put back"), personal="id only")
CONTACT_FORGOTTEN = declare(
    "census.contact_forgotten",
    _("The contact of an establishment was forgotten, and notes and photos with them"),
    personal="id only",
)
NOTES_READ = declare(
    "census.notes_read",
    _("The notes on a record were read"),
    personal="id only",
    purpose=_("To follow the record up"),
)
PHOTO_ADDED = declare("census.photo_added", _("A photo was put on a record"), personal="id only")
PHOTO_SEEN = declare(
    "census.photo_seen",
    _("A photo on a record was looked at"),
    personal="id only",
    purpose=_("To follow the record up"),
)
PHOTO_TAKEN_AWAY = declare(
    "census.photo_taken_away", _("A photo on a record was taken away"), personal="id only"
)
FOLLOWED_UP = declare("census.followed_up", _("A follow-up was noted"), personal="id only")
ROUND_SAVED = declare("census.round_saved", _("A census round was planned or changed"))
ROUND_MOVED = declare("census.round_moved", _("A census round began or was closed"))
EXPORTED = declare("census.exported", _("A masked list was exported"))
EXPORT_ASKED = declare("census.export_asked", _("An export in clear was asked for"))
EXPORT_DECIDED = declare("census.export_decided", _("An export in clear was decided"))
EXPORT_TAKEN = declare("census.export_taken", _("An export in clear was downloaded"))
PERSONS_LINKED = declare("census.persons_linked", _("The records were linked to persons"))
PAIR_DECIDED = declare("census.pair_decided", _("A possible pair was decided"), personal="id only")

#: What stands in the details of these entries alone, as an auditor would say it.
declare_words(
    {
        "answers": _("answers"),
        "approved": _("approved"),
        "bytes": _("size in bytes"),
        "cells": _("cells"),
        "fields": _("fields"),
        "part": _("part"),
        "persons": _("number of persons"),
        "possible": _("possibly the same"),
        "regions": _("places"),
        "remarks": _("notes and photos taken away"),
        "round": _("round"),
        "sectors": _("sectors of the work"),
        "source": _("source"),
        "undone": _("taken back"),
    }
)

declare_fields("census", {name: words for kind in FIELDS.values() for name, (words, _heads) in kind.items()})

#: Sent with ``model`` and ``ids`` before records are removed that only a roster which is taken back had made; listeners return
#: a set of those ids on which something of theirs stands: these stay.
still_needed = Signal()

#: Sent with ``establishment`` and ``person`` when somebody is named as its contact and nobody was before: what was said
#: before that without a name is theirs.
contact_named_first = Signal()

#: Sent with ``named`` (person: establishment and since when) when that they were named first is taken back.
contact_named_by_mistake = Signal()
