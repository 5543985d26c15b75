"""What the office's search finds of places."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from nuanyi.lib.actor import Actor
from nuanyi.lib.rooms import Hit, Hits, Route
from nuanyi.places.models import Grid, Region


def search_for(_actor: Actor, text: str) -> Iterator[Hits]:
    """Regions and grids by a part of their name; a region leads to who answers for it."""
    regions = Region.objects.filter(name__contains=text).defer("geometry_wgs84")[:10]
    grids = Grid.objects.filter(name__contains=text).defer("geometry_wgs84")[:10]
    rows = [Hit(r.name, Route("units:ask", query={"region": r.code}), r.code) for r in regions]
    yield Hits(
        _("Places"), rows + [Hit(grid.name, detail=grid.code) for grid in grids], _("part of the name")
    )
