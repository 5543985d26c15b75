"""The list of resources (资源清单) as the port from which volunteers' rewards are drawn: one number, counted in one place."""

from __future__ import annotations

from typing import Any

from nuanyi.cases.services import lists
from nuanyi.lib.actor import Actor
from nuanyi.volunteers import pledges
from nuanyi.volunteers.pledges import Offer


def _offer(row: Any, left: int) -> Offer:
    return Offer(
        row.pk, row.title, row.unit_id, row.unit.short_name or row.unit.name, left, row.measure, row.last_date
    )


class ListOfResources:
    """Answers for ``volunteers.pledges.RewardPort``."""

    def offers(self, actor: Actor) -> list[Offer]:
        """Open pledges of the units for which the actor keeps the lists."""
        everywhere, own = actor.everywhere(lists.ACT), set(actor.units(lists.ACT))
        rows: list[Any] = [*lists.open_pledges()]
        return [_offer(row, row.left) for row in rows if everywhere or row.unit_id in own]

    def set_aside(self, actor: Actor, pk: int, amount: int) -> Offer:
        """See ``RewardPort``."""
        row = lists.set_aside(actor=actor, pk=pk, amount=amount)
        return _offer(row, lists.left_of(row))

    def give_back(self, actor: Actor, pk: int, amount: int) -> None:
        """See ``RewardPort``."""
        lists.give_back(actor=actor, pk=pk, amount=amount)


pledges.serve_from(ListOfResources())
