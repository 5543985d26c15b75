"""What the service desk does when a lower room announces something."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver
from django.utils.translation import ngettext

from nuanyi.cases import queries
from nuanyi.lib.errors import IllegalMove
from nuanyi.people.events import account_closing
from nuanyi.people.models import Account


@receiver(account_closing)
def give_cases_on_first(sender: object, account: Account, **_more: Any) -> None:
    """Nobody leaves with open cases: they are given to a colleague first. Raises IllegalMove."""
    left = queries.open_cases_of(account.pk)
    if left:
        words = ngettext(
            "%d open request is in this account's hands. Give it to a colleague first.",
            "%d open requests are in this account's hands. Give them to a colleague first.",
            left,
        )
        raise IllegalMove(words % left, code="open-cases")
