"""Kinds of entry that this room makes, and what it announces."""

from django.dispatch import Signal
from django.utils.translation import gettext_lazy as _

from nuanyi.journal.rules import declare, declare_words

REGIONS_LOADED = declare("places.regions_loaded", _("Regions were loaded"))
REGION_CHANGED = declare("places.region_changed", _("A place was renamed or merged"))
LOAD_TAKEN_BACK = declare("places.load_taken_back", _("Shapes that were loaded were taken back"))
GRIDS_LOADED = declare("places.grids_loaded", _("Grids were loaded"))

#: What stands in the details of these entries alone, as an auditor would say it.
declare_words(
    {
        "crs": _("coordinate system"),
        "places": _("places"),
        "removed": _("removed"),
    }
)

#: Sent without arguments after grids or outlines were loaded, in the same transaction.
shapes_changed = Signal()
