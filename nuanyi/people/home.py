"""What the office's search finds of accounts."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from nuanyi.lib.actor import Actor
from nuanyi.lib.rooms import Hit, Hits, Route
from nuanyi.people import queries


def search_for(actor: Actor, text: str) -> Iterator[Hits]:
    """Accounts by a part of their sign-in name, for those who keep them."""
    if actor.can("people.manage_accounts"):
        rows = queries.accounts_for(actor).filter(username__contains=text)[:10]
        yield Hits(
            _("Accounts"),
            [Hit(row.username, Route("people:account", {"pk": row.pk})) for row in rows],
            _("part of the sign-in name"),
        )
