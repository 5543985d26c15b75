"""Handing over between units: one offers with a reason, another accepts or says why not; until then it stays where it is.

Rows are changed, not saved: the room saves, records and tells in its own words. Its differences stay there: who is told, what
becomes of whoever had it in hand, which state follows.
"""

from __future__ import annotations

from typing import Any, Protocol, TypeVar

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from nuanyi.lib.actor import Actor
from nuanyi.lib.errors import BadInput, IllegalMove, Words
from nuanyi.units import queries as units
from nuanyi.units.models import Unit

#: Signs of a reason that are asked for, and that are kept.
LEAST, MOST = 2, 200
#: Why the new unit has it (``units.queries.REASONS``).
HANDED_OVER = "handed-over"


#: Which way it is offered, as a filter of a list.
TO_US, BY_US = "us", "them"
CHOICES: list[tuple[str, Words]] = [(TO_US, _("Offered to us")), (BY_US, _("Offered to others"))]

Rows = TypeVar("Rows", bound="QuerySet[Any]")


def offered(rows: Rows, way: str, units: list[int]) -> Rows:
    """Rows that are offered to these units (``TO_US``), or to others (``BY_US``); all for another word."""
    if way == TO_US:
        return rows.filter(offered_unit_id__in=units)
    if way == BY_US:
        return rows.filter(offered_unit_id__isnull=False).exclude(offered_unit_id__in=units)
    return rows


class HandedOver(Protocol):
    """What one unit has and another may be offered."""

    unit_id: int
    offered_unit_id: int | None
    offered_words: str
    route_reason: str

    @property
    def open(self) -> bool:
        """Whether something is still to be done."""
        ...


def offer(row: HandedOver, to: Unit, words: str) -> None:
    """Offer it to another unit; one that was offered it before and did not answer is asked no longer.

    Raises IllegalMove (nothing is left to do), BadInput (also for a member of an alliance: it may be the employer).
    """
    if not row.open:
        raise IllegalMove()
    if to.pk == row.unit_id or not units.is_body(to):
        raise BadInput(fields={"to": _("Choose another unit.")})
    words = _reason(words, _("Say why it belongs to them."))
    row.offered_unit_id, row.offered_words = to.pk, words


def accept(row: HandedOver, actor: Actor, permission: str) -> None:
    """The unit that is asked has it from now on. Raises IllegalMove where the actor's unit was not asked."""
    row.unit_id, row.route_reason = _asked(row, actor, permission), HANDED_OVER
    row.offered_unit_id, row.offered_words = None, ""


def decline(row: HandedOver, actor: Actor, permission: str, words: str) -> str:
    """The unit that is asked does not take it; whose it was it stays. Returns the reason. Raises IllegalMove, BadInput."""
    _asked(row, actor, permission)
    words = _reason(words, _("Say why not."))
    row.offered_unit_id, row.offered_words = None, ""
    return words


def is_asked(row: HandedOver, actor: Actor, permission: str) -> bool:
    """Whether it is offered to a unit for which the actor may answer."""
    return row.offered_unit_id is not None and actor.can(permission, units=(row.offered_unit_id,))


def _asked(row: HandedOver, actor: Actor, permission: str) -> int:
    if row.offered_unit_id is None or not is_asked(row, actor, permission):
        raise IllegalMove()
    return row.offered_unit_id


def _reason(words: str, ask: Words) -> str:
    words = words.strip()
    if len(words) < LEAST:
        raise BadInput(fields={"words": ask})
    return words[:MOST]
