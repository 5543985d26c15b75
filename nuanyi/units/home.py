"""What the office's search finds of units."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from nuanyi.lib.actor import Actor
from nuanyi.lib.rooms import Hit, Hits
from nuanyi.units.models import Unit


def search_for(_actor: Actor, text: str) -> Iterator[Hits]:
    """Units by a part of their name."""
    yield Hits(_("Units"), [Hit(unit.name) for unit in Unit.objects.filter(name__contains=text)[:10]])
