"""Where rewards come from: what units pledge. The list of resources stands in another room of this floor, so that a room above
both hands it in (``serve_from``)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from nuanyi.lib.actor import Actor


@dataclass(frozen=True)
class Offer:
    """A pledge with ``left`` pieces that nobody planned for yet, good until ``last_date``."""

    pk: int
    title: str
    unit_id: int
    unit: str
    left: int
    measure: str
    last_date: date


class RewardPort(Protocol):
    """The list of resources as this room sees it."""

    def offers(self, actor: Actor) -> list[Offer]:
        """What the actor may draw from, the first to end first."""
        ...

    def set_aside(self, actor: Actor, pk: int, amount: int) -> Offer:
        """Take ``amount`` off what is left. Raises NotAllowed, NotFound, BadInput (more than is left)."""
        ...

    def give_back(self, actor: Actor, pk: int, amount: int) -> None:
        """Put ``amount`` back. Raises NotAllowed, NotFound."""
        ...


_shelves: list[RewardPort] = []


def serve_from(port: RewardPort) -> None:
    """Hand the list in; the last one counts."""
    _shelves.append(port)


def port() -> RewardPort:
    """The list of resources. Raises LookupError where none was handed in."""
    if not _shelves:
        raise LookupError("no list of pledges was handed in")
    return _shelves[-1]
