"""What the office's search finds of units."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from nuanyi.lib.actor import Actor
from nuanyi.lib.rooms import Hit, Hits, Route
from nuanyi.units.models import Unit


def search_for(_actor: Actor, text: str) -> Iterator[Hits]:
    """Units by a part of their name or short name."""
    rows = Unit.objects.filter(Q(name__contains=text) | Q(short_name__contains=text))[:10]
    hits = [Hit(unit.name, Route("units:units", query={"q": unit.name}), unit.public_phone) for unit in rows]
    yield Hits(_("Units"), hits, _("part of the name"))
