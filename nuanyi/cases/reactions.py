"""What the service desk does when a lower room announces something."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.dispatch import receiver
from django.utils.translation import gettext, ngettext

from nuanyi.cases import queries
from nuanyi.cases.models import Case, RoutingRule, ServiceItem
from nuanyi.lib.errors import IllegalMove
from nuanyi.people.events import account_closing
from nuanyi.people.models import Account
from nuanyi.units.events import unit_closing, unit_merging, unit_received
from nuanyi.units.models import Unit


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


@receiver(unit_closing)
def name_open_work(sender: object, unit: Unit, **_more: Any) -> list[str]:
    """Open requests, routes and lines of the service list keep a unit open."""
    found = {
        gettext("open requests"): Case.objects.filter(unit=unit, ended_at=None).count(),
        gettext("routes of requests"): RoutingRule.objects.filter(unit=unit).count(),
        gettext("lines of the service list"): ServiceItem.objects.filter(unit=unit, active=True).count(),
    }
    return [f"{words} {count}" for words, count in found.items() if count]


@receiver(unit_received)
def have_cases(sender: object, unit: Unit, **_more: Any) -> bool:
    """Requests came to the unit, or are offered to it."""
    return Case.objects.filter(Q(unit=unit) | Q(offered_unit=unit)).exists()


@receiver(unit_merging)
def route_anew(sender: object, **_more: Any) -> None:
    """Routes point elsewhere at once."""
    queries.forget_books()
