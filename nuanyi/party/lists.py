"""The office's list of what was brought (三进入): its columns, its filters, and which rows fit."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from nuanyi.lib.actor import Actor
from nuanyi.lib.errors import Words
from nuanyi.lib.listing import Column, Filter, Listing
from nuanyi.party import life_queries
from nuanyi.party.rules import Strand
from nuanyi.places import queries as places


def brought_listing(actor: Actor) -> Listing:
    """What was brought, as far as one actor sees it."""
    regions: list[tuple[Any, Words]] = [(region.code, region.name) for region in places.townships()]
    return Listing(
        "party.brought",
        (
            Column("title", _("What was brought?"), "title", may_hide=False),
            Column("on", _("Day"), "brought_date"),
            Column("strand", _("Strand"), "strand"),
            Column("amount", _("How much?"), is_number=True),
            Column("where", _("Where")),
            Column("by", _("Noted by")),
        ),
        [
            Filter("strand", _("Strand"), Strand.choices, "strand"),
            Filter("region", _("Place"), regions, "township"),
        ],
        lambda filters: life_queries.brought_listed(actor, filters),
        order="-brought_date",
        searches=_("What was brought, or where"),
        also=("shop",),
    )
