"""Kinds of entry that this room makes."""

from django.utils.translation import gettext_lazy as _

from nuanyi.journal.rules import declare

REGIONS_LOADED = declare("places.regions_loaded", _("Regions were loaded"))
GRIDS_LOADED = declare("places.grids_loaded", _("Grids were loaded"))
