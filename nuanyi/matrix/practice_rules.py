"""Good practice and regulations: states, and the figures that a text pulls in. No database."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.db import models
from django.utils.translation import gettext_lazy as _

from nuanyi.lib.moves import checker


class Shelf(models.TextChoices):
    """Where a good practice stands."""

    DRAFT = "draft", _("being written")
    REVIEW = "review", _("waits for review")
    SHARED = "shared", _("shared")
    WITHDRAWN = "withdrawn", _("withdrawn")


MOVES: dict[str, set[str]] = {
    Shelf.DRAFT: {Shelf.REVIEW},
    Shelf.REVIEW: {Shelf.DRAFT, Shelf.SHARED},
    Shelf.SHARED: {Shelf.WITHDRAWN},
    Shelf.WITHDRAWN: {Shelf.DRAFT},
}
check_move = checker(MOVES)
#: ``{service.legal_aid}`` in a text.
SLOT = re.compile(r"\{([a-z_]+\.[a-z_]+)\}")


def slots(text: str) -> list[str]:
    """The keys of the figures that a text pulls in."""
    return list(dict.fromkeys(SLOT.findall(text)))


def filled(text: str, show: Callable[[str], str]) -> str:
    """The text with each slot as ``show`` says."""
    return SLOT.sub(lambda found: show(found[1]), text)
