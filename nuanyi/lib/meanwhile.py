"""What somebody else has changed meanwhile is refused with who and when, and never written over."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from nuanyi.lib.dates import moment_words
from nuanyi.lib.errors import Conflict


def changed_meanwhile(who: object, at: datetime | None) -> Conflict:
    """The refusal: ``who`` as the reader knows an account or a source ("" or None: not known), ``at`` when."""
    told = {"who": str(who or _("Somebody else")), "when": moment_words(at) if at else ""}
    return Conflict(
        (
            _("%(who)s changed this at %(when)s. Look at it again; nothing of yours was kept.")
            if at
            else _("%(who)s has changed this meanwhile. Look at it again; nothing of yours was kept.")
        )
        % told,
        code="changed-meanwhile",
    )
